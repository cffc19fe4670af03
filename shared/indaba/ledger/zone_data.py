"""Derives a database's instants anew when the time zone data has changed.

A stored instant is derived from a wall time and the rules of a zone, which governments change.
"""

from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.ledger import tables
from indaba.ledger.locks import Lock
from indaba.ledger.work import Work
from indaba.process import logs, zones
from indaba.process.world import World

Step = Callable[[Work, str], Awaitable[str]]
"""Does one batch in its own transaction, beginning after a key; an empty key is the beginning.

Returns the last key of the batch, or an empty one after the last batch. Idempotent.
"""

MARK = "zone-data"


def is_ours() -> sa.ColumnElement[bool]:
    """Whether the database's instants come from the zone data that this process reads.

    True if none are stored. Otherwise a process with the other data fires the timers: with ours
    they would fire at the wrong hour.
    """
    other = sa.select(tables.marks.c.name).where(
        tables.marks.c.name == MARK, tables.marks.c.value != zones.version()
    )
    return ~other.exists()


class ZoneData:
    """Derives a database's instants anew, once, when a process starts with other zone data."""

    def __init__(self, process: str, database: AsyncEngine, world: World) -> None:
        self._process = process
        self._database = database
        self._world = world
        self.steps: list[Step] = []

    async def settle(self) -> None:
        """Do all steps, unless that was done with this data. Of several copies one does, all wait.

        After a crash, the next process to start does all steps again.
        """
        if not self.steps:
            return
        async with self._database.begin() as held:
            await held.execute(sa.text(f"SELECT pg_advisory_xact_lock({Lock.DERIVING})"))
            before = await _version(held)
            if before == zones.version():
                return
            for step in self.steps:
                after = await self._batch(step, "")
                while after:
                    after = await self._batch(step, after)
            await _mark(held)
        log = logs.get(process=self._process)
        log.info("zones.derived", before=before, now=zones.version())

    async def _batch(self, step: Step, after: str) -> str:
        async with self._database.begin() as connection:
            work = Work(connection, self._world)
            last = await step(work, after)
            await work.keep()
        return last


async def _version(connection: AsyncConnection) -> str:
    query = sa.select(tables.marks.c.value).where(tables.marks.c.name == MARK)
    return (await connection.execute(query)).scalar() or ""


async def _mark(connection: AsyncConnection) -> None:
    fresh = insert(tables.marks).values(name=MARK, value=zones.version())
    await connection.execute(
        fresh.on_conflict_do_update(index_elements=["name"], set_={"value": fresh.excluded.value})
    )
