"""Runs the process that reads pages, seen from outside."""

from collections.abc import Awaitable, Callable, Sequence

from indaba.library.timers.page import Page
from indaba.process.outside.reader import ReadingProcess, Unreadable, reading

__all__ = ["Read", "Reader", "Unreadable"]

Read = Callable[[str], Awaitable[Page | Unreadable]]
PATIENCE = 20.0
WORKER = reading("indaba.library.timers.worker")


class Reader(ReadingProcess):
    """Reads one page at a time in a process of its own."""

    def __init__(self, worker: Sequence[str] = WORKER, patience: float = PATIENCE) -> None:
        super().__init__(worker, patience)

    async def read(self, link: str) -> Page | Unreadable:
        """What a page says about itself, or why it cannot be read."""
        answer = await self.ask({"link": link})
        return answer if isinstance(answer, Unreadable) else Page(**answer)
