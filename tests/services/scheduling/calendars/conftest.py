from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from clock import TestWorld
from services.scheduling.calendars.outside_calendar import NearReader
from services.site import Site
from services.town import Town, started, wired


@pytest.fixture
async def town(
    database: Callable[..., Awaitable[str]], bus_url: str, site: Site
) -> AsyncIterator[Town]:
    """Membership and scheduling, running; calendars are read from the site."""
    clock, own = TestWorld(), {"read": NearReader(site).read}
    ledgers = await wired(("membership", "scheduling"), database, bus_url, clock, scheduling=own)
    async with started(ledgers, bus_url, clock) as there:
        yield there
