"""How many people a community's figures stand for: facilitators set it, all services go by it."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from indaba.contracts.figures import FEWEST, MOST_ASKED
from indaba.contracts.group_sizes import (
    NOTICE,
    GroupSizeAsked,
    GroupSizeChanged,
    GroupSizeShown,
    GroupSizeTakenBack,
    SetGroupSize,
    ShowGroupSize,
    TakeBackGroupSize,
)
from indaba.contracts.linking import ShowZones
from indaba.contracts.membership import AssignRole, DescribeMe, Platform
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.contracts.wire import Event
from indaba.membership.workflows.group_sizes import BEGINS
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
FACILITATOR, ANOTHER, MEMBER = "@lindiwe:example.org", "@thabo:example.org", "@member:example.org"
A_DAY = timedelta(days=1)


async def _size(town: Town, account: str = FACILITATOR) -> int:
    community = (await town.passport(account)).community
    assert community
    return community.group_size


async def _begin(town: Town, members: int) -> None:
    """A community with two facilitators and so many members in all."""
    held = await town.founded(FACILITATOR)
    for account in (ANOTHER, MEMBER, *(f"@m{n}:example.org" for n in range(members - 3))):
        await town.joined(account)
    both = AssignRole(platform=Platform.MATRIX, account=ANOTHER, role=Role.FACILITATOR)
    await town.ask(both, held)


async def _asks(town: Town, size: int, account: str = FACILITATOR) -> GroupSizeShown:
    held = await town.passport(account)
    await town.ask(SetGroupSize(size=size), held)
    return await town.ask(ShowGroupSize(), held)


async def _takes_back(town: Town, account: str) -> GroupSizeShown:
    return await town.ask(TakeBackGroupSize(), await town.passport(account))


async def _becomes(town: Town, size: int) -> None:
    """The number in force is or becomes this one."""

    async def so() -> bool:
        return await _size(town) == size

    await until(so)


async def _told(town: Town, *kinds: type[Event]) -> list[tuple[type[Event], dict[str, Any]]]:
    """What membership told of these kinds, in order."""
    wires = ", ".join(f"'{kind.wire}'" for kind in kinds)
    query = f"SELECT wire, envelope->'body' FROM ledger.journal WHERE wire IN ({wires}) ORDER BY id"
    by_wire = {kind.wire: kind for kind in kinds}
    found = await rows(town.ledgers["membership"], query)
    return [(by_wire[wire], body) for wire, body in found]


async def _planned(town: Town) -> list[Any]:
    query = f"SELECT due_at FROM ledger.timers WHERE kind = '{BEGINS}'"
    return [due for (due,) in await rows(town.ledgers["membership"], query)]


async def test_a_larger_number_waits_for_a_week_and_a_smaller_one_holds_at_once(
    town: Town,
) -> None:
    await _begin(town, 9)
    with pytest.raises(Refused, match="facilitator"):
        await _asks(town, 8, MEMBER)
    asked_at = town.clock.now()
    shown = await _asks(town, 8)
    assert shown.size == await _size(town) == FEWEST
    assert shown.waiting
    assert shown.waiting.size == 8
    assert shown.waiting.begins_at >= asked_at + NOTICE
    assert await _planned(town) == [shown.waiting.begins_at]
    assert await town.ask(ShowGroupSize(), await town.passport(MEMBER)) == shown

    town.later(days=6.9)
    assert await _size(town) == FEWEST
    town.later(days=0.2)
    await _becomes(town, 8)
    assert await _planned(town) == []
    assert (await _asks(town, 6)).size == await _size(town, MEMBER) == 6

    events = await _told(town, GroupSizeChanged)
    assert [(e["before"], e["size"]) for _, e in events] == [(5, 8), (8, 6)]
    assert all(one["version"] < other["version"] for (_, one), (_, other) in pairwise(events))


@pytest.mark.parametrize("by", [FACILITATOR, ANOTHER])
async def test_any_facilitator_takes_it_back_and_it_never_begins(town: Town, by: str) -> None:
    await _begin(town, 9)
    await _asks(town, 8)
    with pytest.raises(Refused, match="facilitator"):
        await _takes_back(town, MEMBER)
    assert await _takes_back(town, by) == GroupSizeShown(size=FEWEST, members=9)
    with pytest.raises(Refused, match="nothing to take back"):
        await _takes_back(town, by)
    assert await _planned(town) == []
    town.later(days=NOTICE.days + 1)
    assert await _size(town) == FEWEST
    assert await rows(town.ledgers["membership"], "SELECT 1 FROM ledger.group_sizes") == []
    kinds = [kind for kind, _ in await _told(town, GroupSizeAsked, GroupSizeTakenBack)]
    assert kinds == [GroupSizeAsked, GroupSizeTakenBack]
    assert await _told(town, GroupSizeChanged) == []


async def test_once_it_has_begun_there_is_nothing_to_take_back(town: Town) -> None:
    await _begin(town, 9)
    await town.in_groups_of(8)
    with pytest.raises(Refused, match="figures stand for 8 people or more"):
        await _takes_back(town, ANOTHER)
    assert await _size(town) == 8


@pytest.mark.parametrize(
    ("asked", "waits", "begins_on", "told"),
    [
        ((8, 8), 8, 7, (GroupSizeAsked,)),
        ((7, 9), 9, 10, (GroupSizeAsked, GroupSizeAsked)),
        ((9, 7), 7, 10, (GroupSizeAsked, GroupSizeAsked)),
        ((8, 5), None, None, (GroupSizeAsked, GroupSizeTakenBack)),
    ],
)
async def test_what_is_asked_for_last_waits_and_the_week_starts_anew_with_another_number(
    town: Town,
    asked: Sequence[int],
    waits: int | None,
    begins_on: int | None,
    told: Sequence[type[Event]],
) -> None:
    await _begin(town, 9)
    began = town.clock.now()
    first, second = asked
    await _asks(town, first)
    town.later(days=3)
    waiting = (await _asks(town, second, ANOTHER)).waiting
    assert (waiting.size if waiting else None) == waits
    if waiting:
        assert round((waiting.begins_at - began) / A_DAY) == begins_on
        assert await _planned(town) == [waiting.begins_at]
    else:
        assert await _planned(town) == []
    kinds = (GroupSizeAsked, GroupSizeTakenBack, GroupSizeChanged)
    assert tuple(kind for kind, _ in await _told(town, *kinds)) == told


async def test_who_lowers_it_takes_back_what_waits(town: Town) -> None:
    await _begin(town, 9)
    await town.in_groups_of(7)
    await _asks(town, 9)
    shown = await _asks(town, 6)
    assert (shown.size, shown.waiting) == (6, None)
    kinds = (GroupSizeTakenBack, GroupSizeChanged)
    events = [(kind, e["size"]) for kind, e in await _told(town, *kinds)]
    assert events == [(GroupSizeChanged, 7), (GroupSizeTakenBack, 9), (GroupSizeChanged, 6)]


@pytest.mark.parametrize("size", [FEWEST - 1, 0, MOST_ASKED + 1, 1000])
async def test_nobody_asks_for_fewer_than_five_or_more_than_twenty(size: int) -> None:
    with pytest.raises(ValidationError):
        SetGroupSize(size=size)


async def test_nobody_asks_for_more_than_there_are_members(town: Town) -> None:
    await _begin(town, 6)
    with pytest.raises(Refused, match=r"has 6 members.*sense now is 6"):
        await _asks(town, 7)
    assert (await _asks(town, 6)).waiting


async def test_a_zone_is_named_once_the_larger_number_lives_in_it_also_after_lowering(
    town: Town,
) -> None:
    await _begin(town, 8)
    await town.in_groups_of(8)
    seen = []
    for n in range(8):
        if n == 6:
            await _asks(town, FEWEST)
        member = await town.joined(f"@member{n}:example.org")
        await town.ask(DescribeMe(zone="Europe/London"), member)
        seen.append((await town.ask(ShowZones(), await town.passport(FACILITATOR))).zones)
    assert seen == [()] * 7 + [("Europe/London",)]


async def test_a_zone_goes_on_being_named_while_a_larger_number_only_waits(town: Town) -> None:
    await _begin(town, 9)
    for n in range(FEWEST):
        member = await town.passport(f"@m{n}:example.org")
        await town.ask(DescribeMe(zone="Europe/London"), member)
        await _asks(town, 9 if n % 2 else 8)
    await _takes_back(town, ANOTHER)
    zones = (await town.ask(ShowZones(), await town.passport(FACILITATOR))).zones
    assert zones == ("Europe/London",)
