from datetime import timedelta
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.openness import Openness
from indaba.contracts.record import Document, HighlightsShared
from indaba.contracts.scheduling import Counts, MeetingScheduled, MeetingStatus
from indaba.ledger.session import Session
from indaba.portal.printing.press import Paper, Press
from indaba.portal.store import Store
from indaba.portal.writing import Block, Part, blocks
from services.portal.outline import Outline

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
