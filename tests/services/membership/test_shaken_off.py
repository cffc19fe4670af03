"""Nothing that was decided about somebody is shaken off by linking, parting or coming back."""

import pytest

from indaba.contracts.membership import AssignRole, EraseMe, LeaveCommunity, Way
from indaba.contracts.passport import Role
from indaba.contracts.removal import (
    AnswerCase,
    CaseAnswer,
    CaseKind,
    ReadmitMember,
    RemoveMember,
    SuspendMember,
)
from services.membership.test_linking import (
    HOME,
    LINDIWE,
    SIPHO,
    THABO,
    answered,
    proposed,
    raised,
    refused,
    role_of,
    unlinked,
)
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GINA, SECOND = "@gina:example.org", "@second:example.org"
"""One person: a facilitator, and an account that joined as a plain member."""


async def _two_accounts(town: Town) -> None:
    """Gina and another facilitate beside the founder; her second account belongs, too."""
    held = await town.founded()
    for account in (GINA, THABO):
        await town.joined(account)
        await raised(town, held, account, Role.FACILITATOR)
    await town.joined(SECOND)
    town.later(days=8)


async def _link(town: Town) -> None:
    """Gina's account is her second one's from now on: a plain member."""
    link = await proposed(town, await town.passport(SECOND), GINA)
    assert await answered(town, await town.passport(SECOND), link)


async def _moved(town: Town, role: Role | None) -> None:
    held = await town.passport(LINDIWE)
    if role is None:
        await town.ask(RemoveMember(platform=HOME, account=GINA, reason="rude"), held)
    else:
        await town.ask(AssignRole(platform=HOME, account=GINA, role=role, reason="rude"), held)


async def _decided(town: Town) -> None:
    town.later(days=3, minutes=1)

    async def closed() -> bool:
        query = "SELECT 1 FROM cases WHERE closed_at IS NULL AND kind = '{}'"
        kind = CaseKind.DEMOTE
        return not await rows(town.ledgers["membership"], query.format(kind))

    await until(closed)


async def test_a_role_that_was_taken_is_not_given_back(town: Town) -> None:
    await _two_accounts(town)
    await _moved(town, Role.MEMBER)
    await _link(town)
    await _decided(town)
    await unlinked(town, GINA)

    assert await role_of(town, GINA) is Role.MEMBER


async def test_who_was_removed_and_readmitted_comes_back_as_a_member(town: Town) -> None:
    await _two_accounts(town)
    await _link(town)
    held = await town.passport(LINDIWE)
    await town.ask(RemoveMember(platform=HOME, account=SECOND, reason="rude"), held)
    await town.ask(ReadmitMember(platform=HOME, account=SECOND), held)
    await town.joined(SECOND)
    await unlinked(town, GINA)

    assert await role_of(town, GINA) is Role.MEMBER


async def test_who_left_and_came_back_is_a_member_with_both(town: Town) -> None:
    await _two_accounts(town)
    await _link(town)
    await town.ask(LeaveCommunity(), await town.passport(SECOND))
    await town.joined(SECOND)
    await unlinked(town, GINA)

    assert await role_of(town, GINA) is Role.MEMBER


async def test_one_grant_makes_one_facilitator(town: Town) -> None:
    await _two_accounts(town)
    await _link(town)
    await raised(town, await town.passport(LINDIWE), SECOND, Role.FACILITATOR)
    await unlinked(town, GINA)

    assert await role_of(town, SECOND) is Role.FACILITATOR
    assert await role_of(town, GINA) is Role.MEMBER


async def test_without_anything_decided_both_are_what_they_were(town: Town) -> None:
    await _two_accounts(town)
    await _link(town)
    town.later(days=2)
    await unlinked(town, GINA)

    assert await role_of(town, GINA) is Role.FACILITATOR
    assert await role_of(town, SECOND) is Role.MEMBER


async def test_nobody_seconds_what_they_moved_as_somebody_else(town: Town) -> None:
    await _two_accounts(town)
    await raised(town, await town.passport(LINDIWE), SECOND, Role.FACILITATOR)
    await _link(town)
    town.later(minutes=11)
    moved = RemoveMember(platform=HOME, account=LINDIWE, reason="rude")
    await town.ask(moved, await town.passport(GINA))
    await unlinked(town, GINA)
    motion = f"SELECT id FROM cases WHERE kind = '{CaseKind.REMOVE}' AND closed_at IS NULL"
    [(case,)] = await rows(town.ledgers["membership"], motion)
    second = AnswerCase(case=case, answer=CaseAnswer.SECOND)

    assert await refused(town.ask(second, await town.passport(GINA))) == "case-closed"
    assert await role_of(town, LINDIWE) is Role.FACILITATOR


async def test_a_newcomers_silence_does_not_take_the_members_vote_away(town: Town) -> None:
    held = await town.founded()
    await town.joined(THABO)
    await raised(town, held, THABO, Role.FACILITATOR)
    for account in (GINA, SIPHO):
        await town.joined(account)
    town.later(days=30)
    await raised(town, await town.passport(THABO), GINA, Role.FACILITATOR)
    moved = RemoveMember(platform=HOME, account=LINDIWE, reason="rude")
    settled = await town.ask(moved, await town.passport(THABO))

    assert settled.way is Way.MEMBERS


@pytest.mark.parametrize("after", [0, 8], ids=["within the week", "after the week"])
async def test_a_suspension_goes_on_for_an_account_that_was_unlinked(
    town: Town, after: int
) -> None:
    held = await town.founded()
    await town.joined(GINA)
    link = await proposed(town, await town.passport(GINA), SECOND)
    assert await answered(town, await town.passport(GINA), link)
    town.later(days=after)
    held = await town.passport(LINDIWE)
    await town.ask(SuspendMember(platform=HOME, account=GINA, reason="rude"), held)
    await unlinked(town, SECOND)
    await town.joined(SECOND)

    assert not (await town.passport(SECOND)).passport.roles
    town.later(days=3, minutes=1)

    async def over() -> bool:
        return bool((await town.passport(SECOND)).passport.roles)

    await until(over)


async def test_a_suspension_goes_on_after_an_erasure(town: Town) -> None:
    held = await town.founded()
    await town.joined(GINA)
    await town.ask(SuspendMember(platform=HOME, account=GINA, reason="rude"), held)
    await town.ask(EraseMe(), await town.passport(GINA))
    await town.joined(GINA)

    assert not (await town.passport(GINA)).passport.roles
