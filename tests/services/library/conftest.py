import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from clock import TestWorld
from indaba.bus import Bus
from indaba.library import app as library
from indaba.library.timers.page import Page
from indaba.library.timers.reader import Unreadable
from indaba.membership import app as membership
from indaba.process.file_store import FileStore
from services.town import Town
from workshop import OFFICE, ledger_of


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
    templates: None,
    database: Callable[..., Awaitable[str]],
    bus_url: str,
    files: FileStore,
    web: Web,
) -> AsyncIterator[Town]:
    """Membership and library, running; the library has a file store and a web of its own."""
    clock = TestWorld()
    wires = {
        "membership": partial(membership.wire, office=OFFICE, erased_by=("library",)),
        "library": partial(library.wire, files=files, read=web.read),
    }
    ledgers = {}
    for name, wire in wires.items():
        url, there = await database(name), {"membership": membership, "library": library}[name]
        ledgers[name] = ledger_of(name, url, bus_url, migrations=there.MIGRATIONS, world=clock)
        wire(ledgers[name])
    face = Bus(bus_url, "face", clock)
    face.expect_replies()
    await asyncio.gather(*(ledger.start() for ledger in ledgers.values()), face.start())
    yield Town(face, clock, ledgers)
    await face.stop()
    for ledger in ledgers.values():
        await ledger.stop()
