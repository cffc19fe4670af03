"""Timers of one community fire in order, those of several side by side."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sized
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from clock import TestWorld
from indaba.ledger import Ledger, Work
from indaba.process.loops import SIDE_BY_SIDE
from workshop import rows, until

HOURS = timedelta(hours=3)
Ring = Callable[[dict[str, Any], Work], Awaitable[None]]


class Bells:
    """Notes what was rung, and how many of each community rang at the same moment."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.rung: list[tuple[str, int]] = []
        self.ringing: Counter[str] = Counter()
        self.most_of_one = self.most_of_all = 0
        self._seconds = seconds

    async def ring(self, body: dict[str, Any], _: Work) -> None:
        of = body["of"]
        self.ringing[of] += 1
        self.most_of_one = max(self.most_of_one, self.ringing[of])
        self.most_of_all = max(self.most_of_all, self.ringing.total())
        await asyncio.sleep(self._seconds)
        self.ringing[of] -= 1
        self.rung.append((of, body["number"]))

    def of(self, community: UUID) -> list[int]:
        return [number for of, number in self.rung if of == str(community)]


async def _set(ledger: Ledger, community: UUID, numbers: range, kind: str = "ring") -> None:
    """Timers due one second after the other, the last of them set first."""
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        for n in reversed(numbers):
            due, body = work.now + timedelta(seconds=n), {"of": str(community), "number": n}
            await work.set_timer(due, kind, f"{community}/{n}", body, community)


async def _all_due(clock: TestWorld, *copies: Ledger) -> None:
    clock.ahead += HOURS
    for ledger in copies:
        ledger._timers.wake.ring()


@pytest.mark.parametrize("replicas", [1, 2])
async def test_timers_of_a_community_fire_in_order_and_once_in_however_many_replicas(
    open_ledger: Any, replicas: int
) -> None:
    clock, bells = TestWorld(), Bells(0.05)
    copies: list[Ledger] = [
        await open_ledger("scheduling", replica=f"{n}", world=clock) for n in range(replicas)
    ]
    communities = [uuid4() for _ in range(2)]
    for community in communities:
        await _set(copies[0], community, range(12))
    for ledger in copies:
        ledger.on_timer("ring", bells.ring)
        await ledger.start()
    await _all_due(clock, *copies)

    async def all_rung() -> bool:
        return len(bells.rung) >= 24

    await until(all_rung, 20)
    await asyncio.sleep(0.2)
    assert [bells.of(community) for community in communities] == [list(range(12))] * 2
    assert bells.most_of_one == 1
    assert bells.most_of_all > 1
    assert await rows(copies[0], "SELECT key FROM ledger.timers") == []


async def test_a_slow_timer_of_one_community_holds_up_no_other(open_ledger: Any) -> None:
    clock, bells, go_on = TestWorld(), Bells(), asyncio.Event()
    ledger: Ledger = await open_ledger("scheduling", world=clock)
    slow, others = uuid4(), [uuid4() for _ in range(20)]

    async def stand_still(body: dict[str, Any], work: Work) -> None:
        await go_on.wait()
        await bells.ring(body, work)

    ledger.on_timer("slow", stand_still)
    ledger.on_timer("ring", bells.ring)
    await _set(ledger, slow, range(1), kind="slow")
    await _set(ledger, slow, range(1, 3))
    await ledger.start()
    await _all_due(clock, ledger)
    for community in others:
        await _set(ledger, community, range(-2, 0))
    ledger._timers.wake.ring()

    async def others_rung() -> bool:
        return all(bells.of(community) == [-2, -1] for community in others)

    await until(others_rung)
    before = bells.of(slow)
    go_on.set()

    async def all_rung() -> bool:
        return bells.of(slow) == [0, 1, 2]

    await until(all_rung)
    assert before == []


async def test_no_more_fire_at_once_than_leave_connections_to_those_who_ask(
    open_ledger: Any,
) -> None:
    clock, bells, go_on = TestWorld(), Bells(), asyncio.Event()
    ledger: Ledger = await open_ledger("scheduling", world=clock)
    ringing: set[str] = set()

    async def stand_still(body: dict[str, Any], work: Work) -> None:
        ringing.add(body["of"])
        await go_on.wait()
        await bells.ring(body, work)

    ledger.on_timer("ring", stand_still)
    for _ in range(2 * SIDE_BY_SIDE):
        await _set(ledger, uuid4(), range(1))
    await ledger.start()
    await _all_due(clock, ledger)
    await until(lambda: _is(ringing, SIDE_BY_SIDE))
    await asyncio.sleep(0.3)
    at_once = len(ringing)
    go_on.set()
    await until(lambda: _is(bells.rung, 2 * SIDE_BY_SIDE))
    assert at_once == SIDE_BY_SIDE


async def test_timers_that_fail_are_put_off_and_all_others_pass(open_ledger: Any) -> None:
    """As many fail at once as fire at once, so that none may need a second connection."""
    clock, bells = TestWorld(), Bells()
    ledger: Ledger = await open_ledger("scheduling", world=clock)

    async def fail(body: dict[str, Any], work: Work) -> None:
        await asyncio.sleep(0.05)
        raise KeyError(body["number"])

    ledger.on_timer("bad", fail)
    ledger.on_timer("ring", bells.ring)
    communities = [uuid4() for _ in range(2 * SIDE_BY_SIDE)]
    for community in communities:
        await _set(ledger, community, range(1), kind="bad")
        await _set(ledger, community, range(1, 3))
    await ledger.start()
    await _all_due(clock, ledger)

    async def others_rung() -> bool:
        return len(bells.rung) == 2 * len(communities)

    await until(others_rung)
    assert all(bells.of(community) == [1, 2] for community in communities)
    attempts = "SELECT count(*)::int, max(count)::int FROM ledger.attempts"
    assert await rows(ledger, attempts) == [(len(communities), 1)]


async def test_timers_without_a_lane_stand_alone(open_ledger: Any) -> None:
    clock, go_on, rung = TestWorld(), asyncio.Event(), []
    ledger: Ledger = await open_ledger("scheduling", world=clock)

    async def ring(body: dict[str, Any], _: Work) -> None:
        if body["number"] == 0:
            await go_on.wait()
        rung.append(body["number"])

    async with ledger.database.begin() as connection:
        work = Work(connection, clock)
        for number in range(3):
            due = work.now + timedelta(seconds=number)
            await work.set_timer(due, "ring", str(number), {"number": number})
    ledger.on_timer("ring", ring)
    await ledger.start()
    await _all_due(clock, ledger)

    async def the_others() -> bool:
        return sorted(rung) == [1, 2]

    await until(the_others)
    go_on.set()
    await until(lambda: _is(rung, 3))


async def _is(rung: Sized, count: int) -> bool:
    return len(rung) == count
