"""SQL about what was saved and used long ago."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.ledger import Work
from indaba.library.store.store import Store
from indaba.library.store.tables import resources, uses


class LongOver:
    """What is past its time, in one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def used_last(self, reports: Sequence[UUID], before: datetime) -> list[MemberId]:
        """Members of these uses who have saved and used nothing since `before`."""
        query = sa.select(uses.c.member).where(uses.c.id.in_(reports), uses.c.said_at < before)
        return await self._inactive_since(set((await self._sql.execute(query)).scalars()), before)

    async def saved_last(self, saved: Sequence[UUID], before: datetime) -> list[MemberId]:
        """Members who saved or described these resources, and have saved and used nothing since."""
        query = sa.select(resources.c.author, resources.c.wrote).where(resources.c.id.in_(saved))
        came: set[UUID] = set()
        for author, wrote in await self._sql.execute(query):
            came |= {author, *(UUID(one) for writers in wrote.values() for one in writers)}
        return await self._inactive_since(came, before)

    async def _inactive_since(self, came: set[UUID], before: datetime) -> list[MemberId]:
        since = sa.union(
            sa.select(uses.c.member).where(uses.c.member.in_(came), uses.c.said_at >= before),
            sa.select(resources.c.author).where(
                resources.c.author.in_(came), resources.c.saved_at >= before
            ),
        )
        later = set((await self._sql.execute(since)).scalars())
        return sorted(MemberId(one) for one in came - later)

    async def unlink(self, member: MemberId, fresh: MemberId) -> None:
        """Replace a member's id by a fresh one. Their texts stay."""
        store = Store(self._work)
        for resource in await store.touched_by(member):
            await store.keep(resource.merge(member, fresh))
        theirs = uses.update().where(uses.c.member == member)
        await self._sql.execute(theirs.values(member=fresh))
