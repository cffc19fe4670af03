"""What no browser of a member would ask, at a portal that has heard of one community."""

from typing import Any

import pytest

from attacks.portal_doors import OUTSIDE, House, doors, raw

pytestmark = pytest.mark.asyncio(loop_scope="module")


FROM_ELSEWHERE = {
    "another site": {"sec-fetch-site": "cross-site"},
    "a site beside": {"sec-fetch-site": "same-site"},
    "an odd word": {"sec-fetch-site": "yes"},
    "another origin": {"origin": f"https://{OUTSIDE}"},
    "an origin hidden": {"origin": "null"},
    "another port": {"origin": "http://127.0.0.1:1"},
    "an origin that begins alike": {"origin": "http://127.0.0.1.evil.example"},
    "ours as a name": {"origin": "http://127.0.0.1@evil.example"},
}


@pytest.mark.parametrize("how", FROM_ELSEWHERE)
async def test_no_form_is_taken_from_elsewhere(reading: Any, how: str) -> None:
    tried = 0
    for route in doors(reading, "POST"):
        for path in House("", reading.key, "M7K2", "R7K2", "R7K3", "secret").filled(route):
            answer = await reading.browser.post(path, headers=FROM_ELSEWHERE[how])
            assert answer.status_code == 403, path
            assert "That did not come from this site" in answer.text, path
            tried += 1
    assert tried >= 3


ABSOLUTE = (f"http://{OUTSIDE}/health/", f"//{OUTSIDE}/", f"//{OUTSIDE}/c/x/", "/\\evil.example/")


@pytest.mark.parametrize("target", ABSOLUTE)
async def test_a_target_with_a_host_in_it_leads_nowhere(reading: Any, target: str) -> None:
    asked = f"GET {target} HTTP/1.1\r\nHost: {OUTSIDE}\r\nConnection: close\r\n\r\n"
    answer = (await raw(reading, asked.encode())).lower()
    assert b"\r\nlocation:" not in answer
    assert OUTSIDE.encode() not in answer


SMUGGLED = {
    "two lengths": b"Content-Length: 4\r\nContent-Length: 9\r\n",
    "a length and pieces": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "no number": b"Content-Length: x\r\n",
    "less than nothing": b"Content-Length: -5\r\n",
    "a space before the colon": b"Content-Length : 4\r\n",
    "a folded header": b"X: a\r\n b: c\r\n",
    "a bare return": b"X: a\rGET / HTTP/1.1\r\n",
    "a header without end": b"X: " + b"y" * 200_000 + b"\r\n",
    "headers without end": b"X: y\r\n" * 20_000,
}


@pytest.mark.parametrize("how", SMUGGLED)
async def test_what_is_no_plain_request_is_one_refusal_and_no_second_answer(
    reading: Any, how: str
) -> None:
    second = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
    asked = b"POST /sign-out HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + SMUGGLED[how]
    answer = await raw(reading, asked + b"\r\n" + second)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b"Indaba is well" not in answer
    assert (await reading.browser.get("/")).status_code == 200


async def test_by_https_browsers_never_ask_by_http_again(open_portal: Any) -> None:
    opened = await open_portal(url="https://cop.example.org")
    for path in ("/", "/nothing", "/icon.svg"):
        told = (await opened.browser.get(path)).headers["strict-transport-security"]
        assert told == "max-age=31536000; includeSubDomains"
