"""Documents about meetings, members' answers, and addresses of personal calendars."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.openness import Openness
from indaba.ledger.session import Transaction
from indaba.ledger.tables import merged
from indaba.portal.model import Document, Kind
from indaba.portal.tables import answers, calendar_keys, documents


class Documents:
    """Minutes and highlights, the newest version of each."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection

    async def of(self, meeting: MeetingId) -> dict[Kind, Document]:
        """What there is to read about a meeting."""
        query = sa.select(documents).where(documents.c.meeting == meeting, documents.c.text != "")
        rows = (await self._sql.execute(query)).mappings()
        return {Kind(row["kind"]): _document(row) for row in rows}

    async def with_highlights(
        self, among: tuple[MeetingId, ...], opened: frozenset[Openness]
    ) -> frozenset[MeetingId]:
        """Those of the meetings whose highlights were shared, and are so far open."""
        query = sa.select(documents.c.meeting).where(
            documents.c.meeting.in_(among),
            documents.c.kind == Kind.HIGHLIGHTS,
            documents.c.text != "",
            documents.c.opened.in_(sorted(opened)),
        )
        return frozenset(MeetingId(one) for one in (await self._sql.execute(query)).scalars())


class Answers:
    """Members' answers, and the secret addresses of their feeds."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    def last_of(self, member: MemberId) -> sa.Select[Any]:
        """A member's last answer to each meeting, under whatever id they gave it."""
        gone = sa.select(merged.c.gone).where(merged.c.member == member).scalar_subquery()
        names = sa.func.array_append(sa.func.array(gone), member, type_=sa.ARRAY(sa.Uuid))
        return (
            sa.select(answers.c.meeting, answers.c.answer)
            .ext(distinct_on(answers.c.meeting))
            .where(answers.c.member == sa.any_(names))
            .order_by(answers.c.meeting, answers.c.version.desc())
        )

    async def give_keys(self, gone: MemberId, member: MemberId) -> None:
        """The calendars that one member follows are the other's."""
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

    async def revoke_all(self, there: CommunityId, before: datetime) -> None:
        """Addresses of members' calendars in a community that were made before a moment end."""
        old = calendar_keys.c.community == there, calendar_keys.c.made_at <= before
        await self._sql.execute(calendar_keys.delete().where(*old))

    async def revoke_since(self, member: MemberId, since: datetime | None) -> None:
        """Addresses of a member's calendars that were made since then end; without it, all."""
        theirs = calendar_keys.delete().where(calendar_keys.c.member == member)
        theirs = theirs if since is None else theirs.where(calendar_keys.c.made_at >= since)
        await self._sql.execute(theirs)

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
    facts = {name: row[name] for name in same}
    return Document(kind=Kind(row["kind"]), opened=Openness(row["opened"]), **facts)
