import asyncio
from datetime import timedelta
from typing import Any

from clock import TestWorld
from indaba.ledger import Ledger, Work
from workshop import rows, until


async def _set(ledger: Ledger, key: str, **after: float) -> None:
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        await work.set_timer(work.now + timedelta(**after), "ring", key, {"key": key})
    ledger._timers.wake.ring()


async def test_a_timer_fires_once_when_it_is_due_whoever_is_running(open_ledger: Any) -> None:
    clock, rung = TestWorld(), []
    copies: list[Ledger] = [
        await open_ledger("scheduling", replica=r, world=clock) for r in ("1", "2")
    ]

    async def ring(body: dict[str, Any], work: Work) -> None:
        rung.append(body["key"])

    for ledger in copies:
        ledger.on_timer("ring", ring)
        await ledger.start()
    for number in range(20):
        await _set(copies[0], str(number), hours=1)
    await asyncio.sleep(0.2)
    before = list(rung)
    clock.ahead = timedelta(hours=1)
    for ledger in copies:
        ledger._timers.wake.ring()

    async def all_rung() -> bool:
        return len(rung) == 20

    await until(all_rung)
    await asyncio.sleep(0.3)
    assert before == []
    assert sorted(rung) == sorted(str(n) for n in range(20))


async def test_setting_a_timer_again_moves_it_and_taking_it_away_ends_it(open_ledger: Any) -> None:
    ledger: Ledger = await open_ledger("scheduling")
    rung = []

    async def ring(body: dict[str, Any], work: Work) -> None:
        rung.append(body["key"])

    ledger.on_timer("ring", ring)
    await ledger.start()
    await _set(ledger, "moved", hours=1)
    await _set(ledger, "moved", milliseconds=50)
    await _set(ledger, "gone", milliseconds=300)
    async with ledger.database.begin() as connection:
        await Work(connection, ledger.world).cancel_timer("ring", "gone")
    await asyncio.sleep(0.7)

    assert rung == ["moved"]


async def test_a_timer_that_fails_keeps_nothing_and_lets_others_pass(open_ledger: Any) -> None:
    clock, rung = TestWorld(), []
    ledger: Ledger = await open_ledger("scheduling", world=clock)

    async def ring(body: dict[str, Any], work: Work) -> None:
        await work.set_timer(work.now + timedelta(days=9), "ring", "half-done", {})
        if body["key"] == "bad":
            raise KeyError
        rung.append(body["key"])

    ledger.on_timer("ring", ring)
    await ledger.start()
    await _set(ledger, "bad", seconds=1)
    await _set(ledger, "good", seconds=2)
    for _ in range(6):
        clock.ahead += timedelta(seconds=6)
        ledger._timers.wake.ring()
        await asyncio.sleep(0.2)

    assert rung == ["good"]
    [(kind, handler)] = await rows(ledger, "SELECT kind, handler FROM ledger.dead_letters")
    assert (kind, handler) == ("timer", "ring")
    left = await rows(ledger, "SELECT key FROM ledger.timers")
    assert left == [("ring/half-done",)]
