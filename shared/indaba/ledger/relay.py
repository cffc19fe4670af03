"""From the journal to the bus: what was committed at once, what was left behind a second later."""

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
from indaba.process import logs
from indaba.process.loops import Wake
from indaba.process.metrics import EVENTS_HELD_BACK, EVENTS_PUBLISHED
from indaba.process.world import World

BATCH = 200
POLL_SECONDS = 1.0
STRIKE_SECONDS = 0.1
LEFT_BEHIND = timedelta(seconds=1)
"""How long an event is left to the process that committed it."""

ROOM_LASTS = timedelta(seconds=0.5)
TOLD_AGAIN = timedelta(hours=48)
"""What is told again when the bus has lost its data. Inboxes remember longer than this."""


class Relay:
    """Publishes what is in `outbox`. Any number may run beside each other on one database.

    Who committed an event hands it over and it is published from memory, for a reader waits; its
    row is struck out a moment later, with many others. A row that stays longer is of a process that
    died, or of a bus that was away: it leaves `outbox` in the transaction that publishes it.
    Killed anywhere in between, an event is published again, and readers recognise it.
    """

    def __init__(self, context: str, database: AsyncEngine, bus: Bus, world: World) -> None:
        self._context = context
        self._database = database
        self._bus = bus
        self._world = world
        self._room_until = self._looked_at = self._struck_at = datetime.min.replace(tzinfo=UTC)
        self._fresh: list[Envelope] = []
        self._told: list[UUID] = []
        self._told_in = ""
        self.wake = Wake()

    def hand_over(self, envelopes: Sequence[Envelope]) -> None:
        """Publish what was committed just now. Loses nothing: it is in `outbox` too."""
        self._fresh += envelopes
        self.wake.ring()

    async def run(self) -> None:
        """Publish for ever."""
        while True:
            found = await self._publish_or_wait()
            if found < BATCH:
                await self.wake.wait(STRIKE_SECONDS if self._told else POLL_SECONDS)

    async def tell_again(self, epoch: str) -> None:
        """Put the last two days back into `outbox`, once per epoch of the bus."""
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
        """One round; gives how many were left behind by others."""
        fresh, self._fresh = self._fresh, []
        try:
            return await self._publish(fresh) if await self._has_room() else 0
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

    async def _publish(self, fresh: Sequence[Envelope]) -> int:
        if fresh:
            await self._tell(fresh)
        now = self._world.now()
        if len(self._told) >= BATCH or abs(now - self._struck_at).total_seconds() >= STRIKE_SECONDS:
            await self._strike()
            self._struck_at = now
        found = 0
        if abs(now - self._looked_at).total_seconds() >= POLL_SECONDS:
            found = await self._publish_left(now)
            if found < BATCH:
                self._looked_at = now
        return found

    async def _tell(self, fresh: Sequence[Envelope]) -> None:
        """Publish from memory, and keep in mind in which life of the bus that was."""
        if self._told_in != self._bus.epoch:
            self._told, self._told_in = [], self._bus.epoch
        await self._bus.tell(self._context, fresh)
        self._told += [envelope.id for envelope in fresh]
        EVENTS_PUBLISHED.labels(self._context).inc(len(fresh))

    async def _strike(self) -> None:
        """Take what was published out of `outbox`, unless the bus lost its data meanwhile.

        The mark is locked, so that it cannot change between the look and the commit: `tell_again`
        then finds either the mark locked, or the rows gone and puts them back.
        """
        told, self._told = self._told, []
        if not told:
            return
        marks, outbox = tables.marks.c, tables.outbox.c
        same_life = (
            sa.select(marks.name)
            .where(marks.name == "epoch", marks.value == self._told_in)
            .with_for_update(read=True)
        )
        ours = sa.select(outbox.id).where(outbox.id.in_(told))
        async with self._database.begin() as connection:
            if (await connection.execute(same_life)).first() is not None:
                free = ours.with_for_update(skip_locked=True)
                await connection.execute(tables.outbox.delete().where(outbox.id.in_(free)))

    async def _publish_left(self, now: datetime) -> int:
        journal, outbox = tables.journal, tables.outbox
        happened = journal.c.occurred_at
        oldest = (
            sa.select(outbox.c.id)
            .outerjoin(journal, journal.c.id == outbox.c.id)
            .where(sa.or_(happened.is_(None), ~happened.between(now - LEFT_BEHIND, now)))
            .order_by(outbox.c.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True, of=outbox)
        )
        taken = outbox.delete().where(outbox.c.id.in_(oldest)).returning(outbox.c.id).cte("taken")
        told = (
            sa.select(journal.c.envelope)
            .join(taken, taken.c.id == journal.c.id)
            .order_by(journal.c.id)
        )
        async with self._database.begin() as connection:
            rows = (await connection.execute(told)).scalars()
            envelopes = [Envelope.model_validate(row) for row in rows]
            if envelopes:
                await self._bus.tell(self._context, envelopes)
        EVENTS_PUBLISHED.labels(self._context).inc(len(envelopes))
        return len(envelopes)
