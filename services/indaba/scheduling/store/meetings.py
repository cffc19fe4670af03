"""Meetings with their answers, check-ins and roles, in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MeetingId, MemberId, SeriesId
from indaba.contracts.scheduling import MeetingStatus, Presence, RsvpAnswer
from indaba.ledger import Work
from indaba.ledger.merging import who_asks
from indaba.scheduling.model import LONG_AGO, Meeting, Rsvp
from indaba.scheduling.store.tables import check_ins as _check_ins
from indaba.scheduling.store.tables import day_roles as _day_roles
from indaba.scheduling.store.tables import meetings as _meetings
from indaba.scheduling.store.tables import rsvps as _rsvps

A_DAY = timedelta(days=1)
MOST_DATES = 1000

_DERIVED = {"by_hand", "put_in_by", "starts_at", "over_at"}
_LATEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class KeptInstant:
    """A meeting's wall time, and the instant stored with it."""

    id: MeetingId
    starts: datetime
    zone: str
    starts_at: datetime


class Meetings:
    """The meetings, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def add(self, meeting: Meeting) -> None:
        """Add a new meeting."""
        row = {**_row(meeting), "put_in_by": await who_asks(self._work)}
        await self._sql.execute(_meetings.insert().values(row))
        await self._keep_roles(meeting)

    async def was_added(self, meeting: MeetingId) -> None:
        """Somebody added this date to its series: it counts as a meeting that was called."""
        added = _meetings.update().where(_meetings.c.id == meeting)
        await self._sql.execute(added.values(by_hand=True))

    async def keep(self, meeting: Meeting) -> None:
        """Store a changed meeting with its answers, check-ins and roles."""
        row = _row(meeting)
        await self._sql.execute(_meetings.update().where(_meetings.c.id == meeting.id).values(row))
        await self._keep_answers(meeting)
        await self._keep_check_ins(meeting)
        await self._keep_roles(meeting)

    async def _keep_answers(self, meeting: Meeting) -> None:
        stored = await self._answers(meeting.id)
        for member in stored.keys() - meeting.rsvps.keys():
            await self._sql.execute(_rsvps.delete().where(_of(_rsvps, meeting, member)))
        for member, rsvp in meeting.rsvps.items():
            if stored.get(member) != rsvp:
                values = {
                    "answer": rsvp.answer,
                    "guests": rsvp.guests,
                    "since": rsvp.since,
                    "said_at": self._work.now,
                }
                statement = insert(_rsvps).values(meeting=meeting.id, member=member, **values)
                await self._sql.execute(
                    statement.on_conflict_do_update(
                        index_elements=["meeting", "member"], set_=values
                    )
                )

    async def _keep_check_ins(self, meeting: Meeting) -> None:
        stored = await self._present(meeting.id)
        for member in stored.keys() - meeting.present.keys():
            await self._sql.execute(_check_ins.delete().where(_of(_check_ins, meeting, member)))
        for member, how in meeting.present.items():
            if member not in stored:
                came = insert(_check_ins).values(
                    meeting=meeting.id, member=member, how=how, at=self._work.now
                )
                await self._sql.execute(came.on_conflict_do_nothing())

    async def _keep_roles(self, meeting: Meeting) -> None:
        if meeting.roles == await self._roles(meeting.id):
            return
        await self._sql.execute(_day_roles.delete().where(_day_roles.c.meeting == meeting.id))
        rows = [
            {"meeting": meeting.id, "place": place, "name": name, "member": member}
            for place, (name, member) in enumerate(meeting.roles.items())
        ]
        if rows:
            await self._sql.execute(_day_roles.insert(), rows)

    async def by_id(self, community: CommunityId, meeting: MeetingId) -> Meeting | None:
        """A meeting by its id, locked until the commit."""
        return await self._one(_meetings.c.community == community, _meetings.c.id == meeting)

    async def by_code(self, community: CommunityId, code: str) -> Meeting | None:
        """A meeting by its short code, locked until the commit."""
        return await self._one(_meetings.c.community == community, _meetings.c.code == code)

    async def next(self, community: CommunityId) -> Meeting | None:
        """The meeting that is on, else the next one, locked until the commit."""
        coming = self.are_coming(community)
        # If the first one changed while we waited for its lock, nothing is found: look again.
        return await self._one(*coming) or await self._one(*coming)

    async def live(self, community: CommunityId) -> Meeting | None:
        """The meeting that is on, locked. If there are several, the one that began last."""
        return await self._one(
            _meetings.c.community == community,
            _meetings.c.status == MeetingStatus.LIVE,
            order=_meetings.c.started_at.desc(),
        )

    async def last(self, community: CommunityId) -> Meeting | None:
        """The meeting that ended last, locked."""
        return await self._one(
            _meetings.c.community == community,
            _meetings.c.status == MeetingStatus.CLOSED,
            order=_meetings.c.starts_at.desc(),
        )

    async def answered(self, community: CommunityId, member: MemberId, limit: int) -> list[Meeting]:
        """Meetings on or to come for which a member answered yes or maybe, soonest first."""
        theirs = sa.select(_rsvps.c.meeting).where(
            _rsvps.c.member == member, _rsvps.c.answer != RsvpAnswer.NO
        )
        return await self._listed(
            *self.are_coming(community), _meetings.c.id.in_(theirs), limit=limit
        )

    async def dates_of(self, series: SeriesId) -> dict[datetime, Meeting]:
        """The dates of a series that are not past, even cancelled ones, locked.

        Their keys are the dates as the rule gives them.
        """
        meetings = await self._listed(
            _meetings.c.series == series,
            sa.or_(
                _meetings.c.over_at > self._work.now,
                _meetings.c.date_of > self._work.now.replace(tzinfo=None) - A_DAY,
            ),
            limit=MOST_DATES,
            locked=True,
        )
        return {meeting.date_of: meeting for meeting in meetings if meeting.date_of is not None}

    async def _listed(
        self, *where: sa.ColumnElement[bool], limit: int, locked: bool = False
    ) -> list[Meeting]:
        query = (
            sa.select(_meetings)
            .where(*where)
            .order_by(_meetings.c.starts_at, _meetings.c.id)
            .limit(limit)
        )
        query = query.with_for_update() if locked else query
        rows = (await self._sql.execute(query)).mappings().all()
        return [await self.whole(dict(row)) for row in rows]

    async def following(self, meeting: Meeting) -> Meeting | None:
        """The next meeting after another, locked: of its series if there is one, else of any."""
        later = (
            _meetings.c.community == meeting.community,
            _meetings.c.status == MeetingStatus.SCHEDULED,
            _meetings.c.over_at > self._work.now,
            _meetings.c.id != meeting.id,
        )
        if meeting.series is not None:
            same = await self._one(*later, _meetings.c.series == meeting.series)
            if same is not None:
                return same
        return await self._one(*later)

    async def past(self, community: CommunityId, limit: int) -> list[Meeting]:
        """At most `limit` meetings that ended, latest first."""
        query = (
            sa.select(_meetings)
            .where(_meetings.c.community == community, _meetings.c.status == MeetingStatus.CLOSED)
            .order_by(_meetings.c.starts_at.desc(), _meetings.c.id)
            .limit(limit)
        )
        rows = (await self._sql.execute(query)).mappings().all()
        return [await self.whole(dict(row)) for row in rows]

    async def alone(self, meeting: MeetingId) -> Meeting | None:
        """A meeting of any community, for timers; locked until the commit."""
        return await self._one(_meetings.c.id == meeting)

    async def coming(self, community: CommunityId, limit: int) -> list[Meeting]:
        """At most `limit` meetings on or to come, soonest first."""
        return await self._listed(*self.are_coming(community), limit=limit)

    async def called_off(self, community: CommunityId, limit: int) -> list[Meeting]:
        """At most `limit` meetings that were called off and would be still to come."""
        return await self._listed(
            _meetings.c.community == community,
            _meetings.c.status == MeetingStatus.CANCELLED,
            _meetings.c.over_at > self._work.now,
            limit=limit,
        )

    async def kept_instants(self, after: MeetingId | None, limit: int) -> Sequence[KeptInstant]:
        """A page of meetings that are not over, of any community, by id, with ids after `after`."""
        query = (
            sa.select(*(_meetings.c[each.name] for each in fields(KeptInstant)))
            .where(
                _meetings.c.status != MeetingStatus.CLOSED,
                _meetings.c.starts_at > self._work.now - _LATEST,
                *((_meetings.c.id > after,) if after else ()),
            )
            .order_by(_meetings.c.id)
            .limit(limit)
        )
        rows = (await self._sql.execute(query)).mappings()
        return [KeptInstant(**row) for row in rows]

    async def code_is_taken(self, community: CommunityId, code: str) -> bool:
        """Whether any meeting of the community, past or to come, has this code."""
        query = sa.select(_meetings.c.id).where(
            _meetings.c.community == community, _meetings.c.code == code
        )
        return (await self._sql.execute(query)).first() is not None

    def are_coming(self, community: CommunityId) -> tuple[sa.ColumnElement[bool], ...]:
        """Conditions for meetings that are on or to come."""
        return (
            _meetings.c.community == community,
            _meetings.c.status.in_([MeetingStatus.SCHEDULED, MeetingStatus.LIVE]),
            _meetings.c.over_at > self._work.now,
        )

    async def _one(
        self,
        *where: sa.ColumnElement[bool],
        order: sa.ColumnElement[Any] = _meetings.c.starts_at,
    ) -> Meeting | None:
        query = (
            sa.select(_meetings)
            .where(*where)
            .order_by(order, _meetings.c.id)
            .limit(1)
            .with_for_update()
        )
        row = (await self._sql.execute(query)).mappings().first()
        return await self.whole(dict(row)) if row else None

    async def whole(self, row: Mapping[str, Any]) -> Meeting:
        """A meeting from its row, with its answers, register and roles."""
        fields = {name: value for name, value in row.items() if name not in _DERIVED}
        return Meeting(
            **{**fields, "status": MeetingStatus(row["status"])},
            roles=await self._roles(row["id"]),
            rsvps=await self._answers(row["id"]),
            present=await self._present(row["id"]),
        )

    async def _answers(self, meeting: MeetingId) -> dict[MemberId, Rsvp]:
        query = sa.select(_rsvps).where(_rsvps.c.meeting == meeting)
        rows = (await self._sql.execute(query)).mappings()
        return {
            MemberId(row["member"]): Rsvp(
                RsvpAnswer(row["answer"]),
                row["guests"],
                row["since"] or row["said_at"] or LONG_AGO,
            )
            for row in rows
        }

    async def _present(self, meeting: MeetingId) -> dict[MemberId, Presence]:
        query = (
            sa.select(_check_ins.c.member, _check_ins.c.how)
            .where(_check_ins.c.meeting == meeting)
            .order_by(_check_ins.c.at.nulls_first(), _check_ins.c.member)
        )
        return {MemberId(m): Presence(how) for m, how in await self._sql.execute(query)}

    async def _roles(self, meeting: MeetingId) -> dict[str, MemberId | None]:
        query = (
            sa.select(_day_roles.c.name, _day_roles.c.member)
            .where(_day_roles.c.meeting == meeting)
            .order_by(_day_roles.c.place)
        )
        return {row.name: row.member for row in await self._sql.execute(query)}


def _row(meeting: Meeting) -> dict[str, Any]:
    row = {
        column.name: getattr(meeting, column.name)
        for column in _meetings.columns
        if column.name not in _DERIVED
    }
    return {**row, "starts_at": meeting.starts_at, "over_at": meeting.closes_itself_at}


def _of(table: sa.Table, meeting: Meeting, member: MemberId) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.meeting == meeting.id, table.c.member == member)
