from datetime import timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pytest

from indaba.contracts.ids import MemberId
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import EraseMe, LeaveCommunity
from indaba.contracts.openness import fingerprint
from indaba.contracts.record import (
    ApproveMinutes,
    EditHighlights,
    NoteKind,
    PublishHighlights,
    ShareHighlights,
    TakeNote,
)
from indaba.contracts.scheduling import AnswerRsvp, CancelMeeting, RsvpAnswer, ScheduleMeeting
from indaba.ledger.session import Session
from indaba.portal.store import Store
from services.portal.outline import Outline
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
THANDI, LINDIWE = "@thandi:example.org", "@lindiwe:example.org"


async def test_minutes_are_for_signed_in_members_and_highlights_for_all(lively: Any) -> None:
    await lively.met("Fractions", LINDIWE)
    held = await lively.town.passport(LINDIWE)
    code = await _code_of(lively, "Fractions")
    path = f"/meetings/{code}"
    await lively.town.ask(
        TakeNote(code=code, kind=NoteKind.DECISION, text="Only for members"), held
    )
    await lively.town.ask(ApproveMinutes(code=code), held)
    await lively.town.ask(EditHighlights(code=code, text="## News\n- For everybody"), held)
    shown = await lively.town.ask(ShareHighlights(code=code), held)
    seen = fingerprint(shown.text, shown.short)
    await lively.town.ask(PublishHighlights(code=code, seen=seen), held)

    async def told() -> bool:
        text = (await lively.get(path)).text
        return "For everybody" in text and "The minutes are for members" in text

    await until(told)
    assert "Only for members" not in (await lively.get(path)).text
    await lively.sign_in()
    text = (await lively.get(path)).text
    assert "Only for members" in text
    assert "For everybody" in text


async def _code_of(lively: Any, title: str) -> str:
    titled = f"{_here(lively)} AND title = '{title}'"
    found = await rows(lively.town.ledgers["scheduling"], f"SELECT code FROM meetings {titled}")
    return str(found[0][0])


def _here(lively: Any, column: str = "community") -> str:
    """In this test's community; others are in the town too."""
    return f"WHERE {column} = '{lively.facilitator.passport.community}'"


async def test_one_is_asked_to_sign_in_for_an_address_of_ones_own(lively: Any) -> None:
    for answer in (await lively.get("/mine"), await lively.browser.post(f"/c/{lively.key}/mine")):
        assert answer.status_code == 403
        assert "me sign-in" in answer.text


