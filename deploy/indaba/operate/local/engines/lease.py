"""One owner per data folder, even while the last owner's engine is still going down."""

import asyncio
import fcntl
import os
import time
from pathlib import Path

from indaba.operate.local.engines.trouble import FolderTaken

_SETTLE = 30.0


class Lease:
    """The right to run an engine on a folder.

    Two locks: `owner` dies with our process; `engine` is inherited by the engine and all its
    children, so it is free only when the last of them is gone. A process killed outright frees
    the first at once and the second as soon as its engine has followed it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._owner = -1
        self._engine = -1

    async def take(self, settle: float = _SETTLE) -> None:
        """Creates the folder (0700) if need be.

        Raises FolderTaken at once if another process owns it, or after `settle` seconds if a
        dead owner's engine does not go away.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._owner = await self._lock("owner.lock", 0.0)
        try:
            self._engine = await self._lock("engine.lock", settle)
        except BaseException:
            self.give_back()
            raise

    @property
    def held(self) -> bool:
        """Whether the folder is ours."""
        return self._engine >= 0

    @property
    def inherited(self) -> int:
        """The file descriptor that the engine must inherit."""
        return self._engine

    def give_back(self) -> None:
        """Idempotent."""
        for fd in (self._engine, self._owner):
            if fd >= 0:
                os.close(fd)
        self._engine = self._owner = -1

    async def _lock(self, name: str, patience: float) -> int:
        fd = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            await self._win(fd, patience)
        except BaseException:
            os.close(fd)
            raise
        return fd

    async def _win(self, fd: int, patience: float) -> None:
        until = time.monotonic() + patience
        while not _locked(fd):
            if time.monotonic() >= until:
                raise FolderTaken(self.folder)
            await asyncio.sleep(0.02)


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
