"""SQL about one-time codes, linked accounts, and rooms that join."""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Place, Platform
from indaba.contracts.removal import Home
from indaba.ledger import Work
from indaba.membership.store.consents import consents
from indaba.membership.store.erasing import erasures
from indaba.membership.store.links import links
from indaba.membership.store.people import (
    accounts,
    members,
    memberships,
    places,
    receipts,
    sign_ins,
    table,
)

_instant = sa.DateTime(timezone=True)
_codes = table(
    "codes",
    digest=sa.Text,
    opens=sa.Text,
    member=sa.Uuid,
    community=sa.Uuid,
    expires_at=_instant,
)
_tries = table("wrong_tries", platform=sa.Text, account=sa.Text, tried_at=_instant)


class Opens(StrEnum):
    """What a one-time code is for."""

    ACCOUNT = "account"
    ROOM = "room"


class Linking:
    """Codes, merged members and rooms in one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def keep_code(
        self,
        opens: Opens,
        digest: str,
        owner: tuple[MemberId, CommunityId],
        expires_at: datetime,
    ) -> None:
        """Store the digest of a code, in place of the member's earlier one for the same purpose."""
        member, community = owner
        older = sa.and_(_codes.c.member == member, _codes.c.opens == opens)
        await self._sql.execute(
            _codes.delete().where(sa.or_(older, _codes.c.expires_at < self._work.now))
        )
        await self._sql.execute(
            _codes.insert().values(
                digest=digest,
                opens=opens,
                member=member,
                community=community,
                expires_at=expires_at,
            )
        )

    async def code(self, opens: Opens, digest: str) -> tuple[MemberId, CommunityId] | None:
        """The owner and community of a code, locked. `None` if it is unknown or expired."""
        query = (
            sa.select(_codes.c.member, _codes.c.community)
            .where(
                _codes.c.digest == digest,
                _codes.c.opens == opens,
                _codes.c.expires_at > self._work.now,
            )
            .with_for_update()
        )
        row = (await self._sql.execute(query)).first()
        return (MemberId(row.member), CommunityId(row.community)) if row else None

    async def spend(self, digest: str) -> bool:
        """Use up a code. Returns whether it was still valid."""
        spent = _codes.delete().where(_codes.c.digest == digest).returning(_codes.c.expires_at)
        until: datetime | None = (await self._sql.execute(spent)).scalar()
        return until is not None and until > self._work.now

    async def tried_wrongly(self, platform: Platform, account: str) -> None:
        """Count a failed attempt by an account."""
        await self._sql.execute(
            _tries.insert().values(platform=platform, account=account, tried_at=self._work.now)
        )

    async def wrong_tries(self, platform: Platform, account: str, within: timedelta) -> int:
        """How many failed attempts an account made lately. Deletes older ones."""
        since = self._work.now - within
        await self._sql.execute(_tries.delete().where(_tries.c.tried_at <= since))
        query = (
            sa.select(sa.func.count())
            .select_from(_tries)
            .where(_tries.c.platform == platform, _tries.c.account == account)
        )
        return int((await self._sql.execute(query)).scalar_one())

    async def add_account(self, platform: Platform, account: str, member: MemberId) -> None:
        """Give a member one more account."""
        await self._sql.execute(
            accounts.insert().values(platform=platform, account=account, member=member)
        )

    async def lock(self, *wanted: MemberId) -> None:
        """Lock these members until the commit."""
        query = sa.select(members.c.id).where(members.c.id.in_(wanted)).order_by(members.c.id)
        await self._sql.execute(query.with_for_update())

    async def held_still(self, platform: Platform, account: str) -> MemberId | None:
        """The member who owns an account, locked against merging and erasing until the commit."""
        behind = sa.select(accounts.c.member).where(
            accounts.c.platform == platform, accounts.c.account == account
        )
        member = (await self._sql.execute(behind)).scalar()
        while member is not None:
            await self.lock(MemberId(member))
            now = (await self._sql.execute(behind)).scalar()
            if now == member:
                break
            member = now
        return MemberId(member) if member else None

    async def merge(self, gone: MemberId, member: MemberId) -> None:
        """Put `member` wherever `gone` is stored. If both belong somewhere, `member`'s row wins."""
        await self._sql.execute(
            accounts.update().where(accounts.c.member == gone).values(member=member)
        )
        both = sa.select(memberships.c.community).where(memberships.c.member == member)
        theirs = memberships.c.member == gone
        await self._sql.execute(
            memberships.delete().where(theirs, memberships.c.community.in_(both))
        )
        for one in (memberships, receipts, consents, erasures):
            await self._sql.execute(one.update().where(one.c.member == gone).values(member=member))
        await self._sql.execute(links.update().where(links.c.owner == gone).values(owner=member))
        await self._sql.execute(sign_ins.delete().where(sign_ins.c.member == gone))
        await self._sql.execute(_codes.delete().where(_codes.c.member == gone))
        await self._sql.execute(members.delete().where(members.c.id == gone))

    async def forget(self, member: MemberId, community: CommunityId | None = None) -> None:
        """Delete a member's codes, in one community or (if none is given) in all."""
        theirs = _codes.delete().where(_codes.c.member == member)
        if community is not None:
            theirs = theirs.where(_codes.c.community == community)
        await self._sql.execute(theirs)

    async def add_place(self, place: Place, community: CommunityId) -> None:
        """Add a room in which a community lives and posts."""
        await self._sql.execute(
            places.insert().values(**place.model_dump(), community=community, posts=True)
        )

    async def remove_place(self, place: Place, community: CommunityId) -> bool:
        """Remove a room. Returns whether it was there."""
        where = (
            places.c.platform == place.platform,
            places.c.room == place.room,
            places.c.community == community,
        )
        return bool((await self._sql.execute(places.delete().where(*where))).rowcount)

    async def move_place(self, old: Place, new: Place) -> bool:
        """Move what lives in one room to another. Returns whether there was anything."""
        row = (places.c.platform == old.platform, places.c.room == old.room)
        moved = places.update().where(*row).values(room=new.room, house=new.house)
        return bool((await self._sql.execute(moved)).rowcount)

    async def communities_at(self, place: Place) -> list[CommunityId]:
        """The communities that live in a room, or in its house if that is known."""
        here = places.c.house == place.house if place.house else places.c.room == place.room
        query = sa.select(places.c.community).where(places.c.platform == place.platform, here)
        return [CommunityId(one) for one in (await self._sql.execute(query.distinct())).scalars()]

    async def accounts_after(self, platform: Platform, after: str, limit: int) -> list[str]:
        """Accounts on a platform after one, in order, of members of any community."""
        belongs = sa.exists().where(memberships.c.member == accounts.c.member)
        query = (
            sa.select(accounts.c.account)
            .where(accounts.c.platform == platform, accounts.c.account > after, belongs)
            .order_by(accounts.c.account)
            .limit(limit)
        )
        return [str(account) for account in (await self._sql.execute(query)).scalars()]

    async def homes(self, platform: Platform, account: str) -> tuple[Home, ...]:
        """The communities of an account, with their rooms on its platform."""
        query = (
            sa.select(memberships.c.community, places.c.room, places.c.house)
            .join(accounts, accounts.c.member == memberships.c.member)
            .join(
                places,
                sa.and_(
                    places.c.community == memberships.c.community, places.c.platform == platform
                ),
            )
            .where(accounts.c.platform == platform, accounts.c.account == account)
            .order_by(memberships.c.community, places.c.room)
        )
        rooms: dict[CommunityId, list[Place]] = {}
        for community, room, house in await self._sql.execute(query):
            place = Place(platform=platform, room=room, house=house)
            rooms.setdefault(CommunityId(community), []).append(place)
        return tuple(Home(community=c, places=tuple(in_it)) for c, in_it in rooms.items())
