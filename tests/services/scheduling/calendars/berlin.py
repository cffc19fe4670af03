"""What tests of the reader begin with: a zone as calendar programs define it, and a day."""

from datetime import UTC, datetime

from indaba.scheduling.model.outside.dates import CalendarDates
from indaba.scheduling.model.outside.reading import read_calendar

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
JOHANNESBURG = "Africa/Johannesburg"

BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""


def read(
    body: bytes, zone: str = JOHANNESBURG, known: frozenset[str] = frozenset()
) -> CalendarDates:
    return read_calendar(body, zone, NOW, known)
