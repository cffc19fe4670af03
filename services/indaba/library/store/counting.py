"""How much there is of what has a limit."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.limits import A_DAY
from indaba.ledger.limits import FULLEST
from indaba.ledger.session import Transaction
from indaba.library.store.tables import resources

_how_many = sa.func.count()


async def saved(session: Transaction, member: UUID | None) -> int:
    """How many things a member saved in the last 24 hours, withdrawn or not."""
    theirs = resources.c.author == member
    query = sa.select(_how_many).where(theirs, resources.c.saved_at > session.now - A_DAY)
    return int((await session.connection.execute(query)).scalar_one())


async def most_saved(session: Transaction) -> Sequence[tuple[UUID | None, int]]:
    """The members who saved most in the last 24 hours, with how many things."""
    query = (
        sa.select(resources.c.author, _how_many)
        .where(resources.c.saved_at > session.now - A_DAY)
        .group_by(resources.c.author)
        .order_by(_how_many.desc())
        .limit(FULLEST)
    )
    return [(who, many) for who, many in await session.connection.execute(query)]
