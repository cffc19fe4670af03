"""One bot at work at a time: a second copy on the same database stands by."""

import asyncio
from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.process.loops import pause

LOCK = 7_211_956
"""Advisory lock number: one working bot on a database."""

LOOK_SECONDS = 2.0


class Lease:
    """The right to hear and post, held as an advisory lock on a connection of its own.

    It ends with the connection, so whoever dies gives it back.
    """

    def __init__(self, database: AsyncEngine, look: float = LOOK_SECONDS) -> None:
        self._database = database
        self._look = look
        self._held = asyncio.Event()
        self._lost = asyncio.Event()
        self.standing_by = False

    async def run(self) -> None:
        """Try to get it and hold it, for ever. Raises what the database raises when it goes."""
        async with self._database.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                while True:
                    await self._look_at(connection)
                    await pause(self._look)
            finally:
                self._held.clear()
                self._lost.set()
                await connection.invalidate()

    async def while_held(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` for as long as the lease is ours, again each time it becomes ours."""
        while True:
            await self._held.wait()
            working = asyncio.ensure_future(work())
            lost = asyncio.ensure_future(self._lost.wait())
            try:
                await asyncio.wait({working, lost}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                    return
            finally:
                lost.cancel()
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def _look_at(self, connection: AsyncConnection) -> None:
        if self._held.is_set():
            await connection.execute(sa.text("SELECT 1"))
            return
        asked = sa.text(f"SELECT pg_try_advisory_lock({LOCK})")
        if await connection.scalar(asked):
            self._lost.clear()
            self._held.set()
        self.standing_by = not self._held.is_set()
