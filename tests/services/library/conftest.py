from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from clock import TestWorld
from indaba.library.timers.page import Page
from indaba.library.timers.reader import Unreadable
from indaba.process.file_store import FileStore
from services.town import Town, started, wired


class Web:
    """Pages that the library reads, by their address; any other is away."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | Unreadable] = {}
        self.asked: list[str] = []

    async def read(self, link: str) -> Page | Unreadable:
        self.asked.append(link)
        return self.pages.get(link, Unreadable("unreachable", again=True))


@pytest.fixture(name="web")
def _web() -> Web:
    return Web()


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", TestWorld())


@pytest.fixture
async def town(
    database: Callable[..., Awaitable[str]], bus_url: str, files: FileStore, web: Web
) -> AsyncIterator[Town]:
    """Membership and library, running; the library has a file store and a web of its own."""
    clock, own = TestWorld(), {"files": files, "read": web.read}
    ledgers = await wired(("membership", "library"), database, bus_url, clock, library=own)
    async with started(ledgers, bus_url, clock) as there:
        yield there
