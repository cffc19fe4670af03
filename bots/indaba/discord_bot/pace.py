"""Keeps below Discord's limit for a whole bot, which no header tells before it is broken."""

import asyncio
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp

PER_SECOND, AT_ONCE = 44, 5
"""Discord takes fifty a second. What leaves evenly may arrive bunched, so some are kept back.

Beyond that limit discord.py holds back everything, even what has to go out within three seconds.
"""

BESIDE = 0.2
"""The part of a copy of the bot that only hears: all that is posted goes out by another."""

NOT_COUNTED = ("/interactions/", "/webhooks/")
"""What answers interactions: Discord does not count it, and it cannot wait."""


class Pace:
    """Lets requests go one after the other; a few at once after a rest.

    `part` is how much of that is ours now. What counts is when requests did go: after this process
    stood still, those that wait do not leave all at once.
    """

    def __init__(
        self,
        per_second: float = PER_SECOND,
        at_once: int = AT_ONCE,
        part: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._part = part
        self._apart = at_once / per_second
        self._gone: deque[float] = deque(maxlen=at_once)
        self._line = asyncio.Lock()

    async def turn(self) -> None:
        """Wait until the next request may go. Who waits longest goes first."""
        clock = asyncio.get_running_loop().time
        async with self._line:
            await asyncio.sleep(self._left(clock()))
            self._gone.append(clock())

    def _left(self, now: float) -> float:
        """Seconds until another may go, since as many as go at once last went."""
        if len(self._gone) < (self._gone.maxlen or 1):
            return 0.0
        return max(0.0, self._gone[0] + self._apart / self._part() - now)

    def trace(self) -> aiohttp.TraceConfig:
        """What makes an HTTP session keep to it, every new try included."""
        kept = aiohttp.TraceConfig()
        kept.on_request_start.append(self._before)
        return kept

    async def _before(
        self,
        session: aiohttp.ClientSession,  # noqa: ARG002 - aiohttp's own signature
        context: SimpleNamespace,  # noqa: ARG002 - likewise
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        if not any(path in request.url.path for path in NOT_COUNTED):
            await self.turn()
