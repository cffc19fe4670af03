"""SQL about one-time secrets with which members sign in."""

from datetime import datetime

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.ledger import Work
from indaba.membership.store.people import sign_ins


class SignIns:
    """Unused secrets, by digest, in one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def keep(
        self, digest: str, member: MemberId, community: CommunityId, expires_at: datetime
    ) -> None:
        """Store the digest of a one-time secret, in place of the member's earlier ones."""
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
        """Use up a secret. `None` if it is unknown, used or expired."""
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
        """Revoke a member's unused sign-in links, in one community or (if none is given) in all."""
        theirs = sign_ins.delete().where(sign_ins.c.member == member)
        if community is not None:
            theirs = theirs.where(sign_ins.c.community == community)
        await self._sql.execute(theirs)
