"""Three accounts that became one, one after the other: nothing is shaken off by the order.

GINA, a facilitator, becomes SECOND's, a member; that one becomes THIRD's. Whatever is decided while
GINA is one with either holds for her, in whichever order they part.
"""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from indaba.contracts.linking import ShowLinks
from indaba.contracts.membership import AssignRole, LeaveCommunity
from indaba.contracts.passport import Role
from indaba.contracts.removal import ReadmitMember, RemoveMember, SuspendMember
from services.membership.test_linking import (
    HOME,
    LINDIWE,
    THABO,
    answered,
    proposed,
    raised,
    refused,
    role_of,
    unlinked,
)
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

GINA, SECOND, THIRD = (f"@{name}:example.org" for name in ("gina", "second", "third"))
ORDERS = {"inner first": (GINA, SECOND), "outer first": (SECOND, GINA)}


async def _nothing(town: Town, one: str) -> None:
    """Time goes by."""
    town.later(minutes=5)


async def _moves(town: Town, one: str) -> None:
    """They move that the founder be removed, for which they need to facilitate."""
    await raised(town, await town.passport(LINDIWE), one, Role.FACILITATOR)
    town.later(minutes=11)
    moved = RemoveMember(platform=HOME, account=THABO, reason="rude")
    await town.ask(moved, await town.passport(one))
    own = AssignRole(platform=HOME, account=one, role=Role.MEMBER)
    await town.ask(own, await town.passport(one))


async def _leaves(town: Town, one: str) -> None:
    await town.ask(LeaveCommunity(), await town.passport(one))
    await town.joined(one)


async def _is_removed(town: Town, one: str) -> None:
    held = await town.passport(LINDIWE)
    await town.ask(RemoveMember(platform=HOME, account=one, reason="rude"), held)
    await town.ask(ReadmitMember(platform=HOME, account=one), held)
    await town.joined(one)


async def _is_suspended(town: Town, one: str) -> None:
    held = await town.passport(LINDIWE)
    await town.ask(SuspendMember(platform=HOME, account=one, reason="rude"), held)


HAPPENS: Mapping[str, tuple[Callable[[Town, str], Awaitable[None]], Role | None]] = {
    "nothing": (_nothing, Role.FACILITATOR),
    "they move something": (_moves, Role.MEMBER),
    "they leave and come back": (_leaves, Role.MEMBER),
    "they are removed and readmitted": (_is_removed, Role.MEMBER),
    "they are suspended": (_is_suspended, Role.MEMBER),
}
"""What happens to the one member, and what GINA is once she is parted."""


async def _becomes(town: Town, gone: str, owner: str) -> None:
    link = await proposed(town, await town.passport(owner), gone)
    assert await answered(town, await town.passport(owner), link)
    town.later(minutes=5)


async def _chain(town: Town, what: Callable[[Town, str], Awaitable[None]], when: str) -> None:
    held = await town.founded()
    for account in (GINA, THABO, SECOND, THIRD):
        await town.joined(account)
    for account in (GINA, THABO):
        await raised(town, held, account, Role.FACILITATOR)
    town.later(days=8)
    await _becomes(town, GINA, SECOND)
    if when == "before the second link":
        await what(town, SECOND)
    await _becomes(town, SECOND, THIRD)
    if when == "after it":
        await what(town, THIRD)
    town.later(minutes=5)


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("when", ["before the second link", "after it"])
@pytest.mark.parametrize("what", HAPPENS)
async def test_whatever_was_decided_holds_along_the_chain(
    town: Town, what: str, when: str, order: str
) -> None:
    happens, becomes = HAPPENS[what]
    await _chain(town, happens, when)
    for account in ORDERS[order]:
        await unlinked(town, account)
        town.later(minutes=5)

    assert await role_of(town, GINA) is becomes


async def test_who_came_along_does_not_put_out_whom_they_came_with(town: Town) -> None:
    await _chain(town, _nothing, "after it")
    for asking in (GINA, SECOND):
        assert await refused(unlinked(town, asking, THIRD)) == "linked-before"
    assert await refused(unlinked(town, GINA, SECOND)) == "linked-before"
    asked = ShowLinks(platform=HOME, account=GINA)
    shown = (await town.ask(asked, await town.passport(GINA))).accounts
    assert {one.account for one in shown if one.may_go} == {GINA}

    assert (await unlinked(town, SECOND, GINA)).restored
