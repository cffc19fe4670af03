import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import AccountUnlinked
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    IssueSignIn,
    MemberErased,
    MemberLeft,
    PassportIssued,
    Place,
    Platform,
    RolesChanged,
    SignInIssued,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Fault, Refused, Unavailable
from indaba.conversation.delivery import service_client
from indaba.conversation.delivery.service_client import ask
from indaba.ledger import Ledger
from indaba.membership import app as membership
from indaba.portal.signing_in import SignIns
from indaba.portal.store import Copies
from workshop import OFFICE, ledger_of, rows, until


@dataclass
class Member:
    """A facilitator of a community that really was founded, and their private chat."""

    opened: Any
    passport: PassportIssued

    @property
    def key(self) -> str:
        assert self.passport.community
        return self.passport.community.key

    @property
    def id(self) -> MemberId:
        assert self.passport.passport.member
        return self.passport.passport.member

    @property
    def community(self) -> CommunityId:
        assert self.passport.community
        return self.passport.community.id

    async def link(self) -> str:
        """What the bot answers to: me sign-in."""
        opened = self.opened
        issued: SignInIssued = await ask(
            opened.ledger.bus,
            opened.world,
            IssueSignIn(),
            opened.world.new_id(),
            passport=self.passport,
        )
        return f"/sign-in/{issued.secret}"


Found = Callable[..., Awaitable[Member]]


@pytest.fixture
async def found(open_portal: Any, database: Callable[..., Awaitable[str]], bus_url: str) -> Any:
    """`await found()` is the facilitator of a new community; portal and membership run."""
    url = await database(membership.MIGRATIONS)
    ledger = ledger_of("membership", url, bus_url, migrations=membership.MIGRATIONS)
    membership.wire(ledger, OFFICE, ("portal",))
    await ledger.start()
    opened: list[Any] = []

    async def one(account: str = "@thandi:example.org", room: str = "!a", **more: Any) -> Member:
        if not opened:
            opened.append(await open_portal(**more))
        place = Place(platform=Platform.MATRIX, room=room)
        request = FoundCommunity(
            name="Reading in Soweto",
            purpose="",
            language="English",
            zone="Africa/Johannesburg",
            place=place,
            posts_in=place,
            account=account,
            has_power=True,
            adult=True,
            consent_version=CONSENT_VERSION,
        )
        portal = opened[0]
        issued = await ask(portal.ledger.bus, portal.world, request, portal.world.new_id())
        assert issued.community
        key = issued.community.key

        async def heard() -> bool:
            return bool((await portal.browser.get(f"/c/{key}")).status_code != 404)

        await until(heard)
        return Member(portal, issued)

    yield one
    await ledger.stop()


async def test_a_link_signs_in_by_a_button_and_leads_to_the_communitys_page(found: Found) -> None:
    thandi = await found()
    browser = thandi.opened.browser
    link = await thandi.link()
    for _ in range(3):
        offered = await browser.get(link)
        assert offered.status_code == 200
        assert "<button>" in offered.text
        assert (await browser.head(link)).status_code == 200
    answer = await browser.post(link)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/c/{thandi.key}"
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", "path=/", "max-age=2592000"):
        assert part in cookie
    assert "secure" not in cookie
    page = await browser.get(answer.headers["location"])
    assert "You are signed in." in page.text
    assert "Reading in Soweto" in (await browser.get("/")).text


async def test_only_a_digest_of_the_cookie_is_kept(found: Found) -> None:
    thandi = await found()
    answer = await thandi.opened.browser.post(await thandi.link())
    token = answer.cookies["indaba"]
    kept = await rows(thandi.opened.ledger, "SELECT digest, member, community FROM sessions")
    assert [row[1:] for row in kept] == [(thandi.id, thandi.community)]
    assert token not in str(kept)
    assert len(token) == 32


async def test_a_used_link_says_what_next(found: Found) -> None:
    thandi = await found()
    link = await thandi.link()
    await thandi.opened.browser.post(link)
    async with httpx.AsyncClient(base_url=str(thandi.opened.browser.base_url)) as stranger:
        again = await stranger.post(link)
        unknown = await stranger.post("/sign-in/neverIssued")
        odd = await stranger.post("/sign-in/%00%ff")
        endless = await stranger.post("/sign-in/" + "x" * 500)
    for answer in (again, unknown, odd, endless):
        assert answer.status_code == 410
        assert "me sign-in" in answer.text
        assert "set-cookie" not in answer.headers


