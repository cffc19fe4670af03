"""Events of others: each done once, all of a batch in one commit, a bad one by itself.

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
from indaba.ledger.failures import Failures, is_passing, reason_of
from indaba.ledger.newest import NewestRows
from indaba.ledger.work import Work
from indaba.process import logs
from indaba.process.metrics import MESSAGES
from indaba.process.world import World

Reaction = Callable[[Any, Work], Awaitable[None]]

# As words: SQLAlchemy would build an insert of many rows anew each time, and prepare it anew.
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
        """Wire names of events whose reactions do nothing but gather rows."""

        self.committed: Callable[[Work], Awaitable[None]] | None = None

    async def hear(self, envelopes: Sequence[Envelope]) -> set[UUID]:
        """React; gives the ids that need not come again."""
        ours = [e for e in envelopes if e.wire in self.reactions]
        done = {e.id for e in envelopes} - {e.id for e in ours}
        due = {e.id: e for e in ours if not self._failures.waits(_key(e))}
        if not due:
            return done
        heard = await self._heard(list(due.values()))
        failed = [(h.envelope, h.error) for h in heard if h.error is not None]
        done |= due.keys() - {e.id for e, _ in failed}
        done |= await self._settle(failed)
        await self._afterwards(heard, [due[name] for name in due.keys() & done])
        return done

    async def _heard(self, due: Sequence[Envelope]) -> list["Heard"]:
        """All in one transaction; where one of them fails, each half in one of its own."""
        try:
            return await self._together(due)
        except Exception as error:  # noqa: BLE001 - nothing was kept; who failed comes again
            if len(due) == 1:
                return [Heard(due[0], error=error)]
        half = len(due) // 2
        return [*await self._heard(due[:half]), *await self._heard(due[half:])]

    async def _together(self, due: Sequence[Envelope]) -> list["Heard"]:
        async with self._database.begin() as connection:
            new, newest = await self._first(connection, due), NewestRows()
            results = [
                await self._react(connection, e, newest) if e.id in new else Heard(e, repeated=True)
                for e in due
            ]
            await newest.write(connection)
            return results

    async def _react(
        self, connection: AsyncConnection, envelope: Envelope, newest: NewestRows
    ) -> "Heard":
        began = time.perf_counter()
        work = Work(connection, self._world, envelope, newest=newest)
        gathers = envelope.wire in self.gathering
        if not gathers:
            await newest.write(connection)
        await self.reactions[envelope.wire](_opened(envelope), work)
        if not gathers:
            await work.keep()
        return Heard(envelope, work, time.perf_counter() - began)

    async def _first(self, connection: AsyncConnection, due: Sequence[Envelope]) -> set[UUID]:
        """Mark them all; gives the ids of those that nobody has marked before.

        In the order of their keys, so that two who mark the same wait for each other in turn.
        """
        named = {_key(e): e.id for e in due}
        given = {"keys": sorted(named), "now": self._world.now()}
        found = await connection.execute(_MARK_ALL, given)
        return {named[key] for key in found.scalars()}

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

    async def _afterwards(self, heard: Sequence["Heard"], done: Sequence[Envelope]) -> None:
        for envelope in done:
            await self._failures.succeeded(_key(envelope))
        log = logs.get(process=self._process)
        for one in heard:
            self._log(log, one)
            if one.work is not None and self.committed is not None:
                await self.committed(one.work)

    def _log(self, log: Any, heard: "Heard") -> None:
        envelope = heard.envelope
        MESSAGES.labels(self._process, envelope.wire, heard.outcome).inc()
        log.info(
            "event.handled",
            wire=envelope.wire,
            outcome=heard.outcome,
            message_id=str(envelope.id),
            correlation_id=str(envelope.correlation),
            duration_ms=round(heard.seconds * 1000, 2),
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one event: its work where it was done, its error where it failed."""

    envelope: Envelope
    work: Work | None = None
    seconds: float = 0.0
    repeated: bool = False
    error: Exception | None = None

    @property
    def outcome(self) -> str:
        """Done, repeated or failed, as logs and figures name it."""
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
