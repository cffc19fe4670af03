"""Pages saved without a title are asked for their own, outside of any transaction."""

from datetime import timedelta
from typing import Any

from indaba.contracts.library import ResourceDescribed
from indaba.ledger import Ledger, Work
from indaba.ledger.session import Session
from indaba.library.store import Store, Unread
from indaba.library.timers.page import Page
from indaba.library.timers.reader import Read, Reader, Unreadable
from indaba.process import logs
from indaba.process.loops import Wake, fetch_for_ever

READ = "read-page"
PAUSES = (timedelta(minutes=1), timedelta(minutes=15))
"""Waits after the first and the second try; after the third a page is left alone."""

LEASE = timedelta(minutes=2)


class Reading:
    """The loop that reads pages. `look` is the timer that tells it of a new one."""

    def __init__(self, ledger: Ledger, read: Read | None = None) -> None:
        self._ledger = ledger
        self._reader = Reader()
        self._read = read or self._reader.read
        self._wake = Wake()

    async def look(self, body: dict[str, Any], work: Work) -> None:  # noqa: ARG002 - all is in the store
        """There is a page to read."""
        self._wake.ring()

    async def run(self) -> None:
        """Read for ever."""
        await fetch_for_ever(self.read_one, self._wake, self._reader.close)

    async def read_one(self) -> bool:
        """Read one page that is due; whether there was one."""
        now = self._ledger.world.now()
        async with self._ledger.database.begin() as sql:
            unread = await Store(Session(sql, now)).take_unread(now, now + LEASE)
        if unread is None:
            return False
        found = await self._read(unread.link)
        async with self._ledger.database.begin() as sql:
            work = Work(sql, self._ledger.world, correlation=unread.correlation)
            await _settle(work, unread, found)
            await work.keep()
        why = found.why if isinstance(found, Unreadable) else ""
        log = logs.get(process=self._ledger.name, correlation_id=str(unread.correlation))
        log.info("page.read", tries=unread.tries, why=why)
        return True


async def _settle(work: Work, unread: Unread, found: Page | Unreadable) -> None:
    store = Store(work)
    if isinstance(found, Unreadable):
        if found.again and unread.tries <= len(PAUSES):
            due_at = work.now + PAUSES[unread.tries - 1]
            await store.put_off(unread.resource, due_at)
            await work.set_timer(due_at, READ, str(unread.resource), {})
            return
        await store.read_no_more(unread.resource)
        return
    await store.read_no_more(unread.resource)
    before = await store.alone(unread.resource)
    if before is None:
        return
    resource = before.read_page(found.title, found.summary, found.language)
    if resource is before:
        return
    await store.keep(resource)
    work.emit(ResourceDescribed.of(resource.facts()))
