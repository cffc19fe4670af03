"""One town for all tests of a file; each founds a community of its own in it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from indaba.process.file_store import FileStore
from services.portal.conftest import Lively, Opened, OpenPortal, browser_at, welcomed
from services.portal.standing import bus_url, database, files, open_portal, town
from services.town import Town

__all__ = ["bus_url", "database", "files", "open_portal", "town"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(town: Town, open_portal: OpenPortal, files: FileStore) -> Opened:
    return await open_portal(world=town.clock, files=files)


@pytest_asyncio.fixture(loop_scope="module")
async def lively(town: Town, opened: Opened, files: FileStore) -> AsyncIterator[Lively]:
    """A community whose page is open; nobody is signed in."""
    async with browser_at(str(opened.browser.base_url)) as browser:
        own = replace(opened, browser=browser)
        yield await welcomed(town.in_another_room(), own, files)
