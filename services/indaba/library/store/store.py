"""SQL about resources, their use, and pages to read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from indaba.contracts.ids import CommunityId, MemberId, ResourceId
from indaba.contracts.library import FindResources, HowUsed, ResourceStatus
from indaba.contracts.openness import Openness
from indaba.ledger import tables as ledger
from indaba.ledger.inverse import Change
from indaba.ledger.mentions import places
from indaba.ledger.session import Transaction
from indaba.library.model import Resource, code_from
from indaba.library.store.finding import Finding, Found
from indaba.library.store.named import WRITTEN
from indaba.library.store.tables import (
    resource_of,
    resources,
    row_of,
    unread_pages,
    uses,
)
from indaba.process.world import World

# Literals: PostgreSQL uses an index only for the same expression, without parameters in it.
_IN_EVENT: sa.ColumnClause[str] = sa.literal_column(
    "ledger.journal.envelope #>> '{body,resource,id}'", sa.Text
)
_IN_REPLY: sa.ColumnClause[str] = sa.literal_column(
    "ledger.inbox.reply #>> '{resource,id}'", sa.Text
)
_QUOTE_AUTHOR: sa.ColumnClause[str] = sa.literal_column("resources.quote #>> '{author}'", sa.Text)
_WRITERS: sa.ColumnElement[Any] = sa.literal_column(
    "jsonb_path_query_array(resources.wrote, '$.*[*]')", JSONB
)
CODES = 31**9
"""Much larger than the number of codes, so that all are equally likely."""


@dataclass(frozen=True, slots=True)
class Use:
    """A member's latest report of using a resource."""

    id: UUID
    resource: ResourceId
    member: MemberId
    how: HowUsed
    note: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """A page whose title is to be read, and the number of attempts including this one."""

    resource: ResourceId
    link: str
    tries: int
    correlation: UUID


