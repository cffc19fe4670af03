"""What is stored about meetings and actions that are long over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.ledger import Work
from indaba.scheduling.store import tables as t
from indaba.scheduling.store.calendars import Calendars

_NOBODY = sa.func.gen_random_uuid()
"""Another random id in each row."""

_OF_MEETINGS = (
    (t.meetings, t.meetings.c.id, ("author", "chair", "put_in_by")),
    (t.rsvps, t.rsvps.c.meeting, ("member",)),
    (t.check_ins, t.check_ins.c.meeting, ("member",)),
    (t.day_roles, t.day_roles.c.meeting, ("member",)),
    (t.agenda, t.agenda.c.meeting, ("author", "owner")),
    (t.notes, t.notes.c.meeting, ("author", "put_in_by")),
    (t.documents, t.documents.c.meeting, ("author",)),
    (t.votes, t.votes.c.meeting, ("author",)),
)
"""Where a member takes part in a meeting, and the column with the meeting."""


class LongOver:
    """Within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def unlink_answers(self, meetings: Sequence[UUID]) -> None:
        """Nobody knows any more who answered and who voted how; how many did stays."""
        votes = sa.select(t.votes.c.id).where(t.votes.c.meeting.in_(meetings))
        for table, which in (
            (t.rsvps, t.rsvps.c.meeting.in_(meetings)),
            (t.ballots, t.ballots.c.vote.in_(votes)),
        ):
            await self._sql.execute(table.update().where(which).values(member=_NOBODY))

    async def drop_feedback(self, meetings: Sequence[UUID]) -> None:
        """What was said in confidence goes; what was released of it stands elsewhere."""
        these = t.feedback.c.meeting.in_(meetings)
        await self._sql.execute(t.feedback.delete().where(these))

    async def drop_feedback_of(self, member: MemberId) -> None:
        """What a member said in confidence goes."""
        theirs = t.feedback.c.member == member
        await self._sql.execute(t.feedback.delete().where(theirs))

    async def unlink_actions(self, actions: Sequence[UUID]) -> None:
        """Nobody knows any more who promised them."""
        owner = sa.case((t.actions.c.owner.is_not(None), _NOBODY))
        these = t.actions.update().where(t.actions.c.id.in_(actions))
        await self._sql.execute(these.values(author=_NOBODY, owner=owner, put_in_by=None))

    async def took_part_last(self, meetings: Sequence[UUID], before: datetime) -> list[MemberId]:
        """Those who took part in these meetings and in none that was over later than `before`."""
        columns = [(table.c[name], of) for table, of, names in _OF_MEETINGS for name in names]
        here = sa.union(*(sa.select(c).where(of.in_(meetings)) for c, of in columns))
        came = set((await self._sql.execute(here)).scalars()) - {None}
        since = sa.union(*(_later(c, of, came, before) for c, of in columns))
        return sorted(came - set((await self._sql.execute(since)).scalars()))

    async def unlink(self, member: MemberId, fresh: MemberId) -> None:
        """Put a fresh id in the place of a member's; their words stay, and what they chose."""
        for table, name in t.NAMES:
            named = table.update().where(table.c[name] == member)
            await self._sql.execute(named.values({name: fresh}))
        for table, _ in t.ONCE:
            theirs = table.update().where(table.c.member == member)
            await self._sql.execute(theirs.values(member=fresh))
        await Calendars(self._work).give_all(member, fresh)

    async def forget_choices(self, member: MemberId) -> None:
        """Drop what a member chose for themselves."""
        for table in t.CHOSEN:
            await self._sql.execute(table.delete().where(table.c.member == member))


def _later(
    named: sa.Column[Any], of: sa.Column[Any], came: set[UUID], before: datetime
) -> sa.Select[Any]:
    """Those of them who are named with a meeting that was over no earlier than that."""
    meeting = t.meetings.alias("later")
    # One by one: a join would read all meetings, of which these are few.
    over_at = sa.select(meeting.c.over_at).where(meeting.c.id == of).scalar_subquery()
    return sa.select(named).where(named.in_(came), over_at >= before)
