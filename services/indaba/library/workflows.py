"""What requests, events and the clock share: counting uses, and forgetting who it was."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from indaba.contracts.figures import ReleasedTable
from indaba.contracts.ids import MemberId, ResourceId
from indaba.contracts.keeping import SAVED
from indaba.contracts.retention import LibraryUnlinked
from indaba.ledger import Work
from indaba.ledger.erasure import unlink
from indaba.ledger.keeping import Duty
from indaba.ledger.releases import Releases
from indaba.library.store import LongOver, Store
from indaba.library.store.tables import resources, uses


async def counts_now(resource: ResourceId, work: Work) -> ReleasedTable:
    """How many said that they used it, without a word that is shown beside it."""
    people = await Store(work).used_without_words(resource)
    return await Releases(work).in_steps(f"uses/{resource}", people)


async def forget_users(over: Sequence[UUID], work: Work) -> None:
    """Unlink those who last used something then, and have been silent since."""
    await _unlink(await LongOver(work).used_last(over, work.now - SAVED.long), work)


async def forget_savers(over: Sequence[UUID], work: Work) -> None:
    """Unlink those who last saved something then, and have been silent since."""
    await _unlink(await LongOver(work).saved_last(over, work.now - SAVED.long), work)


async def _unlink(silent: Iterable[MemberId], work: Work) -> None:
    """A whole trail at once, so that each person stays one."""
    before = work.now - SAVED.long
    for member in silent:
        await LongOver(work).unlink(member, await unlink(work, member))
        work.emit(LibraryUnlinked(aggregate=member, version=1, member=member, before=before))


DUTIES = (
    Duty(SAVED, uses.c.said_at, uses.c.id, forget_users),
    Duty(SAVED, resources.c.saved_at, resources.c.id, forget_savers),
)