class Store:
    """Resources, uses and pages to read, in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._sql = work.connection

    async def one_at_a_time(self, *what: object) -> None:
        """Wait for other transactions that hold this name, and hold it until the commit."""
        key = sa.func.hashtextextended("/".join(map(str, what)), 0)
        await self._sql.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    async def add(self, resource: Resource) -> None:
        """Store a new resource."""
        await self._sql.execute(resources.insert().values(row_of(resource)))

    async def keep(self, resource: Resource) -> None:
        """Store a changed resource."""
        row = row_of(resource)
        await self._sql.execute(resources.update().where(resources.c.id == resource.id).values(row))

    async def by_code(
        self, community: CommunityId, code: str, *, locked: bool = True
    ) -> Resource | None:
        """A community's resource by its short code, unless withdrawn."""
        return await self._one(
            resources.c.community == community,
            resources.c.code == code,
            resources.c.status == ResourceStatus.PUBLISHED,
            locked=locked,
        )

    async def by_code_ever(self, community: CommunityId, code: str) -> Resource | None:
        """A community's resource by its short code, withdrawn or not; locked."""
        return await self._one(resources.c.community == community, resources.c.code == code)

    async def same(self, community: CommunityId, same_as: str) -> Resource | None:
        """The community's equal resource, unless withdrawn."""
        return await self._one(
            resources.c.community == community,
            sa.func.md5(resources.c.same_as) == sa.func.md5(same_as),
            resources.c.same_as == same_as,
            resources.c.status == ResourceStatus.PUBLISHED,
        )

    async def alone(self, resource: ResourceId) -> Resource | None:
        """A resource of any community, locked until the commit."""
        return await self._one(resources.c.id == resource)

    async def code_is_taken(self, community: CommunityId, code: str) -> bool:
        """Whether a resource of the community ever had this code."""
        query = sa.select(resources.c.id).where(
            resources.c.community == community, resources.c.code == code
        )
        return (await self._sql.execute(query)).first() is not None

    async def fresh_code(self, community: CommunityId, world: World) -> str:
        """A code the community never used. It gets longer when the short ones become rare."""
        for length in (4, 4, 4, 5, 5, 6, 8):
            code = code_from(world.below(CODES), length)
            if not await self.code_is_taken(community, code):
                return code
        raise AssertionError

    async def find(
        self,
        community: CommunityId,
        wanted: FindResources,
        opened: frozenset[Openness],
        *,
        by_members: bool,
    ) -> Found:
        """See `Finding`."""
        return await Finding(self._work, community, opened, by_members=by_members).find(wanted)

    async def use_of(self, resource: ResourceId, member: MemberId) -> Use | None:
        """A member's report of using a resource."""
        query = sa.select(uses).where(uses.c.resource == resource, uses.c.member == member)
        row = (await self._sql.execute(query)).mappings().first()
        return _use(row) if row else None

    async def say_use(self, use: Use) -> None:
        """Store a member's report in place of an earlier one."""
        row = {name: getattr(use, name) for name in Use.__slots__}
        changes = {name: row[name] for name in ("how", "note", "said_at")}
        stored = insert(uses).values(row)
        await self._sql.execute(
            stored.on_conflict_do_update(index_elements=["resource", "member"], set_=changes)
        )

    async def uses_of(self, resource: ResourceId, limit: int) -> Sequence[Use]:
        """Reports of using a resource that have a note, newest first."""
        query = (
            sa.select(uses)
            .where(uses.c.resource == resource, uses.c.note != "")
            .order_by(uses.c.said_at.desc(), uses.c.id)
            .limit(limit)
        )
        return [_use(row) for row in (await self._sql.execute(query)).mappings()]

    async def used_without_words(self, resource: ResourceId) -> int:
        """How many members reported using a resource without a note."""
        silent = (uses.c.resource == resource) & (uses.c.note == "")
        query = sa.select(sa.func.count()).select_from(uses).where(silent)
        return int((await self._sql.execute(query)).scalar_one())

    async def touched_by(self, member: MemberId) -> Sequence[Resource]:
        """Resources that a member saved, wrote, is quoted in, or used; locked, oldest first."""
        used = sa.select(uses.c.resource).where(uses.c.member == member)
        theirs = (resources.c.author == member, _wrote(member), _is(_QUOTE_AUTHOR, member))
        touched = [sa.select(resources.c.id).where(each) for each in theirs]
        query = (
            sa.select(resources)
            .where(resources.c.id.in_(sa.union(used, *touched)))
            .order_by(resources.c.id)
            .with_for_update()
        )
        return [resource_of(row) for row in (await self._sql.execute(query)).mappings().all()]

    async def forget_uses(self, member: MemberId) -> None:
        """Delete a member's uses. What was released of them stands.

        They may join again: kept, one person would count as often as they are erased.
        """
        await self._sql.execute(uses.delete().where(uses.c.member == member))

    async def merge_uses(self, gone: MemberId, member: MemberId) -> None:
        """Give one member's uses to another. Of two reports on a resource, the later stays."""
        query = sa.select(uses).where(uses.c.member == gone).with_for_update()
        for row in (await self._sql.execute(query)).mappings().all():
            theirs = _use(row)
            mine = await self.use_of(theirs.resource, member)
            same = sa.and_(uses.c.resource == theirs.resource, uses.c.member == gone)
            await self._sql.execute(uses.delete().where(same))
            if mine is None or mine.said_at < theirs.said_at:
                await self.say_use(replace(theirs, member=member))

    async def blank_told(self, resource: ResourceId, fields: Collection[str]) -> None:
        """Blank fields in published events about a resource, whoever wrote them.

        A dot separates nested fields. Stored replies that show the resource are deleted.
        """
        envelope = ledger.journal.c.envelope
        blanked: Any = envelope
        for name in sorted(fields):
            empty = [] if name in ("sectors", "skills", "related") else ""
            path = sa.cast(["body", "resource", *name.split(".")], ARRAY(sa.Text))
            blanked = sa.func.jsonb_set(blanked, path, sa.cast(empty, JSONB), sa.false())
        about = _is(_IN_EVENT, resource)
        await self._sql.execute(ledger.journal.update().where(about).values(envelope=blanked))
        inbox = ledger.inbox
        shown = inbox.update().where(_is(_IN_REPLY, resource))
        await self._sql.execute(shown.values(reply=sa.null()))

    async def is_spoken_of(self, digest: str) -> bool:
        """Whether a resource that is not withdrawn has a file."""
        query = sa.select(resources.c.id).where(
            resources.c.digest == digest, resources.c.status == ResourceStatus.PUBLISHED
        )
        return (await self._sql.execute(query.limit(1))).first() is not None

    async def history(self, member: MemberId) -> dict[str, list[dict[str, Any]]]:
        """What is stored here about a member, JSON-ready, oldest first."""
        saved = [
            {
                "code": each.code,
                "title": each.called,
                "why": each.why,
                "summary": each.summary,
                "link": each.link,
                "file": each.file.name if each.file else "",
                "status": each.status.value,
                "saved": each.saved_at.isoformat(),
            }
            for each in await self._all(resources.c.author == member)
        ]
        return {
            "saved": saved,
            "messages saved": [
                {"code": each.code, "text": each.quote.text if each.quote else ""}
                for each in await self._all(_is(_QUOTE_AUTHOR, member))
            ],
            "corrected": [
                {"code": each.code, **_written(each, member)}
                for each in await self._all(_wrote(member), resources.c.author != member)
            ],
            "used": await self._used(member),
        }

    async def named(
        self, community: CommunityId, member: MemberId, names: Collection[str]
    ) -> list[dict[str, str]]:
        """Where and when others in a community wrote one of these names, but not what."""
        return await places(WRITTEN, community, member, names, self._work)

    async def _used(self, member: MemberId) -> list[dict[str, Any]]:
        query = (
            sa.select(resources.c.code, uses.c.how, uses.c.note, uses.c.said_at)
            .join(uses, uses.c.resource == resources.c.id)
            .where(uses.c.member == member)
            .order_by(uses.c.said_at)
        )
        rows = (await self._sql.execute(query)).mappings()
        return [{**row, "said_at": row["said_at"].isoformat()} for row in rows]

    async def read_later(self, resource: ResourceId, due_at: datetime, correlation: UUID) -> None:
        """Plan to read a page's title."""
        row = {"resource": resource, "due_at": due_at, "tries": 0, "correlation": correlation}
        await self._sql.execute(insert(unread_pages).values(row).on_conflict_do_nothing())

    async def take_unread(self, now: datetime, until: datetime) -> Unread | None:
        """The next page that is due, reserved for the caller until the given instant."""
        due = (
            sa.select(unread_pages.c.resource)
            .where(unread_pages.c.due_at <= now)
            .order_by(unread_pages.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        taken = (
            unread_pages.update()
            .where(unread_pages.c.resource == due.scalar_subquery())
            .where(unread_pages.c.resource == resources.c.id)
            .values(due_at=until, tries=unread_pages.c.tries + 1)
            .returning(
                unread_pages.c.resource,
                resources.c.link,
                unread_pages.c.tries,
                unread_pages.c.correlation,
            )
        )
        row = (await self._sql.execute(taken)).mappings().first()
        return Unread(**row) if row else None

    async def put_off(self, resource: ResourceId, due_at: datetime) -> None:
        """Plan to read a page again later."""
        row = unread_pages.c.resource == resource
        await self._sql.execute(unread_pages.update().where(row).values(due_at=due_at))

    async def read_no_more(self, resource: ResourceId) -> None:
        """Stop reading a page."""
        await self._sql.execute(unread_pages.delete().where(unread_pages.c.resource == resource))

    async def _one(self, *where: sa.ColumnElement[bool], locked: bool = True) -> Resource | None:
        query = sa.select(resources).where(*where)
        if locked:
            query = query.with_for_update()
        row = (await self._sql.execute(query)).mappings().first()
        return resource_of(row) if row else None

    async def _all(self, *where: sa.ColumnElement[bool]) -> list[Resource]:
        query = sa.select(resources).where(*where).order_by(resources.c.saved_at, resources.c.id)
        return [resource_of(row) for row in (await self._sql.execute(query)).mappings()]


def _is(text: sa.ColumnElement[str], name: UUID) -> sa.ColumnElement[bool]:
    return text.bool_op("=")(str(name))


def _wrote(member: MemberId) -> sa.ColumnElement[bool]:
    """Whether a member wrote something about a resource."""
    return _WRITERS.op("?")(sa.cast(str(member), sa.Text))


def _use(row: Any) -> Use:
    return Use(**{**row, "how": HowUsed(row["how"])})


def _written(resource: Resource, member: MemberId) -> dict[str, Any]:
    """The fields of a resource that a member wrote last."""
    return {
        name: getattr(resource, name)
        for name, writers in resource.wrote.items()
        if writers[-1] == member
    }


def changed_resources(changes: Iterable[Change]) -> frozenset[ResourceId]:
    """The resources among these changes, or whose uses are among them."""
    names = set()
    for change in changes:
        row = change.before or change.after or {}
        if change.table == f"public.{uses.name}":
            names.add(ResourceId(UUID(row["resource"])))
        if change.table == f"public.{resources.name}":
            names.add(ResourceId(UUID(row["id"])))
    return frozenset(names)
