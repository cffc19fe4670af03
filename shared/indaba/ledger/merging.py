"""Merges two members who turned out to be one person, and parts them again within a week.

Messages arrive in no promised order, so each ledger remembers which member became which: a passport
still in use, or an event on its way, may still name the member that is gone.

Decision: docs/decisions/0033-linking-and-unlinking.md.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import MemberId
from indaba.contracts.refusal import Unavailable
from indaba.ledger import changes, tables
from indaba.ledger.inverse import Change
from indaba.ledger.reading import only_reads
from indaba.ledger.session import Transaction
from indaba.ledger.work import Work

_merged, _links = tables.merged, tables.links
Renames = Callable[[MemberId, MemberId, Work], Awaitable[object]]
"""What a process does to its rows so that the first member is the second from now on."""


@dataclass(frozen=True, slots=True)
class Parted:
    """Two members who were one: since when, and the rows that were put back."""

    member: MemberId
    since: datetime
    changes: Sequence[Change]


async def merge(
    work: Work,
    gone: MemberId,
    member: MemberId,
    renames: Renames,
    *,
    version: int,
    until: datetime | None = None,
) -> bool:
    """`gone` is `member` from now on. Whether that is so; not if they were parted since.

    `version` is that of `gone`, which grows with every merge and parting. What `renames` changes
    can be undone until then. Waits for transactions that are writing as `gone`, so that it sees
    their rows. Idempotent. Who was unlinked or erased since has one id for both: nothing is left
    to do.
    """
    await _hold(work, gone)
    if gone == member or not await _is_news(work, gone, version):
        return False
    if await now_called(work, gone) != gone:
        await _undo(work, gone, renames)
    await work.connection.execute(_links.delete().where(_links.c.gone == gone))
    row = {"gone": gone, "member": member, "version": version, "since": work.now, "until": until}
    await work.connection.execute(_links.insert().values(row))
    await _redo(work, gone, member, renames, undoable=until is not None)
    await _clear_replies(work, gone, member)
    return True


async def part(
    work: Work, gone: MemberId, renames: Renames, *, version: int | None = None
) -> Parted | None:
    """`gone` is somebody of their own again; `None` if they were so, or are merged anew since.

    Without a `version` it is the one after the merge's.

    What `merge` changed is as it was before, where nobody changed it since; what was done in
    either's name meanwhile stays with the other. Idempotent.
    """
    await _hold(work, gone)
    query = sa.select(_links.c.since, _links.c.version).where(_links.c.gone == gone)
    since, known = (await work.connection.execute(query)).first() or (None, 0)
    version = known + 1 if version is None else version
    if version <= known:
        return None
    member = await now_called(work, gone)
    put_back: list[Change] = []
    if member != gone:
        put_back = await _undo(work, gone, renames)
        await _clear_replies(work, member, None)
    known = {"version": version, "since": work.now, "until": None}
    row = insert(_links).values(gone=gone, member=gone, **known)
    await work.connection.execute(
        row.on_conflict_do_update(index_elements=["gone"], set_={**known, "member": gone})
    )
    return Parted(member, since, put_back) if since is not None and member != gone else None


async def renames_nothing(gone: MemberId, member: MemberId, work: Work) -> None:
    """For a process whose rows keep the names they came with, and which looks up who that is."""


async def now_called(work: Transaction, member: MemberId) -> MemberId:
    """The member that this one has become, or the member itself. It stays so until the commit."""
    if not only_reads(work.connection):
        shared = sa.func.pg_advisory_xact_lock_shared(_lock(member))
        await work.connection.execute(sa.select(shared))
    query = sa.select(_merged.c.member).where(_merged.c.gone == member)
    successor = (await work.connection.execute(query)).scalar()
    return MemberId(successor) if successor else member


async def who_asks(work: Work) -> MemberId | None:
    """The member whose passport came with what is being done; `None` if nobody asked for it."""
    member = work.passport.member
    return None if member is None else await now_called(work, member)


async def once_called(work: Transaction, member: MemberId) -> list[MemberId]:
    """The members that became this one, in no order; empty for most."""
    query = sa.select(_merged.c.gone).where(_merged.c.member == member)
    return [MemberId(gone) for gone in (await work.connection.execute(query)).scalars()]


async def forget(work: Work, member: MemberId) -> None:
    """Forget which members became this one, and all that was kept to part them. Idempotent."""
    names = [member, *await once_called(work, member)]
    await work.connection.execute(_merged.delete().where(_merged.c.member == member))
    either = sa.or_(_links.c.gone.in_(names), _links.c.member.in_(names))
    await work.connection.execute(_links.delete().where(either))
    await changes.forget(work, names)


async def forget_old(work: Transaction) -> None:
    """Drop what was kept to part members once its time is over.

    What came after something that can still be undone stays as long as that: it is undone with it.
    """
    alive = sa.select(sa.func.min(_links.c.place)).where(_links.c.until > work.now)
    first: int | None = (await work.connection.execute(alive)).scalar()
    over = _links.c.until <= work.now
    over = over if first is None else sa.and_(over, _links.c.place < first)
    ended = _links.update().where(over).values(until=None).returning(_links.c.gone)
    for gone in (await work.connection.execute(ended)).scalars().all():
        await changes.drop(work, MemberId(gone))


async def _undo(work: Work, gone: MemberId, renames: Renames) -> list[Change]:
    """Put back what a merge changed.

    Later merges into the same member are undone before and done again after, because they were
    done to what this one had made.
    """
    member = await now_called(work, gone)
    this = sa.select(_links.c.place).where(_links.c.gone == gone).scalar_subquery()
    query = (
        sa.select(_links.c.gone, _links.c.member, _links.c.until)
        .join(_merged, _merged.c.gone == _links.c.gone)
        .where(_merged.c.member == member, _links.c.place > this)
        .order_by(_links.c.place)
    )
    later = (await work.connection.execute(query)).all()
    for each in later:
        await _hold(work, MemberId(each.gone))
    put_back: list[Change] = []
    for name in (*(MemberId(each.gone) for each in reversed(later)), gone):
        put_back += await changes.put_back(work, name, member)
        await work.connection.execute(_merged.delete().where(_merged.c.gone == name))
    for each in later:
        into = MemberId(each.member)
        await _redo(work, MemberId(each.gone), into, renames, undoable=each.until is not None)
    return put_back


async def _redo(
    work: Work, gone: MemberId, member: MemberId, renames: Renames, *, undoable: bool
) -> None:
    """Rename rows, and keep what that changes. Raises `Unavailable` if they are to be parted first.

    The one who is to be `gone` may have become `member` in an older message than this.
    """
    successor = await now_called(work, member)
    if successor == gone:
        raise Unavailable(f"{gone} and {member} are merged the other way round")
    async with changes.noted(work, gone, undoable=undoable):
        earlier = _merged.update().where(_merged.c.member == gone)
        await work.connection.execute(earlier.values(member=successor))
        await work.connection.execute(_merged.insert().values(gone=gone, member=successor))
        await renames(gone, successor, work)


async def _is_news(work: Work, gone: MemberId, version: int) -> bool:
    query = sa.select(_links.c.version).where(_links.c.gone == gone)
    known = (await work.connection.execute(query)).scalar()
    return known is None or known < version


async def _clear_replies(work: Work, gone: MemberId, member: MemberId | None) -> None:
    """Who asked is somebody else now: requests are theirs, or the answers are kept no longer."""
    inbox = tables.inbox
    theirs = inbox.update().where(inbox.c.member == gone)
    then = {"member": member} if member else {"member": None, "reply": None}
    await work.connection.execute(theirs.values(then))


async def _hold(work: Work, member: MemberId) -> None:
    """Nobody writes as this member until the commit."""
    await work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_lock(member))))


def _lock(member: MemberId) -> int:
    """A number for a member's advisory lock."""
    return member.int % 2**62
