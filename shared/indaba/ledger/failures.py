"""Failures: retried with growing pauses, then stored as dead letters."""

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolIsFull
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts.keeping import LETTERS
from indaba.contracts.wire import Envelope
from indaba.ledger import tables
from indaba.process import logs
from indaba.process.metrics import DEAD_LETTERS
from indaba.process.world import World

MOST_ATTEMPTS = 5


def is_passing(error: BaseException) -> bool:
    """Whether an error will pass: the database was away, or two transactions collided."""
    if isinstance(error, OSError | InterfaceError | OperationalError | PoolIsFull):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None) or ""
    # 08 connection, 40 serialisation and deadlock, 53 resources, 57 operator intervention.
    return error.connection_invalidated or state[:2] in {"08", "40", "53", "57"}


def reason_of(error: BaseException) -> str:
    """The type and place of an error. Its text is left out, as it may quote what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/indaba/" in frame.filename] or list(frames)
    if not ours:
        return type(error).__name__
    place = Path(ours[-1].filename)
    return f"{type(error).__name__} at {place.parent.name}/{place.name}:{ours[-1].lineno}"


def log_failure(process: str, what: str, envelope: Envelope, error: BaseException) -> None:
    """Log that handling a message failed, without any of its content."""
    logs.get(process=process).error(
        what,
        wire=envelope.wire,
        reason=reason_of(error),
        correlation_id=str(envelope.correlation),
    )


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up; `member` is whose request it was."""

    kind: str
    handler: str
    error: BaseException
    attempts: int
    letter: dict[str, Any]
    member: UUID | None = None


class Failures:
    """Counts failed attempts. `pause` is the wait after the first failure, and then doubles."""

    def __init__(self, process: str, database: AsyncEngine, world: World, pause: timedelta) -> None:
        self._process = process
        self._database = database
        self._world = world
        self._pause = pause
        self._not_before: dict[str, datetime] = {}

    def waits(self, key: str) -> bool:
        """Whether something failed a moment ago and is not to be retried yet.

        Only this process knows: after a restart it is retried at once, though the count remains.
        """
        return self._not_before.get(key, self._world.now()) > self._world.now()

    async def failed(
        self, key: str, kind: str, handler: str, error: BaseException, letter: dict[str, Any]
    ) -> bool:
        """Count a failure. After the last attempt, store a dead letter and return true."""
        now = self._world.now()
        async with self._database.begin() as connection:
            counted = (
                insert(tables.attempts)
                .values(key=key, count=1, last_at=now)
                .on_conflict_do_update(
                    index_elements=["key"],
                    set_={"count": tables.attempts.c.count + 1, "last_at": now},
                )
                .returning(tables.attempts.c.count)
            )
            count: int = (await connection.execute(counted)).scalar_one()
            if count < MOST_ATTEMPTS:
                self._not_before[key] = now + self._pause * 2 ** (count - 1)
                return False
            await connection.execute(tables.attempts.delete().where(tables.attempts.c.key == key))
            await self._keep(connection, DeadLetter(kind, handler, error, count, letter))
        self._not_before.pop(key, None)
        return True

    async def dead_letter(
        self,
        handler: str,
        error: BaseException,
        attempts: int,
        letter: dict[str, Any],
        member: UUID | None,
    ) -> None:
        """Store a dead letter for a request of `member`, without further attempts."""
        async with self._database.begin() as connection:
            dead = DeadLetter("request", handler, error, attempts, letter, member)
            await self._keep(connection, dead)

    async def _keep(self, connection: AsyncConnection, dead: DeadLetter) -> None:
        await connection.execute(
            tables.dead_letters.insert().values(
                id=self._world.new_id(),
                kind=dead.kind,
                handler=dead.handler,
                reason=reason_of(dead.error),
                attempts=dead.attempts,
                died_at=self._world.now(),
                letter=dead.letter,
                member=dead.member,
            )
        )
        DEAD_LETTERS.labels(self._process).inc()

    async def succeeded(self, key: str) -> None:
        """Forget the failed attempts of something that has succeeded. Idempotent."""
        if self._not_before.pop(key, None) is None:
            return
        async with self._database.begin() as connection:
            await connection.execute(tables.attempts.delete().where(tables.attempts.c.key == key))

    async def forget_old(self, before: datetime) -> None:
        """Drop counts of attempts older than `before`, and dead letters after 30 days."""
        now = self._world.now()
        self._not_before = {key: at for key, at in self._not_before.items() if at > now}
        letters = tables.dead_letters
        async with self._database.begin() as connection:
            await connection.execute(
                sa.delete(tables.attempts).where(tables.attempts.c.last_at < before)
            )
            await connection.execute(letters.delete().where(letters.c.died_at < now - LETTERS.long))
