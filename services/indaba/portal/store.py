"""The only SQL of the portal."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.keeping_by_faces import ANSWERS_SHOWN, CANCELLED_SHOWN
from indaba.contracts.scheduling import MeetingStatus, RsvpAnswer
from indaba.ledger.failures import is_passing
from indaba.ledger.reading import only_reading
from indaba.ledger.session import Session, Transaction
from indaba.portal.browsers import OpenSessions
from indaba.portal.keeping import Answers, Documents
from indaba.portal.listing import OwnData
from indaba.portal.model import (
    SESSION_LASTS,
    Answered,
    Community,
    Meeting,
    Repeating,
    longest_still_on,
)
from indaba.portal.tables import (
    answers,
    communities,
    community_of,
    documents,
    known_communities,
    meeting_of,
    meetings,
    opened_by,
    series,
    series_of,
    sessions,
)
from indaba.process.world import World

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
MOST_SHOWN = 50
MOST_PAST = 10
MOST_IN_FEED = 1000


class Store:
    """The portal's data in one transaction. `now` is aware."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now
        self.documents = Documents(work)
        self.answers = Answers(work)
        self.own_data = OwnData(work)
        self.open_sessions = OpenSessions(work)

    async def community(self, key: str) -> Community | None:
        """The community whose page a key opens."""
        row = (await self._sql.execute(opened_by(key))).mappings().first()
        return community_of(row) if row else None

    async def coming(self, community: CommunityId) -> tuple[Meeting, ...]:
        """Meetings that are on or to come, cancelled or not, soonest first; fifty at most."""
        query = self._of(community).where(
            meetings.c.starts_at > longest_still_on(self._now),
            sa.not_(self._is_over()),
        )
        return await self._listed(query.limit(MOST_SHOWN))

    async def past(self, community: CommunityId) -> tuple[Meeting, ...]:
        """Meetings that were held, latest first; ten at most."""
        query = self._of(community).where(
            self._is_over(), meetings.c.status != MeetingStatus.CANCELLED
        )
        query = query.order_by(None).order_by(meetings.c.starts_at.desc(), meetings.c.id)
        return await self._listed(query.limit(MOST_PAST))

    async def meeting(self, community: CommunityId, code: str) -> Meeting | None:
        """The community's meeting with this code."""
        matches = await self._listed(self._of(community).where(meetings.c.code == code))
        return matches[-1] if matches else None

    async def for_calendars(
        self, community: CommunityId
    ) -> tuple[tuple[Meeting, ...], tuple[Repeating, ...]]:
        """See `in_feed` and `repeating`."""
        return await self.in_feed(community), await self.repeating(community)

    async def in_feed(self, community: CommunityId) -> tuple[Meeting, ...]:
        """Meetings a calendar should show, earliest first; the newest thousand at most.

        Without dates of a known series.
        """
        known = sa.select(series.c.id).where(series.c.community == community)
        alone = sa.or_(meetings.c.series.is_(None), meetings.c.series.not_in(known))
        newest = self._of(community).where(sa.not_(self._is_old()), alone)
        newest = newest.order_by(None).order_by(meetings.c.starts_at.desc(), meetings.c.id)
        listed = await self._listed(newest.limit(MOST_IN_FEED))
        return listed[::-1]

    async def repeating(self, community: CommunityId) -> tuple[Repeating, ...]:
        """Series with a date that a calendar should show, by id."""
        query = self._of(community).join(series, series.c.id == meetings.c.series)
        old = self._is_old().label("old")
        rows = (await self._sql.execute(query.add_columns(old))).mappings().all()
        alive = {row["series"] for row in rows if not row["old"]}
        known = sa.select(series).where(series.c.id.in_(alive)).order_by(series.c.id)
        repeating = (await self._sql.execute(known)).mappings().all()
        return tuple(
            _repeating(one, [r for r in rows if r["series"] == one["id"]]) for one in repeating
        )

    async def answered(self, member: MemberId, community: CommunityId) -> tuple[Answered, ...]:
        """Meetings a member answered with yes or maybe, as a calendar should show; earliest first.

        Answers under the member's earlier ids count too; the last answer to a meeting counts.
        """
        last = self.answers.last_of(member).subquery()
        query = (
            self._of(community)
            .join(last, last.c.meeting == meetings.c.id)
            .add_columns(last.c.answer)
            .where(
                last.c.answer.in_((RsvpAnswer.YES, RsvpAnswer.MAYBE)),
                sa.not_(self._is_old()),
            )
        )
        rows = (await self._sql.execute(query.limit(MOST_IN_FEED))).mappings()
        return tuple(Answered(meeting_of(row), RsvpAnswer(row["answer"])) for row in rows)

    async def take_over(
        self, digest: str, before: str, member: MemberId, community: CommunityId
    ) -> None:
        """Move the same member's sessions under the digest `before` to a session; others end."""
        if before == digest:
            return
        was = sessions.c.digest == before
        await self._sql.execute(sessions.delete().where(was, sessions.c.member != member))
        await self._sql.execute(sessions.delete().where(was, sessions.c.community == community))
        await self._sql.execute(sessions.update().where(was).values(digest=digest))

    async def sign_in(
        self, digest: str, member: MemberId, community: CommunityId, browser: str = ""
    ) -> None:
        """Store a session in one community."""
        expires_at = self._now + SESSION_LASTS
        values = {
            "digest": digest,
            "community": community,
            "member": member,
            "expires_at": expires_at,
            "browser": browser,
        }
        await self._sql.execute(insert(sessions).values(values).on_conflict_do_nothing())

    async def signed_in_to(self, digest: str) -> tuple[Community, ...]:
        """The communities that a session opens, by name."""
        query = (
            known_communities()
            .join(sessions, sessions.c.community == communities.c.id)
            .where(sessions.c.digest == digest, sessions.c.expires_at > self._now)
            .order_by(communities.c.name, communities.c.id)
        )
        return tuple(community_of(row) for row in (await self._sql.execute(query)).mappings())

    async def signed_in_as(self, digest: str, community: CommunityId) -> MemberId | None:
        """The member of a session in a community."""
        query = sa.select(sessions.c.member).where(
            sessions.c.digest == digest,
            sessions.c.community == community,
            sessions.c.expires_at > self._now,
        )
        member = (await self._sql.execute(query)).scalar()
        return MemberId(member) if member else None

    async def sign_out(self, digest: str, *, everywhere: bool = False) -> None:
        """End a session or, with `everywhere`, all sessions of its members in any browser."""
        theirs = sessions.c.digest == digest
        if everywhere:
            named = sa.select(sessions.c.member).where(sessions.c.digest == digest)
            theirs = sessions.c.member.in_(named)
        await self._sql.execute(sessions.delete().where(theirs))

    async def send_home(self, member: MemberId, community: CommunityId | None = None) -> None:
        """End all sessions of a member, in one community or (if none is given) in all."""
        theirs = sessions.delete().where(sessions.c.member == member)
        if community is not None:
            theirs = theirs.where(sessions.c.community == community)
        await self._sql.execute(theirs)

    async def call_anew(self, gone: MemberId, member: MemberId) -> None:
        """Give a merged member's sessions to the member they became."""
        theirs = sessions.update().where(sessions.c.member == gone)
        await self._sql.execute(theirs.values(member=member))

    async def forget_old(self) -> None:
        """Delete expired sessions, and single meetings that no feed and no page shows any more.

        Dates of a series stay: without them, its rule would give dates that were moved or
        cancelled. Meetings with something to read stay too. Answers are deleted with the feeds.
        """
        await self._sql.execute(sessions.delete().where(sessions.c.expires_at <= self._now))
        old = sa.select(meetings.c.id).where(self._is_old())
        await self._sql.execute(answers.delete().where(answers.c.meeting.in_(old)))
        read = sa.exists().where(documents.c.meeting == meetings.c.id, documents.c.text != "")
        done = (self._is_old(), meetings.c.series.is_(None), ~read)
        await self._sql.execute(meetings.delete().where(*done))
        known = sa.exists().where(meetings.c.id == answers.c.meeting)
        orphans = ~known, answers.c.told_at < self._now - ANSWERS_SHOWN.long
        await self._sql.execute(answers.delete().where(*orphans))

    def _of(self, community: CommunityId) -> sa.Select[Any]:
        query = sa.select(meetings).where(meetings.c.community == community)
        return query.order_by(meetings.c.starts_at, meetings.c.id)

    def _is_old(self) -> sa.ColumnElement[bool]:
        starts_at, cancelled = (
            meetings.c.starts_at,
            meetings.c.status == MeetingStatus.CANCELLED,
        )
        return sa.or_(
            starts_at < self._now - ANSWERS_SHOWN.long,
            sa.and_(cancelled, starts_at < self._now - CANCELLED_SHOWN.long),
        )

    def _is_over(self) -> sa.ColumnElement[bool]:
        status = meetings.c.status
        time_is_up = meetings.c.starts_at + _length() <= self._now
        return sa.or_(
            status == MeetingStatus.CLOSED,
            sa.and_(status != MeetingStatus.LIVE, time_is_up),
        )

    async def _listed(self, query: sa.Select[Any]) -> tuple[Meeting, ...]:
        return tuple(meeting_of(row) for row in (await self._sql.execute(query)).mappings())


