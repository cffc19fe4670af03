"""SQL about all communities, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Place, Platform
from indaba.contracts.passport import Role
from indaba.ledger import Work
from indaba.membership.store.people import accounts, communities, memberships, places


@dataclass(slots=True)
class Known:
    """A community: where it posts, and each facilitator with their platforms."""

    id: CommunityId
    version: int
    zone: str
    places: list[Place] = field(default_factory=list)
    facilitators: dict[MemberId, set[Platform]] = field(default_factory=dict)


class Everywhere:
    """All communities, in one transaction."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def page(self, after: CommunityId | None, limit: int) -> Sequence[Known]:
        """Communities after one, in order of id. They are locked until the commit."""
        columns = communities.c
        query = sa.select(columns.id, columns.version, columns.zone)
        query = query if after is None else query.where(columns.id > after)
        query = query.order_by(columns.id).limit(limit).with_for_update(read=True)
        return await self._known(query)

    async def one(self, community: CommunityId) -> Known | None:
        """One community; locked."""
        columns = communities.c
        query = sa.select(columns.id, columns.version, columns.zone)
        rows = await self._known(query.where(columns.id == community).with_for_update())
        return rows[0] if rows else None

    async def _known(self, query: sa.Select[Any]) -> Sequence[Known]:
        rows = (await self._sql.execute(query)).all()
        known = {CommunityId(i): Known(CommunityId(i), version, zone) for i, version, zone in rows}
        await self._add_places(known)
        await self._add_facilitators(known)
        return list(known.values())

    async def _add_places(self, known: dict[CommunityId, Known]) -> None:
        columns = places.c
        query = (
            sa.select(columns.community, columns.platform, columns.room, columns.house)
            .where(columns.community.in_(known), columns.posts)
            .order_by(columns.platform, columns.room)
        )
        for community, platform, room, house in await self._sql.execute(query):
            place = Place(platform=platform, room=room, house=house)
            known[community].places.append(place)

    async def _add_facilitators(self, known: dict[CommunityId, Known]) -> None:
        query = (
            sa.select(memberships.c.community, memberships.c.member)
            .where(memberships.c.community.in_(known), memberships.c.role == Role.FACILITATOR)
            .order_by(memberships.c.member)
        )
        rows = (await self._sql.execute(query)).all()
        on = await self._platforms({MemberId(member) for _, member in rows})
        for community, member in rows:
            known[community].facilitators[MemberId(member)] = on.get(member, set())

    async def _platforms(self, of: set[MemberId]) -> dict[MemberId, set[Platform]]:
        # Not joined with the roles, as PostgreSQL would then read all accounts.
        query = sa.select(accounts.c.member, accounts.c.platform).where(accounts.c.member.in_(of))
        platforms: dict[MemberId, set[Platform]] = {}
        for member, platform in await self._sql.execute(query):
            platforms.setdefault(MemberId(member), set()).add(Platform(platform))
        return platforms
