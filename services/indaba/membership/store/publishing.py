"""SQL about what the world sees of communities, and the keys in their addresses."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId
from indaba.contracts.openness import Openness
from indaba.contracts.publishing import Publication
from indaba.ledger.session import Transaction
from indaba.membership.model import Community
from indaba.membership.store.people import communities, table

_publications = table(
    "publications",
    community=sa.Uuid,
    page=sa.Text,
    calendar=sa.Text,
    earlier=sa.Text,
    until=sa.DateTime(timezone=True),
)
_PARTS = ("page", "calendar", "earlier")


class Publications:
    """What is published, in one transaction. A community without a row shows nothing."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection

    async def of(self, community: CommunityId) -> Publication:
        """What the world sees of a community, and when what was open earlier ends."""
        query = sa.select(_publications).where(_publications.c.community == community)
        row = (await self._sql.execute(query)).mappings().first()
        return _publication(row) if row else Publication()

    async def with_card(self, community: CommunityId) -> tuple[Community, Publication] | None:
        """A community without roles and places, and what the world sees of it, unlocked."""
        both = communities.outerjoin(_publications, _publications.c.community == communities.c.id)
        shown = [_publications.c[name] for name in (*_PARTS, "until")]
        query = sa.select(communities, *shown).select_from(both)
        rows = await self._sql.execute(query.where(communities.c.id == community))
        row = rows.mappings().first()
        if row is None:
            return None
        card = Community(**{column.name: row[column.name] for column in communities.columns})
        return card, Publication() if row["page"] is None else _publication(row)

    async def keep(self, community: CommunityId, publication: Publication) -> None:
        """Store what the world sees."""
        values = {name: getattr(publication, name) for name in (*_PARTS, "until")}
        row = insert(_publications).values(community=community, **values)
        await self._sql.execute(
            row.on_conflict_do_update(index_elements=["community"], set_=values)
        )

    async def renew(self, community: CommunityId, key: str) -> None:
        """Give a community another key."""
        renewed = communities.update().where(communities.c.id == community).values(key=key)
        await self._sql.execute(renewed)


def _publication(row: sa.RowMapping) -> Publication:
    until: datetime | None = row["until"]
    return Publication(**{name: Openness(row[name]) for name in _PARTS}, until=until)
