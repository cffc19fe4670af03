"""SQL about communities, members, consent, sign-ins and erasures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Place, Platform, Profile
from indaba.contracts.passport import Role
from indaba.contracts.purposes import Purpose
from indaba.contracts.refusal import NotAMember
from indaba.contracts.removal import CaseKind
from indaba.ledger import Work
from indaba.membership.model import Community, acts_as

_meta = sa.MetaData()
_instant = sa.DateTime(timezone=True)


def table(named: str, /, **columns: Any) -> sa.Table:
    """A table of membership, by its columns' names and types. Migrations create the tables."""
    return sa.Table(named, _meta, *(sa.Column(n, kind) for n, kind in columns.items()))


communities = table(
    "communities",
    id=sa.Uuid,
    name=sa.Text,
    purpose=sa.Text,
    language=sa.Text,
    zone=sa.Text,
    key=sa.Text,
    version=sa.Integer,
    group_size=sa.Integer,
    group_size_waiting=sa.Integer,
    group_size_begins_at=_instant,
)
places = table(
    "places", platform=sa.Text, room=sa.Text, house=sa.Text, community=sa.Uuid, posts=sa.Boolean
)
members = table("members", id=sa.Uuid, version=sa.Integer, profile=sa.JSON)
accounts = table("accounts", platform=sa.Text, account=sa.Text, member=sa.Uuid)
memberships = table(
    "memberships",
    community=sa.Uuid,
    member=sa.Uuid,
    role=sa.Text,
    joined_at=_instant,
    role_since=_instant,
    stands_in=sa.Boolean,
    seen_on=sa.Date,
    active_days=sa.Integer,
)
_suspensions = sa.table(
    "cases",
    *map(sa.column, ("community", "about", "kind", "closed_at")),
    sa.column("until", _instant),
)
receipts = table(
    "receipts",
    id=sa.Uuid,
    member=sa.Uuid,
    community=sa.Uuid,
    wording=sa.Text,
    purposes=sa.JSON,
    given_at=_instant,
    withdrawn_at=_instant,
    founding=sa.Boolean,
)
sign_ins = table("sign_ins", digest=sa.Text, member=sa.Uuid, community=sa.Uuid, expires_at=_instant)


@dataclass(frozen=True, slots=True)
class Acting:
    """Whether somebody belongs to a community, the role they act in, and the zone they set.

    While suspended, until `rests_until`, the role is one step lower. It is empty for somebody who
    does not belong. `counted`: the days on which they take part are counted.
    """

    belongs: bool = False
    role: Role | None = None
    zone: str = ""
    counted: bool = False
    rests_until: datetime | None = None


STRANGER = Acting()


