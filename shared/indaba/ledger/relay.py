"""From the journal to the bus: batches, no cursor, woken by the commit."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.bus import Bus
from indaba.bus.bus import BUS_ERRORS
from indaba.contracts.wire import Envelope
from indaba.ledger import tables
from indaba.process import logs
from indaba.process.loops import Wake
from indaba.process.metrics import EVENTS_HELD_BACK, EVENTS_PUBLISHED
from indaba.process.world import World

BATCH = 200
POLL_SECONDS = 1.0
ROOM_LASTS = timedelta(seconds=0.5)
TOLD_AGAIN = timedelta(hours=48)
"""What is told again when the bus has lost its data. Inboxes remember longer than this."""


class Relay:
    """Publishes what is in `outgoing`. Any number may run beside each other on one database.

    A row leaves `outgoing` in the transaction that published it: killed in between, it is
    published again, and readers recognise it.
    """

    def __init__(self, context: str, database: AsyncEngine, bus: Bus, world: World) -> None:
        self._context = context
        self._database = database
        self._bus = bus
        self._world = world
        self._room_until = datetime.min.replace(tzinfo=UTC)
        self.wake = Wake()

    async def run(self) -> None:
        """Publish for ever."""
        while True:
            published = await self._publish_or_wait()
            if published < BATCH:
                await self.wake.wait(POLL_SECONDS)

    async def tell_again(self, epoch: str) -> None:
        """Put the last two days back into `outgoing`, once per epoch of the bus."""
        async with self._database.begin() as connection:
            if await self._knows(connection, epoch):
                return
            recent = sa.select(tables.journal.c.id).where(
                tables.journal.c.occurred_at > self._world.now() - TOLD_AGAIN
            )
            await connection.execute(
                insert(tables.outgoing)
                .from_select(["id"], recent)
                .on_conflict_do_nothing(index_elements=["id"])
            )
        self.wake.ring()

    async def _knows(self, connection: AsyncConnection, epoch: str) -> bool:
        """Whether this database has seen the epoch; remembers it. The first one is not a loss."""
        query = sa.select(tables.marks.c.value).where(tables.marks.c.name == "epoch")
        known = (await connection.execute(query.with_for_update())).scalar()
        await connection.execute(
            insert(tables.marks)
            .values(name="epoch", value=epoch)
            .on_conflict_do_update(index_elements=["name"], set_={"value": epoch})
        )
        return known in (None, epoch)

    async def _publish_or_wait(self) -> int:
        try:
            return await self._publish() if await self._has_room() else 0
        except BUS_ERRORS as error:
            logs.get(process=self._context).warning("relay.waits", error=type(error).__name__)
            return 0

    async def _has_room(self) -> bool:
        """Whether readers keep up; looked at twice a second, for a commit must not wait for it."""
        now = self._world.now()
        if self._room_until <= now:
            room = await self._bus.room_for_events(self._context)
            EVENTS_HELD_BACK.labels(self._context).set(not room)
            if not room:
                return False
            self._room_until = now + ROOM_LASTS
        return True

    async def _publish(self) -> int:
        oldest = (
            sa.select(tables.outgoing.c.id)
            .order_by(tables.outgoing.c.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        taken = (
            tables.outgoing.delete()
            .where(tables.outgoing.c.id.in_(oldest))
            .returning(tables.outgoing.c.id)
            .cte("taken")
        )
        told = (
            sa.select(tables.journal.c.envelope)
            .join(taken, taken.c.id == tables.journal.c.id)
            .order_by(tables.journal.c.id)
        )
        async with self._database.begin() as connection:
            rows = (await connection.execute(told)).scalars()
            envelopes = [Envelope.model_validate(row) for row in rows]
            if envelopes:
                await self._bus.tell(self._context, envelopes)
        EVENTS_PUBLISHED.labels(self._context).inc(len(envelopes))
        return len(envelopes)
