"""The reading process from outside: begun on first use, ended when it hangs or has no work."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from indaba.library.timers.page import Page

Read = Callable[[str], Awaitable["Page | Unreadable"]]
PATIENCE = 20.0
WORKER = (sys.executable, "-m", "indaba.library.timers.worker")
_HANDED_ON = ("PATH", "PYTHONPATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")


class Unreadable:
    """A page was not read. `why` is a few words for logs; `again`: it may work later."""

    def __init__(self, why: str, *, again: bool) -> None:
        self.why = why
        self.again = again


class Reader:
    """Reads one page at a time. Secrets of ours and proxies are none of the worker's business."""

    def __init__(self, worker: Sequence[str] = WORKER, patience: float = PATIENCE) -> None:
        self._worker = worker
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, link: str) -> Page | Unreadable:
        """What a page says of itself, or why that is not known. A worker that hangs is killed."""
        try:
            async with asyncio.timeout(self._patience):
                found = await self._ask(link)
        except (TimeoutError, OSError, ValueError):
            await self.close()
            return Unreadable("the worker failed", again=True)
        except asyncio.CancelledError:
            await self.close()
            raise
        if "why" in found:
            return Unreadable(found["why"], again=bool(found["again"]))
        return Page(**found)

    async def close(self) -> None:
        """End the worker; the next page gets a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _ask(self, link: str) -> dict[str, str]:
        process = await self._running()
        if process.stdin is None or process.stdout is None:
            raise OSError
        process.stdin.write(json.dumps({"link": link}).encode() + b"\n")
        await process.stdin.drain()
        found: dict[str, str] = json.loads(await process.stdout.readline())
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
            )
        return self._process
