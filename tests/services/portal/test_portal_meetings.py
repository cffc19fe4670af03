from datetime import timedelta
from typing import Any
from uuid import uuid4

import icalendar
import pypdfium2
import pytest

from indaba.contracts.agenda import AddAgendaItem
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import EraseMe, LeaveCommunity
from indaba.contracts.openness import Openness, fingerprint
from indaba.contracts.record import (
    ApproveMinutes,
    Document,
    EditHighlights,
    HighlightsShared,
    NoteKind,
    PublishHighlights,
    ShareHighlights,
    TakeNote,
)
from indaba.contracts.scheduling import (
    AnswerRsvp,
    CancelMeeting,
    Counts,
    MeetingScheduled,
    MeetingStatus,
    RsvpAnswer,
    ScheduleMeeting,
)
from indaba.ledger.session import Session
from indaba.portal.printing.press import Paper, Press
from indaba.portal.store import Store
from indaba.portal.writing import Block, Part, blocks
from services.portal.outline import Outline
from workshop import rows, until

THANDI, LINDIWE = "@thandi:example.org", "@lindiwe:example.org"
HIGHLIGHTS = """# Reading circle, 3 December 2026
## Decisions
- We meet <b>every</b> Thursday
- Bring #one *text* $x$ @all
Thank you all.
"""


def _document(text: str, version: int = 1, short: str = "In short.") -> Document:
    title = "Reading circle, 3 December 2026"
    return Document(
        author=MemberId(uuid4()),
        version=version,
        title=title,
        text=text,
        short=short,
        opened=Openness.WORLD,
    )


def _shared(opened: Any, text: str = HIGHLIGHTS, version: int = 1, **changed: Any) -> Any:
    facts = {"status": MeetingStatus.CLOSED, "version": version}
    meeting = opened.called(**{**facts, **changed}).meeting
    return HighlightsShared.of(meeting, document=_document(text, version))


async def test_a_meeting_has_a_page_for_everybody(reading: Any) -> None:
    called = reading.called(
        where="Library, room 2",
        capacity=12,
        repeats="every Thursday at 14:00",
        counts=Counts(yes=5, guests=2, waiting=1, maybe=3),
        zone="Europe/London",
    )
    await reading.hears(called)
    answer = await reading.browser.get(f"/c/{reading.key}/meetings/m7k2")
    assert answer.status_code == 200
    for words in (
        "Reading circle",
        "Library, room 2",
        "every Thursday at 14:00",
        "5 coming, 2 guests with them, 1 waiting for a place, 3 maybe, 5 of 12 places free",
        "Called for:",
        "yes M7K2",
    ):
        assert words in answer.text, words
    page = Outline(answer.text)
    assert page.badly_nested == []
    assert page.open == []
    assert len(page.all("h1")) == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (MeetingStatus.SCHEDULED, "on now"),
        (MeetingStatus.LIVE, "on now"),
        (MeetingStatus.CLOSED, "over"),
        (MeetingStatus.CANCELLED, "Called off"),
    ],
)
async def test_a_meeting_ended_or_called_off_before_its_time_is_not_on(
    reading: Any, status: MeetingStatus, said: str
) -> None:
    await reading.hears(reading.called(status=status))
    reading.world.ahead = timedelta(days=3, minutes=10)

    page = Outline((await reading.browser.get(f"/c/{reading.key}/meetings/M7K2")).text)

    assert said in page.sentence
    assert ("on now" in page.sentence) == (said == "on now")


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("M2222", 404, "There is no such meeting here"),
        ("nonsense", 404, "There is no such meeting here"),
        ("M7K2/highlights.pdf", 403, "This is for members"),
    ],
)
async def test_what_is_not_there_is_said_in_words(
    reading: Any, code: str, status: int, said: str
) -> None:
    await reading.hears(reading.called())
    answer = await reading.browser.get(f"/c/{reading.key}/meetings/{code}")
    assert answer.status_code == status
    assert said in answer.text


async def test_a_meeting_of_another_community_is_not_shown(reading: Any) -> None:
    meeting = reading.called().meeting.model_copy(update={"community": CommunityId(uuid4())})
    await reading.hears(MeetingScheduled.of(meeting))
    assert (await reading.browser.get(f"/c/{reading.key}/meetings/M7K2")).status_code == 404


async def test_highlights_are_for_everybody_as_headings_and_lists_and_never_as_markup(
    reading: Any,
) -> None:
    await reading.hears(_shared(reading))
    text = (await reading.browser.get(f"/c/{reading.key}/meetings/M7K2")).text
    assert '<h2 id="highlights">Highlights</h2>' in text
    assert '<h3 dir="auto">Decisions</h3>' in text
    assert '<li dir="auto">We meet &lt;b&gt;every&lt;/b&gt; Thursday</li>' in text
    assert "<p>In short.</p>" in text
    assert f'href="/c/{reading.key}/meetings/M7K2#highlights"' in (await reading.page()).text


