"""The only SQL of the portal."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.membership import CommunityFounded
from indaba.contracts.scheduling import Counts, MeetingFacts, MeetingStatus
from indaba.ledger.failures import is_passing
from indaba.portal.model import (
    CANCELLED_KEPT,
    OTHERS_KEPT,
    SESSION_LASTS,
    Community,
    Meeting,
    longest_still_on,
)
from indaba.process.world import World

T = TypeVar("T")

PATIENCE_SECONDS = 5.0
MOST_SHOWN = 50
MOST_IN_FEED = 1000

_meta = sa.MetaData()
_instant = sa.DateTime(timezone=True)
_communities = sa.Table(
    "communities",
    _meta,
    sa.Column("id", sa.Uuid),
    sa.Column("key", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("purpose", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("zone", sa.Text),
    sa.Column("version", sa.Integer),
)
_meetings = sa.Table(
    "meetings",
    _meta,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("code", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("starts", sa.DateTime),
    sa.Column("zone", sa.Text),
    sa.Column("minutes", sa.Integer),
    sa.Column("starts_at", _instant),
    sa.Column("status", sa.Text),
    sa.Column("sequence", sa.Integer),
    sa.Column("moved_from", sa.DateTime),
    sa.Column("reason", sa.Text),
    sa.Column("yes", sa.Integer),
    sa.Column("maybe", sa.Integer),
    sa.Column("no", sa.Integer),
    sa.Column("checked_in", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("told_at", _instant),
    sa.Column("changed_at", _instant),
)
_sessions = sa.Table(
    "sessions",
    _meta,
    sa.Column("digest", sa.Text),
    sa.Column("community", sa.Uuid),
    sa.Column("member", sa.Uuid),
    sa.Column("expires_at", _instant),
)


class Store:
    """What the portal keeps, within one transaction. `now` is aware."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._sql = connection
        self._now = now

    async def keep_community(self, told: CommunityFounded) -> None:
        """Keep what was told unless something newer is known."""
        row = {
            name: getattr(told, name)
            for name in ("key", "name", "purpose", "language", "zone", "version")
        }
        fresh = insert(_communities).values(id=told.aggregate, **row)
        newer = fresh.on_conflict_do_update(
            index_elements=["id"],
            set_={name: fresh.excluded[name] for name in row},
            where=fresh.excluded.version > _communities.c.version,
        )
        await self._sql.execute(newer)

    async def keep_meeting(
        self, told: MeetingFacts, told_at: datetime, *, by_organiser: bool
    ) -> None:
        """Keep what was told unless something newer is known.

        The times are the same in whatever order events come: the earliest at which anything was
        told, and the latest at which an organiser changed something.
        """
        row = _row(told)
        changed_at = told_at if by_organiser else None
        fresh = insert(_meetings).values(**row, told_at=told_at, changed_at=changed_at)
        is_newer = fresh.excluded.version > _meetings.c.version
        kept: dict[str, Any] = {
            name: sa.case((is_newer, fresh.excluded[name]), else_=_meetings.c[name])
            for name in row
            if name != "id"
        }
        kept["told_at"] = sa.func.least(_meetings.c.told_at, fresh.excluded.told_at)
        kept["changed_at"] = sa.func.greatest(_meetings.c.changed_at, fresh.excluded.changed_at)
        await self._sql.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=kept))

    async def community(self, key: str) -> Community | None:
        """The community whose page a key opens."""
        query = sa.select(_communities).where(_communities.c.key == key)
        row = (await self._sql.execute(query)).mappings().first()
        return _community(row) if row else None

    async def coming(self, community: CommunityId) -> tuple[Meeting, ...]:
        """Meetings that are on or to come, called off or not, soonest first; fifty at most."""
        query = self._of(community).where(
            _meetings.c.starts_at > longest_still_on(self._now),
            _meetings.c.starts_at + _length() > self._now,
            _meetings.c.status != MeetingStatus.CLOSED,
        )
        return await self._listed(query.limit(MOST_SHOWN))

    async def in_feed(self, community: CommunityId) -> tuple[Meeting, ...]:
        """Meetings a calendar should know of, earliest first; a thousand at most, newest kept."""
        newest = self._of(community).where(sa.not_(self._is_old()))
        newest = newest.order_by(None).order_by(_meetings.c.starts_at.desc(), _meetings.c.id)
        found = await self._listed(newest.limit(MOST_IN_FEED))
        return found[::-1]

    async def sign_in(self, digest: str, before: str, member: MemberId, there: CommunityId) -> None:
        """Keep a session. What the same member had under the digest `before` moves along."""
        was = _sessions.c.digest == before
        await self._sql.execute(_sessions.delete().where(was, _sessions.c.member != member))
        await self._sql.execute(_sessions.delete().where(was, _sessions.c.community == there))
        await self._sql.execute(_sessions.update().where(was).values(digest=digest))
        expires_at = self._now + SESSION_LASTS
        values = {"digest": digest, "community": there, "member": member, "expires_at": expires_at}
        await self._sql.execute(insert(_sessions).values(values))

    async def signed_in_to(self, digest: str) -> tuple[Community, ...]:
        """The communities that a session opens, by name."""
        query = (
            sa.select(_communities)
            .join(_sessions, _sessions.c.community == _communities.c.id)
            .where(_sessions.c.digest == digest, _sessions.c.expires_at > self._now)
            .order_by(_communities.c.name, _communities.c.id)
        )
        return tuple(_community(row) for row in (await self._sql.execute(query)).mappings())

    async def signed_in_as(self, digest: str, there: CommunityId) -> MemberId | None:
        """The member that a session names in a community."""
        query = sa.select(_sessions.c.member).where(
            _sessions.c.digest == digest,
            _sessions.c.community == there,
            _sessions.c.expires_at > self._now,
        )
        member = (await self._sql.execute(query)).scalar()
        return MemberId(member) if member else None

    async def sign_out(self, digest: str) -> None:
        """End a session everywhere."""
        await self._sql.execute(_sessions.delete().where(_sessions.c.digest == digest))

    async def send_home(self, member: MemberId, there: CommunityId | None = None) -> None:
        """End all sessions of a member: in one community, or (none given) in all."""
        theirs = _sessions.delete().where(_sessions.c.member == member)
        if there is not None:
            theirs = theirs.where(_sessions.c.community == there)
        await self._sql.execute(theirs)

    async def call_anew(self, gone: MemberId, member: MemberId) -> None:
        """Sessions of a member that is gone belong to the one they became."""
        theirs = _sessions.update().where(_sessions.c.member == gone)
        await self._sql.execute(theirs.values(member=member))

    async def forget_old(self) -> None:
        """Drop sessions that ran out and meetings that no feed shows any more."""
        await self._sql.execute(_sessions.delete().where(_sessions.c.expires_at <= self._now))
        await self._sql.execute(_meetings.delete().where(self._is_old()))

    def _of(self, community: CommunityId) -> sa.Select[Any]:
        query = sa.select(_meetings).where(_meetings.c.community == community)
        return query.order_by(_meetings.c.starts_at, _meetings.c.id)

    def _is_old(self) -> sa.ColumnElement[bool]:
        starts_at, cancelled = (
            _meetings.c.starts_at,
            _meetings.c.status == MeetingStatus.CANCELLED,
        )
        return sa.or_(
            starts_at < self._now - OTHERS_KEPT,
            sa.and_(cancelled, starts_at < self._now - CANCELLED_KEPT),
        )

    async def _listed(self, query: sa.Select[Any]) -> tuple[Meeting, ...]:
        return tuple(_meeting(row) for row in (await self._sql.execute(query)).mappings())


