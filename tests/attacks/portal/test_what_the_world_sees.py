"""Every door of the portal before anything is published, while it is, and once it is no more.

The routes come from the application: a new page is tried without being named here.
"""

from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from attacks.portal_doors import House, browser, doors, house, sign_in
from indaba.contracts.library import PublishResource, SaveResource, ShowResource
from indaba.contracts.openness import Part, fingerprint
from indaba.contracts.publishing import Publish, RenewAddress
from indaba.contracts.record import PublishHighlights, ShowHighlights
from indaba.contracts.scheduling import CancelMeeting, ScheduleMeeting, ShowMeeting
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
ZOLA, ROOM = "@zola-world:example.org", "!world:example.org"
NAME, TITLE = "Maths teachers", "Fractions"
HIGHLIGHTS, LINK = "For everybody", "https://example.org/for-the-world"
ENDED = "This calendar has ended"


async def _held(lively: Any) -> Any:
    return await lively.town.passport(ZOLA, ROOM)


async def _publish(lively: Any, home: House, *, open_: bool) -> None:
    """Everything that can be, or nothing any more."""
    held = await _held(lively)
    await lively.town.ask(Publish(parts=frozenset(Part), open=open_), held)
    shown = await lively.town.ask(ShowHighlights(code=home.meeting), held)
    seen = fingerprint(shown.text, shown.short)
    await lively.town.ask(PublishHighlights(code=home.meeting, open=open_, seen=seen), held)
    saved = await lively.town.ask(SaveResource(link=LINK, title="For the world"), held)
    for code in (saved.resource.code, home.file):
        resource = (await lively.town.ask(ShowResource(code=code), held)).resource
        asked = PublishResource(code=code, open=open_, seen=resource.seen_as())
        await lively.town.ask(asked, held)

    async def heard() -> bool:
        async with browser(lively) as guest:
            page = await guest.get(f"/c/{home.key}/meetings/{home.meeting}")
            feed = await guest.get(f"/c/{home.key}/calendar.ics")
        told = HIGHLIGHTS in page.text and ENDED not in feed.text
        silent = page.status_code == 403 and ENDED in feed.text
        return told if open_ else silent

    await until(heard)


async def _seen(lively: Any, home: House, who: httpx.AsyncClient) -> dict[str, str]:
    """What is behind each door, by its path; but for one's own calendar, which is a secret."""
    paths = [path for route in doors(lively, "GET") for path in home.filled(route)]
    answers = {path: await who.get(path) for path in paths if home.own not in path}
    assert all(answer.status_code < 500 for answer in answers.values())
    return {path: answer.text.replace(path, "") for path, answer in answers.items()}


def _ours(told: dict[str, str], home: House) -> dict[str, list[str]]:
    """Which of our words are told, and where."""
    words = (NAME, TITLE, HIGHLIGHTS, LINK, *home.secrets)
    return {w: [path for path, text in told.items() if w in text] for w in words}


async def test_visitors_see_what_is_published_and_nothing_before_or_after(lively: Any) -> None:
    home = await house(lively, ZOLA, ROOM)
    *others, file = home.secrets
    async with browser(lively) as guest:
        for _ in range(2):
            await _publish(lively, home, open_=False)
            told = _ours(await _seen(lively, home, guest), home)
            assert told == {word: [] for word in told}
            await _publish(lively, home, open_=True)
            told = _ours(await _seen(lively, home, guest), home)
            for word in (NAME, TITLE, HIGHLIGHTS, LINK, file):
                assert told[word], word
            assert {word: told[word] for word in others} == {word: [] for word in others}
        await sign_in(lively, guest, ZOLA, ROOM)
        await _publish(lively, home, open_=False)
        told = _ours(await _seen(lively, home, guest), home)
        assert all(told.values()), "members see all of it, published or not"


