"""Keeps requests below Discord's global rate limit, of which no header warns in advance."""

import asyncio
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp

PER_SECOND, AT_ONCE = 44, 5
"""Requests. Discord allows 50 a second, and what leaves evenly may arrive in bunches.

Once the limit is exceeded, discord.py delays everything, even what must go out within three
seconds.
"""

BESIDE = 0.2
"""The share of a copy of the bot that only hears, while another copy posts."""

NOT_COUNTED = ("/interactions/", "/webhooks/")
"""Responses to interactions: they do not count towards the limit, and cannot wait."""


class Pace:
    """Spaces out requests, allowing `at_once` of them together after a quiet moment.

    `part` is our share of the limit now, from 0 to 1. Turns are timed by when requests really went,
    so those that waited while the process stood still do not leave all at once.
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
        """Wait until the next request may go. Requests go in the order they came."""
        clock = asyncio.get_running_loop().time
        async with self._line:
            await asyncio.sleep(self._left(clock()))
            self._gone.append(clock())

    def _left(self, now: float) -> float:
        """Seconds until another request may go."""
        if len(self._gone) < (self._gone.maxlen or 1):
            return 0.0
        return max(0.0, self._gone[0] + self._apart / self._part() - now)

    def trace(self) -> aiohttp.TraceConfig:
        """A trace that makes an HTTP session keep this pace, retries included."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._before)
        return config

    async def _before(
        self,
        session: aiohttp.ClientSession,  # noqa: ARG002 - aiohttp's own signature
        context: SimpleNamespace,  # noqa: ARG002 - likewise
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        if not any(path in request.url.path for path in NOT_COUNTED):
            await self.turn()
