from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from clock import TestWorld
from indaba.operate.processes import Kind, of_kind
from services.site import Site, served
from services.town import Town, started, wired


@pytest.fixture
def running() -> tuple[str, ...]:
    """The services in `town`; fewer of them in folders where nobody asks the others."""
    return tuple(of_kind(Kind.SERVICE))


@pytest.fixture
async def town(
    database: Callable[..., Awaitable[str]], bus_url: str, running: tuple[str, ...]
) -> AsyncIterator[Town]:
    clock = TestWorld()
    ledgers = await wired(running, database, bus_url, clock)
    async with started(ledgers, bus_url, clock) as there:
        yield there


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site to read from, on this machine."""
    async with served() as there:
        yield there
