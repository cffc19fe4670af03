"""The client of a reading process: started on first use, ended when it hangs or is idle."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

MOST_TOLD = 4 * 1024 * 1024
"""Bytes of one answer."""

_HANDED_ON = ("PATH", "PYTHONPATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")


def reading(module: str) -> tuple[str, ...]:
    """The command of a reading process, which imports nothing from the current folder."""
    return (sys.executable, "-P", "-m", module)


async def ended(process: asyncio.subprocess.Process) -> None:
    """See that a process has ended: Ctrl-C does not reach one in a session of its own."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()


class Unreadable:
    """It could not be read. `why` is a few words for logs; `again`: it may work later."""

    def __init__(self, why: str, *, again: bool) -> None:
        self.why = why
        self.again = again


class ReadingProcess:
    """Reads one thing at a time. The worker gets none of our secrets or proxies."""

    def __init__(self, worker: Sequence[str], patience: float) -> None:
        self._worker = worker
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any] | Unreadable:
        """The worker's answer, or why there is none. A worker that hangs is killed."""
        try:
            async with asyncio.timeout(self._patience):
                found = await self._ask(question)
        except (TimeoutError, OSError, ValueError):
            await self.close()
            return Unreadable("the worker failed", again=True)
        except asyncio.CancelledError:
            await self.close()
            raise
        if "why" in found:
            return Unreadable(found["why"], again=bool(found["again"]))
        return found

    async def close(self) -> None:
        """End the worker; the next question gets a new one."""
        process, self._process = self._process, None
        if process is not None:
            await ended(process)

    async def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        process = await self._running()
        if process.stdin is None or process.stdout is None or process.stdin.is_closing():
            raise OSError
        process.stdin.write(json.dumps(question).encode() + b"\n")
        await process.stdin.drain()
        found: dict[str, Any] = json.loads(await process.stdout.readline())
        return found

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._worker,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in _HANDED_ON if name in os.environ},
                start_new_session=True,
                limit=MOST_TOLD,
            )
        return self._process