async def test_one_thing_is_published_without_the_others(lively: Any) -> None:
    room = "!one-thing:example.org"
    home = await house(lively, ZOLA, room)
    held = await lively.town.passport(ZOLA, room)
    page, feed = f"/c/{home.key}", f"/c/{home.key}/calendar.ics"

    async def shows(path: str, words: str) -> bool:
        async with browser(lively) as guest:
            return words in (await guest.get(path)).text

    await lively.town.ask(Publish(parts=frozenset({Part.PAGE}), open=False), held)
    await until(lambda: shows(page, "This is for members"))
    assert await shows(feed, TITLE)
    assert await shows(f"{page}/meetings/{home.meeting}", HIGHLIGHTS)
    assert not await shows(f"{page}/meetings/{home.meeting}", "Who came")
    await lively.town.ask(Publish(parts=frozenset({Part.PAGE})), held)
    await lively.town.ask(Publish(parts=frozenset({Part.CALENDAR}), open=False), held)
    await until(lambda: shows(feed, ENDED))
    assert await shows(page, TITLE)
    assert not await shows(page, "calendar.ics")


async def test_why_a_meeting_is_off_is_read_by_members_and_by_no_visitor(lively: Any) -> None:
    room, why, off = "!called-off:example.org", "Naledi is in hospital", "Called off"
    home = await house(lively, ZOLA, room)
    held = await lively.town.passport(ZOLA, room)
    await lively.town.ask(Publish(parts=frozenset(Part)), held)
    starts = lively.town.clock.now().replace(tzinfo=None, second=0, microsecond=0)
    call = ScheduleMeeting(title=TITLE, starts=starts + timedelta(days=2), zone="UTC")
    code = (await lively.town.ask(call, held)).meeting.code
    await lively.town.ask(CancelMeeting(code=code, reason=why), held)
    paths = (f"/c/{home.key}", f"/c/{home.key}/meetings/{code}", f"/c/{home.key}/calendar.ics")

    async with browser(lively) as guest, browser(lively) as member:
        for path in paths:
            await until(partial(_holds, guest, path, off))
            assert not await _holds(guest, path, why), path
        await sign_in(lively, member, ZOLA, room)
        assert [await _holds(member, path, why) for path in paths[:2]] == [True, True]
        own = await member.get(f"/c/{home.key}/mine/{home.own}.ics?all")
        assert why in own.text.replace("\r\n ", "")

    nobody = await lively.town.passport("@nobody:example.org", room)
    asked = ShowMeeting(code=code)
    assert (await lively.town.ask(asked, held)).meeting.reason == why
    assert (await lively.town.ask(asked, nobody)).meeting.reason == ""


async def _holds(who: httpx.AsyncClient, path: str, words: str) -> bool:
    return words in (await who.get(path)).text.replace("\r\n ", "")


async def test_an_address_that_was_renewed_tells_nothing_and_the_new_one_all(lively: Any) -> None:
    room = "!renewed:example.org"
    home = await house(lively, ZOLA, room)
    held = await lively.town.passport(ZOLA, room)
    async with browser(lively) as member, browser(lively) as guest:
        await sign_in(lively, member, ZOLA, room)
        link = await lively.town.ask(RenewAddress(key=home.key), held)
        key = link.community.key

        async def heard() -> bool:
            return bool((await guest.get(f"/c/{key}")).status_code == 200)

        await until(heard)
        for who in (member, guest):
            seen = await _seen(lively, home, who)
            for own in ("/", "/privacy/mine", "/privacy/mine.json"):
                seen.pop(own)  # where members find their own communities
            told = _ours(seen, home)
            assert told == {word: [] for word in told}
            never = await who.get("/c/never-was-any-key")
            old = await who.get(f"/c/{home.key}")
            assert (old.status_code, old.text) == (never.status_code, never.text)
        assert ENDED in (await guest.get(f"/c/{home.key}/mine/{home.own}.ics")).text
        assert ENDED in (await guest.get(f"/c/{key}/mine/{home.own}.ics")).text
        assert "You are signed in." in (await member.get(f"/c/{key}")).text
        await sign_in(lively, guest, ZOLA, room)
        assert "You are signed in." in (await guest.get(f"/c/{key}")).text
