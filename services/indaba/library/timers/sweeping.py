"""Deletes files that no resource refers to any more."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from indaba.ledger import Ledger, Work
from indaba.ledger.session import Session
from indaba.library.store import Store
from indaba.process.file_store import FileStore
from indaba.process.loops import pause

REMOVE = "remove-file"
UNUSED_LASTS = timedelta(days=1)
LOOK_SECONDS = 3600.0


async def remove_soon(digest: str, work: Work) -> None:
    """Plan to delete a file saved by an erased member, after the commit."""
    body = {"digest": digest, "before": work.now.isoformat()}
    await work.set_timer(work.now, REMOVE, digest, body)


async def remove(body: dict[str, Any], work: Work, files: FileStore) -> None:
    """Delete a file, unless somebody else saved it or is about to."""
    before = datetime.fromisoformat(body["before"]).timestamp()
    digest: str = body["digest"]
    if await asyncio.to_thread(files.put_at, digest) <= before:
        await _remove_unused(Store(work), files, digest)


class Sweeping:
    """Cleans up the file store every hour."""

    def __init__(self, ledger: Ledger, files: FileStore) -> None:
        self._ledger = ledger
        self._files = files

    async def run(self) -> None:
        """Clean up for ever."""
        while True:
            await self.sweep()
            await pause(LOOK_SECONDS)

    async def sweep(self, age: timedelta = UNUSED_LASTS) -> None:
        """Delete files older than `age` that no resource refers to."""
        before = self._ledger.world.now() - age
        old = await asyncio.to_thread(lambda: list(self._files.older_than(before)))
        for digest in old:
            async with self._ledger.database.begin() as sql:
                now = self._ledger.world.now()
                await _remove_unused(Store(Session(sql, now)), self._files, digest)


async def _remove_unused(store: Store, files: FileStore, digest: str) -> None:
    await store.one_at_a_time("file", digest)
    if not await store.is_spoken_of(digest):
        await asyncio.to_thread(files.remove, digest)
