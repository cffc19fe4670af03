"""Documents about meetings, members' answers, and addresses of personal calendars."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.record import Document as Told
from indaba.contracts.scheduling import RsvpAnswer
from indaba.ledger.session import Transaction
from indaba.portal.model import Document, Kind
from indaba.portal.tables import answers, calendar_keys, documents


class Documents:
    """Minutes and highlights, the newest version of each."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection

    async def keep(self, meeting: MeetingId, kind: Kind, told: Told, told_at: datetime) -> None:
        """Store it unless something newer is known."""
        row = {name: getattr(told, name) for name in ("version", "title", "text", "short")}
        fresh = insert(documents).values(meeting=meeting, kind=kind, told_at=told_at, **row)
        newer = fresh.excluded.version > documents.c.version
        same = fresh.excluded.version == documents.c.version
        earlier = sa.func.least(documents.c.told_at, fresh.excluded.told_at)
        kept: dict[str, Any] = {
            name: sa.case((newer, fresh.excluded[name]), else_=documents.c[name]) for name in row
        }
        kept["told_at"] = sa.case(
            (newer, fresh.excluded.told_at), (same, earlier), else_=documents.c.told_at
        )
        merged = fresh.on_conflict_do_update(index_elements=["meeting", "kind"], set_=kept)
        await self._sql.execute(merged)

    async def of(self, meeting: MeetingId) -> dict[Kind, Document]:
        """What there is to read about a meeting."""
        query = sa.select(documents).where(documents.c.meeting == meeting, documents.c.text != "")
        rows = (await self._sql.execute(query)).mappings()
        return {Kind(row["kind"]): _document(row) for row in rows}

    async def with_highlights(self, among: tuple[MeetingId, ...]) -> frozenset[MeetingId]:
        """Those of the meetings whose highlights were shared."""
        query = sa.select(documents.c.meeting).where(
            documents.c.meeting.in_(among),
            documents.c.kind == Kind.HIGHLIGHTS,
            documents.c.text != "",
        )
        return frozenset(MeetingId(one) for one in (await self._sql.execute(query)).scalars())


class Answers:
    """Members' answers, and the secret addresses of their feeds."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def keep(
        self,
        meeting: MeetingId,
        member: MemberId,
        answer: RsvpAnswer | None,
        version: int,
        told_at: datetime,
    ) -> None:
        """Keep an answer unless a newer one is known; a withdrawn one too, so that it holds."""
        row = {"answer": answer, "version": version, "told_at": told_at}
        fresh = insert(answers).values(meeting=meeting, member=member, **row)
        newer = fresh.on_conflict_do_update(
            index_elements=["meeting", "member"],
            set_={name: fresh.excluded[name] for name in row},
            where=fresh.excluded.version > answers.c.version,
        )
        await self._sql.execute(newer)

    async def give_all(self, gone: MemberId, member: MemberId) -> None:
        """What one member answered and follows is the other's; the newer answer holds."""
        query = sa.select(answers).where(answers.c.member == gone).with_for_update()
        for row in (await self._sql.execute(query)).mappings().all():
            await self.keep(**{**row, "member": member})
        await self._sql.execute(answers.delete().where(answers.c.member == gone))
        theirs = calendar_keys.update().where(calendar_keys.c.member == gone)
        await self._sql.execute(theirs.values(member=member))

    async def forget(self, member: MemberId) -> None:
        """Nothing of a member is kept."""
        for table in (answers, calendar_keys):
            await self._sql.execute(table.delete().where(table.c.member == member))

    async def make_key(self, digest: str, member: MemberId, there: CommunityId) -> None:
        """A new address for a member's calendar in the place of any earlier one."""
        await self.revoke(member, there)
        row = {"digest": digest, "member": member, "community": there, "made_at": self._now}
        await self._sql.execute(insert(calendar_keys).values(row))

    async def revoke(self, member: MemberId, there: CommunityId) -> None:
        """A member's calendar in a community has no address any more."""
        await self._sql.execute(calendar_keys.delete().where(*_of(member, there)))

    async def key_made_at(self, member: MemberId, there: CommunityId) -> datetime | None:
        """When the address of a member's calendar was made, in UTC; `None` without one."""
        query = sa.select(sa.func.max(calendar_keys.c.made_at)).where(*_of(member, there))
        found: datetime | None = (await self._sql.execute(query)).scalar()
        return found

    async def opened_by(self, digest: str, there: CommunityId) -> MemberId | None:
        """Whose calendar in a community an address opens."""
        query = sa.select(calendar_keys.c.member).where(
            calendar_keys.c.digest == digest, calendar_keys.c.community == there
        )
        member = (await self._sql.execute(query)).scalar()
        return MemberId(member) if member else None


def _of(member: MemberId, there: CommunityId) -> tuple[sa.ColumnElement[bool], ...]:
    return calendar_keys.c.member == member, calendar_keys.c.community == there


def _document(row: sa.RowMapping) -> Document:
    same = ("version", "title", "text", "short", "told_at")
    return Document(kind=Kind(row["kind"]), **{name: row[name] for name in same})
