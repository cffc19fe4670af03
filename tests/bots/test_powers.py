"""Nobody gets powers by one line: what gives them is meant, and its preview says what they are."""

import typing
from typing import Any

import pytest

from attacks.test_who_may_ask import requests
from bots.answering import NOW, THANDI, picked, said
from bots.walking import everything_typed
from indaba.contracts.membership import AssignRole, Settled, Way
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseAnswer
from indaba.contracts.wire import Request
from indaba.conversation.commands.intent import Meant
from indaba.conversation.commands.topics.powers import MAY, TakeRoleBack

POWERS = {Role, CaseAnswer}
"""Types of what makes somebody more than they were."""


def _within(annotation: Any) -> set[Any]:
    return {annotation, *(each for a in typing.get_args(annotation) for each in _within(a))}


def _may_give_powers(kind: type[Request[Any]]) -> bool:
    return any(POWERS & _within(field.annotation) for field in kind.model_fields.values())


def test_a_request_that_names_a_role_says_whether_it_gives_powers() -> None:
    named = [kind for kind in requests() if _may_give_powers(kind)]
    assert AssignRole in named
    assert [k for k in named if k.gives_powers is Request.gives_powers] == []


@pytest.mark.asyncio
async def test_whatever_gives_powers_is_only_picked_after_a_preview() -> None:
    giving = [
        step for step in await everything_typed(NOW) if any(r.gives_powers() for r in step.asked)
    ]
    assert {step.intent.called() for step in giving} >= {"member make-facilitator"}
    for step in giving:
        assert step.picked
        assert step.intent.hidden
        assert step.intent.MEANT is Meant.BY_PICK


@pytest.mark.asyncio
async def test_a_preview_says_what_they_may_do_and_for_ten_minutes_it_is_undone() -> None:
    preview = await said("member role @bo:example.org facilitator")
    for power in MAY:
        assert power in preview.text()
    done = await picked(preview, "✅", THANDI)
    assert "is a facilitator" in done.text()
    undone = await picked(done, "↩️", THANDI)
    assert undone.text() == "Undone: @bo:example.org is a member again."
    [undo] = [c.intent for c in done.choices()]
    assert isinstance(undo, TakeRoleBack)
    assert undo.again().arguments["role"] == "member"


@pytest.mark.asyncio
async def test_an_undo_that_the_service_does_not_take_is_a_motion_and_says_so() -> None:
    done = await picked(await said("member role @bo:example.org facilitator"), "✅", THANDI)
    moved = Settled(way=Way.SECOND, until=NOW)
    assert "one more facilitator" in (await picked(done, "↩️", THANDI, AssignRole=moved)).text()
