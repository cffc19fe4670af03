"""Counts what has a limit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.contracts.library import ResourceStatus
from indaba.contracts.limits import A_DAY
from indaba.ledger.limits import FULLEST
from indaba.ledger.session import Transaction
from indaba.library.store.tables import resources

_how_many = sa.func.count()
_bytes = sa.cast(
    sa.func.coalesce(sa.func.sum(resources.c.file["size"].as_integer()), 0), sa.BigInteger
)
_to_be_found = (resources.c.digest.is_not(None), resources.c.status == ResourceStatus.PUBLISHED)


async def saved(session: Transaction, member: UUID | None) -> int:
    """How many things a member saved in the last 24 hours, withdrawn or not."""
    theirs = resources.c.author == member
    query = sa.select(_how_many).where(theirs, resources.c.saved_at > session.now - A_DAY)
    return int((await session.connection.execute(query)).scalar_one())


async def most_saved(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The members who saved most in the last 24 hours, and how many things."""
    query = (
        sa.select(resources.c.author, _how_many)
        .where(resources.c.saved_at > session.now - A_DAY)
        .group_by(resources.c.author)
        .order_by(_how_many.desc())
        .limit(FULLEST)
    )
    return [(who, many) for who, many in await session.connection.execute(query)]


async def files_of_member(session: Transaction, member: UUID | None) -> int:
    """The bytes of the files a member saved, without withdrawn ones."""
    return await _size(session, resources.c.author == member)


async def files_of_community(session: Transaction, community: UUID | None) -> int:
    """The bytes of a community's files, without withdrawn ones."""
    return await _size(session, resources.c.community == community)


async def files_in_community_of(session: Transaction, community: UUID, member: MemberId) -> int:
    """The bytes of the files that a member saved in a community and that are to be found."""
    theirs = (resources.c.community == community) & (resources.c.author == member)
    return await _size(session, theirs)


async def members_with_most(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The members with the most bytes of files, and how many."""
    return await _largest(session, resources.c.author)


async def communities_with_most(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The communities with the most bytes of files, and how many."""
    return await _largest(session, resources.c.community)


async def _size(session: Transaction, whose: sa.ColumnElement[bool]) -> int:
    query = sa.select(_bytes).where(whose, *_to_be_found)
    return int((await session.connection.execute(query)).scalar_one())


async def _largest(
    session: Transaction, whose: sa.Column[Any]
) -> Sequence[tuple[UUID | None, int]]:
    query = sa.select(whose, _bytes).where(*_to_be_found).group_by(whose)
    query = query.order_by(_bytes.desc()).limit(FULLEST)
    return [(who, size) for who, size in await session.connection.execute(query)]
