"""No table of a bot keeps what opens something: every intent, and what is typed on Matrix."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import product
from types import new_class
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_town import Town, town_with_a_bot
from bots.walking import everything_typed
from cells import every
from dumps import dumped, where
from indaba.contracts.ids import CODE_LETTERS, OneTimeCode
from indaba.contracts.linking import CodeIssued, IssueLinkCode, IssueRoomCode
from indaba.contracts.membership import PassportIssued
from indaba.conversation.answer import Ask
from indaba.conversation.commands.fields import Secret
from indaba.conversation.commands.intent import (
    Intent,
    ask_to_json,
    intent_to_json,
    question,
    resolve,
)
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.linking import spoken
from indaba.conversation.wording import Wording
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
CODE = CODE_LETTERS[3:12]
TYPED = "7K2M9QPX3"
"""The code of the lines that are walked."""
ARE_TYPED = {"me link": {"code"}, "cop connect": {"code"}}
DIRECT: dict[str, Any] = {"name": "", "is_direct": True, "preset": "trusted_private_chat"}


def test_only_what_is_typed_has_a_field_for_a_code() -> None:
    assert {k.called(): {*k.secrets()} for k in INTENTS if k.secrets()} == ARE_TYPED
    assert not [kind for kind in INTENTS if kind.hidden and kind.secrets()]


@pytest.mark.parametrize("kind", [Secret, Secret | None, OneTimeCode, tuple[OneTimeCode, ...]])
def test_what_is_carried_by_a_choice_cannot_have_one(kind: Any) -> None:
    def made(*, hidden: bool) -> type[Intent]:
        body = {"__annotations__": {"given": kind}, "__doc__": "Open it.", "__module__": __name__}
        named = {"noun": "a", "verb": "b", "hidden": hidden}
        return new_class("Opening", (Intent,), named, lambda space: space.update(body))

    assert made(hidden=False).secrets() == {"given"}
    with pytest.raises(TypeError, match=r"a b: no table keeps what opens something: \['given'\]"):
        made(hidden=True)


WITH_CODES = [(kind, name) for kind in INTENTS for name in kind.secrets()]


@every("case", WITH_CODES)
def test_neither_a_choice_nor_a_question_is_kept_with_one(case: tuple[type[Intent], str]) -> None:
    kind, name = case
    with pytest.raises(TypeError, match="opens something"):
        intent_to_json(kind(**{name: CODE}))
    with pytest.raises(TypeError, match="opens something"):
        ask_to_json(Ask(kind.called(), {name: CODE}, "other", "Which?"), INTENTS)
    asked = question(kind, {name: CODE}, next(iter(kind.model_fields)), Wording())
    assert CODE not in str(ask_to_json(asked, INTENTS))
    assert CODE not in str(kind(**{name: CODE}).again())


NEARLY = ("it is {}", "{}.", "'{}'", "{}{}", "{} thanks")


@every("case, around", product(WITH_CODES, NEARLY))
def test_what_is_nearly_a_code_is_not_said_again(
    case: tuple[type[Intent], str], around: str
) -> None:
    kind, name = case
    asked = resolve(kind, {name: around.format(CODE, CODE)}, Wording())
    assert isinstance(asked, Ask)
    assert asked.why
    assert CODE not in str(asked)


async def test_all_that_is_offered_can_be_kept_and_holds_no_code() -> None:
    steps = await everything_typed(NOW)
    assert any(TYPED in str(step.intent) for step in steps)
    for step in steps:
        for choice in step.offered:
            assert TYPED not in intent_to_json(choice.intent)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


def _spellings(code: str) -> tuple[str, str, str]:
    return code, spoken(CodeIssued(code=code, expires_at=NOW)), code.lower()


async def _kept_nowhere(town: Town, code: str) -> None:
    ledgers = [bot._ledger for bot in town.bots]
    dump = await dumped(ledgers)
    assert dump["matrix_bot public.choices"]
    spelt = {*_spellings(code), *(one.lower() for one in _spellings(code))}
    assert {place for one in spelt for place in where(dump, one)} == set()


async def _typed(town: Town, line: str, **settings: Any) -> tuple[Any, str, dict[str, Any]]:
    """Somebody types a line in a room of their own; who, where, and the answer."""
    who = await town.person("sipho")
    room = await town.room_with_bot(who, **settings)
    return who, room, await town.answer(who, room, await who.say(room, line))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("way", [0, 1, 2])
async def test_a_code_that_was_typed_is_in_no_table_and_still_works(town: Town, way: int) -> None:
    chair = await town.person("lindiwe")
    home = await town.room_with_bot(chair)
    held: PassportIssued = await town.founded(chair, home)
    code = (await town.ask(IssueRoomCode(), held)).code
    who, room, shown = await _typed(town, f"!cop connect {_spellings(code)[way]}")
    assert "This code is from Maths teachers" in shown["content"]["body"]
    await _kept_nowhere(town, code)
    await who.react(room, shown["event_id"], "✅")

    async def connected() -> bool:
        said = [e["content"]["body"] for e in await town.spoken(who, room)]
        return any("belongs to Maths teachers now" in body for body in said)

    await until(connected, 20)
    own = (await town.ask(IssueLinkCode(), held)).code
    who, room, shown = await _typed(town, f"me link {_spellings(own)[way]}", **DIRECT)
    assert "With this code you become" in shown["content"]["body"]
    await _kept_nowhere(town, own)
    await who.react(room, shown["event_id"], "✅")

    async def asked() -> bool:
        said = [e["content"]["body"] for e in await town.spoken(who, room)]
        return any("Until they agree nothing happens" in body for body in said)

    await until(asked, 20)