class Copies:
    """The portal's database as its pages use it: short visits, patient with passing trouble."""

    def __init__(self, database: AsyncEngine, world: World) -> None:
        self._database = database
        self._world = world

    async def look(self, read: Callable[[Store], Awaitable[T]]) -> T:
        """Read; once more where a stale connection broke. Raises `OSError` after five seconds."""
        try:
            return await self.change(read)
        except Exception as error:
            if isinstance(error, TimeoutError) or not is_passing(error):
                raise
        return await self.change(read)

    async def change(self, act: Callable[[Store], Awaitable[T]]) -> T:
        """Act in one transaction. Raises `OSError` after five seconds."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._database.begin() as connection:
            return await act(Store(connection, self._world.now()))


def _row(told: MeetingFacts) -> dict[str, Any]:
    facts = {**told.model_dump(exclude={"counts"}), **told.counts.model_dump()}
    return {name: value for name, value in facts.items() if name in _meetings.c}


def _length() -> sa.ColumnElement[Any]:
    return _meetings.c.minutes * sa.text("interval '1 minute'")


def _community(row: sa.RowMapping) -> Community:
    return Community(
        id=CommunityId(row["id"]),
        **{name: row[name] for name in ("key", "name", "purpose", "language", "zone")},
    )


def _meeting(row: sa.RowMapping) -> Meeting:
    same = ("code", "title", "starts", "zone", "minutes", "sequence", "moved_from", "reason")
    return Meeting(
        id=MeetingId(row["id"]),
        status=MeetingStatus(row["status"]),
        counts=Counts(**{name: row[name] for name in ("yes", "maybe", "no", "checked_in")}),
        stamp=row["changed_at"] or row["told_at"],
        **{name: row[name] for name in same},
    )
