"""Which native events of a platform mirror which meetings."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.scheduling import MeetingStatus
from indaba.conversation.store import tables as t
from indaba.ledger.session import Transaction

WANTED = ""
"""The house of a row that says only: this meeting's mirrors are behind, `drawn` is its version."""


@dataclass(frozen=True, slots=True)
class MirrorDue:
    """A meeting whose native events are behind; `version` is the one that made them so."""

    meeting: UUID
    community: UUID
    correlation: UUID
    version: int


class Mirrors:
    """Native events, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def want(self, meeting: UUID, version: int) -> None:
        """The native events of a meeting should show at least this version."""
        values = {"meeting": meeting, "house": WANTED, "drawn": version}
        newer = t.mirrors.c.drawn < version
        await self._sql.execute(
            insert(t.mirrors)
            .values(**values)
            .on_conflict_do_update(
                index_elements=["meeting", "house"], set_={"drawn": version}, where=newer
            )
        )

    async def want_all(self, community: UUID) -> None:
        """A community has come here: its meetings to come get their native events."""
        upcoming = t.cards.c.status.in_([MeetingStatus.SCHEDULED, MeetingStatus.LIVE])
        theirs = sa.select(
            t.cards.c.meeting, sa.literal(WANTED), t.cards.c.wanted.label("drawn")
        ).where(t.cards.c.community == community, upcoming)
        wanted = insert(t.mirrors).from_select(["meeting", "house", "drawn"], theirs)
        await self._sql.execute(wanted.on_conflict_do_nothing())

    async def want_none(self, community: UUID) -> None:
        """A community does not live here: none of its native events is behind."""
        theirs = sa.select(t.cards.c.meeting).where(t.cards.c.community == community)
        behind = sa.and_(t.mirrors.c.house == WANTED, t.mirrors.c.meeting.in_(theirs))
        await self._sql.execute(t.mirrors.delete().where(behind))

    async def due(self, limit: int = 50) -> list[MirrorDue]:
        """Meetings whose native events are behind."""
        query = (
            sa.select(
                t.mirrors.c.meeting,
                t.cards.c.community,
                t.cards.c.correlation,
                t.mirrors.c.drawn.label("version"),
            )
            .join(t.cards, t.cards.c.meeting == t.mirrors.c.meeting)
            .where(t.mirrors.c.house == WANTED)
            .limit(limit)
        )
        return [MirrorDue(**row) for row in (await self._sql.execute(query)).mappings()]

    async def done(self, due: MirrorDue) -> None:
        """All native events of a meeting show this version; a newer one stays wanted."""
        m = t.mirrors.c
        row = sa.and_(m.meeting == due.meeting, m.house == WANTED, m.drawn <= due.version)
        await self._sql.execute(t.mirrors.delete().where(row))

    async def event_of(self, meeting: UUID, house: str) -> str:
        """The native event of a meeting in a house; empty if there is none."""
        m = t.mirrors.c
        query = sa.select(m.event).where(m.meeting == meeting, m.house == house)
        return (await self._sql.execute(query)).scalar() or ""

    async def keep(self, meeting: UUID, house: str, event: str, version: int) -> None:
        """Remember a native event, and the version it shows."""
        values = {"event": event, "drawn": version}
        await self._sql.execute(
            insert(t.mirrors)
            .values(meeting=meeting, house=house, **values)
            .on_conflict_do_update(index_elements=["meeting", "house"], set_=values)
        )

    async def meeting_of(self, house: str, event: str) -> UUID | None:
        """The meeting that a native event mirrors."""
        m = t.mirrors.c
        query = sa.select(m.meeting).where(m.house == house, m.event == event, m.house != WANTED)
        return (await self._sql.execute(query)).scalar()
