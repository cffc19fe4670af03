"""The only SQL of outcomes: facts by id, so that order and repetition do not matter."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MeetingId, MemberId, ResourceId
from indaba.contracts.library import ResourceFacts, ResourceStatus
from indaba.contracts.scheduling import MeetingFacts, MeetingStatus
from indaba.ledger import Work
from indaba.outcomes.model import Facts, HeldMeeting, PublishedResource

_meta = sa.MetaData()
_instant = sa.DateTime(timezone=True)


def _table(named: str, /, **columns: Any) -> sa.Table:
    return sa.Table(named, _meta, *(sa.Column(n, kind) for n, kind in columns.items()))


_communities = _table("communities", id=sa.Uuid, zone=sa.Text, version=sa.Integer)
_memberships = _table(
    "memberships", community=sa.Uuid, member=sa.Uuid, belongs=sa.Boolean, version=sa.Integer
)
_members = _table("members", id=sa.Uuid, organisation=sa.Text, version=sa.Integer)
_meetings = _table(
    "meetings",
    id=sa.Uuid,
    community=sa.Uuid,
    code=sa.Text,
    title=sa.Text,
    starts_at=_instant,
    status=sa.Text,
    version=sa.Integer,
)
_check_ins = _table(
    "check_ins", meeting=sa.Uuid, member=sa.Uuid, present=sa.Boolean, version=sa.Integer
)
_resources = _table(
    "resources",
    id=sa.Uuid,
    community=sa.Uuid,
    code=sa.Text,
    author=sa.Uuid,
    saved_at=_instant,
    status=sa.Text,
    version=sa.Integer,
)
_uses = _table("uses", resource=sa.Uuid, member=sa.Uuid, helped=sa.Boolean, version=sa.Integer)
_merged = sa.Table(
    "merged", _meta, sa.Column("gone", sa.Uuid), sa.Column("member", sa.Uuid), schema="ledger"
)


Trace = tuple[sa.Table, str, str]
"""A table that names members: the column for the thing, and that for the member."""


class Store:
    """The facts, within one transaction. A version older than the stored one changes nothing."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    def community(self, community: UUID, zone: str, version: int) -> None:
        """Store a community and the zone in which its days are counted."""
        self._work.keep_newest(_communities, {"id": community}, version, zone=zone)

    def belongs(self, community: UUID, member: UUID, version: int, *, belongs: bool) -> None:
        """Store whether a member belongs to a community."""
        key = {"community": community, "member": member}
        self._work.keep_newest(_memberships, key, version, belongs=belongs)

    def described(self, member: UUID, organisation: str, version: int) -> None:
        """Store a digest of the organisation that a member gave; empty if none."""
        self._work.keep_newest(_members, {"id": member}, version, organisation=organisation)

    def meeting(self, meeting: MeetingFacts) -> None:
        """Store a meeting as it is now."""
        self._work.keep_newest(
            _meetings,
            {"id": meeting.id},
            meeting.version,
            community=meeting.community,
            code=meeting.code,
            title=meeting.title,
            starts_at=meeting.starts_at,
            status=meeting.status,
        )

    def present(self, meeting: MeetingFacts, member: UUID, *, present: bool) -> None:
        """Store whether a member was at a meeting, by its register at this version."""
        key = {"meeting": meeting.id, "member": member}
        self._work.keep_newest(_check_ins, key, meeting.version, present=present)

    def resource(self, resource: ResourceFacts) -> None:
        """Store a resource as it is now."""
        self._work.keep_newest(
            _resources,
            {"id": resource.id},
            resource.version,
            community=resource.community,
            code=resource.code,
            author=resource.author,
            saved_at=resource.saved_at,
            status=resource.status,
        )

    def used(self, resource: UUID, member: UUID, version: int, *, helped: bool) -> None:
        """Store whether a resource helped a member who used it."""
        key = {"resource": resource, "member": member}
        self._work.keep_newest(_uses, key, version, helped=helped)

    async def forget(self, member: MemberId, known_as: list[MemberId], fresh: MemberId) -> None:
        """Replace a member's ids with a fresh one, and delete what they said about themselves."""
        for name in (member, *known_as):
            absent = sa.and_(_check_ins.c.member == name, ~_check_ins.c.present)
            await self._sql.execute(_check_ins.delete().where(absent))
            for trace in _TRACES:
                await self._rename(trace, name, fresh)
            await self._sql.execute(_members.delete().where(_members.c.id == name))
            await self._sql.execute(_memberships.delete().where(_memberships.c.member == name))

    async def unlink_presence(
        self, names: Sequence[MemberId], fresh: MemberId, before: datetime
    ) -> None:
        """Who was at meetings before a moment is somebody; the same one at all of them."""
        then = sa.select(_meetings.c.id).where(_meetings.c.starts_at < before)
        for name in names:
            await self._rename(_TRACES[0], name, fresh, _check_ins.c.meeting.in_(then))

    async def unlink_uses(
        self, names: Sequence[MemberId], fresh: MemberId, before: datetime
    ) -> None:
        """Who saved and used resources of before a moment is somebody, the same one of all."""
        then = sa.select(_resources.c.id).where(_resources.c.saved_at < before)
        for name in names:
            for trace in _TRACES[1:]:
                await self._rename(trace, name, fresh, trace[0].c[trace[1]].in_(then))

    async def _rename(
        self, trace: Trace, name: MemberId, fresh: MemberId, *more: sa.ColumnElement[bool]
    ) -> None:
        """Put an id in the place of another; of two rows about one thing one stays."""
        table, key, column = trace
        both = sa.select(table.c[key]).where(table.c[column] == fresh)
        theirs = (table.c[column] == name, *more)
        await self._sql.execute(table.delete().where(*theirs, table.c[key].in_(both)))
        await self._sql.execute(table.update().where(*theirs).values({column: fresh}))

    async def facts(self, community: CommunityId) -> Facts:
        """Everything known about a community. Merged members count as one."""
        zone = await self._sql.execute(
            sa.select(_communities.c.zone).where(_communities.c.id == community)
        )
        resources = await self._published(community)
        return Facts(
            community=community,
            zone=zone.scalar() or self._work.passport.zone,
            meetings=await self._held(community),
            resources=resources,
            organisation=await self._organisations(_concerned(resources)),
            members=await self._members_of(community),
        )

    async def history(self, member: MemberId) -> dict[str, Any]:
        """What is stored about a member, JSON-ready."""
        names = [member, *await self._earlier([member])]
        came = (
            sa.select(_meetings.c.code)
            .join(_check_ins, _check_ins.c.meeting == _meetings.c.id)
            .where(_check_ins.c.member.in_(names), _check_ins.c.present)
            .group_by(_meetings.c.id, _meetings.c.code, _meetings.c.starts_at)
            .order_by(_meetings.c.starts_at)
        )
        used = (
            sa.select(_resources.c.code)
            .join(_uses, _uses.c.resource == _resources.c.id)
            .where(_uses.c.member.in_(names))
            .group_by(_resources.c.id, _resources.c.code, _resources.c.saved_at)
            .order_by(_resources.c.saved_at)
        )
        return {
            "meetings counted": list((await self._sql.execute(came)).scalars()),
            "uses counted": list((await self._sql.execute(used)).scalars()),
        }

    async def _held(self, community: CommunityId) -> list[HeldMeeting]:
        held = _meetings_held(community, self._work.now)
        rows = (await self._sql.execute(held.order_by(_meetings.c.starts_at, _meetings.c.id))).all()
        present = await self._present(held.subquery(), len(rows))
        return [
            HeldMeeting(MeetingId(row.id), row.code, row.title, row.starts_at, came)
            for row, came in zip(rows, present, strict=True)
        ]

    async def _present(self, held: sa.Subquery, meetings: int) -> list[frozenset[int]]:
        """Those present at each meeting, as numbers: a crowd has too many ids to send."""
        query = (
            sa.select(_check_ins.c.member, sa.func.array_agg(held.c.place))
            .join(held, held.c.id == _check_ins.c.meeting)
            .where(_check_ins.c.present)
            .group_by(_check_ins.c.member)
            .order_by(_check_ins.c.member)
        )
        rows = (await self._sql.execute(query)).all()
        now = await self._now_called([member for member, _ in rows])
        numbers: dict[UUID, int] = {}
        present: list[set[int]] = [set() for _ in range(meetings)]
        for member, places in rows:
            number = numbers.setdefault(now.get(member, member), len(numbers))
            for place in places:
                present[place - 1].add(number)
        return [frozenset(came) for came in present]

    async def _published(self, community: CommunityId) -> list[PublishedResource]:
        query = (
            sa.select(
                _resources.c.id,
                _resources.c.code,
                _resources.c.author,
                _resources.c.saved_at,
                sa.func.array_agg(_uses.c.member).label("used_by"),
            )
            .outerjoin(_uses, sa.and_(_uses.c.resource == _resources.c.id, _uses.c.helped))
            .where(
                _resources.c.community == community,
                _resources.c.status == ResourceStatus.PUBLISHED,
            )
            .group_by(_resources.c.id)
            .order_by(_resources.c.saved_at, _resources.c.id)
        )
        rows = (await self._sql.execute(query)).all()
        named = {member for row in rows for member in (row.author, *row.used_by) if member}
        now = await self._now_called(named)
        return [
            PublishedResource(
                ResourceId(row.id),
                row.code,
                MemberId(now.get(row.author, row.author)),
                row.saved_at,
                frozenset(MemberId(now.get(member, member)) for member in row.used_by if member),
            )
            for row in rows
        ]

    async def _now_called(self, members: Collection[UUID]) -> dict[UUID, UUID]:
        """For those of these members that were merged into another: the other, by their old id."""
        merged = _merged.c.gone == sa.any_(_ids(members))
        query = sa.select(_merged.c.gone, _merged.c.member).where(merged)
        return {row.gone: row.member for row in await self._sql.execute(query)}

    async def _organisations(self, members: Collection[MemberId]) -> dict[MemberId, str]:
        """The organisations that these members gave, also under ids they had before."""
        names = [*members, *await self._earlier(members)]
        query = (
            sa.select(_now_id(), _members.c.organisation)
            .where(_members.c.id == sa.any_(_ids(names)), _members.c.organisation != "")
            .order_by(_members.c.version)
        )
        rows = await self._sql.execute(query)
        return {MemberId(member): organisation for member, organisation in rows}

    async def _earlier(self, members: Collection[MemberId]) -> list[MemberId]:
        """The members that were merged into one of these."""
        query = sa.select(_merged.c.gone).where(_merged.c.member == sa.any_(_ids(members)))
        return [MemberId(gone) for gone in (await self._sql.execute(query)).scalars()]

    async def _members_of(self, community: CommunityId) -> int:
        """Members there, by the ids they have now: of who was two, the remaining one's word."""
        rows = (
            sa.select(_now(_memberships).label("who"), _memberships.c.belongs)
            .add_columns(_alias(_memberships.c.member).is_(None).label("own"))
            .where(_memberships.c.community == community)
            .subquery()
        )
        belongs = sa.func.bool_or(rows.c.belongs)
        there = sa.func.coalesce(belongs.filter(rows.c.own), belongs)
        people = sa.select(rows.c.who).group_by(rows.c.who).having(there).subquery()
        query = sa.select(sa.func.count()).select_from(people)
        return int((await self._sql.execute(query)).scalar_one())


