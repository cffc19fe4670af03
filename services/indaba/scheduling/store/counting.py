"""How much there is of what has a limit."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.limits import A_DAY
from indaba.ledger.limits import FULLEST
from indaba.ledger.session import Transaction
from indaba.process.world import first_id
from indaba.scheduling.store.calendars import outside_dates
from indaba.scheduling.store.tables import meetings, series


def _called(session: Transaction) -> sa.Subquery:
    """Communities, once for each meeting or series called in the last 24 hours.

    Dates of a series and of a calendar that is followed are made by themselves.
    """
    since = first_id(session.now - A_DAY)
    outside = sa.exists().where(outside_dates.c.meeting == meetings.c.id)
    alone = (meetings.c.id >= since, meetings.c.series.is_(None), ~outside)
    one = sa.select(meetings.c.community).where(*alone)
    return one.union_all(sa.select(series.c.community).where(series.c.id >= since)).subquery()


async def called(session: Transaction, community: UUID | None) -> int:
    """How many meetings a community called in the last 24 hours, a series being one."""
    each = _called(session)
    query = sa.select(sa.func.count()).where(each.c.community == community)
    return int((await session.connection.execute(query)).scalar_one())


async def most_called(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The communities that called most in the last 24 hours, with how many meetings."""
    each, how_many = _called(session), sa.func.count()
    query = sa.select(each.c.community, how_many).group_by(each.c.community)
    query = query.order_by(how_many.desc()).limit(FULLEST)
    return [(who, many) for who, many in await session.connection.execute(query)]
