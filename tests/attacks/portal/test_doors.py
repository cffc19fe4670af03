"""Every door of the portal, those of tomorrow too: the routes come from the application."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from attacks.portal_doors import OUTSIDE, House, browser, doors, raw, routes
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _kept(lively: Any) -> str:
    found = await rows(
        lively.opened.ledger,
        "SELECT s::text FROM sessions s UNION ALL SELECT k::text FROM calendar_keys k ORDER BY 1",
    )
    return str(found)


async def test_nothing_of_another_community_is_shown_at_any_door(
    lively: Any, two: tuple[House, House]
) -> None:
    ours, theirs = two
    seen = dict.fromkeys(theirs.secrets, False)
    for route in doors(lively, "GET"):
        for path in (
            *theirs.filled(route, ours),
            *ours.filled(route),
            *ours.filled(route, theirs, key=ours.key),
        ):
            answer = await lively.browser.get(path)
            assert answer.status_code < 500, path
            told = answer.text.replace(path, "")
            is_own_feed = path.endswith(f"{ours.own}.ics")
            assert is_own_feed or not [s for s in ours.secrets if s in told], path
        for path in theirs.filled(route):
            told = (await lively.browser.get(path)).text
            seen |= {s: True for s in theirs.secrets if s in told}
    assert all(seen.values()), "what is for members is behind no door: the test proves nothing"


async def test_a_members_calendar_opens_in_its_own_community_only(
    lively: Any, two: tuple[House, House]
) -> None:
    ours, theirs = two
    there = await lively.browser.get(f"/c/{ours.key}/mine/{ours.own}.ics")
    elsewhere = await lively.browser.get(f"/c/{theirs.key}/mine/{ours.own}.ics")
    assert "This calendar has ended" not in there.text
    assert "This calendar has ended" in elsewhere.text


async def test_looking_changes_nothing(lively: Any, two: tuple[House, House]) -> None:
    """Chat apps and browsers open links on their own."""
    before = await _kept(lively)
    for route in routes(lively):
        for path in two[1].filled(route):
            for method in ("GET", "HEAD", "OPTIONS"):
                answer = await lively.browser.request(method, path)
                assert "set-cookie" not in answer.headers, path
    assert await _kept(lively) == before


ODD_METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND", "post", "X" * 500)


async def test_every_door_takes_its_own_methods_only(lively: Any, two: tuple[House, House]) -> None:
    before = await _kept(lively)
    pretend = {
        "X-HTTP-Method-Override": "POST",
        "X-HTTP-Method": "POST",
        "X-Method-Override": "POST",
    }
    for route in routes(lively):
        for path in two[1].filled(route):
            for method in ODD_METHODS:
                asked = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                status = (await raw(lively, asked.encode())).split(b" ")[1]
                assert status in (b"405", b"400"), (method, path, status)
            answer = await lively.browser.get(f"{path}?_method=POST", headers=pretend)
            assert answer.status_code < 500
    assert await _kept(lively) == before


async def test_every_answer_tells_the_browser_to_be_strict(
    lively: Any, two: tuple[House, House]
) -> None:
    for route in routes(lively):
        for path in (*two[1].filled(route), *two[0].filled(route), f"{route.path}/nothing"):
            for method in ("GET", "POST", "PUT"):
                headers = (await lively.browser.request(method, path)).headers
                policy = headers["content-security-policy"]
                assert policy.startswith("default-src 'none'"), path
                assert "frame-ancestors 'none'" in policy, path
                assert "unsafe" not in policy, path
                assert headers["referrer-policy"] == "no-referrer", path
                assert headers["x-content-type-options"] == "nosniff", path
                assert "access-control-allow-origin" not in headers, path


async def test_every_answer_says_what_it_is(lively: Any, two: tuple[House, House]) -> None:
    for route in routes(lively):
        for path in (*two[1].filled(route), *two[0].filled(route), f"{route.path}/nothing"):
            for method in ("GET", "POST"):
                answer = await lively.browser.request(method, path)
                if answer.content:
                    kind = answer.headers["content-type"]
                    assert not kind.startswith("text/") or "charset=utf-8" in kind, (path, kind)


async def test_no_answer_leads_to_another_host(lively: Any, two: tuple[House, House]) -> None:
    forged = {"host": OUTSIDE, "x-forwarded-host": OUTSIDE, "forwarded": f"host={OUTSIDE}"}
    for route in routes(lively):
        for path in two[1].filled(route):
            for asked in (path, f"{path}/", f"/{path}", f"{path}?next=//{OUTSIDE}"):
                for method in ("GET", "POST"):
                    answer = await lively.browser.request(method, asked, headers=forged)
                    led = answer.headers.get("location", "/")
                    assert OUTSIDE not in str(answer.headers).replace(f"next=//{OUTSIDE}", ""), (
                        asked
                    )
                    assert led.startswith("/"), asked
                    assert not led.startswith("//"), asked
                    assert OUTSIDE not in answer.text, asked


CLIMBING = (
    "..",
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "....//....//etc/passwd",
    "..\\..\\etc\\passwd",
    "%00",
    "a%00.pdf",
    "%c0%ae%c0%ae%c0%afetc",
    "/etc/passwd",
    "%0d%0aset-cookie:%20indaba=x",
    "' OR 1=1 --",
    "{{7*7}}",
    "%ff",
    "x" * 5000,
    "\u202e",
    "$(id)",
    "*",
    "%25s%25n",
)


async def test_no_address_climbs_out_of_its_place(lively: Any, two: tuple[House, House]) -> None:
    for route in routes(lively):
        for name in route.param_convertors:
            for climbing in CLIMBING:
                for path in two[1].filled(route, None, **{name: climbing}):
                    answer = await lively.browser.get(path)
                    assert answer.status_code in (303, 400, 403, 404, 405, 410, 200), path
                    assert "root:" not in answer.text
                    assert "49" not in answer.text.split("<main", 1)[-1] or climbing != "{{7*7}}"
                    assert "set-cookie" not in answer.headers
                    assert "Traceback" not in answer.text


async def test_bodies_without_end_are_refused(lively: Any, two: tuple[House, House]) -> None:
    before = await _kept(lively)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"do=make&x=" + b"x" * 65_536

    for route in doors(lively, "POST"):
        for path in two[1].filled(route):
            async with browser(lively) as other:
                other.cookies = lively.browser.cookies
                try:
                    answer = await other.post(path, content=endless())
                except httpx.TransportError:
                    continue  # the door was shut in the middle of it
                assert answer.status_code == 413, path
    assert len(await _kept(lively)) <= len(before)


async def test_a_session_that_somebody_else_chose_is_never_used(lively: Any) -> None:
    chosen = "a" * 32
    lively.browser.cookies.set("indaba", chosen, domain="127.0.0.1")
    await lively.sign_in()
    given = [c.value for c in lively.browser.cookies.jar if c.name == "indaba"]
    assert chosen not in given[-1:]
    async with browser(lively) as thief:
        thief.cookies.set("indaba", chosen)
        page = await thief.get(f"/c/{lively.key}")
    assert "You are signed in." not in page.text


async def test_a_link_works_once_whoever_comes_second(lively: Any) -> None:
    link = await lively.link()
    assert (await lively.browser.post(link)).status_code == 303
    async with browser(lively) as thief:
        assert (await thief.post(link)).status_code == 410
        assert not thief.cookies