_TRACES = (
    (_check_ins, "meeting", "member"),
    (_uses, "resource", "member"),
    (_resources, "id", "author"),
)


def _alias(column: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """The member that the one in a column was merged into; null if it was not."""
    return sa.select(_merged.c.member).where(_merged.c.gone == column).scalar_subquery()


def _now(table: sa.Table) -> sa.ColumnElement[Any]:
    """The member in a table's row, by the id that member has now."""
    return sa.func.coalesce(_alias(table.c.member), table.c.member)


def _now_id() -> sa.ColumnElement[Any]:
    return sa.func.coalesce(_alias(_members.c.id), _members.c.id)


def _meetings_held(community: CommunityId, now: datetime) -> sa.Select[Any]:
    """A community's meetings that began and were not cancelled, numbered from 1 by time."""
    in_order = sa.func.row_number().over(order_by=(_meetings.c.starts_at, _meetings.c.id))
    return sa.select(
        _meetings.c.id,
        _meetings.c.code,
        _meetings.c.title,
        _meetings.c.starts_at,
        in_order.label("place"),
    ).where(
        _meetings.c.community == community,
        _meetings.c.status != MeetingStatus.CANCELLED,
        _meetings.c.starts_at <= now,
    )


def _ids(members: Collection[UUID]) -> sa.ColumnElement[Any]:
    """The ids as one parameter, because a community may have thousands."""
    return sa.cast(list(members), sa.ARRAY(sa.Uuid))


def _concerned(resources: Sequence[PublishedResource]) -> frozenset[MemberId]:
    """The members who saved or used these resources."""
    return frozenset(m for r in resources for m in (r.author, *r.used_by))
