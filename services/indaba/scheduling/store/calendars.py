"""Followed calendars, and which of their dates belongs to which meeting."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from indaba.contracts.calendars import CalendarId, CalendarState
from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model.outside import Followed
from indaba.scheduling.store.tables import meetings as _meetings
from indaba.scheduling.store.tables import metadata

_instant = sa.DateTime(timezone=True)

_calendars = sa.Table(
    "calendars_followed",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("number", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("author", sa.Uuid),
    sa.Column("link", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("zone", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("left_out", JSONB),
    sa.Column("such_as", JSONB),
    sa.Column("why", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    sa.Column("read_at", _instant),
    sa.Column("whole_at", _instant),
    sa.Column("doubted_at", _instant),
    sa.Column("failures", sa.Integer),
    sa.Column("told", sa.Boolean),
    sa.Column("due_at", _instant),
    sa.Column("correlation", sa.Uuid),
)
outside_dates = sa.Table(
    "outside_dates",
    metadata,
    sa.Column("calendar", sa.Uuid),
    sa.Column("key", sa.Text),
    sa.Column("meeting", sa.Uuid),
    sa.Column("fingerprint", JSONB),
    sa.Column("gone", sa.Boolean),
)


@dataclass(frozen=True, slots=True)
class KeptDate:
    """The meeting that a date became, and the date as it was last read.

    `gone` says that the date was removed from its calendar, and the meeting cancelled for that.
    """

    meeting: MeetingId
    fingerprint: Mapping[str, Any]
    gone: bool = False


class Calendars:
    """The followed calendars, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def of(self, community: CommunityId, *, alone: bool = False) -> list[Followed]:
        """A community's calendars by number. With `alone` nobody can add one until the commit."""
        if alone:
            lock = sa.func.pg_advisory_xact_lock(community.int % 2**62)
            await self._sql.execute(sa.select(lock))
        query = (
            sa.select(_calendars)
            .where(_calendars.c.community == community)
            .order_by(_calendars.c.number)
        )
        return [_followed(dict(row)) for row in (await self._sql.execute(query)).mappings()]

    async def alone(self, calendar: CalendarId) -> Followed | None:
        """A calendar of any community, locked until the commit."""
        query = sa.select(_calendars).where(_calendars.c.id == calendar).with_for_update()
        row = (await self._sql.execute(query)).mappings().first()
        return _followed(dict(row)) if row else None

    async def keep(self, calendar: Followed) -> None:
        """Store a new or changed calendar."""
        row = asdict(calendar)
        statement = insert(_calendars).values(row)
        await self._sql.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))

    async def forget(self, calendar: CalendarId) -> None:
        """Delete a calendar and its dates. Its meetings stay as they are."""
        await self._sql.execute(_calendars.delete().where(_calendars.c.id == calendar))

    async def take_due(self, until: datetime) -> Followed | None:
        """A calendar that is due to be read. No other process takes it before `until`."""
        query = (
            sa.select(_calendars)
            .where(_calendars.c.due_at <= self._work.now)
            .order_by(_calendars.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await self._sql.execute(query)).mappings().first()
        if row is None:
            return None
        await self._sql.execute(
            _calendars.update().where(_calendars.c.id == row["id"]).values(due_at=until)
        )
        return _followed(dict(row))

    async def read_whole(self) -> None:
        """Let every calendar be fetched in full when it is read next."""
        await self._sql.execute(_calendars.update().values(whole_at=None))

    async def dates(self, calendar: CalendarId) -> dict[str, KeptDate]:
        """The calendar's dates by their keys."""
        query = sa.select(outside_dates).where(outside_dates.c.calendar == calendar)
        rows = (await self._sql.execute(query)).mappings()
        return {
            r["key"]: KeptDate(MeetingId(r["meeting"]), r["fingerprint"], r["gone"]) for r in rows
        }

    async def keep_date(self, calendar: CalendarId, key: str, date: KeptDate) -> None:
        """Store which meeting a date became."""
        values = {"meeting": date.meeting, "fingerprint": dict(date.fingerprint), "gone": date.gone}
        statement = insert(outside_dates).values(calendar=calendar, key=key, **values)
        await self._sql.execute(
            statement.on_conflict_do_update(index_elements=["calendar", "key"], set_=values)
        )

    async def forget_past(self, calendar: CalendarId, before: datetime) -> None:
        """Forget the keys of dates whose meetings ended before a moment."""
        over = sa.select(_meetings.c.id).where(_meetings.c.over_at < before)
        await self._sql.execute(
            outside_dates.delete().where(
                outside_dates.c.calendar == calendar, outside_dates.c.meeting.in_(over)
            )
        )

    async def count(self, calendar: CalendarId) -> int:
        """The number of its meetings to come."""
        query = (
            sa.select(sa.func.count())
            .select_from(outside_dates)
            .join(_meetings, _meetings.c.id == outside_dates.c.meeting)
            .where(outside_dates.c.calendar == calendar, *self._to_come())
        )
        return int((await self._sql.execute(query)).scalar_one())

    async def to_come(self, calendar: CalendarId) -> list[MeetingId]:
        """Its meetings that are scheduled and have not begun, soonest first."""
        query = (
            sa.select(_meetings.c.id)
            .join(outside_dates, _meetings.c.id == outside_dates.c.meeting)
            .where(outside_dates.c.calendar == calendar, *self._to_come())
            .order_by(_meetings.c.starts_at, _meetings.c.id)
        )
        return [MeetingId(meeting) for meeting in (await self._sql.execute(query)).scalars()]

    async def unannounced(self, calendar: CalendarId, before: datetime) -> list[MeetingId]:
        """Its meetings without a card that begin before a moment, soonest first."""
        query = (
            sa.select(_meetings.c.id)
            .join(outside_dates, _meetings.c.id == outside_dates.c.meeting)
            .where(
                outside_dates.c.calendar == calendar,
                *self._to_come(),
                _meetings.c.announced.is_(False),
                _meetings.c.starts_at < before,
            )
            .order_by(_meetings.c.starts_at, _meetings.c.id)
        )
        return [MeetingId(meeting) for meeting in (await self._sql.execute(query)).scalars()]

    def _to_come(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            _meetings.c.status == MeetingStatus.SCHEDULED,
            _meetings.c.starts_at > self._work.now,
        )

    async def give_all(self, gone: MemberId, member: MemberId) -> None:
        """Give all calendars that `gone` follows to another member."""
        theirs = _calendars.c.author == gone
        await self._sql.execute(_calendars.update().where(theirs).values(author=member))

    async def forget_author(self, member: MemberId, fresh: MemberId) -> list[Followed]:
        """Take a member's name off their calendars; delete those whose address may contain it.

        Returns the calendars that stay, which are to be read again: the titles of their meetings
        were never the member's own, and come back with that.
        """
        theirs = _calendars.c.author == member
        link = _calendars.c.link
        named = sa.or_(link.contains("@"), link.contains("%40", autoescape=True))
        await self._sql.execute(_calendars.delete().where(theirs, named))
        ids = sa.select(_calendars.c.id).where(theirs)
        await self._sql.execute(
            outside_dates.update().where(outside_dates.c.calendar.in_(ids)).values(fingerprint={})
        )
        nobodys = {"author": fresh, "whole_at": None, "due_at": self._work.now}
        again = _calendars.update().where(theirs).values(nobodys).returning(_calendars)
        return [_followed(dict(row)) for row in (await self._sql.execute(again)).mappings()]


def _followed(row: Mapping[str, Any]) -> Followed:
    return Followed(**{**row, "state": CalendarState(row["state"])})
