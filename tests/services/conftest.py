import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from clock import TestWorld
from indaba.bus import Bus
from indaba.ledger import Ledger
from indaba.ledger.migrations import migrate
from indaba.operate.processes import ERASURE_OWNER, Kind, of_kind
from services.town import Town
from workshop import OFFICE, ledger_of

SERVICES: dict[str, Any] = {
    name: importlib.import_module(f"indaba.{name}.app") for name in of_kind(Kind.SERVICE)
}


@pytest.fixture(scope="session")
def templates(engines: Any) -> None:
    """The services' databases, migrated once, to be copied for each test."""
    loop = asyncio.new_event_loop()
    for name, service in SERVICES.items():
        loop.run_until_complete(migrate(engines.postgres.url(name), service.MIGRATIONS))
    loop.close()


@pytest.fixture
def running() -> tuple[str, ...]:
    """The services in `town`; fewer of them in folders where nobody asks the others."""
    return tuple(SERVICES)


@pytest.fixture
async def town(
    templates: None,
    database: Callable[..., Awaitable[str]],
    bus_url: str,
    running: tuple[str, ...],
) -> AsyncIterator[Town]:
    clock = TestWorld()
    ledgers: dict[str, Ledger] = {}
    for name in running:
        url, migrations = await database(name), SERVICES[name].MIGRATIONS
        ledgers[name] = ledger_of(name, url, bus_url, migrations=migrations, world=clock)
    others = tuple(name for name in running if name != ERASURE_OWNER)
    for name, ledger in ledgers.items():
        given = {"office": OFFICE, "erased_by": others} if name == ERASURE_OWNER else {}
        SERVICES[name].wire(ledger, **given)
    face = Bus(bus_url, "face", clock)
    face.expect_replies()
    await asyncio.gather(*(ledger.start() for ledger in ledgers.values()), face.start())
    yield Town(face, clock, ledgers)
    await face.stop()
    for ledger in ledgers.values():
        await ledger.stop()
