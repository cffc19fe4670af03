"""Measures every few seconds whether a process keeps up, for /metrics."""

from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from indaba.bus import Bus
from indaba.bus.bus import BUS_ERRORS
from indaba.ledger import tables
from indaba.process import metrics
from indaba.process.loops import pause
from indaba.process.world import World

MEASURE_SECONDS = 5.0


class Lag:
    """Measures how much waits in a process's database, and for it on the bus."""

    def __init__(self, process: str, reading: AsyncEngine, bus: Bus, world: World) -> None:
        self._process = process
        self._reading = reading
        self._bus = bus
        self._world = world

    async def run(self) -> None:
        """Measure for ever. While an engine is away, the last figures stand."""
        while True:
            with suppress(*BUS_ERRORS):
                await self.look()
            await pause(MEASURE_SECONDS)

    async def look(self) -> None:
        """Measure once. Raises `BUS_ERRORS`, or what the database raises."""
        async with self._reading.connect() as connection:
            for table, gauge in (
                (tables.outbox, metrics.EVENTS_WAITING),
                (tables.dead_letters, metrics.DEAD_LETTERS_KEPT),
            ):
                counted = sa.select(sa.func.count()).select_from(table)
                gauge.labels(self._process).set((await connection.execute(counted)).scalar_one())
            due: Any = (
                await connection.execute(sa.select(sa.func.min(tables.timers.c.due_at)))
            ).scalar()
        late = (self._world.now() - due).total_seconds() if due else 0.0
        metrics.TIMERS_LATE.labels(self._process).set(max(0.0, late))
        metrics.OLDEST_REQUEST.labels(self._process).set(await self._bus.oldest_request())
        for context, count in (await self._bus.behind()).items():
            metrics.EVENTS_BEHIND.labels(self._process, context).set(count)
