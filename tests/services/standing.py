"""A town that stands for a whole file of tests. Before each of them, everything in it is emptied.

Starting services costs more than most tests do.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from clock import TestWorld
from databases import Databases
from indaba.bus.streams import events_of
from indaba.ledger import Ledger
from services.town import Town, started, wired
from workshop import emptied, rows, until

ON_ONE_LOOP = 'pytestmark = pytest.mark.asyncio(loop_scope="module")'
BEGUN_WITH = ("marks",)
"""What a service wrote as it started: the bus's data and the zone data it knows."""


class Standing:
    """`await cleared(request)` is a town where nothing has happened yet."""

    def __init__(
        self,
        services: tuple[str, ...],
        databases: Databases,
        bus_url: str,
        forget: Callable[[], None] = lambda: None,
        **given: Mapping[str, Any],
    ) -> None:
        self._services = services
        self._databases = databases
        self._bus_url = bus_url
        self._forget = forget
        self._given = given
        self._open = AsyncExitStack()
        self._town: Town | None = None
        self._begun_with: list[Ledger] = []
        self._empty: list[Callable[[], Awaitable[bool]]] = []

    async def cleared(self, request: pytest.FixtureRequest) -> Town:
        """The town as before, emptied; a new one if a test broke a part of it."""
        marker = request.node.get_closest_marker("asyncio")
        if marker is None or marker.kwargs.get("loop_scope") != "module":
            pytest.fail(f"This town stands for a whole file, which must say: {ON_ONE_LOOP}")
        if self._town is None or not await self._emptied(self._town):
            await self.end()
            self._town = await self._begin()
        self._forget()
        return self._town

    async def end(self) -> None:
        await self._open.aclose()
        self._open, self._town = AsyncExitStack(), None

    async def _emptied(self, town: Town) -> bool:
        """Whether the town is again as it began; one of which a test broke a part is not."""
        ledgers = list(town.ledgers.values())
        if ledgers != self._begun_with or not all(ledger._up for ledger in ledgers):
            return False
        await _settle(town)
        return all([await empty() for empty in self._empty])

    async def _begin(self) -> Town:
        town = await self._open.enter_async_context(self._begun())
        self._begun_with = list(town.ledgers.values())
        self._empty = [
            await self._open.enter_async_context(
                self._databases.emptying(str(ledger.database.url.database), *BEGUN_WITH)
            )
            for ledger in self._begun_with
        ]
        return town

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[Town]:
        clock, bus_url = TestWorld(), emptied(self._bus_url)
        async with self._databases.lending() as database:
            ledgers = await wired(self._services, database, bus_url, clock, **self._given)
            async with started(ledgers, bus_url, clock) as there:
                yield there


async def _settle(town: Town) -> None:
    """Put the clock right, so that no timer is due; let what is under way end; forget events."""
    town.clock.ahead = timedelta()
    for ledger in town.ledgers.values():
        await until(_all_done(ledger))
    for name in town.ledgers:
        await town.bus.client.xtrim(events_of(name), maxlen=0, approximate=False)


def _all_done(ledger: Ledger) -> Callable[[], Awaitable[bool]]:
    async def so() -> bool:
        if ledger._timers._in_hand or await ledger.bus.oldest_request():
            return False
        return not any((await ledger.bus.behind()).values()) and not await rows(
            ledger, "SELECT 1 FROM ledger.outbox"
        )

    return so
