"""Discord's limits: a bucket per route and place, fifty a second over all, and how often in vain.

Only the headers tell a bot of them. The sizes are those that bots see; Discord promises none.
"""

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field

PER_SECOND = 50
"""Requests of one bot, whatever they are for; what answers interactions is not counted."""

SIZES: dict[str, tuple[int, float]] = {
    "say": (5, 5.0),
    "edit": (5, 5.0),
    "react": (1, 0.25),
    "read": (5, 1.0),
    "thread": (50, 300.0),
    "whisper": (5, 2.0),
    "direct": (10, 10.0),
    "events": (5, 60.0),
}
"""How many requests in how many seconds, by what they do."""

INVALID = frozenset({401, 403, 429})


@dataclass
class Window:
    """One bucket's present window."""

    ends: float
    used: int = 0


@dataclass
class Refusal:
    """One 429: for how long, and for whom."""

    after: float
    scope: str


@dataclass
class Buckets:
    """Counts requests and refuses those beyond a limit."""

    sizes: dict[str, tuple[int, float]] = field(default_factory=lambda: dict(SIZES))
    per_second: int = PER_SECOND
    refused: Counter[str] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    early: int = 0
    """Requests that came although a 429 had named a later time."""

    peak: int = 0
    """The most counted requests that came within one second."""

    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    _last_second: deque[float] = field(default_factory=deque)
    _shut_until: dict[tuple[str, str], float] = field(default_factory=dict)

    def take(self, doing: str, place: str, *, counted: bool) -> Refusal | None:
        """Count a request; what it is told where it goes beyond a limit."""
        now = time.monotonic()
        self._note_if_early((doing, place), now)
        if counted and (over := self._over_all(now)):
            return self._refuse(("", ""), over, "global", now)
        limit, per = self.sizes.get(doing, (0, 0.0))
        if not limit:
            return None
        window = self._window(doing, place, per, now)
        window.used += 1
        if window.used > limit:
            return self._refuse((doing, place), window.ends - now, "user", now)
        return None

    def headers(self, doing: str, place: str) -> dict[str, str]:
        """How the bucket stands, as Discord says it."""
        limit, per = self.sizes.get(doing, (0, 0.0))
        if not limit:
            return {}
        window = self._window(doing, place, per, time.monotonic())
        left = max(0.0, window.ends - time.monotonic())
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": f"{doing:0<32}",
        }

    @property
    def in_vain(self) -> int:
        """Requests that Discord counts as invalid: ten thousand in ten minutes bar a bot."""
        return sum(times for status, times in self.answered.items() if status in INVALID)

    def _over_all(self, now: float) -> float:
        recent = self._last_second
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= self.per_second:
            return recent[0] + 1 - now
        recent.append(now)
        self.peak = max(self.peak, len(recent))
        return 0.0

    def _window(self, doing: str, place: str, per: float, now: float) -> Window:
        window = self._windows.get((doing, place))
        if window is None or window.ends <= now:
            window = self._windows[doing, place] = Window(now + per)
        return window

    def _refuse(self, which: tuple[str, str], after: float, scope: str, now: float) -> Refusal:
        after = max(after, 0.05)
        self.refused[scope] += 1
        self._shut_until[which] = now + after
        return Refusal(after, scope)

    def _note_if_early(self, which: tuple[str, str], now: float) -> None:
        # A timer may ring a moment early.
        if self._shut_until.get(which, 0.0) > now + 0.02:
            self.early += 1


async def slowly(seconds: float) -> None:
    """The way there and back, where it is to take its time."""
    if seconds:
        await asyncio.sleep(seconds)
