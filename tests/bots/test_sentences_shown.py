"""Every sentence shown comes from the catalogue, and what people wrote stays text."""

from dataclasses import replace

import pytest

from bots.answering import (
    FOUNDER,
    GUEST,
    MEETING,
    MEMBER,
    RESOURCE,
    THANDI,
    BusServiceClient,
    said,
    understood,
)
from indaba.contracts import scheduling as s
from indaba.contracts import times
from indaba.conversation.answer import Answer, Block, Facts, Items, Text
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.cop import Found, SetUp
from indaba.conversation.wording import PSEUDO

HOSTILE = "@room <b>x</b> **bold** \u202eevil\u2066\x00 [a](http://x) ```\n{code} {0} %s"


async def test_hostile_titles_are_shown_as_text_only() -> None:
    facts = MEETING.model_copy(update={"title": HOSTILE, "reason": HOSTILE})
    shown = s.MeetingShown(meeting=facts)
    listed = s.MeetingsListed(meetings=(facts,))
    answers = [
        await said("next", ShowMeeting=shown),
        await said("meeting list", ListMeetings=listed),
        await said("yes", AnswerRsvp=shown),
    ]
    for text in (each.text() for each in answers):
        assert "@room" not in text
        assert not any(c in text for c in "\u202e\u2066\x00")
        assert "{code} {0} %s" in text
        assert "**bold**" in text


DATA = {
    "24",
    "1",
    "3",
    RESOURCE.why,
    RESOURCE.link,
    *("M7K2", "Fractions", "Fractions in Grade 4", "the hall is taken", "Maths circle"),
    *("@sipho:example.org", "He sends spam"),
    *("we improve maths lessons together", "Johannesburg", "English", "matrix", "-"),
}


def bare(block: Block) -> list[str]:
    """What a block shows that has not passed the catalogue."""
    match block:
        case Text(words):
            shown = [words]
        case Items(lines):
            shown = list(lines)
        case Facts(rows):
            dates = [v for _, v in rows if not v.startswith("Thursday") and v not in DATA]
            shown = [label for label, _ in rows] + dates
        case _:
            shown = []
    return [words for words in shown if not (words.startswith("⟦") and "⟧" in words)]


def unmarked(answer: Answer) -> list[str]:
    loose = [words for block in answer.blocks for words in bare(block)]
    loose += [c.label for c in answer.choices() if not c.label.startswith("⟦")]
    if ask := answer.question():
        loose += [w for w in (ask.question, ask.why) if w and not w.startswith("⟦")]
    return loose


TYPED = [kind for kind in INTENTS if not kind.hidden]


def spoken_to(kind: type[Intent], changed: Person | None = None) -> Person:
    person = changed or (FOUNDER if kind in (SetUp, Found) else THANDI)
    return replace(person, locale=PSEUDO)


@pytest.mark.parametrize("kind", TYPED, ids=lambda k: k.called())
async def test_no_sentence_of_any_intent_slips_by_the_catalogue(kind: type[Intent]) -> None:
    todo = [understood(kind.example)]
    done: list[Intent] = []
    people = [None, GUEST, MEMBER, replace(THANDI, direct=False)]
    while todo:
        intent = todo.pop()
        done.append(intent)
        for changed in people:
            for unsure in (
                BusServiceClient(),
                BusServiceClient(ReadWhen=times.WhenRead(sure=False, readings=())),
            ):
                answer = await perform(intent, spoken_to(kind, changed), unsure)
                assert unmarked(answer) == []
                todo += [c.intent for c in answer.choices() if c.intent not in done + todo]
