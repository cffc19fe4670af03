"""Where meetings' cards are, how far they are drawn, and notices to be written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.scheduling import MeetingFacts, MeetingStatus
from indaba.conversation.delivery.chat_events import ReactionAdded
from indaba.conversation.store import tables as t
from indaba.conversation.store.communities import elsewhere
from indaba.ledger.session import Transaction

UPCOMING = (MeetingStatus.SCHEDULED, MeetingStatus.LIVE)


@dataclass(frozen=True, slots=True)
class CardDue:
    """A card whose drawing is behind its meeting."""

    meeting: UUID
    community: UUID
    correlation: UUID
    wanted: int
    drawn: int
    places: dict[str, str | None] = field(default_factory=dict)


class Cards:
    """Cards, reactions on them, and notices, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def want_card(
        self,
        meeting: MeetingFacts,
        version: int,
        correlation: UUID,
        *,
        here: bool = True,
    ) -> None:
        """The card of a meeting should show at least this version.

        Where the community does not live `here`, nothing is due until it comes.
        """
        newer = {"wanted": version, "correlation": correlation, "status": meeting.status}
        shown = {"drawn": 0 if here else version}
        await self._sql.execute(
            insert(t.cards)
            .values(
                meeting=meeting.id,
                community=meeting.community,
                code=meeting.code,
                **shown,
                **newer,
            )
            .on_conflict_do_update(
                index_elements=["meeting"],
                set_=newer if here else newer | shown,
                where=t.cards.c.wanted < version,
            )
        )

    async def draw_again(self, community: UUID) -> None:
        """All cards of a community are behind: it has another room."""
        theirs = t.cards.c.community == community
        await self._sql.execute(t.cards.update().where(theirs).values(drawn=0))

    async def draw_coming_again(self, community: UUID) -> None:
        """Cards of meetings to come, and of those that are on, show something else by now."""
        theirs = t.cards.c.community == community, t.cards.c.status.in_(UPCOMING)
        await self._sql.execute(t.cards.update().where(*theirs).values(drawn=0))

    async def none_due(self, community: UUID) -> None:
        """A community does not live here: none of its cards is behind."""
        behind = sa.and_(t.cards.c.community == community, t.cards.c.wanted > t.cards.c.drawn)
        await self._sql.execute(t.cards.update().where(behind).values(drawn=t.cards.c.wanted))

    async def cards_due(self, calm: timedelta, limit: int = 20) -> list[CardDue]:
        """Cards behind their meeting that were not tried within `calm`, longest ago first.

        A card that is still to come up somewhere is brought up to date once it is.
        """
        query = (
            sa.select(t.cards)
            .where(
                t.cards.c.wanted > t.cards.c.drawn,
                sa.or_(t.cards.c.drawn_at.is_(None), t.cards.c.drawn_at < self._now - calm),
                ~_has_place(t.cards.c.meeting, t.card_places.c.message.is_(None)),
            )
            .order_by(t.cards.c.drawn_at.asc().nulls_first(), t.cards.c.meeting)
            .limit(limit)
        )
        rows = (await self._sql.execute(query)).mappings().all()
        return [
            CardDue(
                row["meeting"],
                row["community"],
                row["correlation"],
                row["wanted"],
                row["drawn"],
                await self.places_of(row["meeting"]),
            )
            for row in rows
        ]

    async def places_of(self, meeting: UUID) -> dict[str, str | None]:
        """Message per room where a meeting's card is, `None` while it is not up."""
        query = sa.select(t.card_places.c.room, t.card_places.c.message).where(
            t.card_places.c.meeting == meeting
        )
        return {row.room: row.message for row in await self._sql.execute(query)}

    async def drawn(self, meeting: UUID, version: int, rooms: Iterable[str]) -> None:
        """A card was drawn at a version in these rooms."""
        for room in rooms:
            await self._sql.execute(
                insert(t.card_places).values(meeting=meeting, room=room).on_conflict_do_nothing()
            )
        row = t.cards.c.meeting == meeting
        shown = sa.func.greatest(t.cards.c.wanted, version)
        await self._sql.execute(
            t.cards.update().where(row).values(drawn=version, drawn_at=self._now, wanted=shown)
        )

    async def draw_later(self, meeting: UUID) -> None:
        """A card could not be drawn now: others come first."""
        row = t.cards.c.meeting == meeting
        await self._sql.execute(t.cards.update().where(row).values(drawn_at=self._now))

    async def card_on(self, message: str) -> tuple[UUID, str] | None:
        """The meeting and code of the card that a message is."""
        if not message:
            return None
        query = (
            sa.select(t.cards.c.meeting, t.cards.c.code)
            .join(t.card_places, t.card_places.c.meeting == t.cards.c.meeting)
            .where(t.card_places.c.message == message)
        )
        row = (await self._sql.execute(query)).first()
        return (row.meeting, row.code) if row else None

    async def live_in(self, room: str) -> tuple[UUID, str] | None:
        """The meeting that is on in a room, and its code."""
        query = (
            sa.select(t.cards.c.meeting, t.cards.c.code)
            .join(t.card_places, t.card_places.c.meeting == t.cards.c.meeting)
            .where(t.card_places.c.room == room, t.cards.c.status == MeetingStatus.LIVE)
        )
        row = (await self._sql.execute(query)).first()
        return (row.meeting, row.code) if row else None

    async def live(self) -> list[tuple[UUID, str, str]]:
        """Meetings that are on: id, code and room, once for each room."""
        on = t.cards.c.status == sa.literal_column(f"'{MeetingStatus.LIVE}'")
        query = sa.select(t.cards.c.meeting, t.cards.c.code).where(on)
        codes = {row.meeting: row.code for row in await self._sql.execute(query)}
        theirs = t.card_places.c.meeting.in_(codes)
        places = sa.select(t.card_places.c.meeting, t.card_places.c.room).where(theirs)
        rooms = await self._sql.execute(places)
        return [(row.meeting, codes[row.meeting], row.room) for row in rooms]

    async def any_in(self, room: str) -> bool:
        """Whether a meeting's card is in a room."""
        query = sa.select(t.card_places.c.room).where(t.card_places.c.room == room).limit(1)
        return (await self._sql.execute(query)).first() is not None

    async def notice(
        self,
        event_id: UUID | None,
        wire: str,
        event: dict[str, Any],
        correlation: UUID,
        until: datetime,
    ) -> None:
        """Keep an event about a meeting that rooms are to be told of."""
        await self._sql.execute(
            insert(t.notices)
            .values(
                id=event_id,
                meeting=UUID(event["meeting"]["id"]),
                wire=wire,
                event=event,
                correlation=correlation,
                expires_at=until,
                community=UUID(event["meeting"]["community"]),
                kept_at=self._now,
            )
            .on_conflict_do_nothing()
        )

    async def drop_late_notices(self) -> int:
        """Drop the notices that have lost their sense; gives how many."""
        late = t.notices.delete().where(t.notices.c.expires_at <= self._now)
        return (await self._sql.execute(late)).rowcount

    async def notices_due(self, limit: int = 20) -> list[dict[str, Any]]:
        """Notices to be written now, oldest first: those whose card is up wherever it belongs.

        `wanted` is the newest version of the meeting that was heard of.
        """
        query = (
            sa.select(t.notices, t.cards.c.wanted)
            .join(t.cards, t.cards.c.meeting == t.notices.c.meeting)
            .where(
                sa.or_(t.notices.c.not_before.is_(None), t.notices.c.not_before <= self._now),
                t.notices.c.expires_at > self._now,
                _has_place(t.notices.c.meeting, sa.true()),
                ~_has_place(t.notices.c.meeting, t.card_places.c.message.is_(None)),
                elsewhere(t.notices.c.community).is_not(True),
            )
            .order_by(t.notices.c.id)
            .limit(limit)
        )
        return [dict(row) for row in (await self._sql.execute(query)).mappings()]

    async def notice_later(self, event_id: UUID, after: timedelta) -> None:
        """A notice could not be written now."""
        row = t.notices.c.id == event_id
        await self._sql.execute(t.notices.update().where(row).values(not_before=self._now + after))

    async def notice_written(self, event_id: UUID) -> None:
        """A notice has become posts, or is pointless."""
        await self._sql.execute(t.notices.delete().where(t.notices.c.id == event_id))

    async def reacted(self, event: ReactionAdded, meeting: UUID, reactor: str) -> None:
        """Remember what a reaction meant, for when it is taken back."""
        await self._sql.execute(
            insert(t.reactions)
            .values(
                id=event.id, meeting=meeting, emoji=event.emoji, reactor=reactor, seen_at=self._now
            )
            .on_conflict_do_nothing()
        )

    async def reaction(self, reaction_id: str) -> tuple[UUID, str, str] | None:
        """The meeting, emoji and reactor of a reaction."""
        query = sa.select(t.reactions.c.meeting, t.reactions.c.emoji, t.reactions.c.reactor).where(
            t.reactions.c.id == reaction_id
        )
        row = (await self._sql.execute(query)).first()
        return (row.meeting, row.emoji, row.reactor) if row else None

    async def code_of(self, meeting: UUID) -> str:
        """A meeting's short code; empty where its card is not known."""
        query = sa.select(t.cards.c.code).where(t.cards.c.meeting == meeting)
        return (await self._sql.execute(query)).scalar() or ""


def _has_place(
    meeting: sa.ColumnElement[UUID], which: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    return sa.exists().where(t.card_places.c.meeting == meeting, which)
