"""With other zone data a database's instants are derived anew: before timers, once, in batches."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clock import TestWorld
from indaba.ledger import Ledger, Work
from indaba.process import zones
from workshop import rows, until
from zone_files import written

ZONE = "Pacific/Auckland"


class Killed(Exception):  # noqa: N818 - what happens, not what failed
    """The process ends here."""


MARK = "SELECT value FROM ledger.marks WHERE name = 'zone-data'"


@pytest.fixture
async def data(tmp_path: Path) -> AsyncIterator[Any]:
    """`data("2030a")` makes zone data of that version what this process reads."""

    def use(version: str) -> None:
        zones.use(written(tmp_path / version, ZONE, timedelta(hours=12), version))

    yield use
    zones.use_pinned()


async def begun(ledger: Ledger, done: list[str], batches: int = 3) -> Ledger:
    async def derive(work: Work, after: str) -> str:
        await work.set_timer(work.now, "ring", f"{len(done)}", {"key": f"by {zones.version()}"})
        done.append(after)
        number = int(after or 0) + 1
        return str(number) if number < batches else ""

    ledger.derive(derive)
    await ledger.start()
    return ledger


async def test_batches_are_done_on_the_first_start_with_other_data(
    open_ledger: Any, data: Any
) -> None:
    done: list[str] = []
    data("2030a")
    first = await begun(await open_ledger("scheduling"), done)
    assert done == ["", "1", "2"]
    assert await rows(first, MARK) == [("2030a",)]
    await begun(await open_ledger("scheduling", replica="2"), done)
    assert len(done) == 3
    data("2030b")
    await begun(await open_ledger("scheduling", replica="3"), done)
    assert len(done) == 6
    assert await rows(first, MARK) == [("2030b",)]


async def test_of_copies_that_begin_together_one_derives(open_ledger: Any, data: Any) -> None:
    done: list[str] = []
    data("2030a")
    copies = [await open_ledger("scheduling", replica=str(n)) for n in range(3)]
    await asyncio.gather(*(begun(ledger, done) for ledger in copies))
    assert done == ["", "1", "2"]


async def test_what_was_left_half_done_is_done_from_the_beginning(
    open_ledger: Any, data: Any
) -> None:
    done: list[str] = []
    data("2030a")
    ledger: Ledger = await open_ledger("scheduling")

    async def dies(work: Work, after: str) -> str:
        if after:
            raise Killed
        return "1"

    ledger.derive(dies)
    with pytest.raises(Killed):
        await ledger.start()
    assert await rows(ledger, MARK) == []
    await begun(await open_ledger("scheduling", replica="2"), done)
    assert done == ["", "1", "2"]


async def test_no_timer_fires_before_all_is_derived(open_ledger: Any, data: Any) -> None:
    clock, rung = TestWorld(), list[str]()
    data("2030a")

    async def ring(body: dict[str, Any], work: Work) -> None:
        rung.append(body["key"])

    ledger: Ledger = await open_ledger("scheduling", world=clock)
    async with ledger.database.begin() as connection:
        await Work(connection, clock).set_timer(clock.now(), "ring", "old", {"key": "old"})

    async def derive(work: Work, after: str) -> str:
        await asyncio.sleep(0.3)
        assert rung == []
        await work.set_timer(work.now, "ring", "old", {"key": "new"})
        return ""

    ledger.on_timer("ring", ring)
    ledger.derive(derive)
    await ledger.start()
    await until(lambda: _is(rung, ["new"]))


async def test_a_copy_with_other_data_leaves_timers_to_those_with_the_databases(
    open_ledger: Any, data: Any
) -> None:
    clock, rung = TestWorld(), list[str]()

    def ring(name: str) -> Any:
        async def rings(body: dict[str, Any], work: Work) -> None:
            rung.append(name)

        return rings

    data("2030a")
    old: Ledger = await open_ledger("scheduling", world=clock)
    old.on_timer("ring", ring("old"))
    await begun(old, [], batches=0)
    await until(lambda: _is(rung, ["old"]))
    async with old.database.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE ledger.marks SET value = '2030b' WHERE name = 'zone-data'"
        )
        await Work(connection, clock).set_timer(clock.now(), "ring", "due", {"key": "due"})
    old._timers.wake.ring()
    await asyncio.sleep(0.5)
    assert rung == ["old"]
    assert await old._timers._seconds_to_next() > 1, "it does not spin meanwhile"
    data("2030b")
    old._timers.wake.ring()
    await until(lambda: _is(rung, ["old", "old"]))


async def _is(found: list[str], wanted: list[str]) -> bool:
    return found == wanted
