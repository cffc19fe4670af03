"""What a handler is given: one transaction, and the events to publish when it commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from indaba.contracts.passport import Passport
from indaba.contracts.wire import Envelope, Event
from indaba.ledger import tables
from indaba.ledger.newest import NewestRows
from indaba.process.world import World


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that has not fired yet. `key` is unique within its kind."""

    key: str
    due_at: datetime
    body: Mapping[str, Any]
    lane: UUID | None


class Work:
    """One message's transaction: state, events and timers commit together or not at all.

    Handlers never commit or publish; the ledger does. `now` is the same throughout.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        world: World,
        envelope: Envelope | None = None,
        passport: Passport | None = None,
        correlation: UUID | None = None,
        newest: NewestRows | None = None,
    ) -> None:
        self.connection = connection
        self.world = world
        self.now: datetime = world.now()
        self.passport = passport or Passport(expires_at=self.now)
        self.cause: UUID | None = envelope.id if envelope else None
        given = envelope.correlation if envelope else correlation
        self.correlation: UUID = given or world.new_id()
        self._emitted: list[Envelope] = []
        self._newest = newest or NewestRows()
        self.timers_set = False
        """Whether a timer was set. It may be due before all others."""

        self.erased = False
        """Set by an erasure: after the commit, the bus deletes what everybody has read."""

    def emit(self, event: Event) -> None:
        """Put an event in the journal and the outbox. It is published after the commit."""
        self._emitted.append(
            Envelope.around(
                event,
                id=self.world.new_id(),
                occurred_at=self.now,
                correlation=self.correlation,
                causation=self.cause,
            )
        )

    def cut_ties(self) -> None:
        """From here on nothing leads from what is told back to whoever asked."""
        self.correlation, self.cause = self.world.new_id(), None

    def keep_newest(
        self, table: sa.Table, key: Mapping[str, Any], version: int, /, **values: Any
    ) -> None:
        """Store a row of a read copy, unless that version or a newer one is known.

        The table has a column `version` and a unique index on the key. Rows are written together
        before the commit; statements of the same transaction see them after `write_newest`.
        """
        self._newest.add(table, key, version, values)

    async def write_newest(self) -> None:
        """Write the rows given to `keep_newest`. Idempotent."""
        await self._newest.write(self.connection)

    async def set_timer(
        self,
        due_at: datetime,
        kind: str,
        key: str,
        body: Mapping[str, Any],
        lane: UUID | None = None,
    ) -> None:
        """Set the timer `kind/key`, replacing one of the same name. `body` is JSON-ready.

        Timers of one lane (a community) fire one after the other, in order of their due times.
        Those of different lanes, and those without a lane, fire side by side.
        """
        self.timers_set = True
        values = {
            "kind": kind,
            "due_at": due_at,
            "body": dict(body),
            "correlation": self.correlation,
            "lane": lane,
        }
        await self.connection.execute(
            insert(tables.timers)
            .values(key=f"{kind}/{key}", **values)
            .on_conflict_do_update(index_elements=["key"], set_=values)
        )

    async def cancel_timer(self, kind: str, key: str) -> None:
        """Cancel a timer. Idempotent."""
        name = f"{kind}/{key}"
        await self.connection.execute(tables.timers.delete().where(tables.timers.c.key == name))

    async def cancel_timers(self, kind: str, beginning: str) -> None:
        """Cancel all timers of a kind whose key begins with `beginning`. Idempotent."""
        key = tables.timers.c.key
        these = key.startswith(f"{kind}/{beginning}", autoescape=True)
        await self.connection.execute(tables.timers.delete().where(these))

    async def is_set(self, kind: str, key: str) -> bool:
        """Whether there is a timer `kind/key` that has not fired yet."""
        query = sa.select(tables.timers.c.key).where(tables.timers.c.key == f"{kind}/{key}")
        return (await self.connection.execute(query)).first() is not None

    async def timers_of(self, kind: str, after: str, limit: int) -> Sequence[Timer]:
        """Lock and return at most `limit` timers of a kind with keys after `after`, by key."""
        timers = tables.timers.c
        query = (
            sa.select(timers.key, timers.due_at, timers.body, timers.lane)
            .where(timers.kind == kind, timers.key > f"{kind}/{after}")
            .order_by(timers.key)
            .limit(limit)
            .with_for_update()
        )
        rows = (await self.connection.execute(query)).mappings()
        return [
            Timer(r["key"].removeprefix(f"{kind}/"), r["due_at"], r["body"], r["lane"])
            for r in rows
        ]

    @property
    def emitted(self) -> Sequence[Envelope]:
        """The envelopes of the events emitted so far, in order."""
        return tuple(self._emitted)

    async def keep(self) -> None:
        """Write rows and events. The ledger calls this or `keep_with_reply`, once and last."""
        await self.write_newest()
        if self._emitted:
            await self.connection.execute(_KEEP, {"told": self._rows()})

    async def keep_with_reply(self, key: str, reply: Mapping[str, Any]) -> None:
        """Write rows and events, and store the reply with its inbox mark."""
        await self.write_newest()
        given = {"told": self._rows(), "key": key, "reply": dict(reply)}
        await self.connection.execute(_KEEP_WITH_REPLY, given)

    def _rows(self) -> list[dict[str, Any]]:
        return [_row(envelope) for envelope in self._emitted]


# One round trip for all tables, because somebody is waiting for it.
_TELL = (
    "WITH told AS (INSERT INTO ledger.journal (id, wire, occurred_at, envelope)"
    " SELECT id, wire, occurred_at, envelope FROM jsonb_to_recordset(:told)"
    " AS t(id uuid, wire text, occurred_at timestamptz, envelope jsonb) RETURNING id)"
)
_OUT = "INSERT INTO ledger.outbox SELECT id FROM told"
_KEEP = sa.text(f"{_TELL} {_OUT}").bindparams(sa.bindparam("told", type_=JSONB))
_KEEP_WITH_REPLY = sa.text(
    f"{_TELL}, gone_out AS ({_OUT})"  # noqa: S608 - made of the constants above
    " UPDATE ledger.inbox SET reply = :reply WHERE key = :key"
).bindparams(sa.bindparam("told", type_=JSONB), sa.bindparam("reply", type_=JSONB))


def _row(envelope: Envelope) -> dict[str, Any]:
    return {
        "id": str(envelope.id),
        "wire": envelope.wire,
        "occurred_at": envelope.occurred_at.isoformat(),
        "envelope": envelope.model_dump(mode="json"),
    }