async def _address(lively: Any) -> str:
    answer = await lively.browser.post(f"/c/{lively.key}/mine", data={"do": "make"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    links = [str(link["href"]) for link in Outline(answer.text).all("a")]
    return next(link for link in links if link.startswith("http") and "/mine/" in link)


async def _call(lively: Any, title: str) -> str:
    starts = (lively.town.clock.now() + timedelta(days=3)).replace(tzinfo=None, microsecond=0)
    call = ScheduleMeeting(title=title, starts=starts, zone="Africa/Johannesburg")
    held = await lively.town.passport(LINDIWE)
    return str((await lively.town.ask(call, held)).meeting.code)


async def _says(lively: Any, code: str, answer: RsvpAnswer | None, who: str = LINDIWE) -> None:
    await lively.town.ask(AnswerRsvp(code=code, answer=answer), await lively.town.passport(who))


def _ended(text: str) -> bool:
    events: Any = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return [str(event["SUMMARY"]) for event in events] == ["This calendar has ended"]


def _titles(text: str) -> dict[str, str]:
    events: Any = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert all(str(event["UID"]).endswith("@indaba-mine") for event in events)
    return {str(e["SUMMARY"]): f"{e['STATUS']} {e['TRANSP']}" for e in events}


async def test_my_calendar_has_what_i_come_to_and_nothing_else(lively: Any) -> None:
    codes = [await _call(lively, title) for title in ("Sure", "Perhaps", "Never", "Unsaid")]
    said = (RsvpAnswer.YES, RsvpAnswer.MAYBE, RsvpAnswer.NO)
    for code, answer in zip(codes, said, strict=False):
        await _says(lively, code, answer)
    await lively.town.joined(THANDI)
    await _says(lively, codes[3], RsvpAnswer.YES, THANDI)
    await lively.sign_in()
    address = await _address(lively)

    async def there(**expected: str) -> bool:
        return _titles((await lively.browser.get(address)).text) == expected

    sure, perhaps = "CONFIRMED OPAQUE", "TENTATIVE TRANSPARENT"
    await until(lambda: there(Sure=sure, Perhaps=perhaps))
    held = await lively.town.passport(LINDIWE)
    await lively.town.ask(CancelMeeting(code=codes[0]), held)
    await _says(lively, codes[1], None)
    await until(lambda: there(Sure="CANCELLED TRANSPARENT"))
    first = await lively.browser.get(address)
    again = await lively.browser.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert "private" in first.headers["cache-control"]
    assert str(held.passport.member) not in first.text
    lively.opened.world.ahead += timedelta(days=40)
    assert await there()
    async with lively.opened.ledger.database.begin() as connection:
        await Store(Session(connection, lively.opened.world.now())).forget_old()
    joined = "SELECT m.title FROM answers JOIN meetings m ON m.id = meeting"
    kept = await rows(lively.opened.ledger, f"{joined} {_here(lively, 'm.community')}")
    assert "Sure" not in str(kept)
    assert "Perhaps" in str(kept)


async def test_two_members_who_were_one_have_one_calendar(lively: Any) -> None:
    code = await _call(lively, "Sure")
    await _says(lively, code, RsvpAnswer.YES)
    await lively.sign_in()
    address = await _address(lively)
    gone = (await lively.town.passport(LINDIWE)).passport.member
    kept = MemberId(uuid4())
    await lively.opened.hears(MembersMerged(aggregate=kept, version=2, member=kept, gone=gone))

    async def there() -> bool:
        return "Sure" in (await lively.browser.get(address)).text

    await until(there)


async def test_an_address_is_shown_once_and_can_be_replaced_and_revoked(lively: Any) -> None:
    await lively.sign_in()
    assert "You have no address yet." in (await lively.get("/mine")).text
    first = await _address(lively)
    secret = first.rpartition("/")[2].removesuffix(".ics")
    kept = await rows(lively.opened.ledger, "SELECT k::text FROM calendar_keys k")
    assert secret not in str(kept)
    assert secret not in (await lively.get("/mine")).text
    second = await _address(lively)
    assert (await lively.browser.get(second)).status_code == 200
    old = await lively.browser.get(first)
    assert _ended(old.text)
    await lively.browser.post(f"/c/{lively.key}/mine", data={"do": "revoke"})
    assert _ended((await lively.browser.get(second)).text)
    other = await lively.browser.post(
        f"/c/{lively.key}/mine", data={"do": "make"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert other.status_code == 403


@pytest.mark.parametrize("ending", ["erased", "left"])
async def test_who_is_gone_has_no_calendar_here_any_more(lively: Any, ending: str) -> None:
    await lively.town.joined(THANDI)
    code = await _call(lively, "Sure")
    await _says(lively, code, RsvpAnswer.YES, THANDI)
    await lively.sign_in(THANDI)
    address = await _address(lively)
    held = await lively.town.passport(THANDI)
    member = str(held.passport.member)
    await lively.town.ask(EraseMe() if ending == "erased" else LeaveCommunity(), held)

    async def gone() -> bool:
        return _ended((await lively.browser.get(address)).text)

    await until(gone)
    keys = await rows(lively.opened.ledger, "SELECT k::text FROM calendar_keys k")
    assert member not in str(keys)
    answers = await rows(lively.opened.ledger, "SELECT a::text FROM answers a")
    assert ending == "left" or member not in str(answers)
