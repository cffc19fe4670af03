"""Which zone data the instants in a database were derived with; with other data, anew.

An instant that is kept is derived from a wall time and a zone's rules. Governments change those.
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
"""Derives one batch anew, in a transaction of its own, beginning after a key (empty: the first).

Gives the last key of the batch, or empty when it was the last. Harmless when repeated.
"""

MARK = "zone-data"


def is_ours() -> sa.ColumnElement[bool]:
    """Whether this process reads the zone data that the database's instants come from.

    True where none are kept. Beside a process with other data, timers are that one's business:
    by ours they would fire at another hour.
    """
    other = sa.select(tables.marks.c.name).where(
        tables.marks.c.name == MARK, tables.marks.c.value != zones.version()
    )
    return ~other.exists()


class ZoneData:
    """Derives a database's instants anew, once, when a process begins with other zone data."""

    def __init__(self, process: str, database: AsyncEngine, world: World) -> None:
        self._process = process
        self._database = database
        self._world = world
        self.steps: list[Step] = []

    async def settle(self) -> None:
        """Do all steps unless that was done with this data; of several copies one does, all wait.

        Killed amid it, the next to begin does them all.
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
