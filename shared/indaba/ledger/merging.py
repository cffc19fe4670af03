"""Two members who turned out to be one person: what is said of one counts for the other.

Messages arrive in no promised order, so each ledger remembers who became whom: what names the
member that is gone may still come, from a passport in somebody's hand or an event on its way.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import MemberId
from indaba.ledger import tables
from indaba.ledger.work import Work


async def merge(work: Work, gone: MemberId, member: MemberId) -> None:
    """Remember that `gone` is `member` from now on. Harmless when repeated.

    Waits for those who write in the name of `gone` at this moment, so that the caller sees their
    rows.
    """
    await work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_lock(gone))))
    merged = tables.merged
    await work.connection.execute(
        merged.update().where(merged.c.member == gone).values(member=member)
    )
    said = insert(merged).values(gone=gone, member=member)
    await work.connection.execute(
        said.on_conflict_do_update(index_elements=["gone"], set_={"member": member})
    )
    inbox = tables.inbox
    await work.connection.execute(
        inbox.update().where(inbox.c.member == gone).values(member=member)
    )


async def now_called(work: Work, member: MemberId) -> MemberId:
    """The member that another has become; itself where it has not, and not until the commit."""
    await work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_lock(member))))
    query = sa.select(tables.merged.c.member).where(tables.merged.c.gone == member)
    found = (await work.connection.execute(query)).scalar()
    return MemberId(found) if found else member


async def once_called(work: Work, member: MemberId) -> list[MemberId]:
    """The members that became this one; empty for most."""
    query = sa.select(tables.merged.c.gone).where(tables.merged.c.member == member)
    return [MemberId(gone) for gone in (await work.connection.execute(query)).scalars()]


async def forget(work: Work, member: MemberId) -> None:
    """No longer know who became a member."""
    merged = tables.merged
    await work.connection.execute(merged.delete().where(merged.c.member == member))


def _lock(member: MemberId) -> int:
    """A number for a member that fits PostgreSQL's advisory locks."""
    return member.int % 2**62
