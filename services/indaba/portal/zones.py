"""How a calendar file describes a time zone: its changes in given years (RFC 5545, 3.6.5).

The library's own writer dates each start of summer time an hour late, so the changes are read from
the time-zone database here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_SECOND = timedelta(seconds=1)


def described(zone: str, first_year: int, last_year: int) -> "Timezone":
    """The VTIMEZONE of an IANA zone, from the start of the first year to the end of the last."""
    return _described(ZoneInfo(zone), zone, first_year, last_year)


@lru_cache(maxsize=256)
def _described(place: ZoneInfo, zone: str, first_year: int, last_year: int) -> "Timezone":
    """Cached by the rules in `place` too, as the same zone may come from other zone data."""
    from icalendar import Timezone

    begin = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC) + timedelta(days=1)
    whole = Timezone()
    whole.add("TZID", zone)
    whole.add_component(_observance(begin, begin.astimezone(place), begin.astimezone(place)))
    for change in _changes(place, begin, end):
        before = (change - _SECOND).astimezone(place)
        whole.add_component(_observance(change, before, change.astimezone(place)))
    return whole


def _changes(place: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants in UTC, to the second, at which clocks or their name change."""
    day = begin
    while day < end:
        following = day + timedelta(days=1)
        if _rule(day, place) != _rule(following, place):
            yield _first(place, day, following)
        day = following


def _first(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second under the new rule, between two instants."""
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _rule(middle, place) == _rule(before, place):
            before = middle
        else:
            after = middle
    return after


def _rule(moment: datetime, place: ZoneInfo) -> tuple[timedelta | None, str | None]:
    local = moment.astimezone(place)
    return local.utcoffset(), local.tzname()


def _observance(
    change: datetime, before: datetime, after: datetime
) -> "TimezoneStandard | TimezoneDaylight":
    from icalendar import TimezoneDaylight, TimezoneStandard

    # Some zones, such as Morocco's, put clocks back for part of the year, which is not summer time.
    summer = (after.dst() or timedelta()) > timedelta()
    part = TimezoneDaylight() if summer else TimezoneStandard()
    offset = before.utcoffset() or timedelta()
    # An onset is wall time by the clock that is being changed (RFC 5545, 3.8.2.4).
    part.add("DTSTART", (change + offset).replace(tzinfo=None))
    part.add("TZOFFSETFROM", offset)
    part.add("TZOFFSETTO", after.utcoffset() or timedelta())
    part.add("TZNAME", after.tzname() or "")
    return part