async def test_a_double_click_signs_in_once(found: Found) -> None:
    thandi = await found()
    link = await thandi.link()
    browser = thandi.opened.browser
    press = (await browser.get(link)).text.partition('name="press" value="')[2].partition('"')[0]
    form = {"press": press}
    answers = await asyncio.gather(*(browser.post(link, data=form) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {303}
    # Sent twelve times it opens one session, not twelve.
    assert len({answer.headers["set-cookie"] for answer in answers}) == 1
    other_drawing = {"press": "another"}
    assert (await browser.post(link, data=other_drawing)).status_code == 410


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
        ({}, 303),
    ],
)
async def test_another_sites_form_signs_nobody_in_or_out(
    found: Found, headers: dict[str, str], status: int
) -> None:
    thandi = await found()
    browser = thandi.opened.browser
    answer = await browser.post(await thandi.link(), headers=headers)
    assert answer.status_code == status
    assert (await browser.post("/sign-out", headers=headers)).status_code == status


async def test_a_form_that_is_too_long_is_refused(found: Found) -> None:
    thandi = await found()
    answer = await thandi.opened.browser.post(await thandi.link(), content=b"x" * 5000)
    assert answer.status_code == 413
    assert "Go back and try again." in answer.text


async def test_signing_out_ends_the_session_here_and_in_the_browser(found: Found) -> None:
    thandi = await found()
    browser = thandi.opened.browser
    await browser.post(await thandi.link())
    stolen = {"cookie": "; ".join(f"{k}={v}" for k, v in browser.cookies.items())}
    answer = await browser.post("/sign-out")
    assert answer.status_code == 303
    assert not browser.cookies
    assert await rows(thandi.opened.ledger, "SELECT digest FROM sessions") == []
    page = await browser.get(f"/c/{thandi.key}", headers=stolen)
    assert "You are signed in." not in page.text


async def test_signing_out_everywhere_ends_ones_own_sessions_alone(found: Found) -> None:
    thandi = await found()
    maths = await found(room="!maths")
    sipho = await found(account="@sipho:example.org", room="!other")
    browser = thandi.opened.browser
    for link in (await thandi.link(), await maths.link(), await sipho.link()):
        browser.cookies.clear()
        await browser.post(link)
    browser.cookies.clear()
    await browser.post(await thandi.link())

    answer = await browser.post("/sign-out", data={"everywhere": "yes"})

    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    left = await rows(thandi.opened.ledger, "SELECT member FROM sessions")
    assert [member for (member,) in left] == [sipho.id]


async def test_a_member_of_two_communities_is_signed_in_to_both(found: Found) -> None:
    reading = await found()
    maths = await found(room="!maths")
    browser = reading.opened.browser
    await browser.post(await reading.link())
    before = browser.cookies["indaba"]
    await browser.post(await maths.link())
    assert browser.cookies["indaba"] != before
    for key in (reading.key, maths.key):
        assert "You are signed in." in (await browser.get(f"/c/{key}")).text
    await browser.post(await maths.link())
    assert len(await rows(reading.opened.ledger, "SELECT digest FROM sessions")) == 2


async def test_somebody_elses_session_does_not_mix_with_mine(found: Found) -> None:
    thandi = await found()
    sipho = await found(account="@sipho:example.org", room="!maths")
    browser = thandi.opened.browser
    await browser.post(await thandi.link())
    await browser.post(await sipho.link())
    assert "You are signed in." in (await browser.get(f"/c/{sipho.key}")).text
    assert "You are signed in." not in (await browser.get(f"/c/{thandi.key}")).text


async def test_by_https_the_cookie_never_travels_in_the_open(found: Found) -> None:
    thandi = await found(url="https://cop.example.org")
    answer = await thandi.opened.browser.post(await thandi.link())
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-indaba=")
    assert "secure" in cookie.lower()


async def test_a_session_ends_after_thirty_days(found: Found) -> None:
    thandi = await found()
    browser = thandi.opened.browser
    await browser.post(await thandi.link())
    thandi.opened.world.ahead = timedelta(days=29)
    assert "You are signed in." in (await browser.get(f"/c/{thandi.key}")).text
    thandi.opened.world.ahead = timedelta(days=30, minutes=1)
    assert "You are signed in." not in (await browser.get(f"/c/{thandi.key}")).text


def _roles(member: MemberId, community: CommunityId, *roles: Role) -> RolesChanged:
    return RolesChanged(
        aggregate=member, version=9, community=community, member=member, roles=roles
    )


def _left(member: MemberId, community: CommunityId) -> MemberLeft:
    return MemberLeft(aggregate=member, version=9, community=community, member=member)


def _erased(member: MemberId, _: CommunityId) -> MemberErased:
    return MemberErased(aggregate=member, version=9, member=member, erasure=uuid4())


