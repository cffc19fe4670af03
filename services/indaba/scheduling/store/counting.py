"""How much there is of what has a limit."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.contracts.limits import A_DAY
from indaba.ledger.limits import FULLEST
from indaba.ledger.session import Transaction
from indaba.process.world import first_id
from indaba.scheduling.store.calendars import outside_dates
from indaba.scheduling.store.tables import actions, agenda, meetings, notes, series, votes


def _called(session: Transaction) -> sa.Subquery:
    """Communities with who asked, once for each meeting or series called in the last 24 hours.

    Dates of a series, but for those that were added, and of a calendar that is followed are made
    by themselves.
    """
    since = first_id(session.now - A_DAY)
    outside = sa.exists().where(outside_dates.c.meeting == meetings.c.id)
    called = sa.or_(meetings.c.series.is_(None), meetings.c.by_hand)
    alone = (meetings.c.id >= since, called, ~outside)
    one = sa.select(meetings.c.community.label("whose"), meetings.c.put_in_by).where(*alone)
    many = sa.select(series.c.community, series.c.put_in_by).where(series.c.id >= since)
    return one.union_all(many).subquery()


def _written(session: Transaction) -> sa.Subquery:
    """Communities with who asked, once for each line and each action of the last 24 hours."""
    since = session.now - A_DAY
    lines = sa.select(notes.c.community.label("whose"), notes.c.put_in_by)
    doing = sa.select(actions.c.community, actions.c.put_in_by)
    return (
        lines.where(notes.c.at >= since)
        .union_all(doing.where(actions.c.id >= first_id(since)))
        .subquery()
    )


def _topics(session: Transaction) -> sa.Subquery:
    """Members, once for each agenda item and each vote that they added in the last 24 hours."""
    since = first_id(session.now - A_DAY)
    items = sa.select(agenda.c.author.label("whose")).where(agenda.c.id >= since)
    return items.union_all(sa.select(votes.c.author).where(votes.c.id >= since)).subquery()


async def called(session: Transaction, community: UUID | None) -> int:
    """How many meetings a community called in the last 24 hours, a series being one."""
    return await _of(session, _called(session), community)


async def written(session: Transaction, community: UUID | None) -> int:
    """How many lines and actions a community wrote in the last 24 hours."""
    return await _of(session, _written(session), community)


async def called_by(session: Transaction, community: UUID, member: MemberId) -> int:
    """How many of a community's meetings of the last 24 hours a member called."""
    return await _of(session, _called(session), community, member)


async def written_by(session: Transaction, community: UUID, member: MemberId) -> int:
    """How many of a community's lines and actions of the last 24 hours a member put in."""
    return await _of(session, _written(session), community, member)


async def topics(session: Transaction, member: UUID | None) -> int:
    """How many agenda items and votes a member added in the last 24 hours."""
    return await _of(session, _topics(session), member)


async def most_called(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The communities that called most in the last 24 hours, with how many meetings."""
    return await _fullest(session, _called(session))


async def most_written(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The communities that wrote most in the last 24 hours."""
    return await _fullest(session, _written(session))


async def most_topics(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The members who added most in the last 24 hours."""
    return await _fullest(session, _topics(session))


async def _of(
    session: Transaction, each: sa.Subquery, who: UUID | None, by: MemberId | None = None
) -> int:
    query = sa.select(sa.func.count()).where(each.c.whose == who)
    if by is not None:
        query = query.where(each.c.put_in_by == by)
    return int((await session.connection.execute(query)).scalar_one())


async def _fullest(session: Transaction, each: sa.Subquery) -> Sequence[tuple[UUID | None, int]]:
    how_many = sa.func.count()
    query = sa.select(each.c.whose, how_many).group_by(each.c.whose)
    query = query.order_by(how_many.desc()).limit(FULLEST)
    return [(who, many) for who, many in await session.connection.execute(query)]
