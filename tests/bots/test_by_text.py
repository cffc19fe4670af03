"""An action or a resource is named by its words wherever its code is taken: over all intents."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bots.answering import RESOURCE
from indaba.contracts import actions as a
from indaba.contracts import library as lib
from indaba.conversation.answer import Answer
from indaba.conversation.commands.completing import suggestions
from indaba.conversation.commands.intent import Intent, resolve, resume
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.actions import DueDay
from indaba.conversation.dispatch.by_text import text_field, with_code_of_text
from indaba.conversation.wording import Wording

CODED = [kind for kind in INTENTS if not kind.hidden and text_field(kind)]
TEXTS = {"A7K2": "Buy chalk for the hall", "A8K3": "Collect bottle tops", "A9K4": "Collect rent"}
every_coded = pytest.mark.parametrize("kind", CODED, ids=lambda k: k.called())


def action(code: str, text: str) -> a.ActionFacts:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    return a.ActionFacts.model_construct(code=code, text=text, promised=now.date())


class There:
    """Services that have these actions and resources; the asker's own is what `mine` names."""

    def __init__(self, mine: tuple[str, ...] = ("A7K2",)) -> None:
        self._mine = mine

    async def ask(self, request: Any) -> Any:
        match request:
            case a.ListActions(which=which):
                mine = which is a.WhichActions.MINE
                codes = self._mine if mine else tuple(TEXTS)
                shown = tuple(action(code, TEXTS[code]) for code in codes)
                return a.ActionsListed.model_construct(actions=shown)
            case lib.FindResources(words=words):
                titles = {code.replace("A", "R"): text for code, text in TEXTS.items()}
                some = {c: t for c, t in titles.items() if not words or _shares(words, t)}
                shown_too = tuple(
                    RESOURCE.model_copy(update={"code": c, "title": t}) for c, t in some.items()
                )
                return lib.ResourcesFound(resources=shown_too, total=len(some))
        raise AssertionError(request)


def _shares(words: str, text: str) -> bool:
    return bool(set(words.casefold().split()) & set(text.casefold().split()))


async def read(line: str, there: There | None = None) -> Understood | Answer:
    result = await with_code_of_text(read_line(line, INTENTS), there or There(), Wording())
    assert isinstance(result, Understood | Answer), (line, result)
    return result


def code_of(kind: type[Intent], number: int) -> str:
    letter = "R" if kind.mark(str(text_field(kind)), "code") == "R" else "A"
    return [*TEXTS][number].replace("A", letter)


@every_coded
@pytest.mark.parametrize("words", ["chalk", "the chalk", "buy chalk", "Chalk for the hall"])
async def test_words_stand_for_a_code(kind: type[Intent], words: str) -> None:
    named = await read(f"{kind.called()} {words}")
    assert isinstance(named, Understood)
    assert named.filled[str(text_field(kind))] == code_of(kind, 0)


@every_coded
async def test_a_code_always_wins(kind: type[Intent]) -> None:
    line = f"{kind.called()} {code_of(kind, 1)}"
    assert await read(line) == read_line(line, INTENTS)


@every_coded
@pytest.mark.parametrize("words", ["collect", "moonshine", ""])
async def test_what_fits_several_or_none_is_asked_and_nothing_is_done(
    kind: type[Intent], words: str
) -> None:
    asked = await read(f"{kind.called()} {words}", There(mine=()))
    assert isinstance(asked, Answer)
    assert asked.question() or [c for c in asked.choices() if c.intent == NeverMind()]
    offered = 2 if words == "collect" else 3
    told = asked.text()
    assert sum(text in told for text in TEXTS.values()) == offered, told


@every_coded
@pytest.mark.parametrize("words", ["chlak", "the chaalk", "chalkk hall"])
async def test_what_is_misspelt_is_asked_about_by_what_is_near(
    kind: type[Intent], words: str
) -> None:
    asked = await read(f"{kind.called()} {words}", There(mine=()))
    assert isinstance(asked, Answer)
    assert "chalk" in asked.text()
    if text_field(kind) and kind.mark(str(text_field(kind)), "code") == "A":
        assert "Collect" not in asked.text()


async def test_the_words_that_name_it_are_no_part_of_what_is_said_of_it() -> None:
    asked = await read("done chlak at last")
    assert isinstance(asked, Answer)
    first = asked.choices()[0].intent.model_dump()
    assert (first["code"], first["note"]) == ("A7K2", "at last")


async def test_an_answer_to_the_question_may_be_words_too() -> None:
    ask = resolve(DueDay, {"day": "3 May"}, Wording())
    assert not isinstance(ask, Intent)
    assert not isinstance(resume(ask, "chalk", Wording(), INTENTS), Intent)
    form = Understood(DueDay, {"day": "3 May", "code": "the chalk"})
    named = await with_code_of_text(form, There(), Wording())
    assert named == Understood(DueDay, {"day": "3 May", "code": "A7K2"})


async def test_what_follows_the_words_is_read_as_ever() -> None:
    due = await read("action due chalk 15 Dec")
    assert isinstance(due, Understood)
    assert due.filled == {"code": "A7K2", "day": "15 Dec"}
    done = await read("done collect tops at last", There(mine=("A8K3",)))
    assert isinstance(done, Understood)
    assert done.filled == {"code": "A8K3", "note": "at last"}


@every_coded
async def test_what_is_suggested_while_typing_can_be_named_there(kind: type[Intent]) -> None:
    field = str(text_field(kind))
    for typed in ("chalk", "chlak"):
        suggested = await suggestions(kind, field, typed, There())
        assert [value for _, value in suggested] == [code_of(kind, 0)]
