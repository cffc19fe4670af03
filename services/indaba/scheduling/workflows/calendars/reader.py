"""The process that reads calendars, from outside."""

import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from indaba.process.outside.reader import ReadingProcess, Unreadable
from indaba.scheduling.model.outside import Followed, Found

__all__ = ["CalendarReader", "Read", "Unreadable"]

Read = Callable[[Followed, Iterable[str], datetime], Awaitable[Found | Unreadable]]
PATIENCE = 45.0
WORKER = (sys.executable, "-m", "indaba.scheduling.workflows.calendars.worker")


class CalendarReader(ReadingProcess):
    """Reads one calendar at a time."""

    def __init__(self, worker: Sequence[str] = WORKER, patience: float = PATIENCE) -> None:
        super().__init__(worker, patience)

    async def read(
        self, calendar: Followed, known: Iterable[str], now: datetime
    ) -> Found | Unreadable:
        """What a calendar says, or why that is not known. `known` keys are looked for far ahead."""
        again = calendar.asks_for_changes(now)
        found = await self.ask(
            {
                "link": calendar.link,
                "zone": calendar.zone,
                "now": now.isoformat(),
                "known": sorted(known),
                "etag": calendar.etag if again else "",
                "modified": calendar.modified if again else "",
            }
        )
        return found if isinstance(found, Unreadable) else Found.heard(found)
