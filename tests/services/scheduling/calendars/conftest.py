import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from clock import TestWorld
from indaba.bus import Bus
from indaba.membership import app as membership
from indaba.scheduling import app as scheduling
from services.scheduling.calendars.outside_calendar import Installation, NearReader
from services.town import Town
from workshop import OFFICE, ledger_of


@pytest.fixture(name="site")
async def _site() -> AsyncIterator[Installation]:
    site = Installation()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()


@pytest.fixture
async def town(
    templates: None,
    database: Callable[..., Awaitable[str]],
    bus_url: str,
    site: Installation,
) -> AsyncIterator[Town]:
    """Membership and scheduling, running; calendars are read from the site."""
    clock = TestWorld()
    wires: dict[str, Any] = {
        "membership": partial(membership.wire, office=OFFICE, erased_by=("scheduling",)),
        "scheduling": partial(scheduling.wire, read=NearReader(site).read),
    }
    ledgers = {}
    for name, wire in wires.items():
        url, there = await database(name), {"membership": membership, "scheduling": scheduling}
        folder = there[name].MIGRATIONS
        ledgers[name] = ledger_of(name, url, bus_url, migrations=folder, world=clock)
        wire(ledgers[name])
    face = Bus(bus_url, "face", clock)
    face.expect_replies()
    await asyncio.gather(*(ledger.start() for ledger in ledgers.values()), face.start())
    yield Town(face, clock, ledgers)
    await face.stop()
    for ledger in ledgers.values():
        await ledger.stop()
