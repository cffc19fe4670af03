"""Publishes committed events: at once from memory, or from the outbox if that was cut short."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.bus import Bus
from indaba.bus.bus import BUS_ERRORS
from indaba.contracts.wire import Envelope
from indaba.ledger import tables
from indaba.ledger.reading import only_reading
from indaba.process import logs
from indaba.process.loops import Wake
from indaba.process.metrics import EVENTS_HELD_BACK, EVENTS_PUBLISHED
from indaba.process.world import World

BATCH = 200
POLL_SECONDS = 1.0
STRIKE_SECONDS = 0.1
LEFT_BEHIND = timedelta(seconds=1)
"""How long an event is left to the process that committed it, before any process publishes it."""

ROOM_LASTS = timedelta(seconds=0.5)
TOLD_AGAIN = timedelta(hours=48)
"""How far back events are published again after the bus lost its data.

Inboxes remember longer than this.
"""


class Relay:
    """Publishes the events in `outbox`. Any number of relays may run on one database.

    The process that commits an event hands it over, and it is published from memory, because a
    reader is waiting; its row is deleted a moment later, together with many others. A row that
    stays longer was left by a process that died or while the bus was away: it is deleted in the
    transaction that publishes it. After a crash in between, an event is published again, and
    readers recognise it.
    """

    def __init__(self, context: str, database: AsyncEngine, bus: Bus, world: World) -> None:
        self._context = context
        self._database = database
        self._reading = only_reading(database)
        self._bus = bus
        self._world = world
        self._room_until = self._looked_at = self._struck_at = datetime.min.replace(tzinfo=UTC)
        self._fresh: list[Envelope] = []
        self._told: list[UUID] = []
        self._told_in = ""
        self.wake = Wake()

    def hand_over(self, envelopes: Sequence[Envelope]) -> None:
        """Publish events that were just committed. A crash loses none: they are in `outbox` too."""
        self._fresh += envelopes
        self.wake.ring()

    async def run(self) -> None:
        """Publish for ever."""
        while True:
            count = await self._publish_or_wait()
            if count < BATCH:
                await self.wake.wait(STRIKE_SECONDS if self._told else POLL_SECONDS)

    async def tell_again(self, epoch: str) -> None:
        """Put the events of the last two days back into `outbox`, once per epoch of the bus."""
        async with self._database.begin() as connection:
            if await self._knows(connection, epoch):
                return
            recent = sa.select(tables.journal.c.id).where(
                tables.journal.c.occurred_at > self._world.now() - TOLD_AGAIN
            )
            await connection.execute(
                insert(tables.outbox)
                .from_select(["id"], recent)
                .on_conflict_do_nothing(index_elements=["id"])
            )
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self.wake.ring()

    async def _knows(self, connection: AsyncConnection, epoch: str) -> bool:
        """Whether the epoch is known here, or is the first, which is no loss. Remembers it."""
        query = sa.select(tables.marks.c.value).where(tables.marks.c.name == "epoch")
        known = (await connection.execute(query.with_for_update())).scalar()
        await connection.execute(
            insert(tables.marks)
            .values(name="epoch", value=epoch)
            .on_conflict_do_update(index_elements=["name"], set_={"value": epoch})
        )
        return known in (None, epoch)

    async def _publish_or_wait(self) -> int:
        """One round; returns how many events from the outbox it published."""
        fresh, self._fresh = self._fresh, []
        try:
            return await self._publish(fresh) if await self._has_room() else 0
        except BUS_ERRORS as error:
            logs.get(process=self._context).warning("relay.waits", error=type(error).__name__)
            return 0

    async def _has_room(self) -> bool:
        """Whether readers keep up. Checked at most twice a second: commits must not wait for it."""
        now = self._world.now()
        if self._room_until <= now:
            room = await self._bus.room_for_events(self._context)
            EVENTS_HELD_BACK.labels(self._context).set(not room)
            if not room:
                return False
            self._room_until = now + ROOM_LASTS
        return True

    async def _publish(self, fresh: Sequence[Envelope]) -> int:
        if fresh:
            await self._tell(fresh)
        now = self._world.now()
        if len(self._told) >= BATCH or abs(now - self._struck_at).total_seconds() >= STRIKE_SECONDS:
            await self._strike()
            self._struck_at = now
        count = 0
        if abs(now - self._looked_at).total_seconds() >= POLL_SECONDS:
            count = await self._publish_left(now)
            if count < BATCH:
                self._looked_at = now
        return count

    async def _tell(self, fresh: Sequence[Envelope]) -> None:
        """Publish from memory, and note the epoch of the bus in which that was."""
        if self._told_in != self._bus.epoch:
            self._told, self._told_in = [], self._bus.epoch
        await self._bus.tell(self._context, fresh)
        self._told += [envelope.id for envelope in fresh]
        EVENTS_PUBLISHED.labels(self._context).inc(len(fresh))

    async def _strike(self) -> None:
        """Delete what was published from `outbox`, unless the bus lost its data meanwhile.

        The epoch's mark is locked, so that it cannot change before the commit: `tell_again` either
        waits for the lock, or has changed the mark, and then the rows stay.
        """
        published, self._told = self._told, []
        if not published:
            return
        marks, outbox = tables.marks.c, tables.outbox.c
        same_life = (
            sa.select(marks.name)
            .where(marks.name == "epoch", marks.value == self._told_in)
            .with_for_update(read=True)
        )
        ours = sa.select(outbox.id).where(outbox.id.in_(published))
        async with self._database.begin() as connection:
            if (await connection.execute(same_life)).first() is not None:
                free = ours.with_for_update(skip_locked=True)
                await connection.execute(tables.outbox.delete().where(outbox.id.in_(free)))

    async def _publish_left(self, now: datetime) -> int:
        journal, outbox = tables.journal, tables.outbox
        occurred_at = journal.c.occurred_at
        oldest = (
            sa.select(outbox.c.id)
            .outerjoin(journal, journal.c.id == outbox.c.id)
            .where(sa.or_(occurred_at.is_(None), ~occurred_at.between(now - LEFT_BEHIND, now)))
            .order_by(outbox.c.id)
            .limit(BATCH)
        )
        async with self._reading.connect() as connection:
            if not (await connection.execute(sa.select(oldest.exists()))).scalar():
                return 0
        free = oldest.with_for_update(skip_locked=True, of=outbox)
        taken = outbox.delete().where(outbox.c.id.in_(free)).returning(outbox.c.id).cte("taken")
        query = (
            sa.select(journal.c.envelope)
            .join(taken, taken.c.id == journal.c.id)
            .order_by(journal.c.id)
        )
        async with self._database.begin() as connection:
            rows = (await connection.execute(query)).scalars()
            envelopes = [Envelope.model_validate(row) for row in rows]
            if envelopes:
                await self._bus.tell(self._context, envelopes)
        EVENTS_PUBLISHED.labels(self._context).inc(len(envelopes))
        return len(envelopes)