class Copies:
    """The portal's database for its pages: short transactions that survive passing trouble."""

    def __init__(self, database: AsyncEngine, world: World) -> None:
        self._database = database
        self._reading = only_reading(database)
        self._world = world

    async def look(self, read: Callable[[Store], Awaitable[T]]) -> T:
        """Read. Retries once if a stale connection broke. Raises `OSError` after five seconds."""
        try:
            return await self._within(self._reading.connect(), read)
        except Exception as error:
            if isinstance(error, TimeoutError) or not is_passing(error):
                raise
        return await self._within(self._reading.connect(), read)

    async def change(self, act: Callable[[Store], Awaitable[T]]) -> T:
        """Act in one transaction. Raises `OSError` after five seconds."""
        return await self._within(self._database.begin(), act)

    async def _within(
        self,
        opening: AbstractAsyncContextManager[AsyncConnection],
        act: Callable[[Store], Awaitable[T]],
    ) -> T:
        async with asyncio.timeout(PATIENCE_SECONDS), opening as connection:
            return await act(Store(Session(connection, self._world.now())))


def _length() -> sa.ColumnElement[Any]:
    return meetings.c.minutes * sa.text("interval '1 minute'")


def _repeating(known: sa.RowMapping, dates: list[sa.RowMapping]) -> Repeating:
    """A series without the dates cancelled long ago. Its other dates stay as long as it does."""
    gone = [d for d in dates if d["old"] and d["status"] == MeetingStatus.CANCELLED]
    shown = [meeting_of(d) for d in dates if d not in gone]
    return Repeating(
        series_of(known), tuple(shown), tuple(d["date_of"] for d in gone if d["date_of"])
    )
