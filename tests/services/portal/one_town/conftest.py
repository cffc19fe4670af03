"""One town for all tests of a file; each founds a community of its own in it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from indaba.process.shelf import Shelf
from services.portal.conftest import Lively, Opened, OpenPortal, browser_at, welcomed
from services.portal.standing import bus_url, database, open_portal, shelf, town
from services.town import Town

__all__ = ["bus_url", "database", "open_portal", "shelf", "town"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(town: Town, open_portal: OpenPortal, shelf: Shelf) -> Opened:
    return await open_portal(world=town.clock, shelf=shelf)


@pytest_asyncio.fixture(loop_scope="module")
async def lively(town: Town, opened: Opened, shelf: Shelf) -> AsyncIterator[Lively]:
    """A community whose page is open; nobody is signed in."""
    async with browser_at(str(opened.browser.base_url)) as browser:
        own = replace(opened, browser=browser)
        yield await welcomed(town.in_another_room(), own, shelf)
