"""Votes, ballots and feedback in the database."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.record import QuorumState
from indaba.ledger import Work
from indaba.scheduling.model import Vote
from indaba.scheduling.store.tables import ballots as _ballots
from indaba.scheduling.store.tables import feedback as _feedback
from indaba.scheduling.store.tables import votes as _votes


class Votes:
    """The votes, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def of(self, meeting: MeetingId) -> list[Vote]:
        """The votes of a meeting, oldest first, locked."""
        return await self._read(_votes.c.meeting == meeting)

    async def meeting_of(self, vote: UUID) -> MeetingId | None:
        """The meeting of a vote, not locked. Callers lock it before its votes."""
        query = sa.select(_votes.c.meeting).where(_votes.c.id == vote)
        meeting = (await self._sql.execute(query)).scalar()
        return MeetingId(meeting) if meeting else None

    async def keep(self, vote: Vote) -> None:
        """Store a vote and its ballots."""
        row = {name: getattr(vote, name) for name in _FIELDS}
        row |= {
            "options": list(vote.options),
            "quorum": vote.quorum.model_dump(mode="json") if vote.quorum else None,
        }
        await self._sql.execute(
            insert(_votes).values(row).on_conflict_do_update(index_elements=["id"], set_=row)
        )
        stored = await self._ballots(vote.id)
        for member in stored.keys() - vote.ballots.keys():
            theirs = (_ballots.c.vote == vote.id) & (_ballots.c.member == member)
            await self._sql.execute(_ballots.delete().where(theirs))
        for member, option in vote.ballots.items():
            if stored.get(member) != option:
                values = {"option": option, "said_at": self._work.now}
                cast = insert(_ballots).values(vote=vote.id, member=member, **values)
                await self._sql.execute(
                    cast.on_conflict_do_update(index_elements=["vote", "member"], set_=values)
                )

    async def say_how_it_was(
        self, meeting: MeetingId, member: MemberId, answers: dict[str, Any]
    ) -> None:
        """Store what a member says of a meeting, in addition to what they said before."""
        row = insert(_feedback).values(meeting=meeting, member=member, **answers)
        await self._sql.execute(
            row.on_conflict_do_update(index_elements=["meeting", "member"], set_=answers)
        )

    async def how_it_was(self, meeting: MeetingId) -> list[dict[str, Any]]:
        """What members said of a meeting, without their names."""
        query = sa.select(_feedback.c.useful, _feedback.c.could_speak, _feedback.c.will_use).where(
            _feedback.c.meeting == meeting
        )
        return [dict(row) for row in (await self._sql.execute(query)).mappings()]

    async def _read(self, *where: sa.ColumnElement[bool]) -> list[Vote]:
        query = sa.select(_votes).where(*where).order_by(_votes.c.number).with_for_update()
        rows = (await self._sql.execute(query)).mappings().all()
        return [_vote(row, await self._ballots(row["id"])) for row in rows]

    async def _ballots(self, vote: UUID) -> dict[MemberId, int]:
        query = sa.select(_ballots.c.member, _ballots.c.option).where(_ballots.c.vote == vote)
        return {MemberId(member): option for member, option in await self._sql.execute(query)}


_FIELDS = tuple(set(Vote.__dataclass_fields__) - {"ballots", "options", "quorum"})


def _vote(row: Any, ballots: dict[MemberId, int]) -> Vote:
    quorum = QuorumState.model_validate(row["quorum"]) if row["quorum"] else None
    fields = {name: row[name] for name in _FIELDS}
    return Vote(**fields, options=tuple(row["options"]), quorum=quorum, ballots=ballots)
