"""Background work that belongs to a process: named, restarted when it fails, stopped with it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from indaba.process import logs

RESTART_SECONDS = 1.0
FETCH_SECONDS = 30.0
IDLE_SECONDS = 60.0
SIDE_BY_SIDE = 6
"""How many parts are done at once, so that other work is not crowded out."""

Act = Callable[[], Awaitable[None]]


async def pause(seconds: float) -> None:
    """Sleep between two rounds of a loop. Ends the loop if it was cancelled meanwhile."""
    _end_if_cancelled()
    await asyncio.sleep(seconds)


def _end_if_cancelled() -> None:
    """Raise a cancellation that was swallowed during a round.

    redis-py sends under `wait_for`, which forgets a cancellation in Python 3.11 if a result arrives
    at the same time.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Loops:
    """The background loops of one part. A loop that raises is logged and restarted."""

    def __init__(self, process: str) -> None:
        self._process = process
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def begin(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Run `loop` until `stop`."""
        self._tasks.append(asyncio.create_task(self._keep(name, loop), name=name))

    async def stop(self) -> None:
        """Cancel all loops and wait for them."""
        self._stopping = True
        left = set(self._tasks)
        while left:
            for task in left:
                task.cancel()
            # A driver that is cancelled amid its own clean-up may swallow it: say it again.
            _, left = await asyncio.wait(left, timeout=1)
        self._tasks.clear()
        self._stopping = False

    async def _keep(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping:
            try:
                await loop()
            except Exception as error:  # noqa: BLE001 - a loop must outlive any one failure
                logs.get(process=self._process).warning(
                    "loop.failed", loop=name, error=type(error).__name__
                )
                await asyncio.sleep(RESTART_SECONDS)
            else:
                return


class Wake:
    """A bell: `ring` ends the present or next `wait` at once; otherwise it ends by itself."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Wait for the bell, at most `seconds`."""
        _end_if_cancelled()
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


async def fetch_for_ever(one: Callable[[], Awaitable[bool]], wake: Wake, close: Act) -> None:
    """Do `one` until it finds nothing due, then wait for the bell, at most `FETCH_SECONDS`.

    `close` lets go of what the work holds open: after `IDLE_SECONDS` without any, and at the end;
    it is called repeatedly.
    """
    loop, idle_since = asyncio.get_running_loop(), 0.0
    try:
        while True:
            if await one():
                idle_since = loop.time()
                continue
            if loop.time() - idle_since > IDLE_SECONDS:
                await close()
            await wake.wait(FETCH_SECONDS)
    finally:
        await close()


async def in_parts(parts: Sequence[Sequence[Act]]) -> None:
    """Handle several groups concurrently, a few at once; within a group, one after the other."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(acts: Sequence[Act]) -> None:
        async with gate:
            for act in acts:
                await act()

    async with asyncio.TaskGroup() as going:
        for acts in parts:
            going.create_task(one(acts))
