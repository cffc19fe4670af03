"""Start and stop: the process owns signals; parts own their work."""

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import uvloop

from indaba.process import logs, zones

T = TypeVar("T")


def live(work: Coroutine[Any, Any, T]) -> T:
    """Run a process's main function on libuv's loop: half the cost of a message is the loop's.

    Decision 0020 has the figures beside asyncio's own loop.
    """
    return uvloop.run(work)


def begin_worker() -> None:
    """Begin a spawned worker of a pool: it reads our zones, and leaves Ctrl-C to its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    zones.use_pinned()


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a part can do its work, and in words why not (empty when it can)."""

    name: str
    ok: bool
    why: str = ""


class Part(Protocol):
    """One service or face. A process runs one part, `indaba up` runs all in one process."""

    name: str

    async def start(self) -> None:
        """Start. Waits, and says so, while an engine is not available yet."""
        ...

    async def stop(self) -> None:
        """Finish work in progress and stop. Safe to call if `start` did not finish."""
        ...

    async def ready(self) -> Readiness:
        """Whether the part can do its work now."""
        ...


def stop_signals() -> asyncio.Event:
    """An event that is set by SIGINT or SIGTERM. Call inside the running loop."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def start_all(parts: Sequence[Part]) -> None:
    """Start parts at the same time: none needs another to be there first."""
    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(part.start())


async def stop_all(parts: Sequence[Part]) -> None:
    """Stop parts, the last first; one that fails does not keep the others running."""
    for part in reversed(parts):
        try:
            async with asyncio.timeout(10):
                await part.stop()
        except Exception as error:  # noqa: BLE001 - stopping goes on
            logs.get(process=part.name).warning("part.stop-failed", error=type(error).__name__)


async def run(parts: Sequence[Part], stopped: asyncio.Event | None = None) -> None:
    """Run parts until a stop signal."""
    stop = stopped or stop_signals()
    starting = asyncio.create_task(start_all(parts))
    waiting = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            logs.get().info("process.started", parts=[part.name for part in parts])
            await waiting
    finally:
        starting.cancel()
        waiting.cancel()
        await stop_all(parts)
