"""How a calendar file describes a time zone (RFC 5545, 3.6.5).

Of a zone, Outlook keeps the STANDARD and the DAYLIGHT that begin last, and repeats both every year
([MS-OXCICAL] 2.1.3.1.1.19). So those two say what comes: as yearly rules where the zone keeps some,
else the next two changes. Where clocks change no more, there is no DAYLIGHT. Parts for earlier
years are only there if the rule does not give those years too, and stand last.

The library's own writer dates each start of summer time an hour late.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from indaba.portal.clock_changes import Change, Clocks

if TYPE_CHECKING:
    from icalendar import Timezone

Part = tuple[Change, str]
"""A change, and the rule by which it comes every year, if there is one."""


def described(zone: str, first_year: int, month: date) -> "Timezone":
    """The VTIMEZONE of an IANA zone from the start of a year on, as it is known in `month`."""
    return _described(ZoneInfo(zone), zone, min(first_year, month.year), month.replace(day=1))


@lru_cache(maxsize=256)
def _described(place: ZoneInfo, zone: str, first_year: int, month: date) -> "Timezone":
    """Cached by the rules in `place` too, as the same zone may come from other zone data."""
    from icalendar import Timezone

    whole, clocks = Timezone(), Clocks.read(place, first_year, month)
    whole.add("TZID", zone)
    for change, rule in _parts(clocks, first_year):
        _add(whole, change, rule, summer=bool(clocks.coming) and change.is_forward)
    return whole


def _parts(clocks: Clocks, first_year: int) -> Iterator[Part]:
    """The changes to tell, the latest first."""
    if clocks.forward is None or clocks.back is None:
        until = [(each, "") for each in _until_next_ones(clocks)]
        yield from reversed([(clocks.start, ""), *until])
        return
    # A rule for all of the years begins the year before, so that it gives their first days too.
    is_for_all = clocks.since <= first_year
    begins = first_year - 1 if is_for_all else clocks.since
    for yearly, change in (clocks.back, clocks.forward):
        yield replace(change, wall=yearly.on(begins)), yearly.rule
    if not is_for_all:
        earlier = [each for each in clocks.all if each.wall.year < clocks.since]
        yield from ((each, "") for each in reversed([clocks.start, *earlier]))


def _until_next_ones(clocks: Clocks) -> Iterator[Change]:
    """All changes until the next one forward and the next one back, without those after them."""
    ahead: set[bool] = set()
    for each in clocks.all:
        if each not in clocks.coming or each.is_forward not in ahead:
            yield each
        if each in clocks.coming:
            ahead.add(each.is_forward)


def _add(whole: "Timezone", change: Change, rule: str, *, summer: bool) -> None:
    from icalendar import TimezoneDaylight, TimezoneStandard, vRecur

    part = TimezoneDaylight() if summer else TimezoneStandard()
    # An onset is wall time by the clock that is being changed (RFC 5545, 3.8.2.4).
    part.add("DTSTART", change.wall)
    part.add("TZOFFSETFROM", change.before)
    part.add("TZOFFSETTO", change.after)
    if rule:
        part.add("RRULE", vRecur.from_ical(rule))
    part.add("TZNAME", change.name)
    whole.add_component(part)
