"""The only SQL of membership."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Place, Platform, Profile
from indaba.contracts.passport import Role
from indaba.contracts.refusal import NotAMember
from indaba.ledger import Work
from indaba.membership.model import PURPOSES, Community

_meta = sa.MetaData()
_instant = sa.DateTime(timezone=True)


def _table(named: str, /, **columns: Any) -> sa.Table:
    return sa.Table(named, _meta, *(sa.Column(n, kind) for n, kind in columns.items()))


_communities = _table(
    "communities",
    id=sa.Uuid,
    name=sa.Text,
    purpose=sa.Text,
    language=sa.Text,
    zone=sa.Text,
    key=sa.Text,
    version=sa.Integer,
)
_places = _table("places", platform=sa.Text, room=sa.Text, community=sa.Uuid, posts=sa.Boolean)
_members = _table("members", id=sa.Uuid, version=sa.Integer, profile=sa.JSON)
_accounts = _table("accounts", platform=sa.Text, account=sa.Text, member=sa.Uuid)
_memberships = _table(
    "memberships", community=sa.Uuid, member=sa.Uuid, role=sa.Text, joined_at=_instant
)
_receipts = _table(
    "receipts",
    id=sa.Uuid,
    member=sa.Uuid,
    community=sa.Uuid,
    wording=sa.Text,
    purposes=sa.JSON,
    given_at=_instant,
    withdrawn_at=_instant,
)
_sign_ins = _table(
    "sign_ins", digest=sa.Text, member=sa.Uuid, community=sa.Uuid, expires_at=_instant
)
_erasures = _table("erasures", id=sa.Uuid, member=sa.Uuid, begun_at=_instant, expected=sa.JSON)
_answers = _table("erasure_answers", erasure=sa.Uuid, service=sa.Text)


class Store:
    """Communities and members within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def community(self, community: CommunityId, *, locked: bool = True) -> Community | None:
        """A community with its roles and posting places; locked until the commit, or only read."""
        query = sa.select(_communities).where(_communities.c.id == community)
        query = query.with_for_update() if locked else query
        row = (await self._sql.execute(query)).mappings().first()
        if row is None:
            return None
        roles = await self._sql.execute(
            sa.select(_memberships.c.member, _memberships.c.role).where(
                _memberships.c.community == community
            )
        )
        places = await self._sql.execute(
            sa.select(_places.c.platform, _places.c.room).where(
                _places.c.community == community, _places.c.posts
            )
        )
        return Community(
            **row,
            roles={MemberId(m): Role(r) for m, r in roles},
            places=tuple(Place(platform=p, room=room) for p, room in places),
        )

    async def card_of(self, community: CommunityId) -> Community | None:
        """A community without roles and places, unlocked: for showing only."""
        query = sa.select(_communities).where(_communities.c.id == community)
        row = (await self._sql.execute(query)).mappings().first()
        return Community(**row) if row else None

    async def community_in(self, place: Place) -> CommunityId | None:
        """The community that lives in a room."""
        query = sa.select(_places.c.community).where(
            _places.c.platform == place.platform, _places.c.room == place.room
        )
        found: CommunityId | None = (await self._sql.execute(query)).scalar()
        return found

    async def found(self, community: Community, place: Place, posts_in: Place) -> None:
        """Keep a new community. Rooms given twice are kept once."""
        card = community.card().model_dump()
        await self._sql.execute(_communities.insert().values(**card, version=community.version))
        for spot in {place, posts_in}:
            await self._sql.execute(
                _places.insert().values(
                    platform=spot.platform,
                    room=spot.room,
                    community=community.id,
                    posts=spot == posts_in,
                )
            )

    async def member_of(self, platform: Platform, account: str) -> MemberId | None:
        """The member behind a chat account."""
        query = sa.select(_accounts.c.member).where(
            _accounts.c.platform == platform, _accounts.c.account == account
        )
        found: MemberId | None = (await self._sql.execute(query)).scalar()
        return found

    async def welcome(self, platform: Platform, account: str) -> MemberId:
        """The member behind an account, made where there is none."""
        known = await self.member_of(platform, account)
        if known is not None:
            return known
        member = MemberId(self._work.world.new_id())
        profile = Profile().model_dump(mode="json")
        await self._sql.execute(_members.insert().values(id=member, version=0, profile=profile))
        await self._sql.execute(
            _accounts.insert().values(platform=platform, account=account, member=member)
        )
        return member

    async def next_version(self, member: MemberId) -> int:
        """Count one more change of a member."""
        changed = (
            _members.update()
            .where(_members.c.id == member)
            .values(version=_members.c.version + 1)
            .returning(_members.c.version)
        )
        version: int | None = (await self._sql.execute(changed)).scalar()
        if version is None:  # erased a moment ago
            raise NotAMember
        return version

    async def set_role(self, community: CommunityId, member: MemberId, role: Role) -> None:
        """Keep a member's role; joins them where they were not in."""
        joined = insert(_memberships).values(
            community=community, member=member, role=role, joined_at=self._work.now
        )
        await self._sql.execute(
            joined.on_conflict_do_update(
                index_elements=["community", "member"], set_={"role": role}
            )
        )

    async def part(self, community: CommunityId, member: MemberId) -> None:
        """End a membership and mark its consent withdrawn."""
        await self._sql.execute(
            _memberships.delete().where(
                _memberships.c.community == community, _memberships.c.member == member
            )
        )
        await self._sql.execute(
            _receipts.update()
            .where(
                _receipts.c.community == community,
                _receipts.c.member == member,
                _receipts.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=self._work.now)
        )

    async def give_receipt(self, community: CommunityId, member: MemberId, wording: str) -> None:
        """Keep proof of consent."""
        await self._sql.execute(
            _receipts.insert().values(
                id=self._work.world.new_id(),
                member=member,
                community=community,
                wording=wording,
                purposes=list(PURPOSES),
                given_at=self._work.now,
            )
        )

    async def communities_of(self, member: MemberId) -> list[tuple[CommunityId, Role, datetime]]:
        """A member's communities, first joined first."""
        query = (
            sa.select(_memberships.c.community, _memberships.c.role, _memberships.c.joined_at)
            .where(_memberships.c.member == member)
            .order_by(_memberships.c.joined_at)
        )
        rows = (await self._sql.execute(query)).all()
        return [(CommunityId(c), Role(r), at) for c, r, at in rows]

    async def profile(self, member: MemberId) -> Profile:
        """What a member said of themselves; empty for one nobody knows."""
        query = sa.select(_members.c.profile).where(_members.c.id == member)
        return Profile.model_validate((await self._sql.execute(query)).scalar() or {})

    async def keep_profile(self, member: MemberId, profile: Profile) -> None:
        """Keep what a member said of themselves."""
        said = profile.model_dump(mode="json")
        await self._sql.execute(
            _members.update().where(_members.c.id == member).values(profile=said)
        )

    async def accounts(
        self, community: CommunityId, platform: Platform, members: Iterable[MemberId]
    ) -> dict[str, str]:
        """Account per member id, as text; those without one, or who left, are left out."""
        query = (
            sa.select(_accounts.c.member, _accounts.c.account)
            .join(_memberships, _memberships.c.member == _accounts.c.member)
            .where(
                _memberships.c.community == community,
                _accounts.c.platform == platform,
                _accounts.c.member.in_(list(members)),
            )
        )
        return {str(member): account for member, account in await self._sql.execute(query)}

    async def accounts_of(self, member: MemberId) -> list[str]:
        """A member's accounts, as `platform: account`."""
        query = sa.select(_accounts.c.platform, _accounts.c.account).where(
            _accounts.c.member == member
        )
        return [f"{platform}: {account}" for platform, account in await self._sql.execute(query)]

    async def receipts_of(self, member: MemberId) -> list[dict[str, Any]]:
        """A member's consent receipts, oldest first, JSON-ready."""
        query = (
            sa.select(_receipts).where(_receipts.c.member == member).order_by(_receipts.c.given_at)
        )
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

    async def keep_sign_in(
        self, digest: str, member: MemberId, community: CommunityId, expires_at: datetime
    ) -> None:
        """Keep the digest of a one-time secret; older ones of the member go."""
        await self._sql.execute(
            _sign_ins.delete().where(
                sa.or_(_sign_ins.c.member == member, _sign_ins.c.expires_at < self._work.now)
            )
        )
        await self._sql.execute(
            _sign_ins.insert().values(
                digest=digest, member=member, community=community, expires_at=expires_at
            )
        )

    async def spend_sign_in(self, digest: str) -> tuple[MemberId, CommunityId] | None:
        """Use up a secret; nothing where it is unknown, used or too old."""
        spent = (
            _sign_ins.delete()
            .where(_sign_ins.c.digest == digest)
            .returning(_sign_ins.c.member, _sign_ins.c.community, _sign_ins.c.expires_at)
        )
        row = (await self._sql.execute(spent)).first()
        if row is None or row.expires_at <= self._work.now:
            return None
        return MemberId(row.member), CommunityId(row.community)

    async def forget(self, member: MemberId, fresh: MemberId) -> None:
        """Delete what names a member; consent receipts stay as proof under the fresh id."""
        for table in (_accounts, _memberships, _sign_ins):
            await self._sql.execute(table.delete().where(table.c.member == member))
        await self._sql.execute(_members.delete().where(_members.c.id == member))
        await self._sql.execute(
            _receipts.update()
            .where(_receipts.c.member == member)
            .values(
                member=fresh,
                withdrawn_at=sa.func.coalesce(_receipts.c.withdrawn_at, self._work.now),
            )
        )

    async def begin_erasure(self, erasure: UUID, member: MemberId, expected: list[str]) -> None:
        """Remember whom to erase until every service has answered."""
        await self._sql.execute(
            _erasures.insert().values(
                id=erasure, member=member, begun_at=self._work.now, expected=expected
            )
        )

    async def answer_erasure(self, erasure: UUID, service: str) -> MemberId | None:
        """Note a service's answer; gives the member's old id when it was the last one."""
        answer = insert(_answers).values(erasure=erasure, service=service)
        await self._sql.execute(answer.on_conflict_do_nothing())
        query = sa.select(_erasures).where(_erasures.c.id == erasure).with_for_update()
        row = (await self._sql.execute(query)).mappings().first()
        if row is None or row["member"] is None:
            return None
        heard = sa.select(_answers.c.service).where(_answers.c.erasure == erasure)
        if set(row["expected"]) - set((await self._sql.execute(heard)).scalars()):
            return None
        await self._sql.execute(
            _erasures.update().where(_erasures.c.id == erasure).values(member=None)
        )
        return MemberId(row["member"])

    async def expected_of(self, erasure: UUID) -> list[str]:
        """The services an erasure waits for."""
        query = sa.select(_erasures.c.expected).where(_erasures.c.id == erasure)
        found: list[str] = (await self._sql.execute(query)).scalar_one()
        return found
