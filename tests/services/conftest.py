from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from databases import Databases
from indaba.operate.local.engines import Engines
from indaba.operate.processes import Kind, of_kind
from services.site import Site, served
from services.standing import Standing
from services.town import Town


@pytest.fixture(scope="module")
def running() -> tuple[str, ...]:
    """The services in `town`; fewer of them in folders where nobody asks the others."""
    return tuple(of_kind(Kind.SERVICE))


@pytest.fixture
def bus_url(engines: Engines) -> str:
    """The shared Valkey, which is emptied when a town begins."""
    return engines.valkey.url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(
    databases: Databases, engines: Engines, running: tuple[str, ...]
) -> AsyncIterator[Standing]:
    there = Standing(running, databases, engines.valkey.url)
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(request: pytest.FixtureRequest, standing: Standing) -> Town:
    """Nothing has happened here yet."""
    return await standing.cleared(request)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site to read from, on this machine."""
    async with served() as there:
        yield there
