"""The inside of a process that reads for us: a line with a question comes in, one goes out.

Its own process, because what strangers send may be made to hang or to fill the memory: then only
this is lost. It ends when nobody listens any more.
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from indaba.process import zones
from indaba.process.outside.fetching import NotRead

MOST_MEMORY = 768 * 1024 * 1024
NICE = 5


def serve(answer: Callable[[dict[str, Any]], Awaitable[Mapping[str, Any]]]) -> None:
    """Answer lines until there are no more; `answer` may raise `NotRead`."""
    zones.use_pinned()
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(NICE)
    for line in sys.stdin:
        told = asyncio.run(_told(answer, json.loads(line)))
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()


async def _told(
    answer: Callable[[dict[str, Any]], Awaitable[Mapping[str, Any]]], question: dict[str, Any]
) -> dict[str, Any]:
    try:
        return dict(await answer(question))
    except NotRead as no:
        return {"why": no.why, "again": no.again}
