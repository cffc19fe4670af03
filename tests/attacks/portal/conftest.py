"""One town for all tests of a file: they look for what none of them may find or change."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from attacks.portal_doors import House, house, sign_in
from databases import Databases
from indaba.operate.engines import Engines
from indaba.process.shelf import Shelf
from services.portal.conftest import (
    FreshDatabase,
    Lively,
    Opened,
    OpenPortal,
    four_services,
    open_to_all,
    portals,
    told_of_one,
)
from services.town import Town
from workshop import emptied

LINDIWE, HOME = "@lindiwe2:example.org", "!home:example.org"
ROGUE, AWAY = "@rogue:example.org", "!away:example.org"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(databases: Databases) -> AsyncIterator[FreshDatabase]:
    async with databases.lending() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def bus_url(engines: Engines) -> str:
    return emptied(engines.valkey.url)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("files"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(
    templates: None, database: FreshDatabase, bus_url: str, shelf: Shelf
) -> AsyncIterator[Town]:
    async with four_services(database, bus_url, shelf) as there:
        yield there


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_portal(
    template: str, database: FreshDatabase, bus_url: str
) -> AsyncIterator[OpenPortal]:
    async with portals(template, database, bus_url) as open_one:
        yield open_one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reading(open_portal: OpenPortal) -> Opened:
    return await told_of_one(open_portal)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="everybodys")
async def _everybodys(town: Town, open_portal: OpenPortal, shelf: Shelf) -> Lively:
    return await open_to_all(town, open_portal, shelf)


@pytest.fixture
def lively(everybodys: Lively) -> Lively:
    """As each test finds it: nobody is signed in."""
    everybodys.browser.cookies.clear()
    return everybodys


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ours(everybodys: Lively) -> House:
    return await house(everybodys, LINDIWE, HOME)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def theirs(everybodys: Lively) -> House:
    return await house(everybodys, ROGUE, AWAY)


@pytest_asyncio.fixture(loop_scope="module")
async def two(lively: Lively, ours: House, theirs: House) -> tuple[House, House]:
    """A community, and that of somebody who means no good, who is signed in to theirs."""
    await sign_in(lively, lively.browser, ROGUE, AWAY)
    return ours, theirs
