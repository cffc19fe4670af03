"""A town with a portal that stands for a whole file of tests, who share it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from clock import TestWorld
from databases import Databases
from indaba.operate.local.engines import Engines
from indaba.process.file_store import FileStore
from services.portal.conftest import FreshDatabase, OpenPortal, four_services, portals
from services.town import Town
from workshop import emptied


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(databases: Databases) -> AsyncIterator[FreshDatabase]:
    async with databases.lending() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def bus_url(engines: Engines) -> str:
    return emptied(engines.valkey.url)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
    return FileStore(tmp_path_factory.mktemp("files"), TestWorld())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(database: FreshDatabase, bus_url: str, files: FileStore) -> AsyncIterator[Town]:
    async with four_services(database, bus_url, files) as there:
        yield there


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_portal(database: FreshDatabase, bus_url: str) -> AsyncIterator[OpenPortal]:
    async with portals(database, bus_url) as open_one:
        yield open_one
