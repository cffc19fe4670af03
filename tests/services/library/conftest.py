import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from clock import TestWorld
from databases import Databases
from indaba.library.timers.page import Page
from indaba.library.timers.reader import Unreadable
from indaba.operate.local.engines import Engines
from indaba.process.file_store import FileStore
from services.standing import Standing


class Web:
    """Pages that the library reads, by their address; any other is away."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | Unreadable] = {}
        self.asked: list[str] = []

    async def read(self, link: str) -> Page | Unreadable:
        self.asked.append(link)
        return self.pages.get(link, Unreadable("unreachable", again=True))


@pytest.fixture(name="web", scope="module")
def _web() -> Web:
    return Web()


@pytest.fixture(name="files", scope="module")
def _files(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    return FileStore(tmp_path_factory.mktemp("files") / "files", TestWorld())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(
    databases: Databases, engines: Engines, files: FileStore, web: Web
) -> AsyncIterator[Standing]:
    """Membership and library, running; the library has a file store and a web of its own."""
    services, own = ("membership", "library"), {"files": files, "read": web.read}

    def forget() -> None:
        web.pages.clear()
        web.asked.clear()
        shutil.rmtree(files.folder, ignore_errors=True)

    there = Standing(services, databases, engines.valkey.url, forget=forget, library=own)
    yield there
    await there.end()
