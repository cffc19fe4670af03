"""Members merged and parted: in whatever order it is heard, it comes to the same."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from clock import TestWorld
from indaba.contracts.ids import MemberId
from indaba.contracts.refusal import Unavailable
from indaba.ledger import Ledger, Work, changes, merging
from indaba.ledger.session import Session
from ledger.conftest import OpenLedger

A, B, C = (MemberId(UUID(int=number)) for number in (0xA, 0xB, 0xC))
NAMES = {str(A): "a", str(B): "b", str(C): "c"}
Heard = tuple[str, MemberId, MemberId, int]

FIRST: Sequence[Heard] = (("merge", B, A, 1), ("merge", A, C, 1))
STORIES: dict[str, Sequence[Heard]] = {
    "a chain": FIRST,
    "the first link is undone": (*FIRST, ("part", B, C, 2)),
    "the last link is undone": (*FIRST, ("part", A, C, 2)),
    "both are undone": (*FIRST, ("part", A, C, 2), ("part", B, A, 2)),
    "linked again": (("merge", B, A, 1), ("part", B, A, 2), ("merge", B, A, 3)),
    "linked to another": (("merge", B, A, 1), ("part", B, A, 2), ("merge", B, C, 3)),
    "the other way round": (("merge", B, A, 1), ("part", B, A, 2), ("merge", A, B, 1)),
}


@pytest.fixture
async def ledger(open_ledger: OpenLedger) -> Ledger:
    opened = await open_ledger("portal", world=TestWorld())
    async with opened.database.begin() as connection:
        await connection.execute(
            sa.text("CREATE TABLE said (thing int, who uuid, word text, PRIMARY KEY (thing, who))")
        )
        await connection.run_sync(changes.watch)
    return opened


async def begin(ledger: Ledger) -> None:
    """Each said something alone, and two or three something about the same."""
    said = [(1, A, "a1"), (2, B, "b2"), (3, C, "c3"), (4, A, "a4"), (4, B, "b4")]
    said += [(5, A, "a5"), (5, B, "b5"), (5, C, "c5")]
    async with ledger.database.begin() as connection:
        for table in ("said", "ledger.merged", "ledger.links", "ledger.changes"):
            await connection.execute(sa.text(f"DELETE FROM {table}"))
        for thing, who, word in said:
            row = {"thing": thing, "who": who, "word": word}
            await connection.execute(sa.text("INSERT INTO said VALUES (:thing, :who, :word)"), row)


async def renames(gone: MemberId, member: MemberId, work: Work) -> None:
    """The remaining member's word counts; what only the other said is theirs."""
    both = {"gone": gone, "member": member}
    known = "thing IN (SELECT thing FROM said WHERE who = :member)"
    twice = sa.text(f"DELETE FROM said WHERE who = :gone AND {known}")
    await work.connection.execute(twice, both)
    rest = sa.text("UPDATE said SET who = :member WHERE who = :gone")
    await work.connection.execute(rest, both)


async def hear(ledger: Ledger, heard: Heard) -> bool:
    """React in a transaction of its own; whether it was done, or is to be tried again."""
    what, gone, member, version = heard
    try:
        async with ledger.database.begin() as connection:
            work = Work(connection, ledger.world)
            if what == "part":
                await merging.part(work, gone, renames, version=version)
            else:
                until = work.now + timedelta(days=7)
                await merging.merge(work, gone, member, renames, version=version, until=until)
    except Unavailable:
        return False
    return True


async def hear_all(ledger: Ledger, story: Sequence[Heard]) -> None:
    waiting = list(story)
    for _ in story:
        waiting = [heard for heard in waiting if not await hear(ledger, heard)]
    assert not waiting


async def state(ledger: Ledger) -> tuple[Any, Any]:
    async with ledger.database.connect() as connection:
        said = await connection.execute(sa.text("SELECT thing, who, word FROM said"))
        merged = await connection.execute(sa.text("SELECT gone, member FROM ledger.merged"))
        return (
            sorted((thing, NAMES[str(who)], word) for thing, who, word in said),
            sorted((NAMES[str(gone)], NAMES[str(member)]) for gone, member in merged),
        )


@pytest.mark.parametrize("story", STORIES)
async def test_in_any_order_and_repeated_it_comes_to_the_same(story: str, ledger: Ledger) -> None:
    await begin(ledger)
    await hear_all(ledger, STORIES[story])
    in_order = await state(ledger)
    for order in permutations(STORIES[story]):
        await begin(ledger)
        await hear_all(ledger, (*order, order[0]))
        assert await state(ledger) == in_order, order


@pytest.mark.parametrize("story", ["both are undone", "linked again"])
async def test_what_is_undone_is_as_it_was(story: str, ledger: Ledger) -> None:
    await begin(ledger)
    before = await state(ledger)
    last = [heard for heard in STORIES[story] if heard[0] == "part"]
    await hear_all(ledger, STORIES[story][: STORIES[story].index(last[-1]) + 1])
    assert await state(ledger) == before


async def test_what_was_said_since_stays_with_who_remains(ledger: Ledger) -> None:
    await begin(ledger)
    await hear(ledger, ("merge", B, A, 1))
    async with ledger.database.begin() as connection:
        await connection.execute(sa.text("UPDATE said SET word = 'new' WHERE thing = 2"))
        await connection.execute(sa.text("INSERT INTO said VALUES (6, :a, 'a6')"), {"a": A})
    await hear(ledger, ("part", B, A, 2))
    said, _ = await state(ledger)
    assert (2, "a", "new") in said
    assert (6, "a", "a6") in said
    assert {(4, "a", "a4"), (4, "b", "b4")} <= set(said)


async def test_after_a_week_nothing_is_kept_to_undo_it(ledger: Ledger) -> None:
    await begin(ledger)
    await hear(ledger, ("merge", B, A, 1))
    for days, rows in ((6, True), (8, False)):
        async with ledger.database.begin() as connection:
            now = ledger.world.now() + timedelta(days=days)
            await merging.forget_old(Session(connection, now))
            kept = await connection.execute(sa.text("SELECT count(*) FROM ledger.changes"))
            assert bool(kept.scalar_one()) is rows


async def test_an_erasure_drops_what_was_kept_at_once(ledger: Ledger) -> None:
    await begin(ledger)
    await hear(ledger, ("merge", B, A, 1))
    async with ledger.database.begin() as connection:
        await merging.forget(Work(connection, ledger.world), A)
        for table in ("changes", "links", "merged"):
            count = await connection.execute(sa.text(f"SELECT count(*) FROM ledger.{table}"))
            assert count.scalar_one() == 0
