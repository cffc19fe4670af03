"""Child processes that never outlive us."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indaba.operate.local.engines.identity import Identity, ourselves
from indaba.operate.local.engines.trouble import EngineFailed

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT = 8_000_000
_TICK = 0.005


@dataclass(frozen=True)
class Order:
    """What to start and how to stop it.

    `farewell` is sent by `Child.stop`, and by the kernel when we die. `log` receives both
    outputs; at 8 MB the last one is kept as `.1` at the next start.
    """

    name: str
    command: Sequence[str]
    log: Path
    farewell: signal.Signals = signal.SIGTERM
    inherited: Sequence[int] = ()
    environment: Mapping[str, str] | None = None
    identity: Identity = field(default_factory=ourselves)


class Child:
    """A running process of ours, in a session of its own, so Ctrl-C reaches only us."""

    def __init__(self, order: Order, process: subprocess.Popen[bytes]) -> None:
        self.order = order
        self._process = process

    @property
    def pid(self) -> int:
        """Also the number of its process group and session."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once it has ended, however."""
        return self._process.poll() is None

    async def ready(self, answers: Callable[[], bool], patience: float) -> None:
        """Waits until `answers` says so.

        Raises EngineFailed when the process ends first or `patience` seconds have passed.
        """
        until = time.monotonic() + patience
        while not answers():
            if not self.alive:
                raise EngineFailed(self.order.name, "stopped while starting", self.order.log)
            if time.monotonic() > until:
                why = f"did not answer within {patience:.0f} seconds"
                raise EngineFailed(self.order.name, why, self.order.log)
            await asyncio.sleep(_TICK)

    async def finished(self, patience: float) -> int:
        """The exit code. Raises EngineFailed after `patience` seconds."""
        until = time.monotonic() + patience
        while (code := self._process.poll()) is None:
            if time.monotonic() > until:
                raise EngineFailed(self.order.name, "did not finish", self.order.log)
            await asyncio.sleep(_TICK)
        return code

    async def stop(self, patience: float = 20.0) -> None:
        """Says farewell, waits, then kills the whole group. Idempotent."""
        if self.alive:
            self._process.send_signal(self.order.farewell)
        try:
            await self.finished(patience)
        except EngineFailed:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()


def spawn(order: Order) -> Child:
    """Starts a process that dies when we die, however we die.

    Must run on the main thread: the kernel's parent-death signal follows the thread that forked.
    Raises EngineFailed when the program cannot be run at all.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("engines are started from the main thread only")
    order.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _roll(order.log)
    try:
        return Child(order, _start(order))
    except (OSError, subprocess.SubprocessError) as problem:
        raise EngineFailed(order.name, f"could not be started: {problem}") from problem


def _start(order: Order) -> subprocess.Popen[bytes]:
    with order.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own programs and words
            list(order.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(order.environment) if order.environment is not None else None,
            pass_fds=tuple(order.inherited),
            preexec_fn=_last_will(order),  # noqa: PLW1509 - calls the kernel only, takes no lock
            cwd="/",
        )


def _last_will(order: Order) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()
        order.identity.enter()
        # After the change of identity: the kernel clears the parent-death signal there.
        libc.prctl(_PR_SET_PDEATHSIG, int(order.farewell), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _roll(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
