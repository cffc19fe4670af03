"""The list of the erased outside the database, with which restored backups are corrected.

It holds digests of random ids: without a backup that has those ids it identifies nobody.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from indaba.ledger import Ledger
from indaba.membership.store import erased
from indaba.process.loops import pause

LOOK_SECONDS = 5.0
COMMITTED_WITHIN = timedelta(hours=1)
"""An erasure has the time at which it began, and can be seen only once it is committed."""


class ErasuresFile:
    """Keeps the file up to date with the database. A digest never leaves the file."""

    def __init__(self, ledger: Ledger, path: Path) -> None:
        self._ledger = ledger
        self._path = path
        self._written: frozenset[str] | None = None
        self._looked_at: datetime | None = None

    async def run(self) -> None:
        """Update the file for ever."""
        while True:
            await self.look()
            await pause(LOOK_SECONDS)

    async def look(self) -> None:
        """Add to the file what only the database has: all of it at first, then what is new."""
        since = self._looked_at and self._looked_at - COMMITTED_WITHIN
        now = self._ledger.world.now()
        async with self._ledger.reading.connect() as sql:
            known = frozenset(await erased(sql, since))
        if self._written is None or known - self._written:
            known |= self._written or frozenset()
            self._written = await asyncio.to_thread(add_to, self._path, known)
        self._looked_at = now


def add_to(path: Path, digests: frozenset[str]) -> frozenset[str]:
    """Add digests to a list and return all of it. The file is replaced atomically."""
    known = read(path)
    if digests <= known and path.exists():
        return known
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.new")
    aside.write_text("".join(f"{one}\n" for one in sorted(known | digests)), encoding="ascii")
    aside.chmod(0o600)
    aside.replace(path)
    return known | digests


def read(path: Path) -> frozenset[str]:
    """The digests of a list; empty if there is none."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return frozenset()
    return frozenset(line.strip() for line in lines if line.strip())
