"""The process that reads pages: a line with a link comes in, a line with what was found goes out.

Its own process, because what strangers send may be made to hang or to fill the memory: then only
this is lost. It ends when nobody listens any more. Run as `python -m indaba.library.timers.worker`.
"""

import asyncio
import json
import os
import resource
import sys
from contextlib import suppress

from indaba.library.timers.fetching import NotRead, Rules, fetch, told

MOST_MEMORY = 768 * 1024 * 1024
NICE = 5


def main() -> None:
    """Answer lines until there are no more."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(NICE)
    for line in sys.stdin:
        found = asyncio.run(_answer(json.loads(line)["link"]))
        sys.stdout.write(f"{found}\n")
        sys.stdout.flush()


async def _answer(link: str) -> str:
    try:
        return json.dumps(told(await fetch(link, Rules())))
    except NotRead as no:
        return json.dumps(told(no))


if __name__ == "__main__":
    main()
