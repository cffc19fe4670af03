"""What a week held: meetings, records and actions together."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.scheduling import MeetingStatus, RsvpAnswer
from indaba.ledger import Work
from indaba.scheduling.model import OPEN_ACTIONS, Meeting
from indaba.scheduling.store import tables as t
from indaba.scheduling.store.meetings import Meetings

COMING, PAST = timedelta(days=14), timedelta(days=7)


class Weeks:
    """Looks one week back and two ahead, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection
        self._meetings = Meetings(work)

    async def coming(self, community: CommunityId) -> list[Meeting]:
        """Meetings of the next two weeks, soonest first."""
        meetings = await self._meetings.coming(community, limit=20)
        return [m for m in meetings if m.starts_at < self._work.now + COMING]

    async def published(self, community: CommunityId) -> list[Meeting]:
        """Meetings of the last month whose minutes or highlights have been published."""
        query = (
            sa.select(t.documents.c.meeting)
            .join(t.meetings, t.meetings.c.id == t.documents.c.meeting)
            .where(
                t.meetings.c.community == community,
                t.documents.c.version > 0,
                t.meetings.c.ended_at >= self._work.now - PAST,
            )
            .distinct()
        )
        ids = list((await self._sql.execute(query)).scalars())
        meetings = [await self._meetings.by_id(community, MeetingId(each)) for each in ids]
        return [meeting for meeting in meetings if meeting is not None]

    async def answers(self, member: MemberId, meetings: list[Meeting]) -> dict[str, RsvpAnswer]:
        """A member's answers to these meetings."""
        return {str(m.id): m.rsvps[member].answer for m in meetings if member in m.rsvps}

    async def has_news(self, community: CommunityId) -> bool:
        """Whether there is anything to report."""
        since = self._work.now - PAST
        noted = sa.exists().where(
            t.notes.c.community == community, t.notes.c.at >= since, ~t.notes.c.removed
        )
        acted = sa.exists().where(
            t.actions.c.community == community, t.actions.c.status.in_(list(OPEN_ACTIONS))
        )
        if await self.coming(community):
            return True
        return bool((await self._sql.execute(sa.select(noted | acted))).scalar())

    async def concerned(self, community: CommunityId) -> list[MemberId]:
        """Members with an open action or a meeting soon, who want their own digest."""
        soon = self._work.now + COMING
        owners = sa.select(t.actions.c.owner.label("member")).where(
            t.actions.c.community == community,
            t.actions.c.status.in_(list(OPEN_ACTIONS)),
            t.actions.c.owner.is_not(None),
        )
        coming = (
            sa.select(t.rsvps.c.member.label("member"))
            .join(t.meetings, t.meetings.c.id == t.rsvps.c.meeting)
            .where(
                t.meetings.c.community == community,
                t.meetings.c.status == MeetingStatus.SCHEDULED,
                t.meetings.c.starts_at.between(self._work.now, soon),
                t.rsvps.c.answer != RsvpAnswer.NO,
            )
        )
        both = sa.union(owners, coming).subquery()
        wants_none = sa.exists().where(t.no_digest.c.member == both.c.member)
        query = sa.select(both.c.member).where(~wants_none).order_by(both.c.member)
        return [MemberId(member) for member in (await self._sql.execute(query)).scalars()]

    async def want_digest(self, member: MemberId, *, on: bool) -> None:
        """Turn a member's own digest on or off. Idempotent."""
        if on:
            theirs: Any = t.no_digest.c.member == member
            await self._sql.execute(t.no_digest.delete().where(theirs))
            return
        await self._sql.execute(insert(t.no_digest).values(member=member).on_conflict_do_nothing())
