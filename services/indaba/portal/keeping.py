"""SQL about documents, members' answers, and addresses of personal calendars."""

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
    """Minutes and highlights, each in the newest version."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection

    async def of(self, meeting: MeetingId) -> dict[Kind, Document]:
        """The documents about a meeting, by kind."""
        query = sa.select(documents).where(documents.c.meeting == meeting, documents.c.text != "")
        rows = (await self._sql.execute(query)).mappings()
        return {Kind(row["kind"]): _document(row) for row in rows}

    async def with_highlights(
        self, among: tuple[MeetingId, ...], opened: frozenset[Openness]
    ) -> frozenset[MeetingId]:
        """Those of the meetings whose highlights were shared and are open in one of these ways."""
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
        """A member's last answer to each meeting, under any id they have had."""
        gone = sa.select(merged.c.gone).where(merged.c.member == member).scalar_subquery()
        names = sa.func.array_append(sa.func.array(gone), member, type_=sa.ARRAY(sa.Uuid))
        return (
            sa.select(answers.c.meeting, answers.c.answer)
            .ext(distinct_on(answers.c.meeting))
            .where(answers.c.member == sa.any_(names))
            .order_by(answers.c.meeting, answers.c.version.desc())
        )

    async def give_keys(self, gone: MemberId, member: MemberId) -> None:
        """Give one member's calendar addresses to another."""
        theirs = calendar_keys.update().where(calendar_keys.c.member == gone)
        await self._sql.execute(theirs.values(member=member))

    async def forget(self, member: MemberId) -> None:
        """Delete everything about a member."""
        for table in (answers, calendar_keys):
            await self._sql.execute(table.delete().where(table.c.member == member))

    async def make_key(self, digest: str, member: MemberId, community: CommunityId) -> None:
        """Store a new address for a member's calendar in place of an earlier one."""
        await self.revoke(member, community)
        row = {"digest": digest, "member": member, "community": community, "made_at": self._now}
        await self._sql.execute(insert(calendar_keys).values(row))

    async def revoke(self, member: MemberId, community: CommunityId) -> None:
        """Revoke the address of a member's calendar in a community."""
        await self._sql.execute(calendar_keys.delete().where(*_of(member, community)))

    async def revoke_all(self, community: CommunityId, before: datetime) -> None:
        """Revoke addresses of members' calendars in a community that were made before a moment."""
        old = calendar_keys.c.community == community, calendar_keys.c.made_at <= before
        await self._sql.execute(calendar_keys.delete().where(*old))

    async def revoke_since(self, member: MemberId, since: datetime | None) -> None:
        """Revoke addresses of a member's calendars made since then, or all if `since` is empty."""
        theirs = calendar_keys.delete().where(calendar_keys.c.member == member)
        theirs = theirs if since is None else theirs.where(calendar_keys.c.made_at >= since)
        await self._sql.execute(theirs)

    async def key_made_at(self, member: MemberId, community: CommunityId) -> datetime | None:
        """When the address of a member's calendar was made, in UTC; `None` if there is none."""
        query = sa.select(sa.func.max(calendar_keys.c.made_at)).where(*_of(member, community))
        made_at: datetime | None = (await self._sql.execute(query)).scalar()
        return made_at

    async def opened_by(self, digest: str, community: CommunityId) -> MemberId | None:
        """The member whose calendar in a community an address opens."""
        query = sa.select(calendar_keys.c.member).where(
            calendar_keys.c.digest == digest, calendar_keys.c.community == community
        )
        member = (await self._sql.execute(query)).scalar()
        return MemberId(member) if member else None


def _of(member: MemberId, community: CommunityId) -> tuple[sa.ColumnElement[bool], ...]:
    return calendar_keys.c.member == member, calendar_keys.c.community == community


def _document(row: sa.RowMapping) -> Document:
    same = ("version", "title", "text", "short", "told_at")
    facts = {name: row[name] for name in same}
    return Document(kind=Kind(row["kind"]), opened=Openness(row["opened"]), **facts)
