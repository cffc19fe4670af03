"""Reacts to events: each once, a whole batch in one commit, and a failing one on its own.

Reactions that only gather rows of read copies share the statements that write them.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts import find
from indaba.contracts.refusal import Unavailable
from indaba.contracts.wire import Envelope
from indaba.ledger.failures import Failures, is_passing, log_failure
from indaba.ledger.newest import NewestRows
from indaba.ledger.work import Work
from indaba.process import logs
from indaba.process.metrics import MESSAGES
from indaba.process.world import World

Reaction = Callable[[Any, Work], Awaitable[None]]

# As text: SQLAlchemy would build, and prepare, an insert of many rows anew each time.
_MARK_ALL = sa.text(
    "INSERT INTO ledger.inbox (key, done_at) SELECT key, :now FROM unnest(:keys) AS key"
    " ON CONFLICT DO NOTHING RETURNING key"
).bindparams(
    sa.bindparam("keys", type_=sa.ARRAY(sa.Text)),
    sa.bindparam("now", type_=sa.DateTime(timezone=True)),
)


class EventProcessor:
    """Reacts to events for one process."""

    def __init__(
        self, process: str, database: AsyncEngine, world: World, failures: Failures
    ) -> None:
        self._process = process
        self._database = database
        self._world = world
        self._failures = failures
        self.reactions: dict[str, Reaction] = {}
        self.gathering: set[str] = set()
        """Wire names of events whose reactions only gather rows."""

        self.committed: Callable[[Work], Awaitable[None]] | None = None

    async def hear(self, envelopes: Sequence[Envelope]) -> set[UUID]:
        """React to events; returns the ids that need not be delivered again."""
        ours = [e for e in envelopes if e.wire in self.reactions]
        done = {e.id for e in envelopes} - {e.id for e in ours}
        due = {e.id: e for e in ours if not self._failures.waits(_key(e))}
        if not due:
            return done
        results = await self._react_to_all(list(due.values()))
        failed = [(r.envelope, r.error) for r in results if r.error is not None]
        done |= due.keys() - {e.id for e, _ in failed}
        done |= await self._settle(failed)
        await self._afterwards(results, [due[name] for name in due.keys() & done])
        return done

    async def _react_to_all(self, due: Sequence[Envelope]) -> list["Result"]:
        """React in one transaction. If an event fails, each half is tried in one of its own."""
        try:
            return await self._together(due)
        except Exception as error:  # noqa: BLE001 - nothing was committed; what failed is tried again
            if len(due) == 1:
                return [Result(due[0], error=error)]
        half = len(due) // 2
        return [*await self._react_to_all(due[:half]), *await self._react_to_all(due[half:])]

    async def _together(self, due: Sequence[Envelope]) -> list["Result"]:
        async with self._database.begin() as connection:
            new, newest = await self._first(connection, due), NewestRows()
            results = [
                await self._react(connection, e, newest)
                if e.id in new
                else Result(e, repeated=True)
                for e in due
            ]
            await newest.write(connection)
            return results

    async def _react(
        self, connection: AsyncConnection, envelope: Envelope, newest: NewestRows
    ) -> "Result":
        began = time.perf_counter()
        work = Work(connection, self._world, envelope, newest=newest)
        gathers = envelope.wire in self.gathering
        if not gathers:
            await newest.write(connection)
        await self.reactions[envelope.wire](_opened(envelope), work)
        if not gathers:
            await work.keep()
        return Result(envelope, work, time.perf_counter() - began)

    async def _first(self, connection: AsyncConnection, due: Sequence[Envelope]) -> set[UUID]:
        """Mark all as done; returns the ids that were not marked before.

        Keys are marked in order, so that two processes marking the same ones cannot deadlock.
        """
        by_key = {_key(e): e.id for e in due}
        parameters = {"keys": sorted(by_key), "now": self._world.now()}
        new_keys = (await connection.execute(_MARK_ALL, parameters)).scalars()
        return {by_key[key] for key in new_keys}

    async def _settle(self, failed: Sequence[tuple[Envelope, Exception]]) -> set[UUID]:
        """Count failures; returns the ids of those that became dead letters."""
        given_up = set()
        for envelope, error in failed:
            if isinstance(error, Unavailable) or is_passing(error):
                continue
            log_failure(self._process, "event.failed", envelope, error)
            letter = envelope.model_dump(mode="json")
            if await self._failures.failed(_key(envelope), "event", envelope.wire, error, letter):
                given_up.add(envelope.id)
        return given_up

    async def _afterwards(self, results: Sequence["Result"], done: Sequence[Envelope]) -> None:
        for envelope in done:
            await self._failures.succeeded(_key(envelope))
        log = logs.get(process=self._process)
        for result in results:
            self._log(log, result)
            if result.work is not None and self.committed is not None:
                await self.committed(result.work)

    def _log(self, log: Any, result: "Result") -> None:
        envelope = result.envelope
        MESSAGES.labels(self._process, envelope.wire, result.outcome).inc()
        log.info(
            "event.handled",
            wire=envelope.wire,
            outcome=result.outcome,
            message_id=str(envelope.id),
            correlation_id=str(envelope.correlation),
            duration_ms=round(result.seconds * 1000, 2),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event: its work if it was done, its error if it failed."""

    envelope: Envelope
    work: Work | None = None
    seconds: float = 0.0
    repeated: bool = False
    error: Exception | None = None

    @property
    def outcome(self) -> str:
        """Done, repeated or failed, as logs and metrics name it."""
        if self.error is not None:
            return "failed"
        return "repeated" if self.repeated else "done"


def _key(envelope: Envelope) -> str:
    return f"event/{envelope.id}"


def _opened(envelope: Envelope) -> Any:
    contract = find(envelope.wire)
    if contract is None:
        raise LookupError(envelope.wire)
    return contract.model_validate(envelope.body)
