"""One town for all tests of a file: they look for what none of them may find or change."""

import pytest
import pytest_asyncio

from attacks.portal_doors import House, house, sign_in
from indaba.process.file_store import FileStore
from services.portal.conftest import Lively, Opened, OpenPortal, open_to_all, told_of_one
from services.portal.standing import bus_url, database, files, open_portal, town
from services.town import Town

__all__ = ["bus_url", "database", "files", "open_portal", "town"]
LINDIWE, HOME = "@lindiwe2:example.org", "!home:example.org"
ROGUE, AWAY = "@rogue:example.org", "!away:example.org"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reading(open_portal: OpenPortal) -> Opened:
    return await told_of_one(open_portal)


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="everybodys")
async def _everybodys(town: Town, open_portal: OpenPortal, files: FileStore) -> Lively:
    return await open_to_all(town, open_portal, files)


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