async def test_highlights_that_were_taken_back_are_gone(reading: Any) -> None:
    first = _shared(reading)
    await reading.hears(first, _shared(reading, "", 2, id=first.meeting.id))
    path = f"/c/{reading.key}/meetings/M7K2"
    assert "Highlights" not in (await reading.browser.get(path)).text
    assert (await reading.browser.get(f"{path}/highlights.pdf")).status_code == 403
    assert "#highlights" not in (await reading.page()).text


async def test_a_meeting_with_something_to_read_keeps_its_page(reading: Any) -> None:
    await reading.hears(_shared(reading), reading.called(code="M7K3"))
    reading.world.ahead = timedelta(days=300)
    async with reading.ledger.database.begin() as connection:
        await Store(Session(connection, reading.world.now())).forget_old()
    for code, status in (("M7K2", 200), ("M7K3", 404)):
        answer = await reading.browser.get(f"/c/{reading.key}/meetings/{code}")
        assert answer.status_code == status


async def test_highlights_on_paper_are_one_page_drawn_once(reading: Any) -> None:
    await reading.hears(_shared(reading))
    path = f"/c/{reading.key}/meetings/M7K2/highlights.pdf"
    answer = await reading.browser.get(path)
    assert answer.headers["content-type"] == "application/pdf"
    pdf = pypdfium2.PdfDocument(answer.content)
    assert len(pdf) == 1
    assert [round(side) for side in pdf[0].get_size()] == [595, 842]
    words = pdf[0].get_textpage().get_text_range()
    for said in (
        "Bring #one *text* $x$ @all",
        "We meet <b>every</b> Thursday",
        "Reading in Soweto",
        f"/c/{reading.key}/meetings/M7K2",
        "Shared on",
    ):
        assert said in words, said
    again = await reading.browser.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def _paper(text: str) -> Paper:
    link = "https://cop.example.org/c/k3y/meetings/M7K2"
    facts = {"community": "Reading", "link": link, "seen": link, "day": "today", "lang": "zu"}
    return Paper(title="T" * 120, parts=blocks(text), **facts)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"- {'Ukufunda ngokuqonda ' * 10}" for _ in range(30)),
        "\n".join("- Ngiyabonga🎉👩🏽‍🏫 مرحبا Привет ọ̀rẹ́ 漢字" for _ in range(60)),
        "y" * 6000,
        "\n".join("- a" for _ in range(600)),
        "## Only a heading",
    ],
)
async def test_whatever_is_written_it_stays_on_one_page(text: str) -> None:
    drawn = await Press().drawn(_paper(text), uuid4(), 1)
    assert len(pypdfium2.PdfDocument(drawn)) == 1


async def test_six_hundred_words_are_all_on_the_page() -> None:
    numbered = [f"word{number}" for number in range(600)]
    lines = [f"- {' '.join(numbered[at : at + 15])}" for at in range(0, 600, 15)]
    drawn = await Press().drawn(_paper("\n".join(lines)), uuid4(), 1)
    words = pypdfium2.PdfDocument(drawn)[0].get_textpage().get_text_range().split()
    assert set(numbered) <= set(words)


async def test_where_paper_cannot_be_drawn_people_are_asked_to_come_back(reading: Any) -> None:
    from indaba.contracts.refusal import Unavailable

    with pytest.raises(Unavailable):
        await Press(("false",)).drawn(_paper("- a"), uuid4(), 1)


def test_a_document_is_read_line_by_line() -> None:
    assert blocks("# T\n## A\n- one\n- two\n\nwords\n-- no list\n- \n") == (
        Block(Part.HEADING, ("A",)),
        Block(Part.LIST, ("one", "two")),
        Block(Part.WORDS, ("words",)),
        Block(Part.WORDS, ("-- no list",)),
    )


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


async def test_a_member_sees_their_answer_and_the_agenda(lively: Any) -> None:
    code = await _call(lively, "Fractions")
    held = await lively.town.passport(LINDIWE)
    await lively.town.ask(AnswerRsvp(code=code, answer=RsvpAnswer.MAYBE), held)
    await lively.town.ask(AddAgendaItem(code=code, title="Which <b>tops</b>?", minutes=20), held)
    path = f"/meetings/{code}"

    async def there() -> bool:
        return bool((await lively.get(path)).status_code == 200)

    await until(there)
    guest = Outline((await lively.get(path)).text).sentence
    await lively.sign_in()
    member = Outline((await lively.get(path)).text).sentence
    for words in ("You said: maybe", "Agenda", "1. Which <b>tops</b>? (20 minutes)"):
        assert words in member
        assert words not in guest

    await lively.town.ledgers["scheduling"].stop()
    alone = await lively.get(path)
    assert alone.status_code == 200
    assert "You said" not in alone.text


async def _code_of(lively: Any, title: str) -> str:
    found = await rows(lively.town.ledgers["scheduling"], "SELECT code, title FROM meetings")
    return str(next(code for code, named in found if named == title))


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
    kept = await rows(
        lively.opened.ledger, "SELECT m.title FROM answers JOIN meetings m ON m.id = meeting"
    )
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
    assert await rows(lively.opened.ledger, "SELECT digest FROM calendar_keys") == []
    answers = await rows(lively.opened.ledger, "SELECT a::text FROM answers a")
    assert ending == "left" or member not in str(answers)
