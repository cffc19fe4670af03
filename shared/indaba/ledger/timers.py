"""Timers: rows with a due time, done in the transaction that takes them away."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts.refusal import Unavailable
from indaba.ledger import tables, zone_data
from indaba.ledger.failures import Failures, is_passing, reason_of
from indaba.ledger.work import Work
from indaba.process import logs
from indaba.process.loops import Wake
from indaba.process.metrics import TIMERS_FIRED
from indaba.process.world import World

TimerHandler = Callable[[dict[str, Any], Work], Awaitable[None]]
LOOK_SECONDS = 5.0
SHORTEST_SECONDS = 0.1


class Timers:
    """Fires what is due. Several copies share the work; a timer's effects happen once."""

    def __init__(
        self, process: str, database: AsyncEngine, world: World, failures: Failures
    ) -> None:
        self._process = process
        self._database = database
        self._world = world
        self._failures = failures
        self._handlers: dict[str, TimerHandler] = {}
        self.wake = Wake()
        self.committed: Callable[[Work], Awaitable[None]] | None = None

    def on_timer(self, kind: str, handler: TimerHandler) -> None:
        """Call `handler` with the body of each timer of a kind when it is due."""
        self._handlers[kind] = handler

    async def run(self) -> None:
        """Fire for ever."""
        while True:
            while await self.fire_one():
                pass
            await self.wake.wait(await self._seconds_to_next())

    async def fire_one(self, kind: str = "") -> bool:
        """Do one timer that is due, of one kind if that is given; whether there was one."""
        async with self._database.connect() as connection:
            transaction = await connection.begin()
            row = (
                (await connection.execute(self._next_due([kind] if kind else list(self._handlers))))
                .mappings()
                .first()
            )
            if row is None:
                return False
            await connection.execute(
                tables.timers.delete().where(tables.timers.c.key == row["key"])
            )
            try:
                work = await self._fire(connection, dict(row))
            except Exception as error:  # noqa: BLE001 - one bad timer must not stop the others
                await transaction.rollback()
                await self._put_off(dict(row), error)
            else:
                await transaction.commit()
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

    async def _put_off(self, row: dict[str, Any], error: Exception) -> None:
        """Later: its row moves, so that those behind it are not held up. In the end, no more."""
        logs.get(process=self._process).warning(
            "timer.failed", kind=row["kind"], reason=reason_of(error)
        )
        passing = isinstance(error, Unavailable) or is_passing(error)
        last = not passing and await self._failures.failed(
            f"timer/{row['key']}",
            "timer",
            row["kind"],
            error,
            {"key": row["key"], "body": row["body"], "correlation": str(row["correlation"])},
        )
        # One that was set anew in the meantime keeps its new time.
        same = sa.and_(tables.timers.c.key == row["key"], tables.timers.c.due_at == row["due_at"])
        async with self._database.begin() as connection:
            if last:
                await connection.execute(tables.timers.delete().where(same))
            else:
                later = self._world.now() + timedelta(seconds=LOOK_SECONDS)
                await connection.execute(tables.timers.update().where(same).values(due_at=later))

    def _next_due(self, kinds: Sequence[str]) -> sa.Select[Any]:
        return (
            sa.select(tables.timers)
            .where(
                tables.timers.c.due_at <= self._world.now(),
                tables.timers.c.kind.in_(kinds),
                zone_data.is_ours(),
            )
            .order_by(tables.timers.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

    async def _seconds_to_next(self) -> float:
        ours = tables.timers.c.kind.in_(list(self._handlers))
        query = sa.select(sa.func.min(tables.timers.c.due_at)).where(ours, zone_data.is_ours())
        async with self._database.connect() as connection:
            due_at = (await connection.execute(query)).scalar()
        if due_at is None:
            return LOOK_SECONDS
        left: float = (due_at - self._world.now()).total_seconds()
        return min(LOOK_SECONDS, max(SHORTEST_SECONDS, left))
