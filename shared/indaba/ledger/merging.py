"""Merges two members who turned out to be one person.

Messages arrive in no promised order, so each ledger remembers which member became which: a passport
still in use, or an event on its way, may still name the member that is gone.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import MemberId
from indaba.ledger import tables
from indaba.ledger.work import Work


async def merge(work: Work, gone: MemberId, member: MemberId) -> None:
    """Remember that `gone` is now `member`. Idempotent.

    Waits for transactions that are writing as `gone`, so that the caller sees their rows.
    """
    await work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_lock(gone))))
    merged = tables.merged
    await work.connection.execute(
        merged.update().where(merged.c.member == gone).values(member=member)
    )
    row = insert(merged).values(gone=gone, member=member)
    await work.connection.execute(
        row.on_conflict_do_update(index_elements=["gone"], set_={"member": member})
    )
    inbox = tables.inbox
    await work.connection.execute(
        inbox.update().where(inbox.c.member == gone).values(member=member)
    )


async def now_called(work: Work, member: MemberId) -> MemberId:
    """The member that this one has become, or the member itself. It stays so until the commit."""
    await work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_lock(member))))
    query = sa.select(tables.merged.c.member).where(tables.merged.c.gone == member)
    successor = (await work.connection.execute(query)).scalar()
    return MemberId(successor) if successor else member


async def once_called(work: Work, member: MemberId) -> list[MemberId]:
    """The members that became this one, in no order; empty for most."""
    query = sa.select(tables.merged.c.gone).where(tables.merged.c.member == member)
    return [MemberId(gone) for gone in (await work.connection.execute(query)).scalars()]


async def forget(work: Work, member: MemberId) -> None:
    """Forget which members became this one. Idempotent."""
    merged = tables.merged
    await work.connection.execute(merged.delete().where(merged.c.member == member))


def _lock(member: MemberId) -> int:
    """A number for a member's advisory lock."""
    return member.int % 2**62
