"""SQL about who takes part, and who would facilitate when nobody does."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.passport import Role
from indaba.ledger import Work
from indaba.membership.store.people import memberships


class Engaged:
    """Days of taking part, in one transaction. Only their number and the last one are stored."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def was_seen(self, community: CommunityId, member: MemberId) -> None:
        """Note that a member took part today. Idempotent within a day.

        Counted only for facilitators and for members who agreed to be asked to facilitate.
        """
        today = self._work.now.date()
        needed = sa.or_(memberships.c.stands_in, memberships.c.role == Role.FACILITATOR)
        row = (memberships.c.community == community, memberships.c.member == member)
        earlier = sa.or_(memberships.c.seen_on.is_(None), memberships.c.seen_on < today)
        seen = memberships.update().where(*row, earlier, needed)
        counted = {"seen_on": today, "active_days": memberships.c.active_days + 1}
        await self._sql.execute(seen.values(counted))

    async def begin_counting(self, community: CommunityId) -> None:
        """Count members who were never seen as seen today."""
        unknown = (memberships.c.community == community, memberships.c.seen_on.is_(None))
        today = memberships.update().where(*unknown).values(seen_on=self._work.now.date())
        await self._sql.execute(today)

    async def is_facilitated(self, community: CommunityId, since: date) -> bool:
        """Whether any facilitator was seen on that day or later."""
        query = sa.select(memberships.c.member).where(
            memberships.c.community == community,
            memberships.c.role == Role.FACILITATOR,
            sa.or_(memberships.c.seen_on.is_(None), memberships.c.seen_on >= since),
        )
        return (await self._sql.execute(query.limit(1))).first() is not None

    async def stand_ins(self, community: CommunityId) -> Sequence[MemberId]:
        """Members who agreed to be asked to facilitate, those who took part most often first."""
        query = (
            sa.select(memberships.c.member)
            .where(
                memberships.c.community == community,
                memberships.c.role == Role.MEMBER,
                memberships.c.stands_in,
            )
            .order_by(
                memberships.c.active_days.desc(), memberships.c.joined_at, memberships.c.member
            )
        )
        return [MemberId(one) for one in (await self._sql.execute(query)).scalars()]

    async def set_stands_in(self, community: CommunityId, member: MemberId, on: bool) -> None:
        """Store whether a member agreed to be asked."""
        row = (memberships.c.community == community, memberships.c.member == member)
        await self._sql.execute(memberships.update().where(*row).values(stands_in=on))

    async def stands_in_nowhere(self, member: MemberId) -> None:
        """Withdraw a member's agreement to be asked, in every community."""
        theirs = (memberships.c.member == member, memberships.c.stands_in)
        await self._sql.execute(memberships.update().where(*theirs).values(stands_in=False))

    async def facts_of(self, member: MemberId) -> list[dict[str, object]]:
        """What is stored about a member's taking part, JSON-ready, by community."""
        columns = memberships.c
        query = (
            sa.select(columns.community, columns.active_days, columns.seen_on, columns.stands_in)
            .where(columns.member == member)
            .order_by(columns.joined_at)
        )
        return [
            {
                "community": str(community),
                "days taken part": days,
                "last on": seen_on.isoformat() if seen_on else None,
                "may be asked to facilitate": stands_in,
            }
            for community, days, seen_on, stands_in in await self._sql.execute(query)
        ]
