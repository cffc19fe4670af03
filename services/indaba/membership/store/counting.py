"""Counts what has a limit."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa

from indaba.contracts.limits import A_DAY, FOUNDED_A_DAY
from indaba.contracts.membership import FoundCommunity
from indaba.ledger import Work
from indaba.ledger.limits import FULLEST
from indaba.ledger.session import Transaction
from indaba.membership.store.people import Store, communities, receipts
from indaba.process.world import first_id

_how_many = sa.func.count()


async def founder(work: Work, request: FoundCommunity) -> UUID:
    """The member who founds, by account. For an unknown account, an id that stands for it."""
    platform, account = request.place.platform, request.account
    known = await Store(work).member_of(platform, account)
    return known or uuid5(NAMESPACE_URL, f"{platform}:{account}")


async def founded(session: Transaction, member: UUID | None) -> int:
    """How many communities a member founded, including those that no longer exist."""
    query = sa.select(_how_many).where(receipts.c.member == member, receipts.c.founding)
    return int((await session.connection.execute(query)).scalar_one())


async def most_founded(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The members who founded most communities, and how many."""
    query = sa.select(receipts.c.member, _how_many).where(receipts.c.founding)
    query = query.group_by(receipts.c.member).order_by(_how_many.desc()).limit(FULLEST)
    return [(who, many) for who, many in await session.connection.execute(query)]


async def founded_today(session: Transaction, _: Any = None) -> int:
    """How many communities were founded in the last 24 hours."""
    newest_first = communities.c.id.desc()
    new = sa.select(communities.c.id).where(communities.c.id >= first_id(session.now - A_DAY))
    new = new.order_by(newest_first).limit(FOUNDED_A_DAY.highest + 1)
    query = sa.select(_how_many).select_from(new.subquery())
    return int((await session.connection.execute(query)).scalar_one())


async def all_founded_today(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """Likewise, on the whole installation."""
    return [(None, await founded_today(session))]
