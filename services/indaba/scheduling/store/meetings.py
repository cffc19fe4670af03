"""Meetings, their answers and check-ins in the database."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.scheduling import MeetingStatus, RsvpAnswer
from indaba.ledger import Work
from indaba.scheduling.model import Meeting

_meta = sa.MetaData()
_instant = sa.DateTime(timezone=True)
_meetings = sa.Table(
    "meetings",
    _meta,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("code", sa.Text),
    sa.Column("author", sa.Uuid),
    sa.Column("title", sa.Text),
    sa.Column("starts", sa.DateTime),
    sa.Column("zone", sa.Text),
    sa.Column("minutes", sa.Integer),
    sa.Column("status", sa.Text),
    sa.Column("sequence", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("moved_from", sa.DateTime),
    sa.Column("reason", sa.Text),
    sa.Column("starts_at", _instant),
    sa.Column("over_at", _instant),
)
_rsvps = sa.Table(
    "rsvps",
    _meta,
    sa.Column("meeting", sa.Uuid),
    sa.Column("member", sa.Uuid),
    sa.Column("answer", sa.Text),
    sa.Column("said_at", _instant),
)
_check_ins = sa.Table(
    "check_ins", _meta, sa.Column("meeting", sa.Uuid), sa.Column("member", sa.Uuid)
)
_muted = sa.Table("muted", _meta, sa.Column("member", sa.Uuid))

_DERIVED = {"starts_at", "over_at"}


class Meetings:
    """Meetings within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def add(self, meeting: Meeting) -> None:
        """Keep a new meeting."""
        await self._sql.execute(_meetings.insert().values(_row(meeting)))

    async def keep(self, meeting: Meeting) -> None:
        """Keep a changed meeting with its answers and check-ins."""
        row = _row(meeting)
        await self._sql.execute(_meetings.update().where(_meetings.c.id == meeting.id).values(row))
        await self._keep_answers(meeting)
        await self._keep_check_ins(meeting)

    async def _keep_answers(self, meeting: Meeting) -> None:
        kept = await self._answers(meeting.id)
        for member in kept.keys() - meeting.rsvps.keys():
            await self._sql.execute(_rsvps.delete().where(_of(_rsvps, meeting, member)))
        for member, answer in meeting.rsvps.items():
            if kept.get(member) is not answer:
                values = {"answer": answer, "said_at": self._work.now}
                said = insert(_rsvps).values(meeting=meeting.id, member=member, **values)
                await self._sql.execute(
                    said.on_conflict_do_update(index_elements=["meeting", "member"], set_=values)
                )

    async def _keep_check_ins(self, meeting: Meeting) -> None:
        kept = await self._checked_in(meeting.id)
        new, gone = meeting.checked_in - kept, kept - meeting.checked_in
        for member in gone:
            await self._sql.execute(_check_ins.delete().where(_of(_check_ins, meeting, member)))
        if new:
            rows = [{"meeting": meeting.id, "member": member} for member in new]
            await self._sql.execute(insert(_check_ins).on_conflict_do_nothing(), rows)

    async def by_id(self, community: CommunityId, meeting: MeetingId) -> Meeting | None:
        """A community's meeting, locked until the commit."""
        return await self._one(_meetings.c.community == community, _meetings.c.id == meeting)

    async def by_code(self, community: CommunityId, code: str) -> Meeting | None:
        """A community's meeting by its short code, locked until the commit."""
        return await self._one(_meetings.c.community == community, _meetings.c.code == code)

    async def next(self, community: CommunityId) -> Meeting | None:
        """The meeting that is on or comes first, locked until the commit."""
        coming = self._coming(community)
        # Locking the first finds nothing where it changed while we waited: then look again.
        return await self._one(*coming) or await self._one(*coming)

    async def alone(self, meeting: MeetingId) -> Meeting | None:
        """A meeting of whatever community, for timers; locked until the commit."""
        return await self._one(_meetings.c.id == meeting)

    async def coming(self, community: CommunityId, limit: int) -> list[Meeting]:
        """Meetings that are on or to come, soonest first."""
        query = (
            sa.select(_meetings)
            .where(*self._coming(community))
            .order_by(_meetings.c.starts_at, _meetings.c.id)
            .limit(limit)
        )
        rows = (await self._sql.execute(query)).mappings().all()
        return [await self._whole(dict(row)) for row in rows]

    async def code_is_taken(self, community: CommunityId, code: str) -> bool:
        """Whether a meeting of the community has this code, at whatever time."""
        query = sa.select(_meetings.c.id).where(
            _meetings.c.community == community, _meetings.c.code == code
        )
        return (await self._sql.execute(query)).first() is not None

    async def mute(self, member: MemberId) -> None:
        """No reminders for a member."""
        await self._sql.execute(insert(_muted).values(member=member).on_conflict_do_nothing())

    async def unmute(self, member: MemberId) -> None:
        """Reminders again."""
        await self._sql.execute(_muted.delete().where(_muted.c.member == member))

    async def muted(self, meeting: Meeting) -> set[MemberId]:
        """Who, of those who answered for a meeting, wants no reminders."""
        query = sa.select(_muted.c.member).where(_muted.c.member.in_(list(meeting.rsvps)))
        return {MemberId(member) for member in (await self._sql.execute(query)).scalars()}

    async def is_muted(self, member: MemberId) -> bool:
        """Whether a member wants no reminders."""
        query = sa.select(_muted.c.member).where(_muted.c.member == member)
        return (await self._sql.execute(query)).first() is not None

    async def history(self, member: MemberId) -> dict[str, list[dict[str, Any]]]:
        """What is kept about a member here, JSON-ready, soonest meeting first."""

        async def listed(table: sa.Table, *more: sa.Column[Any]) -> list[dict[str, Any]]:
            query = (
                sa.select(_meetings.c.code, _meetings.c.title, _meetings.c.starts, *more)
                .join(table, table.c.meeting == _meetings.c.id)
                .where(table.c.member == member)
                .order_by(_meetings.c.starts_at)
            )
            rows = (await self._sql.execute(query)).mappings()
            return [{**row, "starts": row["starts"].isoformat()} for row in rows]

        called = sa.select(_meetings.c.code, _meetings.c.title).where(_meetings.c.author == member)
        return {
            "answers": await listed(_rsvps, _rsvps.c.answer),
            "check-ins": await listed(_check_ins),
            "meetings called": [dict(r) for r in (await self._sql.execute(called)).mappings()],
        }

    async def forget(self, member: MemberId, fresh: MemberId) -> list[Meeting]:
        """Give a member's traces a fresh id; gives the meetings whose words they wrote.

        Their meetings are locked first: somebody else's answer at this moment would bring the old
        id back.
        """
        await self._sql.execute(self._touched_by(member))
        for table in (_rsvps, _check_ins):
            await self._sql.execute(
                table.update().where(table.c.member == member).values(member=fresh)
            )
        await self.unmute(member)
        query = sa.select(_meetings).where(_meetings.c.author == member).with_for_update()
        rows = (await self._sql.execute(query)).mappings().all()
        return [await self._whole({**row, "author": fresh}) for row in rows]

    async def withdraw(self, member: MemberId, community: CommunityId) -> list[Meeting]:
        """Meetings to come that a member answered for, locked."""
        answered = sa.select(_rsvps.c.meeting).where(_rsvps.c.member == member)
        query = (
            sa.select(_meetings)
            .where(*self._coming(community), _meetings.c.id.in_(answered))
            .order_by(_meetings.c.id)
            .with_for_update()
        )
        rows = (await self._sql.execute(query)).mappings().all()
        return [await self._whole(dict(row)) for row in rows]

    async def give_meetings(self, gone: MemberId, member: MemberId) -> None:
        """What one called, another called."""
        theirs = _meetings.c.author == gone
        await self._sql.execute(_meetings.update().where(theirs).values(author=member))

    async def answered_or_attended(self, member: MemberId) -> list[Meeting]:
        """Every meeting that a member answered for or came to, locked."""
        touched = self._touched_by(member).with_only_columns(*_meetings.c)
        rows = (await self._sql.execute(touched)).mappings().all()
        return [await self._whole(dict(row)) for row in rows]

    async def spoke_last(self, meeting: Meeting) -> list[MemberId]:
        """Who answered for a meeting, the last word last."""
        query = (
            sa.select(_rsvps.c.member)
            .where(_rsvps.c.meeting == meeting.id)
            .order_by(_rsvps.c.said_at.nulls_first())
        )
        return [MemberId(member) for member in (await self._sql.execute(query)).scalars()]

    def _touched_by(self, member: MemberId) -> sa.Select[Any]:
        traces = sa.union(
            sa.select(_rsvps.c.meeting).where(_rsvps.c.member == member),
            sa.select(_check_ins.c.meeting).where(_check_ins.c.member == member),
        )
        return (
            sa.select(_meetings.c.id)
            .where(_meetings.c.id.in_(traces))
            .order_by(_meetings.c.id)
            .with_for_update()
        )

    def _coming(self, community: CommunityId) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            _meetings.c.community == community,
            _meetings.c.status == MeetingStatus.SCHEDULED,
            _meetings.c.over_at > self._work.now,
        )

    async def _one(self, *where: sa.ColumnElement[bool]) -> Meeting | None:
        query = (
            sa.select(_meetings)
            .where(*where)
            .order_by(_meetings.c.starts_at, _meetings.c.id)
            .limit(1)
            .with_for_update()
        )
        row = (await self._sql.execute(query)).mappings().first()
        return await self._whole(dict(row)) if row else None

    async def _whole(self, row: Mapping[str, Any]) -> Meeting:
        told = {name: value for name, value in row.items() if name not in _DERIVED}
        return Meeting(
            **{**told, "status": MeetingStatus(row["status"])},
            rsvps=await self._answers(row["id"]),
            checked_in=frozenset(await self._checked_in(row["id"])),
        )

    async def _answers(self, meeting: MeetingId) -> dict[MemberId, RsvpAnswer]:
        query = sa.select(_rsvps.c.member, _rsvps.c.answer).where(_rsvps.c.meeting == meeting)
        return {MemberId(m): RsvpAnswer(a) for m, a in await self._sql.execute(query)}

    async def _checked_in(self, meeting: MeetingId) -> set[MemberId]:
        query = sa.select(_check_ins.c.member).where(_check_ins.c.meeting == meeting)
        return {MemberId(member) for member in (await self._sql.execute(query)).scalars()}


def _row(meeting: Meeting) -> dict[str, Any]:
    row = {
        column.name: getattr(meeting, column.name)
        for column in _meetings.columns
        if column.name not in _DERIVED
    }
    return {**row, "starts_at": meeting.starts_at, "over_at": meeting.closes_itself_at}


def _of(table: sa.Table, meeting: Meeting, member: MemberId) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.meeting == meeting.id, table.c.member == member)