@pytest.mark.parametrize("ending", [_roles, _left, _erased])
async def test_who_does_not_belong_any_more_is_signed_out(found: Found, ending: Any) -> None:
    thandi = await found()
    browser, page = thandi.opened.browser, f"/c/{thandi.key}"
    await browser.post(await thandi.link())
    await thandi.opened.hears(
        ending(MemberId(uuid4()), thandi.community),
        _left(thandi.id, CommunityId(uuid4())),
        _roles(thandi.id, thandi.community, Role.MEMBER),
    )
    assert "You are signed in." in (await browser.get(page)).text
    await thandi.opened.hears(ending(thandi.id, thandi.community))
    assert "You are signed in." not in (await browser.get(page)).text
    assert await rows(thandi.opened.ledger, "SELECT member FROM sessions") == []


def _unlinked(member: MemberId, _: CommunityId) -> AccountUnlinked:
    return AccountUnlinked(aggregate=member, version=9, member=member)


@pytest.mark.parametrize("ending", [{}, {"everywhere": "yes"}, _roles, _left, _erased, _unlinked])
async def test_a_form_sent_again_opens_no_session_that_was_ended(found: Found, ending: Any) -> None:
    thandi = await found()
    browser, link, form = thandi.opened.browser, await thandi.link(), {"press": "drawn"}
    assert (await browser.post(link, data=form)).status_code == 303
    if isinstance(ending, dict):
        await browser.post("/sign-out", data=ending)
    else:
        await thandi.opened.hears(ending(thandi.id, thandi.community))
    browser.cookies.clear()
    again = await browser.post(link, data=form)
    assert again.status_code == 410
    assert "set-cookie" not in again.headers
    assert await rows(thandi.opened.ledger, "SELECT member FROM sessions") == []


async def test_who_stops_belonging_while_they_sign_in_is_not_signed_in(found: Found) -> None:
    thandi = await found()
    ledger = thandi.opened.ledger
    sign_ins = SignIns(ledger, Copies(ledger.database, ledger.world), _nobody)
    secret = (await thandi.link()).rpartition("/")[2]
    with pytest.raises(Refused):
        await sign_ins.open(secret, "drawn", "")
    assert await rows(ledger, "SELECT member FROM sessions") == []


async def test_where_nobody_can_be_asked_only_what_the_link_opened_ends(found: Found) -> None:
    thandi = await found()
    ledger = thandi.opened.ledger
    await thandi.opened.browser.post(await thandi.link(), data={"press": "drawn"})
    kept = await rows(ledger, "SELECT digest FROM sessions")
    sign_ins = SignIns(ledger, Copies(ledger.database, ledger.world), _away)
    with pytest.raises(Unavailable):
        await sign_ins.open((await thandi.link()).rpartition("/")[2], "again", "")
    assert await rows(ledger, "SELECT digest FROM sessions") == kept


async def test_an_erased_member_leaves_no_trace_and_the_portal_says_so(found: Found) -> None:
    thandi = await found()
    ledger = thandi.opened.ledger
    await thandi.opened.browser.post(await thandi.link())
    erased = _erased(thandi.id, thandi.community)
    await thandi.opened.hears(erased)
    told = await rows(ledger, "SELECT wire, envelope::text FROM ledger.journal")
    assert [wire for wire, _ in told] == ["portal.erasure-answered.v1"]
    assert str(erased.erasure) in told[0][1]
    tables = await rows(
        ledger,
        "SELECT schemaname || '.' || tablename FROM pg_tables "
        "WHERE schemaname IN ('public', 'ledger')",
    )
    for (table,) in tables:
        everything = await rows(ledger, f"SELECT t::text FROM {table} t")
        assert str(thandi.id) not in str(everything), table


async def test_while_membership_is_away_the_link_can_be_used_a_little_later(
    open_portal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_client, "PATIENCE", timedelta(seconds=1))
    opened = await open_portal()
    answer = await opened.browser.post("/sign-in/s3cret")
    assert answer.status_code == 503
    assert "a little later" in answer.text
    assert "set-cookie" not in answer.headers


async def _away(_: MemberId, __: CommunityId) -> bool:
    raise Unavailable("away")


async def _nobody(_: MemberId, __: CommunityId) -> bool:
    return False


async def test_a_portal_that_is_not_up_yet_uses_up_no_link(
    database: Any, bus_url: str, tmp_path: Path
) -> None:
    ledger: Ledger = ledger_of("portal", await database(), bus_url, migrations=tmp_path)
    sign_ins = SignIns(ledger, Copies(ledger.database, ledger.world), _nobody)
    with pytest.raises(Exception, match="starting") as refused:
        await sign_ins.open("s3cret", "press", "")
    assert type(refused.value).__name__ == "Unavailable"
    assert not isinstance(refused.value, Fault)
    await ledger.database.dispose()
