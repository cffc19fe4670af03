"""Events of others: each done once, in a savepoint of its own, all of a batch in one commit."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts import find
from indaba.contracts.refusal import Unavailable
from indaba.contracts.wire import Envelope
from indaba.ledger import tables
from indaba.ledger.failures import Failures, is_passing, reason_of
from indaba.ledger.work import Work
from indaba.process import logs
from indaba.process.metrics import MESSAGES
from indaba.process.world import World

Reaction = Callable[[Any, Work], Awaitable[None]]


class Listening:
    """Reacts to events for one process."""

    def __init__(
        self, process: str, database: AsyncEngine, world: World, failures: Failures
    ) -> None:
        self._process = process
        self._database = database
        self._world = world
        self._failures = failures
        self.reactions: dict[str, Reaction] = {}
        self.committed: Callable[[Work], Awaitable[None]] | None = None

    async def hear(self, envelopes: Sequence[Envelope]) -> set[UUID]:
        """React; gives the ids that need not come again."""
        ours = [e for e in envelopes if e.wire in self.reactions]
        done = {e.id for e in envelopes} - {e.id for e in ours}
        due = [e for e in ours if not self._failures.waits(_key(e))]
        if not due:
            return done
        works: list[Work] = []
        failed: list[tuple[Envelope, Exception]] = []
        try:
            async with self._database.begin() as connection:
                for envelope in due:
                    error = await self._react(connection, envelope, works)
                    if error is not None:
                        failed.append((envelope, error))
        except Exception as error:  # noqa: BLE001 - none of the batch was kept; all come again
            failed = [(envelope, error) for envelope in due]
            works = []
        done |= {e.id for e in due} - {e.id for e, _ in failed}
        done |= await self._settle(failed)
        await self._afterwards(works, [e for e in due if e.id in done])
        return done

    async def _react(
        self, connection: AsyncConnection, envelope: Envelope, works: list[Work]
    ) -> Exception | None:
        began = time.perf_counter()
        try:
            async with connection.begin_nested():
                outcome = "repeated"
                if await self._first(connection, envelope):
                    work = Work(connection, self._world, envelope)
                    await self.reactions[envelope.wire](_opened(envelope), work)
                    await work.keep()
                    works.append(work)
                    outcome = "done"
        except Exception as error:
            if connection.invalidated:
                raise
            outcome = "failed"
            return error
        finally:
            self._log(envelope, outcome, time.perf_counter() - began)
        return None

    async def _first(self, connection: AsyncConnection, envelope: Envelope) -> bool:
        mark = insert(tables.inbox).values(key=_key(envelope), done_at=self._world.now())
        done = await connection.execute(mark.on_conflict_do_nothing().returning(tables.inbox.c.key))
        return done.first() is not None

    async def _settle(self, failed: Sequence[tuple[Envelope, Exception]]) -> set[UUID]:
        """Count failures; gives the ids of those that became dead letters."""
        buried = set()
        for envelope, error in failed:
            if isinstance(error, Unavailable) or is_passing(error):
                continue
            logs.get(process=self._process).error(
                "event.failed",
                wire=envelope.wire,
                reason=reason_of(error),
                correlation_id=str(envelope.correlation),
            )
            letter = envelope.model_dump(mode="json")
            if await self._failures.failed(_key(envelope), "event", envelope.wire, error, letter):
                buried.add(envelope.id)
        return buried

    async def _afterwards(self, works: Sequence[Work], done: Sequence[Envelope]) -> None:
        for envelope in done:
            await self._failures.succeeded(_key(envelope))
        if self.committed is not None:
            for work in works:
                await self.committed(work)

    def _log(self, envelope: Envelope, outcome: str, seconds: float) -> None:
        MESSAGES.labels(self._process, envelope.wire, outcome).inc()
        logs.get(process=self._process).info(
            "event.handled",
            wire=envelope.wire,
            outcome=outcome,
            message_id=str(envelope.id),
            correlation_id=str(envelope.correlation),
            duration_ms=round(seconds * 1000, 2),
        )


def _key(envelope: Envelope) -> str:
    return f"event/{envelope.id}"


def _opened(envelope: Envelope) -> Any:
    contract = find(envelope.wire)
    if contract is None:
        raise LookupError(envelope.wire)
    return contract.model_validate(envelope.body)
