"""What a member left behind in meetings: to show, withdraw, hand over or erase."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.record import NoteKind
from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.ledger.inverse import Change
from indaba.scheduling.model import Meeting
from indaba.scheduling.model.feedback import FEEDBACK_LASTS
from indaba.scheduling.store import tables
from indaba.scheduling.store.meetings import Meetings
from indaba.scheduling.store.tables import check_ins as _check_ins
from indaba.scheduling.store.tables import meetings as _meetings
from indaba.scheduling.store.tables import rsvps as _rsvps

SCHEDULED, LIVE = MeetingStatus.SCHEDULED, MeetingStatus.LIVE


class Traces:
    """The traces of members, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection
        self._now = work.now
        self._all = Meetings(work)

    async def history(self, member: MemberId) -> dict[str, list[dict[str, Any]]]:
        """What is stored about a member, JSON-ready, soonest meeting first."""

        async def listed(table: sa.Table, *more: sa.Column[Any]) -> list[dict[str, Any]]:
            query = (
                sa.select(_meetings.c.code, _meetings.c.title, _meetings.c.starts, *more)
                .join(table, table.c.meeting == _meetings.c.id)
                .where(table.c.member == member)
                .order_by(_meetings.c.starts_at)
            )
            rows = (await self._sql.execute(query)).mappings()
            return [{**row, "starts": row["starts"].isoformat()} for row in rows]

        called = sa.select(_meetings.c.code, _meetings.c.title).where(
            (_meetings.c.author == member) | (_meetings.c.put_in_by == member)
        )
        return {
            "answers": await listed(_rsvps, _rsvps.c.answer, _rsvps.c.guests),
            "check-ins": await listed(_check_ins, _check_ins.c.how),
            "roles": await listed(tables.day_roles, tables.day_roles.c.name),
            "meetings called": [dict(r) for r in (await self._sql.execute(called)).mappings()],
            **{name: await self._written(query) for name, query in _own(member).items()},
        }

    async def _written(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        rows = (await self._sql.execute(query)).mappings()
        return [{key: _plain(value) for key, value in row.items()} for row in rows]

    async def forget(self, member: MemberId, fresh: MemberId) -> list[Meeting]:
        """Replace a member's id with a fresh one; returns the meetings whose text they wrote.

        Their meetings are locked first, because an answer given by somebody else at this moment
        would store the old id again.
        """
        await self._sql.execute(self._touched_by(member))
        query = sa.select(_meetings).where(_meetings.c.author == member).with_for_update()
        written = list((await self._sql.execute(query)).mappings())
        await self._blank(member)
        for table, name in tables.NAMES:
            await self._rename(table, name, member, fresh)
        for table, _ in tables.ONCE:
            await self._rename(table, "member", member, fresh)
        for table in tables.CHOSEN:
            await self._sql.execute(table.delete().where(table.c.member == member))
        return [
            await self._all.whole({**row, **self._as(dict(row), member, fresh)}) for row in written
        ]

    def _as(self, row: Mapping[str, Any], gone: MemberId, fresh: MemberId) -> dict[str, Any]:
        return {name: fresh for name in ("author", "chair") if row[name] == gone}

    async def _blank(self, member: MemberId) -> None:
        for table, names in tables.WORDS:
            empty = dict.fromkeys(names, "")
            await self._sql.execute(table.update().where(table.c.author == member).values(empty))
        votes = tables.votes
        option = sa.func.jsonb_array_elements(votes.c.options).table_valued("value")
        nameless = sa.select(sa.func.jsonb_agg("")).select_from(option).scalar_subquery()
        theirs = votes.update().where(votes.c.author == member)
        await self._sql.execute(theirs.values(options=nameless))
        spoken = (tables.notes.c.author == member) & (tables.notes.c.kind != NoteKind.DECISION)
        await self._sql.execute(tables.notes.update().where(spoken).values(text="", topic=""))

    async def _rename(self, table: sa.Table, name: str, before: MemberId, after: MemberId) -> None:
        column = table.c[name]
        await self._sql.execute(table.update().where(column == before).values({name: after}))

    async def give_all(self, gone: MemberId, member: MemberId) -> None:
        """Give what `gone` wrote, scheduled, owns or chose to `member`, but not their answers."""
        for table, name in tables.NAMES:
            await self._rename(table, name, gone, member)
        for table, thing in tables.ONCE[2:]:
            theirs = sa.select(table.c[thing]).where(table.c.member == member)
            twice = (table.c.member == gone) & table.c[thing].in_(theirs)
            await self._sql.execute(table.delete().where(twice))
            await self._rename(table, "member", gone, member)
        for table in tables.CHOSEN:
            already = sa.select(table.c.member).where(table.c.member == member)
            if (await self._sql.execute(already)).first() is None:
                await self._rename(table, "member", gone, member)
            await self._sql.execute(table.delete().where(table.c.member == gone))

    async def withdraw(self, member: MemberId, community: CommunityId) -> list[Meeting]:
        """Meetings to come that a member answered for, locked."""
        answered = sa.select(_rsvps.c.meeting).where(_rsvps.c.member == member)
        query = (
            sa.select(_meetings)
            .where(*self._all.are_coming(community), _meetings.c.id.in_(answered))
            .order_by(_meetings.c.id)
            .with_for_update()
        )
        rows = (await self._sql.execute(query)).mappings().all()
        return [await self._all.whole(dict(row)) for row in rows]

    async def answered_or_attended(self, member: MemberId) -> list[Meeting]:
        """Every meeting that a member answered for or came to, locked."""
        touched = self._touched_by(member).with_only_columns(*_meetings.c)
        rows = (await self._sql.execute(touched)).mappings().all()
        return [await self._all.whole(dict(row)) for row in rows]

    async def not_over(self, member: MemberId) -> list[Meeting]:
        """Meetings that are on or to come, which a member answered for or came to, locked."""
        meetings = await self.answered_or_attended(member)
        return [each for each in meetings if each.status in (SCHEDULED, LIVE)]

    async def withdraw_what_is_open(self, member: MemberId) -> None:
        """Drop what a member said that is not counted yet: choices in open votes, and feedback."""
        on = sa.select(tables.votes.c.id).where(tables.votes.c.open)
        theirs = tables.ballots.c.member == member
        await self._sql.execute(
            tables.ballots.delete().where(theirs, tables.ballots.c.vote.in_(on))
        )
        ended = sa.func.coalesce(_meetings.c.ended_at, _meetings.c.over_at)
        taken = sa.select(_meetings.c.id).where(ended > self._now - FEEDBACK_LASTS)
        given = tables.feedback.c
        theirs = sa.and_(given.member == member, given.meeting.in_(taken))
        await self._sql.execute(tables.feedback.delete().where(theirs))

    async def spoke_last(self, meeting: Meeting) -> list[MemberId]:
        """Those who answered for a meeting; who answered last comes last."""
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


def _own(member: MemberId) -> dict[str, sa.Select[Any]]:
    """Queries for what a member wrote, promised and chose, apart from answers, by name."""
    t = tables
    return {
        "notes": sa.select(t.notes.c.kind, t.notes.c.text, t.notes.c.at)
        .where(t.notes.c.author == member)
        .order_by(t.notes.c.at),
        "lines put in": sa.select(t.notes.c.kind, t.notes.c.at)
        .where(t.notes.c.put_in_by == member)
        .order_by(t.notes.c.at),
        "agenda items": sa.select(t.agenda.c.title, t.agenda.c.pre_read).where(
            (t.agenda.c.author == member) | (t.agenda.c.owner == member)
        ),
        "actions": sa.select(
            t.actions.c.code, t.actions.c.text, t.actions.c.due, t.actions.c.status
        )
        .where(
            (t.actions.c.author == member)
            | (t.actions.c.owner == member)
            | (t.actions.c.put_in_by == member)
        )
        .order_by(t.actions.c.code),
        "votes cast": sa.select(t.votes.c.question, t.ballots.c.option)
        .join(t.votes, t.votes.c.id == t.ballots.c.vote)
        .where(t.ballots.c.member == member),
        "feedback": sa.select(
            t.feedback.c.useful, t.feedback.c.could_speak, t.feedback.c.will_use
        ).where(t.feedback.c.member == member),
        "quiet hours": sa.select(t.quiet.c.begins, t.quiet.c.ends, t.quiet.c.zone).where(
            t.quiet.c.member == member
        ),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def counted_again(changes: Iterable[Change]) -> frozenset[MeetingId]:
    """The meetings of answers and check-ins that were changed."""
    counting = {f"public.{table.name}" for table in (_rsvps, _check_ins)}
    rows = (c.before or c.after or {} for c in changes if c.table in counting)
    return frozenset(MeetingId(UUID(row["meeting"])) for row in rows)
