"""Chat events not yet handled, and how far a platform has been read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId
from indaba.conversation.delivery.chat_events import ChatEvent
from indaba.conversation.store import tables as t
from indaba.conversation.store.kept_events import from_json, to_json
from indaba.ledger.session import Transaction


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event that waits to be handled; `correlation` follows it to the last post.

    `community` is what it is about in a direct chat, once that is known.
    """

    event: ChatEvent
    correlation: UUID
    number: int
    heard_at: datetime
    community: CommunityId | None = None


class Hearing:
    """What people said, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def hear(self, said: Iterable[tuple[ChatEvent, UUID]]) -> int:
        """Keep what was said, once per id, in the order given; how many were new."""
        new = 0
        for one, correlation in said:
            kept = await self._sql.execute(
                insert(t.heard)
                .values(
                    id=one.id,
                    said=to_json(one),
                    correlation=correlation,
                    heard_at=self._now,
                )
                .on_conflict_do_nothing()
            )
            new += kept.rowcount
        return new

    async def waiting_to_be_heard(
        self, limit: int, per_person: int, in_hand: Sequence[tuple[str, str]] = ()
    ) -> list[QueuedEvent]:
        """What nobody has dealt with yet, first said first.

        At most `per_person` acts of an account in a room, and none of those `in_hand`.
        """
        person = (t.heard.c.said["account"].astext, t.heard.c.said["room"].astext)
        turn = sa.func.row_number().over(partition_by=person, order_by=t.heard.c.number)
        waiting = (
            sa.select(t.heard, turn.label("turn"))
            .where(t.heard.c.done_at.is_(None), sa.tuple_(*person).not_in(in_hand))
            .subquery()
        )
        query = (
            sa.select(waiting.c.said, waiting.c.correlation, waiting.c.number, waiting.c.heard_at)
            .where(waiting.c.turn <= per_person)
            .order_by(waiting.c.number)
            .limit(limit)
        )
        rows = await self._sql.execute(query)
        return [QueuedEvent(from_json(stored), *others) for stored, *others in rows]

    async def dealt_with(self, said: str) -> None:
        """Forget the words of something said; its id stays, so that it is not heard twice."""
        row = t.heard.c.id == said
        await self._sql.execute(t.heard.update().where(row).values(done_at=self._now, said=None))

    async def unsay(self, said: str) -> None:
        """Somebody took back what they said before we dealt with it."""
        row = sa.and_(t.heard.c.id == said, t.heard.c.done_at.is_(None))
        await self._sql.execute(t.heard.update().where(row).values(done_at=self._now, said=None))

    async def position(self, name: str) -> str:
        """How far a platform has been read; empty at first."""
        query = sa.select(t.positions.c.value).where(t.positions.c.name == name)
        return (await self._sql.execute(query)).scalar() or ""

    async def set_position(self, name: str, value: str) -> None:
        """Remember how far a platform has been read."""
        await self._sql.execute(
            insert(t.positions)
            .values(name=name, value=value)
            .on_conflict_do_update(index_elements=["name"], set_={"value": value})
        )
