"""SQL about how to reach people in many communities at once."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform
from indaba.ledger.session import Transaction
from indaba.membership.model import Community
from indaba.membership.store.people import accounts, communities, memberships


class Reaching:
    """Two queries for any number of communities, in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection

    async def cards(self, wanted: Iterable[CommunityId]) -> list[Community]:
        """Communities without roles and places, in no order. Unknown ones are left out."""
        query = sa.select(communities).where(communities.c.id.in_(list(wanted)))
        return [Community(**row) for row in (await self._sql.execute(query)).mappings()]

    async def accounts(
        self, platform: Platform, wanted: Mapping[CommunityId, Iterable[MemberId]]
    ) -> dict[CommunityId, dict[MemberId, str]]:
        """Account per member of each community, without those who have none, or who left."""
        pairs = [(community, member) for community, them in wanted.items() for member in them]
        query = (
            sa.select(memberships.c.community, accounts.c.member, accounts.c.account)
            .join(memberships, memberships.c.member == accounts.c.member)
            .where(
                sa.tuple_(memberships.c.community, memberships.c.member).in_(pairs),
                accounts.c.platform == platform,
            )
        )
        reached: dict[CommunityId, dict[MemberId, str]] = {}
        for community, member, account in await self._sql.execute(query):
            reached.setdefault(CommunityId(community), {})[MemberId(member)] = account
        return reached
