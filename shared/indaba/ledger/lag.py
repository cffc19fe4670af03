"""Whether a process keeps up, measured every few seconds for /metrics."""

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

MEASURED_EVERY = 5.0


class Lag:
    """Measures what waits in a process's database and before it on the bus."""

    def __init__(self, process: str, database: AsyncEngine, bus: Bus, world: World) -> None:
        self._process = process
        self._database = database
        self._bus = bus
        self._world = world

    async def run(self) -> None:
        """Measure for ever. An engine that is away leaves the last figures standing."""
        while True:
            with suppress(*BUS_ERRORS):
                await self.look()
            await pause(MEASURED_EVERY)

    async def look(self) -> None:
        """Measure once. Raises one of `BUS_ERRORS`, or what the database does."""
        async with self._database.connect() as connection:
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
