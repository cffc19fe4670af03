"""Runs the process that reads calendars, seen from outside."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from indaba.process.outside.reader import ReadingProcess, Unreadable, reading
from indaba.scheduling.model.outside import CalendarDates, Followed

__all__ = ["CalendarReader", "Read", "Unreadable"]

Read = Callable[[Followed, Iterable[str], datetime], Awaitable[CalendarDates | Unreadable]]
PATIENCE = 45.0
WORKER = reading("indaba.scheduling.workflows.calendars.worker")


class CalendarReader(ReadingProcess):
    """Reads one calendar at a time in a process of its own."""

    def __init__(self, worker: Sequence[str] = WORKER, patience: float = PATIENCE) -> None:
        super().__init__(worker, patience)

    async def read(
        self, calendar: Followed, known: Iterable[str], now: datetime
    ) -> CalendarDates | Unreadable:
        """The dates of a calendar, or why they cannot be read.

        Dates with `known` keys are looked for far ahead.
        """
        again = calendar.asks_for_changes(now)
        reply = await self.ask(
            {
                "link": calendar.link,
                "zone": calendar.zone,
                "now": now.isoformat(),
                "known": sorted(known),
                "etag": calendar.etag if again else "",
                "modified": calendar.modified if again else "",
            }
        )
        return reply if isinstance(reply, Unreadable) else CalendarDates.from_json(reply)
