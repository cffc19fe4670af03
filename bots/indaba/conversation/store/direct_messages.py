"""Messages outside meetings' threads: to a room, or to one person in a direct chat."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId
from indaba.conversation.store import tables as t
from indaba.conversation.store.communities import elsewhere
from indaba.conversation.store.digests import DIRECT, digest
from indaba.ledger.session import Transaction


class Errands:
    """Errands, direct chats and polls, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def keep(
        self,
        event_id: UUID | None,
        wire: str,
        event: dict[str, Any],
        correlation: UUID,
        until: datetime,
        community: UUID | None = None,
    ) -> None:
        """Keep an event that somebody is to be told of, once.

        Told only while `community` lives here; `None` if people are told wherever it lives.
        """
        row = {"id": event_id, "wire": wire, "event": event, "community": community}
        more = {"correlation": correlation, "expires_at": until, "kept_at": self._now}
        await self._sql.execute(insert(t.errands).values(**row, **more).on_conflict_do_nothing())

    async def drop_late(self) -> int:
        """Drop those that have lost their sense; gives how many."""
        late = t.errands.delete().where(t.errands.c.expires_at <= self._now)
        return (await self._sql.execute(late)).rowcount

    async def due(self, limit: int = 20) -> list[dict[str, Any]]:
        """Errands to be done now, oldest first."""
        query = (
            sa.select(t.errands)
            .where(
                sa.or_(t.errands.c.not_before.is_(None), t.errands.c.not_before <= self._now),
                elsewhere(t.errands.c.community).is_not(True),
            )
            .order_by(t.errands.c.id)
            .limit(limit)
        )
        return [dict(row) for row in (await self._sql.execute(query)).mappings()]

    async def later(self, errand: UUID, after: timedelta) -> None:
        """One that could not be done now."""
        row = t.errands.c.id == errand
        await self._sql.execute(t.errands.update().where(row).values(not_before=self._now + after))

    async def done(self, errand: UUID) -> None:
        """One that has become posts, or is pointless."""
        await self._sql.execute(t.errands.delete().where(t.errands.c.id == errand))

    async def direct_room(self, account: str) -> str:
        """The direct chat that an account opened with us; empty if there is none."""
        theirs = t.direct_rooms.c.account == digest(DIRECT, account)
        query = sa.select(t.direct_rooms.c.room).where(theirs)
        return (await self._sql.execute(query)).scalar() or ""

    async def opened(self, account: str, room: str) -> None:
        """An account spoke to us in a direct chat; of the account only a digest is kept."""
        row = insert(t.direct_rooms).values(account=digest(DIRECT, account), room=room)
        await self._sql.execute(
            row.on_conflict_do_update(index_elements=["account"], set_={"room": room})
        )

    async def speak_of(self, account: str, community: CommunityId) -> None:
        """The direct chat of an account is about this community from now on."""
        theirs = t.direct_rooms.c.account == digest(DIRECT, account)
        await self._sql.execute(t.direct_rooms.update().where(theirs).values(community=community))

    async def spoken_of(self, account: str) -> CommunityId | None:
        """What the direct chat of an account is about, if they chose."""
        theirs = t.direct_rooms.c.account == digest(DIRECT, account)
        query = sa.select(t.direct_rooms.c.community).where(theirs)
        chosen: CommunityId | None = (await self._sql.execute(query)).scalar()
        return chosen

    async def closed(self, account: str) -> None:
        """An account has no direct chat with us any more."""
        theirs = t.direct_rooms.c.account == digest(DIRECT, account)
        await self._sql.execute(t.direct_rooms.delete().where(theirs))

    async def poll(self, post: str, vote: UUID) -> None:
        """A post of ours is the poll of a vote."""
        row = insert(t.polls).values(post=post, vote=vote)
        await self._sql.execute(row.on_conflict_do_nothing())

    async def vote_of(self, message: str) -> UUID | None:
        """The vote whose poll a message of ours is."""
        query = (
            sa.select(t.polls.c.vote)
            .join(t.posts, t.posts.c.key == t.polls.c.post)
            .where(t.posts.c.message == message)
        )
        found: UUID | None = (await self._sql.execute(query)).scalar()
        return found
