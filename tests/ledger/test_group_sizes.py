"""How many people a figure stands for where a community asks for more than the fewest."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.figures import FEWEST, MOST_ASKED
from indaba.contracts.group_sizes import GroupSizeChanged
from indaba.contracts.ids import CommunityId
from indaba.ledger import Ledger, Work
from indaba.ledger.releases import Releases, group_size, know_group_size

COMMUNITY = CommunityId(uuid4())
OTHER = CommunityId(uuid4())
BEGAN = datetime.fromisoformat("2026-10-01T08:00:00+00:00")
A_DAY = timedelta(days=1)


def _changes(sizes: Sequence[int], community: CommunityId = COMMUNITY) -> list[GroupSizeChanged]:
    """One change a day, to each of these sizes."""
    before = [FEWEST, *sizes]
    return [
        GroupSizeChanged(
            aggregate=community,
            version=day + 2,
            size=size,
            before=before[day],
            since=BEGAN + day * A_DAY,
        )
        for day, size in enumerate(sizes)
    ]


def _largest(sizes: Sequence[int], since: datetime) -> int:
    """By hand: the largest size that held at or after a moment."""
    ends = [BEGAN + day * A_DAY for day in range(len(sizes))]
    held = zip([FEWEST, *sizes], [*ends, datetime.max.replace(tzinfo=BEGAN.tzinfo)], strict=True)
    return max(size for size, end in held if end > since)


async def _heard(work: Work, events: Sequence[GroupSizeChanged]) -> None:
    for event in events:
        await know_group_size(event, work)
        await work.write_newest()


@pytest.mark.parametrize("seed", range(8))
async def test_the_largest_that_held_since_counts_in_whatever_order_changes_are_heard(
    open_ledger: Any, seed: int
) -> None:
    ledger: Ledger = await open_ledger("library")
    chance = random.Random(seed)
    sizes = [FEWEST]
    while len(sizes) < 7:
        sizes += [s for s in (chance.choice((5, 6, 8, 12, 20)),) if s != sizes[-1]]
    sizes = sizes[1:]
    heard = _changes(sizes) + _changes([20], OTHER)
    heard = [*heard, *chance.sample(heard, 3)]
    chance.shuffle(heard)
    async with ledger.database.begin() as sql:
        work = Work(sql, ledger.world)
        await _heard(work, heard)
        for hours in range(-12, 24 * 7, 12):
            since = BEGAN + timedelta(hours=hours)
            assert await group_size(work, COMMUNITY, since) == _largest(sizes, since)
        assert await group_size(work, COMMUNITY, None) == max(sizes)
        assert await group_size(work, CommunityId(uuid4()), None) == FEWEST


async def _released(work: Work, kind: str, people: int) -> list[int]:
    """The numbers of people in one release; each half of them said something else."""
    releases = await Releases.of(work, COMMUNITY, since=BEGAN)
    sides = {"yes": people // 2, "no": people - people // 2}
    name = f"{kind}/{people}"
    if kind == "once":
        table = await releases.once(name, sides, [(("yes",), ("no",))])
        return [n for n in (table.people, *(part.people for part in table.parts)) if n is not None]
    if kind == "share":
        one, other = [[frozenset({(side, n)}) for n in range(sides[side])] for side in sides]
        share = await releases.share_once(name, one, other)
        return [] if share is None else [share.counted, share.of - share.counted, share.people]
    if kind == "steps":
        steps = await releases.in_steps(kind, people)
        return [] if steps.people is None else [steps.people]
    return [sides[side] for side in await releases.names(name, sides, 9)]


KINDS = ("once", "share", "steps", "names")


@pytest.mark.parametrize("size", range(FEWEST, MOST_ASKED + 1, 3))
async def test_no_release_of_any_kind_is_of_fewer(open_ledger: Any, size: int) -> None:
    ledger: Ledger = await open_ledger("library")
    async with ledger.database.begin() as sql:
        work = Work(sql, ledger.world)
        await _heard(work, _changes([size] if size != FEWEST else []))
        told = {
            kind: [await _released(work, kind, n) for n in range(2 * size + 2)] for kind in KINDS
        }
    for kind, numbers in told.items():
        assert min(n for each in numbers for n in each) == size, kind
    steps = sorted({n for each in told["steps"] for n in each})
    assert steps == [size, 2 * size]


async def test_what_was_said_under_a_larger_number_is_not_told_by_a_smaller_one(
    open_ledger: Any,
) -> None:
    """Neither what was refused, nor what goes on, nor what was not asked for meanwhile."""
    ledger: Ledger = await open_ledger("library")
    async with ledger.database.begin() as sql:
        work = Work(sql, ledger.world)
        await _heard(work, _changes([8]))
        refused = {kind: await _released(work, kind, 7) for kind in KINDS}
        eight = await _released(work, "steps", 9)
        await _heard(work, _changes([8, 5]))
        assert {kind: await _released(work, kind, 7) for kind in KINDS if kind != "steps"} == {
            kind: [] for kind in KINDS if kind != "steps"
        }
        assert await _released(work, "once", 6) == []
        assert await _released(work, "steps", 16) == eight == [9]
        assert await _released(work, "steps", 17) == [17]
        later = await Releases.of(work, COMMUNITY, since=BEGAN + 2 * A_DAY)
        assert (await later.once("later", {"": 6}, ())).people == 6
    assert set(map(tuple, refused.values())) == {()}


async def test_what_was_told_stays_when_a_community_asks_for_more(open_ledger: Any) -> None:
    ledger: Ledger = await open_ledger("library")
    async with ledger.database.begin() as sql:
        work = Work(sql, ledger.world)
        told = {kind: await _released(work, kind, 10) for kind in KINDS}
        await _heard(work, _changes([20]))
        assert {kind: await _released(work, kind, 10) for kind in KINDS} == told
        assert await _released(work, "steps", 29) == [10]
        assert await _released(work, "steps", 30) == [30]
