"""Plain questions, and words that name no meeting: each leads to what was meant."""

from itertools import product

import pytest

from bots.test_help import FACILITATOR, PEOPLE, helped
from bots.test_titles import Planned, filled
from indaba.contracts.series import Scope
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.actions import ASKS_WHAT_TO_DO, Actions
from indaba.conversation.commands.topics.agenda import ASKS_WHATS_ON, Agenda
from indaba.conversation.commands.topics.helping import Help
from indaba.conversation.commands.topics.library import ASKS_ABOUT_WHAT, Find
from indaba.conversation.commands.topics.minutes import ASKS_WHAT_WAS_DECIDED, Minutes
from indaba.conversation.commands.topics.undoing import with_undo

ASKED: list[tuple[str, type[Intent]]] = [
    *((line, Actions) for line in ASKS_WHAT_TO_DO),
    *((line, Agenda) for line in ASKS_WHATS_ON),
    *((line, Minutes) for line in ASKS_WHAT_WAS_DECIDED),
]
OR_TITLE = [
    kind.called()
    for kind in INTENTS
    if not kind.hidden and any(kind.mark(name, "or_meeting") for name in kind.model_fields)
]
NO_NAME = ("the meeting", "our meeting", "the next meeting", "it now", "this meeting please")


@pytest.mark.parametrize(("line", "kind"), ASKED, ids=lambda x: x if isinstance(x, str) else "")
def test_a_plain_question_is_understood(line: str, kind: type) -> None:
    for asked in (line, f"{line.capitalize()}?"):
        assert read_line(asked, INTENTS) == Understood(kind), asked


@pytest.mark.parametrize("line", ASKS_ABOUT_WHAT)
def test_what_was_decided_about_something_is_looked_for(line: str) -> None:
    read = read_line(f"{line} fractions?", INTENTS)
    assert isinstance(read, Understood)
    assert read.intent is Find
    assert "fractions" in str(read.filled["words"])


@pytest.mark.parametrize(("line", "words"), [*product(OR_TITLE, NO_NAME)])
async def test_words_that_name_no_meeting_are_not_taken_for_a_title(line: str, words: str) -> None:
    there = Planned(M7K2="Fractions that stick")
    assert await filled(f"{line} {words}", there) == {}
    assert await filled(f'{line} "The meeting"', there) != {}


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
async def test_what_help_says_to_type_gives_help(person: Person) -> None:
    lead = "More on one of them: "
    shown = (await helped("", person)).text().splitlines()
    line = next(one.removeprefix(lead) for one in shown if one.startswith(lead))
    read = read_line(line, INTENTS)
    assert isinstance(read, Understood)
    assert read.intent is Help
    assert "I have no help" not in (await helped(str(read.filled["topic"]), person)).text()


async def test_how_do_i_shows_the_line_that_does_it() -> None:
    read = read_line("how do I call a meeting?", INTENTS)
    assert isinstance(read, Understood)
    assert read.intent is Help
    text = (await helped(str(read.filled["topic"]), FACILITATOR)).text()
    assert "meeting new" in text
    assert "I have no help" not in text


@pytest.mark.parametrize("scope", Scope)
def test_what_calls_it_off_later_calls_off_what_was_called(scope: Scope) -> None:
    line = with_undo("Called.", "M7K2", FACILITATOR, scope).text().split("later, type: ")[1]
    read = read_line(line.splitlines()[0], INTENTS)
    assert isinstance(read, Understood)
    assert read.filled.get("scope", Scope.THIS.value) == scope.value
