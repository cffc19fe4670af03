from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from databases import Databases
from indaba.operate.local.engines import Engines
from services.scheduling.calendars.outside_calendar import NearReader
from services.site import Site, served
from services.standing import Standing


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="one_site")
async def _one_site() -> AsyncIterator[Site]:
    async with served() as there:
        yield there


@pytest.fixture
def site(one_site: Site) -> Site:
    """A site to read from, on this machine; nothing is on it yet."""
    one_site.forget()
    return one_site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(
    databases: Databases, engines: Engines, one_site: Site
) -> AsyncIterator[Standing]:
    """Membership and scheduling, running; calendars are read from the site."""
    services, own = ("membership", "scheduling"), {"read": NearReader(one_site).read}
    there = Standing(services, databases, engines.valkey.url, scheduling=own)
    yield there
    await there.end()
