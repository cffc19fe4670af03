"""The inside of a reading process: one line with a question in, one line out.

A separate process, because untrusted content may hang it or fill its memory: then only this
process is lost. It ends when its parent does, and is confined to what reading takes.
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
from indaba.process.outside.confinement import confine
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
    confine()
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
