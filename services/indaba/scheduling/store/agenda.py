"""Agenda items in the database."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from indaba.contracts.agenda import ItemStatus, Result
from indaba.contracts.ids import CommunityId, MeetingId
from indaba.ledger import Work
from indaba.scheduling.model import Agenda, Item
from indaba.scheduling.store.tables import agenda as _agenda


class Agendas:
    """The agendas, within one transaction. The lock on a meeting also guards its agenda."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def of(self, meeting: MeetingId) -> Agenda:
        """A meeting's agenda; an empty one if nothing was added."""
        return await self._read(_agenda.c.meeting == meeting)

    async def waiting(self, community: CommunityId) -> Agenda:
        """The items that wait for a community's next meeting, locked."""
        return await self._read(_waiting(community), locked=True)

    async def keep(self, community: CommunityId, meeting: MeetingId | None, agenda: Agenda) -> None:
        """Replace an agenda as a whole; without a meeting, the items that wait."""
        here = _agenda.c.meeting == meeting if meeting else _waiting(community)
        ids = [item.id for item in agenda.items]
        await self._sql.execute(_agenda.delete().where(here | _agenda.c.id.in_(ids)))
        rows = [
            {"community": community, "meeting": meeting, "place": place, **_row(item)}
            for place, item in enumerate(agenda.items)
        ]
        if rows:
            await self._sql.execute(_agenda.insert(), rows)

    async def _read(self, *where: sa.ColumnElement[bool], locked: bool = False) -> Agenda:
        query = sa.select(_agenda).where(*where).order_by(_agenda.c.place, _agenda.c.id)
        query = query.with_for_update() if locked else query
        rows: Sequence[Any] = (await self._sql.execute(query)).mappings().all()
        return Agenda(tuple(_item(row) for row in rows))


def _waiting(community: CommunityId) -> sa.ColumnElement[bool]:
    return sa.and_(_agenda.c.community == community, _agenda.c.meeting.is_(None))


def _row(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in _FIELDS}


def _item(row: Any) -> Item:
    fields = {name: row[name] for name in _FIELDS}
    fields |= {"result": Result(row["result"]), "status": ItemStatus(row["status"])}
    return Item(**fields)


_FIELDS = tuple(Item.__dataclass_fields__)
