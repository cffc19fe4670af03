"""Which communities have a room on the bot's platform.

One that nothing is known of is treated as living here: nothing of it may be lost.
"""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.conversation.store import tables as t
from indaba.ledger.session import Transaction

SET_ASIDE = timedelta(hours=1)
"""How long notices of communities elsewhere stay: news of a first room here may come after them."""


class Communities:
    """Where communities live, within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def settle(self, community: UUID, version: int, *, here: bool) -> bool:
        """Note whether a community lives here, as of a version; older news changes nothing.

        Gives whether it has just come here from elsewhere.
        """
        theirs = t.communities.c.community == community
        # Locked, so that no card is wanted between what is known before and after.
        query = sa.select(t.communities.c.here).where(theirs).with_for_update()
        lived_here = (await self._sql.execute(query)).scalar()
        newer = {"version": version, "here": here}
        settled = await self._sql.execute(
            insert(t.communities)
            .values(community=community, **newer)
            .on_conflict_do_update(
                index_elements=["community"], set_=newer, where=t.communities.c.version < version
            )
        )
        return here and lived_here is False and settled.rowcount == 1

    async def lives_elsewhere(self, community: UUID) -> bool:
        """Whether a community is known to have no room here; so until the transaction ends."""
        theirs = t.communities.c.community == community
        query = sa.select(t.communities.c.here).where(theirs).with_for_update(read=True)
        return (await self._sql.execute(query)).scalar() is False

    async def forget_set_aside(self) -> None:
        """Drop what was kept for communities that turned out to live elsewhere."""
        for table in (t.notices, t.errands):
            old = table.c.kept_at < self._now - SET_ASIDE
            await self._sql.execute(table.delete().where(old, elsewhere(table.c.community)))


def elsewhere(community: sa.ColumnElement[UUID]) -> sa.ColumnElement[bool]:
    """Whether a row belongs to a community that has no room here.

    Looked up row by row: what is due is little, beside all communities.
    """
    known = t.communities.c
    here = sa.select(known.here).where(known.community == community).scalar_subquery()
    return here.is_(sa.false())
