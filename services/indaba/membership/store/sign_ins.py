"""SQL about one-time secrets by which members sign in."""

from datetime import datetime

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.ledger import Work
from indaba.membership.store.people import sign_ins


class SignIns:
    """Secrets that were not used yet, by their digests, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def keep(
        self, digest: str, member: MemberId, community: CommunityId, expires_at: datetime
    ) -> None:
        """Keep the digest of a one-time secret; older ones of the member go."""
        await self._sql.execute(
            sign_ins.delete().where(
                sa.or_(sign_ins.c.member == member, sign_ins.c.expires_at < self._work.now)
            )
        )
        await self._sql.execute(
            sign_ins.insert().values(
                digest=digest, member=member, community=community, expires_at=expires_at
            )
        )

    async def spend(self, digest: str) -> tuple[MemberId, CommunityId] | None:
        """Use up a secret; nothing if it is unknown, used or too old."""
        spent = (
            sign_ins.delete()
            .where(sign_ins.c.digest == digest)
            .returning(sign_ins.c.member, sign_ins.c.community, sign_ins.c.expires_at)
        )
        row = (await self._sql.execute(spent)).first()
        if row is None or row.expires_at <= self._work.now:
            return None
        return MemberId(row.member), CommunityId(row.community)

    async def end(self, member: MemberId, community: CommunityId | None = None) -> None:
        """Links that were not used yet open nothing any more: in one community, or in all."""
        theirs = sign_ins.delete().where(sign_ins.c.member == member)
        if community is not None:
            theirs = theirs.where(sign_ins.c.community == community)
        await self._sql.execute(theirs)
