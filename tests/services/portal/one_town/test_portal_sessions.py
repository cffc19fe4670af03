"""Members see in which browsers they are signed in, and end one session among several."""

import re
from typing import Any

import pytest
import pytest_asyncio

from cells import every
from indaba.contracts.refusal import Unavailable
from indaba.portal.browsers import FAMILIES, SYSTEMS, family_of
from indaba.portal.signing_in import SignIns, digest_of
from indaba.portal.store import Copies
from services.portal.one_town.test_portal_mine import LINDIWE, THANDI
from services.portal.outline import Outline
from workshop import do, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGE = "/privacy/mine"
ANDROID = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
MADE_UP = "<script>alert(1)</script> @thandi 10.0.0.7"
CALLED = {ANDROID: "Firefox, Android", WINDOWS: "Edge, Windows", IPHONE: "Safari, iPhone"}


@every("agent, words", [*CALLED.items(), (MADE_UP, ""), ("", "")])
def test_a_browser_is_called_by_its_make_and_system_alone(agent: str, words: str) -> None:
    assert family_of(agent) == words
    known = {name for _, name in (*FAMILIES, *SYSTEMS)}
    assert set(filter(None, words.split(", "))) <= known


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def _nobody_yet(lively: Any) -> None:
    """Who founds here founded before: they are one member."""
    await do(lively.opened.ledger, "DELETE FROM sessions")


async def _signed_in(lively: Any, agent: str, account: str = LINDIWE) -> str:
    """Another browser signs in; gives its cookie."""
    lively.browser.cookies.clear()
    lively.browser.headers["user-agent"] = agent
    await lively.sign_in(account)
    return str(lively.browser.cookies["indaba"])


def _use(lively: Any, cookie: str) -> None:
    lively.browser.cookies.clear()
    lively.browser.cookies.set("indaba", cookie)


async def _handles(lively: Any) -> dict[str, str]:
    """Handles by the first words of each session, as the page shows them."""
    page = (await lively.browser.get(PAGE)).text
    form = r"<li>([^<]*?), since [^<]*<form[^>]*><button[^>]* value=\"(\w{16})\""
    return dict(re.findall(form, page))


async def _is_in(lively: Any, cookie: str) -> bool:
    _use(lively, cookie)
    return bool((await lively.browser.get(PAGE)).status_code == 200)


async def test_one_session_among_several_is_ended_and_no_other(lively: Any) -> None:
    phone = await _signed_in(lively, ANDROID)
    lost = await _signed_in(lively, IPHONE)
    desk = await _signed_in(lively, WINDOWS)
    handles = await _handles(lively)
    assert handles.keys() == {*CALLED.values()}
    said = Outline((await lively.browser.get(PAGE)).text).sentence
    assert "this browser" in said

    answer = await lively.browser.post("/sign-out", data={"session": handles["Safari, iPhone"]})

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert [await _is_in(lively, one) for one in (phone, lost, desk)] == [True, False, True]
    _use(lively, desk)
    assert (await _handles(lively)).keys() == {"Firefox, Android", "Edge, Windows"}


async def test_ending_this_one_signs_out_here(lively: Any) -> None:
    other = await _signed_in(lively, ANDROID)
    here = await _signed_in(lively, WINDOWS)
    own = (await _handles(lively))["Edge, Windows"]
    answer = await lively.browser.post("/sign-out", data={"session": own})
    assert answer.headers["location"] == "/"
    assert "indaba" not in lively.browser.cookies
    assert [await _is_in(lively, one) for one in (other, here)] == [True, False]


async def test_nobody_ends_or_sees_somebody_elses(lively: Any) -> None:
    await lively.town.joined(THANDI)
    thandis = await _signed_in(lively, IPHONE, THANDI)
    handle = (await _handles(lively))["Safari, iPhone"]
    own = await _signed_in(lively, ANDROID)
    assert (await _handles(lively)).keys() == {"Firefox, Android"}
    for wrong in (handle, "", "x", digest_of(thandis), digest_of(thandis)[:16], "%"):
        await lively.browser.post("/sign-out", data={"session": wrong} if wrong else {"other": "x"})
        _use(lively, own)
    assert await _is_in(lively, thandis)
    lively.browser.cookies.clear()
    await lively.browser.post("/sign-out", data={"session": handle})
    assert await _is_in(lively, thandis)


async def test_what_a_browser_says_of_itself_is_not_kept(lively: Any) -> None:
    await _signed_in(lively, MADE_UP)
    page = (await lively.browser.get(PAGE)).text
    assert "An unknown browser" in page
    stored = str(await rows(lively.opened.ledger, "SELECT s::text FROM sessions s"))
    assert not any(part in stored + page for part in ("alert(1)", "10.0.0.7"))


async def test_where_nobody_can_be_asked_the_browser_stays_signed_in_elsewhere(
    lively: Any,
) -> None:
    """A link that fails takes no session along that the browser had before."""

    async def away(*_: Any) -> bool:
        raise Unavailable("later")

    cookie = await _signed_in(lively, ANDROID)
    ledger = lively.opened.ledger
    before = await rows(ledger, "SELECT s::text FROM sessions s ORDER BY 1")
    link = await lively.link()
    sign_ins = SignIns(ledger, Copies(ledger.database, ledger.world), away)
    with pytest.raises(Unavailable):
        await sign_ins.open(link.rpartition("/")[2], "press", digest_of(cookie), "Firefox")
    assert await rows(ledger, "SELECT s::text FROM sessions s ORDER BY 1") == before
