"""Reads the titles of pages saved without one, outside any transaction."""

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
"""Pauses after the first and the second attempt. After the third, a page is given up."""

LEASE = timedelta(minutes=2)


class Reading:
    """Reads pages that are due. `look` is a timer that wakes the loop."""

    def __init__(self, ledger: Ledger, read: Read | None = None) -> None:
        self._ledger = ledger
        self._reader = Reader()
        self._read = read or self._reader.read
        self._wake = Wake()

    async def look(self, body: dict[str, Any], work: Work) -> None:  # noqa: ARG002 - all is in the store
        """Wake the loop, as a page is due."""
        self._wake.ring()

    async def run(self) -> None:
        """Read pages for ever."""
        await fetch_for_ever(self.read_one, self._wake, self._reader.close)

    async def read_one(self) -> bool:
        """Read one page that is due; whether there was one."""
        now = self._ledger.world.now()
        async with self._ledger.database.begin() as sql:
            unread = await Store(Session(sql, now)).take_unread(now, now + LEASE)
        if unread is None:
            return False
        page = await self._read(unread.link)
        async with self._ledger.database.begin() as sql:
            work = Work(sql, self._ledger.world, correlation=unread.correlation)
            await _settle(work, unread, page)
            await work.keep()
        why = page.why if isinstance(page, Unreadable) else ""
        log = logs.get(process=self._ledger.name, correlation_id=str(unread.correlation))
        log.info("page.read", tries=unread.tries, why=why)
        return True


async def _settle(work: Work, unread: Unread, page: Page | Unreadable) -> None:
    store = Store(work)
    if isinstance(page, Unreadable):
        if page.again and unread.tries <= len(PAUSES):
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
    resource = before.read_page(page.title, page.summary, page.language)
    if resource is before:
        return
    await store.keep(resource)
    work.emit(ResourceDescribed.of(resource.facts()))
