"""What requests, events and timers share: counting uses, unlinking, the disk."""

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from indaba.contracts.figures import ReleasedTable
from indaba.contracts.ids import MemberId
from indaba.contracts.keeping import SAVED
from indaba.contracts.retention import LibraryUnlinked
from indaba.ledger import Work
from indaba.ledger.erasure import unlink
from indaba.ledger.keeping import Duty
from indaba.ledger.releases import Releases
from indaba.ledger.session import Transaction
from indaba.library.model import Resource
from indaba.library.store import LongOver, Store
from indaba.library.store.tables import resources, uses
from indaba.process.file_store import FileStore


async def counts_now(resource: Resource, work: Work) -> ReleasedTable:
    """How many members used a resource without a note, as released."""
    people = await Store(work).used_without_words(resource.id)
    releases = await Releases.of(work, resource.community, since=resource.saved_at)
    return await releases.in_steps(f"uses/{resource.id}", people)


async def forget_users(over: Sequence[UUID], work: Work) -> None:
    """Unlink members whose last use was one of these, and who saved nothing since."""
    await _unlink(await LongOver(work).used_last(over, work.now - SAVED.long), work)


async def forget_savers(over: Sequence[UUID], work: Work) -> None:
    """Unlink members who last saved one of these, and used nothing since."""
    await _unlink(await LongOver(work).saved_last(over, work.now - SAVED.long), work)


async def _unlink(silent: Iterable[MemberId], work: Work) -> None:
    """Unlink everything of a member at once, so that it stays recognisable as one person's."""
    before = work.now - SAVED.long
    for member in silent:
        await LongOver(work).unlink(member, await unlink(work, member))
        work.emit(LibraryUnlinked(aggregate=member, version=1, member=member, before=before))


DUTIES = (
    Duty(SAVED, uses.c.said_at, uses.c.id, forget_users),
    Duty(SAVED, resources.c.saved_at, resources.c.id, forget_savers),
)


class Disk:
    """The disk on which files are stored."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    async def used(self, _: Transaction, __: UUID | None) -> int:
        """How full it is, in per cent."""
        return await asyncio.to_thread(self._files.disk_share)

    async def fullest(self, session: Transaction) -> Sequence[tuple[UUID | None, int]]:
        """Likewise, in the form of a list of the fullest."""
        return [(None, await self.used(session, None))]
