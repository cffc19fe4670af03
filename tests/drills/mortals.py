"""Processes that are killed and born again."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

from workshop import PRIVATE_KEY, PUBLIC_KEY

Live = Callable[..., None]
Step = tuple[type, str, bool]
"""What to die around: class, method, and whether after it instead of before."""
Nursery = multiprocessing.context.ForkServerContext


@contextmanager
def nursery(*loaded: str) -> Iterator[Nursery]:
    """Where processes come from that have loaded everything already."""
    before = os.environ.get("PASSPORT_KEYS"), os.environ.get("PYTHONPATH")
    os.environ["PASSPORT_KEYS"] = f"{PRIVATE_KEY}|{PUBLIC_KEY}"
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(Path(__file__).parents[1]), before[1]))
    )
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(loaded))
    yield context
    for name, value in zip(("PASSPORT_KEYS", "PYTHONPATH"), before, strict=True):
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


class Mortal:
    """A process that is killed at given moments, and begins again at once."""

    def __init__(self, context: Nursery, live: Live, *arguments: object) -> None:
        self._context = context
        self._live = live
        self._arguments = arguments
        self._process: BaseProcess | None = None
        self.deaths = 0

    def begin(self) -> None:
        self._process = self._context.Process(target=self._live, args=self._arguments, daemon=True)
        self._process.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def freeze(self) -> None:
        """Stand still: alive, and doing nothing."""
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._tell(signal.SIGCONT)

    def _tell(self, what: int) -> None:
        if self._process is not None and self._process.pid is not None:
            os.kill(self._process.pid, what)

    def death(self, patience: float) -> int | None:
        """How it ended by itself, once it has; `None` where it still lives then."""
        assert self._process is not None
        self._process.join(patience)
        return self._process.exitcode

    async def live_through(self, moments: Sequence[float]) -> None:
        """Die at each moment, in seconds from now."""
        began = asyncio.get_running_loop().time()
        for moment in sorted(moments):
            left = began + moment - asyncio.get_running_loop().time()
            await asyncio.sleep(max(0.0, left))
            await asyncio.to_thread(self.kill)
            self.deaths += 1
            self.begin()


def die_around(step: Step, survived: int) -> None:
    """Have this process end itself around a method, once that went well so often."""
    cls, name, after = step
    original: Callable[..., Any] = getattr(cls, name)
    passed: list[int] = []

    async def deadly(*args: Any, **kwargs: Any) -> Any:
        passed.append(1)
        if len(passed) <= survived:
            return await original(*args, **kwargs)
        if after:
            await original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    setattr(cls, name, deadly)


def moments(random: Random, count: int, seconds: float) -> list[float]:
    """That many moments, at least a quarter of their mean distance apart."""
    step = seconds / (count + 1)
    return [step * (number + 1) + random.uniform(-0.35, 0.35) * step for number in range(count)]
