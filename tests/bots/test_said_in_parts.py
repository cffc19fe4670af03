"""A time that is said in several messages, read as people go on talking."""

from typing import Any

import pytest

from bots.answering import MEETING, THANDI, BusServiceClient
from indaba.contracts.lines import MeetingRead, MeetingReading, ReadMeeting
from indaba.contracts.times import Reading, ReadWhen
from indaba.conversation.answer import Answer, Ask
from indaba.conversation.commands.in_parts import InParts
from indaba.conversation.commands.intent import Intent, resume
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.wording import Wording
from indaba.scheduling.model import read_meeting, read_when

ZONE, LOCALE = MEETING.zone, "en-ZA"
BEGUN = {
    "meeting new": 'meeting new "Reading circle" ',
    "meeting move": "meeting move M7K2 ",
    "meeting also": "meeting also M7K2 ",
}
SAID = [
    (("thu", "15:00"), "Thursday 3 December 2026, 15:00"),
    (("next week wednesday evening", "19:00"), "Wednesday 9 December 2026, 19:00"),
    (("thu", "afternoon", "3"), "Thursday 3 December 2026, 15:00"),
    (("ngoLwesihlanu", "14:00"), "Friday 4 December 2026, 14:00"),
    (("today 04:50", "tomorrow 18:00"), "Wednesday 2 December 2026, 18:00"),
    (("thu", "fri 16:00"), "Friday 4 December 2026, 16:00"),
    (("purple", "thu 18:00"), "Thursday 3 December 2026, 18:00"),
]


class Reads(BusServiceClient):
    """Services that read times as scheduling does."""

    async def ask(self, request: Any) -> Any:
        match request:
            case ReadMeeting(line=line, title=title):
                read = read_meeting(line, THANDI.now, ZONE, LOCALE, title=title)
                readings = tuple(
                    MeetingReading(title=r.title, minutes=r.minutes, **dict(r.meant))
                    for r in read.readings
                    if isinstance(r.meant, Reading)
                )
                return MeetingRead(
                    sure=read.sure, readings=readings, doubt=read.doubt, title=read.title
                )
            case ReadWhen(text=text):
                return read_when(text, THANDI.now, ZONE, LOCALE)
        return await super().ask(request)


async def answered(step: Intent | Ask | None) -> Answer:
    assert isinstance(step, Intent), step
    return await step.respond(THANDI, Reads())


@pytest.mark.parametrize("kind", [k for k in INTENTS if issubclass(k, InParts)], ids=str)
@pytest.mark.parametrize(("parts", "meant"), SAID, ids=lambda s: "-".join(s) if s else "")
async def test_a_time_is_said_in_parts(
    kind: type[Intent], parts: tuple[str, ...], meant: str
) -> None:
    first, *more = parts
    read = read_line(f"{BEGUN[kind.called()]}{first}", INTENTS)
    assert isinstance(read, Understood)
    answer = await answered(kind.model_validate(read.filled))
    for part in more:
        ask = answer.question()
        assert ask is not None, answer.text()
        answer = await answered(resume(ask, part, Wording(), INTENTS))
    assert answer.question() is None
    shown = answer.text()
    if kind.called() != "meeting also":
        assert meant in shown


async def test_a_title_said_first_is_not_read_as_a_time() -> None:
    read = read_line("meeting new AGM", INTENTS)
    assert isinstance(read, Understood)
    answer = await answered(read.intent.model_validate(read.filled))
    for part in ("thu", "15:00"):
        ask = answer.question()
        assert ask is not None
        answer = await answered(resume(ask, part, Wording(), INTENTS))
    assert "Title: AGM\nWhen: Thursday 3 December 2026, 15:00" in answer.text()


def test_every_intent_that_asks_for_a_time_in_words_goes_on_with_it() -> None:
    """The one that takes a line whole, and those with a `when` of their own."""
    timed = {k for k in INTENTS if "when" in k.model_fields and not k.hidden}
    assert timed == {k for k in INTENTS if issubclass(k, InParts)}


@pytest.mark.parametrize(
    ("line", "title", "when", "place"),
    [
        ("Fractions thursday 3pm for 90 minutes at Room 4", "Fractions", "15:00", "Room 4"),
        ("Fractions thu 15:00 in the library", "Fractions", "15:00", "the library"),
        ("Fractions thu at noon", "Fractions", "12:00", ""),
        ("Fractions at Room 4 thu 15:00", "Fractions at Room 4", "15:00", ""),
        ("Fractions thu at 15:00", "Fractions", "15:00", ""),
    ],
)
async def test_a_place_may_end_the_line(line: str, title: str, when: str, place: str) -> None:
    read = read_line(f"meeting new {line}", INTENTS)
    assert isinstance(read, Understood)
    text = (await answered(read.intent.model_validate(read.filled))).text()
    assert (f"Title: {title}\n" in text, when in text) == (True, True)
    assert (f"Where: {place}" in text) if place else ("Where" not in text)
    assert "did not understand" not in text
