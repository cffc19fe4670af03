"""Timers: rows with a due time. A timer is deleted in the transaction that does its work.

Timers of one lane (a community) fire one after the other, in order of their due times, across all
processes. Different lanes fire side by side, a few at once, so that a slow one delays nobody else.
A timer without a lane, such as one set by a version that knew none, waits for no other. One that
fails is postponed, and those behind it go ahead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts.refusal import Unavailable
from indaba.ledger import tables, zone_data
from indaba.ledger.failures import Failures, is_passing, reason_of
from indaba.ledger.reading import only_reading
from indaba.ledger.work import Work
from indaba.process import logs
from indaba.process.loops import SIDE_BY_SIDE, Wake
from indaba.process.metrics import TIMERS_FIRED
from indaba.process.world import World

TimerHandler = Callable[[dict[str, Any], Work], Awaitable[None]]
LOOK_SECONDS = 5.0
SHORTEST_SECONDS = 0.1


class Timers:
    """Fires due timers. Several copies share the work, and each timer takes effect once."""

    def __init__(
        self, process: str, database: AsyncEngine, world: World, failures: Failures
    ) -> None:
        self._process = process
        self._database = database
        self._reading = only_reading(database)
        self._world = world
        self._failures = failures
        self._handlers: dict[str, TimerHandler] = {}
        self._in_hand: set[str] = set()
        self.wake = Wake()
        self.committed: Callable[[Work], Awaitable[None]] | None = None

    def on_timer(self, kind: str, handler: TimerHandler) -> None:
        """Call `handler` with the body of each timer of a kind when it is due."""
        self._handlers[kind] = handler

    async def run(self) -> None:
        """Fire timers for ever, at most `SIDE_BY_SIDE` at once."""
        looking = asyncio.Lock()
        async with asyncio.TaskGroup() as firing:
            for _ in range(SIDE_BY_SIDE):
                firing.create_task(self._fire_for_ever(looking))

    async def _fire_for_ever(self, looking: asyncio.Lock) -> None:
        """Fire one timer after the other. Only one such loop at a time looks for the next."""
        fired = False
        while True:
            await looking.acquire()
            left = 0.0 if fired else await self._seconds_to_next()
            fired = left <= 0 and await self.fire_one(taken=looking.release)
            if fired:
                self.wake.ring()  # the next timer of its lane may be due
            else:
                await self.wake.wait(max(SHORTEST_SECONDS, left))
                looking.release()

    async def fire_one(self, kind: str = "", taken: Callable[[], None] = lambda: None) -> bool:
        """Fire one due timer, of one kind if `kind` is given; whether there was one.

        Calls `taken` beforehand, once no other process can take the same timer.
        """
        row: dict[str, Any] = {}
        try:
            async with self._database.begin() as connection:
                due = self._next_due([kind] if kind else list(self._handlers))
                row.update((await connection.execute(due)).mappings().first() or {})
                if not row:
                    return False
                # One that fails is still due, and not locked, until it is postponed.
                self._in_hand.add(row["key"])
                taken()
                work = await self._fire(connection, row)
        except Exception as error:  # one bad timer must not stop the others
            if not row:
                raise
            await self._postpone(row, error)
            return True
        finally:
            self._in_hand.discard(row.get("key", ""))
        await self._failures.succeeded(f"timer/{row['key']}")
        if self.committed is not None:
            await self.committed(work)
        return True

    async def _fire(self, connection: AsyncConnection, row: dict[str, Any]) -> Work:
        work = Work(connection, self._world, correlation=row["correlation"])
        await self._handlers[row["kind"]](row["body"], work)
        await work.keep()
        TIMERS_FIRED.labels(self._process, row["kind"]).inc()
        logs.get(process=self._process, correlation_id=str(work.correlation)).info(
            "timer.fired", kind=row["kind"], told=[envelope.wire for envelope in work.emitted]
        )
        return work

    async def _postpone(self, row: dict[str, Any], error: Exception) -> None:
        """Move a failed timer, so that it holds up no others; after the last attempt, delete it."""
        logs.get(process=self._process).warning(
            "timer.failed", kind=row["kind"], reason=reason_of(error)
        )
        passing = isinstance(error, Unavailable) or is_passing(error)
        last = not passing and await self._failures.failed(
            f"timer/{row['key']}",
            "timer",
            row["kind"],
            error,
            _letter(row),
        )
        # A timer that was set again in the meantime keeps its new time.
        same = sa.and_(tables.timers.c.key == row["key"], tables.timers.c.due_at == row["due_at"])
        async with self._database.begin() as connection:
            if last:
                await connection.execute(tables.timers.delete().where(same))
            else:
                later = self._world.now() + timedelta(seconds=LOOK_SECONDS)
                await connection.execute(tables.timers.update().where(same).values(due_at=later))

    def _next_due(self, kinds: Sequence[str]) -> sa.Executable:
        """A statement that deletes the earliest due timer that is its lane's first and is free.

        While another copy works on a lane's first timer, its row is still visible here, so that the
        lane waits until that is committed.
        """
        due, earlier = tables.timers.alias("due"), tables.timers.alias("earlier")
        is_behind = sa.exists().where(
            earlier.c.lane == due.c.lane,
            sa.tuple_(earlier.c.due_at, earlier.c.key) < sa.tuple_(due.c.due_at, due.c.key),
            earlier.c.kind.in_(kinds),
        )
        first = (
            sa.select(due.c.key)
            .where(
                due.c.due_at <= self._world.now(),
                due.c.kind.in_(kinds),
                due.c.key.not_in(self._in_hand),
                zone_data.is_ours(),
                ~is_behind,
            )
            .order_by(due.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True, of=due)
        )
        timers = tables.timers
        return timers.delete().where(timers.c.key == first.scalar_subquery()).returning(timers)

    async def _seconds_to_next(self) -> float:
        """How long until a timer is due or we look again; 0 or less where one is due."""
        ours = tables.timers.c.kind.in_(list(self._handlers))
        query = sa.select(sa.func.min(tables.timers.c.due_at)).where(ours, zone_data.is_ours())
        async with self._reading.connect() as connection:
            due_at = (await connection.execute(query)).scalar()
        if due_at is None:
            return LOOK_SECONDS
        left: float = (due_at - self._world.now()).total_seconds()
        return min(LOOK_SECONDS, left)


def _letter(row: dict[str, Any]) -> dict[str, Any]:
    """A timer as the content of a dead letter."""
    lane = row["lane"] and str(row["lane"])
    correlation = str(row["correlation"])
    return {"key": row["key"], "body": row["body"], "correlation": correlation, "lane": lane}
