"""One working bot at a time: a second copy on the same database stands by."""

import asyncio
from collections.abc import Awaitable, Callable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.ledger.locks import Lock
from indaba.process.loops import pause

LOOK_SECONDS = 2.0
LEASE = 15
"""Seconds after which who stands still or has vanished has lost what was held."""


class Lease:
    """The right to hear and post, held as an advisory lock on a connection of its own.

    It ends with the connection, so whoever dies gives it back, and who stands still loses it.
    """

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._held = asyncio.Event()
        self._lost = asyncio.Event()
        self.standing_by = False

    @property
    def held(self) -> bool:
        """Whether it is ours."""
        return self._held.is_set()

    async def run(self) -> None:
        """Try to get it and hold it, for ever. Raises what the database raises when it goes."""
        async with self._database.connect() as connection:
            await to_hold_locks(connection)
            try:
                while True:
                    await self._look_at(connection)
                    await pause(LOOK_SECONDS)
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
        asked = sa.text(f"SELECT pg_try_advisory_lock({Lock.WORKING_BOT})")
        if await connection.scalar(asked):
            self._lost.clear()
            self._held.set()
        self.standing_by = not self._held.is_set()


async def to_hold_locks(connection: AsyncConnection) -> None:
    """Make a connection one whose locks end soon after its owner stands still or is cut off.

    Not to be given back to a pool.
    """
    await connection.execution_options(isolation_level="AUTOCOMMIT")
    settings = {
        "idle_session_timeout": f"{LEASE}s",
        "tcp_keepalives_idle": LEASE // 3,
        "tcp_keepalives_interval": LEASE // 3,
        "tcp_keepalives_count": 2,
    }
    for name, value in settings.items():
        await connection.execute(sa.text(f"SET {name} = '{value}'"))


async def take(connection: AsyncConnection, lock: Lock, number: int) -> bool:
    """Whether a lock of two numbers could be had; it ends with the connection."""
    asked = sa.text(f"SELECT pg_try_advisory_lock({lock}, {number})")
    return bool(await connection.scalar(asked))


async def give_back(connection: AsyncConnection, lock: Lock, number: int) -> None:
    """Let go of a lock that was taken once on this connection."""
    await connection.execute(sa.text(f"SELECT pg_advisory_unlock({lock}, {number})"))


async def be_counted(connection: AsyncConnection, lock: Lock) -> None:
    """Be one of those who are counted under a lock, for as long as the connection stands."""
    await connection.execute(sa.text(f"SELECT pg_try_advisory_lock_shared({lock}, 0)"))


async def count(connection: AsyncConnection, lock: Lock) -> int:
    """How many are counted under a lock in this database."""
    counted = sa.text(
        "SELECT count(DISTINCT pid) FROM pg_locks "  # noqa: S608 - a number of ours
        f"WHERE locktype = 'advisory' AND granted AND classid = {lock} AND objsubid = 2 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return int(await connection.scalar(counted) or 0)