class Store:
    """Communities and members in one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def zones(self, community: CommunityId) -> dict[str, int]:
        """How many members of a community set each zone."""
        zone = members.c.profile["zone"].as_string()
        query = (
            sa.select(zone, sa.func.count())
            .join(memberships, memberships.c.member == members.c.id)
            .where(memberships.c.community == community, zone != "")
            .group_by(zone)
        )
        return {str(name): people for name, people in await self._sql.execute(query)}

    async def community(self, community: CommunityId, *, locked: bool = True) -> Community | None:
        """A community with its roles and posting places. By default locked until the commit."""
        query = sa.select(communities).where(communities.c.id == community)
        query = query.with_for_update() if locked else query
        row = (await self._sql.execute(query)).mappings().first()
        if row is None:
            return None
        roles = await self._sql.execute(
            sa.select(memberships.c.member, memberships.c.role).where(
                memberships.c.community == community
            )
        )
        posts_in = await self._sql.execute(
            sa.select(places.c.platform, places.c.room, places.c.house)
            .where(places.c.community == community, places.c.posts)
            .order_by(places.c.platform, places.c.room)
        )
        return Community(
            **row,
            roles={MemberId(m): Role(r) for m, r in roles},
            places=tuple(Place(platform=p, room=room, house=house) for p, room, house in posts_in),
        )

    async def card_of(self, community: CommunityId) -> Community | None:
        """A community without roles and places, unlocked, for display only."""
        query = sa.select(communities).where(communities.c.id == community)
        row = (await self._sql.execute(query)).mappings().first()
        return Community(**row) if row else None

    async def community_in(self, place: Place) -> CommunityId | None:
        """The community that lives in a room."""
        query = sa.select(places.c.community).where(
            places.c.platform == place.platform, places.c.room == place.room
        )
        community: CommunityId | None = (await self._sql.execute(query)).scalar()
        return community

    async def community_of_house(self, place: Place) -> CommunityId | None:
        """The only community in a place's house; `None` if there are several."""
        if not place.house:
            return None
        query = sa.select(places.c.community).where(
            places.c.platform == place.platform, places.c.house == place.house
        )
        ids = set((await self._sql.execute(query)).scalars())
        return CommunityId(ids.pop()) if len(ids) == 1 else None

    async def found(self, community: Community, place: Place, posts_in: Place) -> None:
        """Store a new community. If both rooms are the same, it is stored once."""
        card = community.card().model_dump()
        await self._sql.execute(communities.insert().values(**card, version=community.version))
        for spot in {place, posts_in}:
            await self._sql.execute(
                places.insert().values(
                    platform=spot.platform,
                    room=spot.room,
                    house=spot.house,
                    community=community.id,
                    posts=spot == posts_in,
                )
            )

    async def member_of(self, platform: Platform, account: str) -> MemberId | None:
        """The member who owns a chat account."""
        query = sa.select(accounts.c.member).where(
            accounts.c.platform == platform, accounts.c.account == account
        )
        member: MemberId | None = (await self._sql.execute(query)).scalar()
        return member

    async def welcome(self, platform: Platform, account: str) -> MemberId:
        """The member who owns an account, created if there is none."""
        known = await self.member_of(platform, account)
        if known is not None:
            return known
        member = MemberId(self._work.world.new_id())
        profile = Profile().model_dump(mode="json")
        await self._sql.execute(members.insert().values(id=member, version=0, profile=profile))
        await self._sql.execute(
            accounts.insert().values(platform=platform, account=account, member=member)
        )
        return member

    async def next_version(self, member: MemberId) -> int:
        """Count one more change of a member; returns their version. Raises `NotAMember`."""
        changed = (
            members.update()
            .where(members.c.id == member)
            .values(version=members.c.version + 1)
            .returning(members.c.version)
        )
        version: int | None = (await self._sql.execute(changed)).scalar()
        if version is None:  # erased a moment ago
            raise NotAMember
        return version

    async def grew(self, community: CommunityId) -> int:
        """Count one more change of a community; returns its version."""
        changed = (
            communities.update()
            .where(communities.c.id == community)
            .values(version=communities.c.version + 1)
            .returning(communities.c.version)
        )
        version: int = (await self._sql.execute(changed)).scalar_one()
        return version

    async def set_role(self, community: CommunityId, member: MemberId, role: Role) -> None:
        """Store a member's role; adds them if they are not a member yet."""
        now = self._work.now
        joined = insert(memberships).values(
            community=community,
            member=member,
            role=role,
            joined_at=now,
            role_since=now,
            seen_on=now.date(),
        )
        same = memberships.c.role == joined.excluded.role
        known = sa.func.coalesce(memberships.c.role_since, memberships.c.joined_at)
        since = sa.case((same, known), else_=now)
        await self._sql.execute(
            joined.on_conflict_do_update(
                index_elements=["community", "member"], set_={"role": role, "role_since": since}
            )
        )

    async def role_in(self, community: CommunityId, member: MemberId) -> Role | None:
        """The role a member acts in, one step lower while suspended; `None` if not a member."""
        return (await self.acting(community, member)).role

    async def acting(self, community: CommunityId, member: MemberId) -> Acting:
        """What somebody is in a community, in one query; `STRANGER` if they are unknown."""
        rests_until = (
            sa.select(sa.func.max(_suspensions.c.until))
            .where(
                _suspensions.c.community == community,
                _suspensions.c.about == member,
                _suspensions.c.kind == CaseKind.SUSPENSION,
                _suspensions.c.closed_at.is_(None),
            )
            .correlate(None)
            .scalar_subquery()
        )
        here = sa.and_(memberships.c.member == members.c.id, memberships.c.community == community)
        query = (
            sa.select(
                members.c.profile["zone"].as_string(),
                memberships.c.role,
                memberships.c.stands_in,
                rests_until,
            )
            .outerjoin_from(members, memberships, here)
            .where(members.c.id == member)
        )
        row = (await self._sql.execute(query)).first()
        if row is None:
            return STRANGER
        zone, role, stands_in, until = row
        if role is None:
            return Acting(zone=zone or "")
        counted = stands_in or role == Role.FACILITATOR
        role = acts_as(Role(role)) if until else Role(role)
        return Acting(belongs=True, role=role, zone=zone or "", counted=counted, rests_until=until)

    async def has_left(self, community: CommunityId, member: MemberId) -> bool:
        """Whether somebody was a member and withdrew."""
        query = sa.select(receipts.c.id).where(
            receipts.c.community == community,
            receipts.c.member == member,
            receipts.c.withdrawn_at.is_not(None),
        )
        return (await self._sql.execute(query.limit(1))).first() is not None

    async def part(self, community: CommunityId, member: MemberId) -> None:
        """End a membership and mark its consent withdrawn."""
        await self._sql.execute(
            memberships.delete().where(
                memberships.c.community == community, memberships.c.member == member
            )
        )
        await self._sql.execute(
            receipts.update()
            .where(
                receipts.c.community == community,
                receipts.c.member == member,
                receipts.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=self._work.now)
        )

    async def give_receipt(
        self, community: CommunityId, member: MemberId, wording: str, *, founding: bool
    ) -> None:
        """Store proof of consent."""
        await self._sql.execute(
            receipts.insert().values(
                id=self._work.world.new_id(),
                member=member,
                community=community,
                wording=wording,
                purposes=[purpose.value for purpose in Purpose],
                given_at=self._work.now,
                founding=founding,
            )
        )

    async def communities_of(self, member: MemberId) -> list[tuple[CommunityId, Role, datetime]]:
        """A member's communities, in the order they joined."""
        query = (
            sa.select(memberships.c.community, memberships.c.role, memberships.c.joined_at)
            .where(memberships.c.member == member)
            .order_by(memberships.c.joined_at)
        )
        rows = (await self._sql.execute(query)).all()
        return [(CommunityId(c), Role(r), at) for c, r, at in rows]

    async def unchanged_since(self, member: MemberId, moment: datetime) -> frozenset[CommunityId]:
        """Communities to which somebody has belonged since then, in an unchanged role."""
        since = sa.func.coalesce(memberships.c.role_since, memberships.c.joined_at)
        query = sa.select(memberships.c.community).where(
            memberships.c.member == member, memberships.c.joined_at <= moment, since <= moment
        )
        return frozenset(map(CommunityId, (await self._sql.execute(query)).scalars()))

    async def profile(self, member: MemberId) -> Profile:
        """What a member said about themselves; empty for an unknown member."""
        query = sa.select(members.c.profile).where(members.c.id == member)
        return Profile.model_validate((await self._sql.execute(query)).scalar() or {})

    async def keep_profile(self, member: MemberId, profile: Profile) -> None:
        """Store what a member said about themselves."""
        row = {"profile": profile.model_dump(mode="json")}
        await self._sql.execute(members.update().where(members.c.id == member).values(row))

    async def members_behind(
        self, community: CommunityId, platform: Platform, wanted: Iterable[str]
    ) -> dict[str, MemberId]:
        """Member per account, for members of the community."""
        query = (
            sa.select(accounts.c.account, accounts.c.member)
            .join(memberships, memberships.c.member == accounts.c.member)
            .where(
                memberships.c.community == community,
                accounts.c.platform == platform,
                accounts.c.account.in_(list(wanted)),
            )
        )
        return {account: MemberId(member) for account, member in await self._sql.execute(query)}

    async def accounts_of(self, member: MemberId) -> list[str]:
        """A member's accounts, as `platform: account`."""
        query = sa.select(accounts.c.platform, accounts.c.account).where(
            accounts.c.member == member
        )
        return [f"{platform}: {account}" for platform, account in await self._sql.execute(query)]

    async def receipts_of(self, member: MemberId) -> list[dict[str, Any]]:
        """A member's consent receipts, oldest first, JSON-ready."""
        query = sa.select(receipts).where(receipts.c.member == member).order_by(receipts.c.given_at)
        return [
            {
                "community": str(row["community"]),
                "wording": row["wording"],
                "purposes": row["purposes"],
                "given_at": row["given_at"].isoformat(),
                "withdrawn_at": row["withdrawn_at"].isoformat() if row["withdrawn_at"] else None,
            }
            for row in (await self._sql.execute(query)).mappings()
        ]

    async def forget(self, member: MemberId, fresh: MemberId) -> None:
        """Delete what names a member. Consent receipts stay as proof under the fresh id."""
        for named in (accounts, memberships, sign_ins):
            await self._sql.execute(named.delete().where(named.c.member == member))
        await self._sql.execute(members.delete().where(members.c.id == member))
        await self._sql.execute(
            receipts.update()
            .where(receipts.c.member == member)
            .values(
                member=fresh,
                withdrawn_at=sa.func.coalesce(receipts.c.withdrawn_at, self._work.now),
            )
        )
