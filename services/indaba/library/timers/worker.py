"""The process that reads pages: `python -m indaba.library.timers.worker`."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from indaba.library.timers.fetching import Rules, fetch
from indaba.process.outside.worker import serve


def main() -> None:
    """Answer each line, which holds a link, until there are no more."""
    serve(_answer)


async def _answer(question: dict[str, Any]) -> Mapping[str, Any]:
    return asdict(await fetch(question["link"], Rules()))


if __name__ == "__main__":
    main()
