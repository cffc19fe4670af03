"""What people ask and say as they would to a colleague, on a phone, in their own words."""

from itertools import product

import pytest

from bots.test_never_silent import said, states
from bots.test_titles import Planned, filled
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.changing import Cancel, Move
from indaba.conversation.commands.topics.scheduling import (
    ASKS_WHEN,
    ASKS_WHO,
    MeetingDetails,
    MeetingWhen,
)
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.courtesy import COURTESIES
from indaba.conversation.dispatch.resolve import resolve_event

ASKED = [*product(ASKS_WHO, [MeetingDetails]), *product(ASKS_WHEN, [MeetingWhen])]


@pytest.mark.parametrize(("line", "kind"), ASKED, ids=lambda x: x if isinstance(x, str) else "")
async def test_a_question_is_about_the_next_meeting_or_the_one_named(
    line: str, kind: type[MeetingDetails | MeetingWhen]
) -> None:
    for asked in (line, f"{line.capitalize()}?", f"{line} please"):
        assert read_line(asked, INTENTS) == Understood(kind), asked
    there = Planned(M7K2="Fractions that stick", M8K3="AGM")
    for title in ("Fractions", "the fractions?", "fractions that stick"):
        assert await filled(f"{line} {title}", there) == {"code": "M7K2"}


@pytest.mark.parametrize("begun", [*Move.aliases, "move", "move meeting"])
async def test_a_meeting_is_moved_in_other_words(begun: str) -> None:
    there = Planned(M7K2="Fractions that stick")
    expected = {"code": "M7K2", "when": "monday 3pm"}
    assert await filled(f"{begun} fractions monday 3pm", there) == expected


@pytest.mark.parametrize("begun", [*Cancel.aliases, "cancel", "cancel meeting"])
async def test_a_meeting_is_called_off_in_other_words(begun: str) -> None:
    there = Planned(M7K2="Fractions that stick")
    assert await filled(f"{begun} fractions", there) == {"code": "M7K2"}


@pytest.mark.parametrize(("words", "answer"), COURTESIES.items())
def test_courtesy_is_answered_in_kind_whatever_was_asked_before(words: str, answer: str) -> None:
    for context, direct in product(states(), (False, True)):
        event = said(f"{words.capitalize()}!", addressed=f"{words.capitalize()}!", direct=direct)
        assert resolve_event(event, context) == means.Say(answer)


def test_no_courtesy_is_a_command() -> None:
    assert not [words for words in COURTESIES if isinstance(read_line(words, INTENTS), Understood)]
