"""What a process does once, when a newer release first starts."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.ledger import tables
from indaba.ledger.locks import Lock
from indaba.ledger.work import Work
from indaba.ledger.zone_data import Step
from indaba.process import logs, release
from indaba.process.world import World

MARK = "release"


class NewRelease:
    """Does a step, batch by batch, when a newer release first starts.

    Progress is stored in each batch's transaction, so that after a crash nothing is done twice or
    left out. A database without a mark is new, or was last used by a release that stored none; the
    step then goes through it from the beginning. An older release changes nothing.
    """

    def __init__(self, process: str, database: AsyncEngine, world: World) -> None:
        self._process = process
        self._database = database
        self._world = world
        self.step: Step | None = None

    async def settle(self) -> None:
        """Do what is left of the step. Of several copies one does it, and all wait. Idempotent."""
        if self.step is None:
            return
        async with self._database.begin() as held:
            await held.execute(sa.text(f"SELECT pg_advisory_xact_lock({Lock.RELEASE_BEGINS})"))
            while await self._batch(self.step):
                pass

    async def _batch(self, step: Step) -> bool:
        """Do the next batch and store how far it came; whether there may be another."""
        ours = release.version()
        async with self._database.begin() as connection:
            mark = await _mark(connection)
            before, _, after = mark.partition(" ")
            if release.is_newer(before, ours) or mark == ours:
                return False
            work = Work(connection, self._world)
            last = await step(work, after if before == ours else "")
            await work.keep()
            await _keep_mark(connection, f"{ours} {last}".strip())
        if not last:
            logs.get(process=self._process).info("release.begun", before=before, now=ours)
        return bool(last)


async def _mark(connection: AsyncConnection) -> str:
    """The release that last ran its step; followed by a key if it has come only that far."""
    query = sa.select(tables.marks.c.value).where(tables.marks.c.name == MARK)
    return (await connection.execute(query)).scalar() or ""


async def _keep_mark(connection: AsyncConnection, value: str) -> None:
    fresh = insert(tables.marks).values(name=MARK, value=value)
    await connection.execute(
        fresh.on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )
