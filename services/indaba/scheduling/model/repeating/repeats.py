"""A series of meetings: its rule, and the single dates that differ from it.

All times are naive wall time in the series' zone, so that 14:00 stays 14:00 across clock changes. A
date whose wall time the clocks skip is held when RFC 5545 (3.8.5.3 with 3.3.5), and so calendar
apps, have it: later by as much as the clocks jump, 03:30 for 02:30, the same instant as
`wall_time.instant` returns. 3.3.10 would drop the date instead, and nobody would know why there was
no meeting. Of a wall time that comes twice, the first is meant.

Skipped, avoided and moved dates count towards a rule's COUNT. Dates added or moved by hand are held
even on avoided days, because somebody chose them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from indaba.recurrence import BadRule, occurrences
from indaba.recurrence.rule import Rule, check_for_meetings
from indaba.scheduling.model.repeating.avoiding import Avoid, Avoided, Calendar
from indaba.scheduling.model.wall_time import exists, instant, wall, zone_named

MOST_DATES = 1_000
FURTHEST_LOOK = timedelta(days=366 * 50)
FIRST_YEAR, LAST_YEAR = 1971, 2200
_LONGEST_JUMP = timedelta(days=2)
_MOST_AVOIDED = 1_000
_END = datetime(9990, 1, 1)  # noqa: DTZ001 - wall time


@dataclass(frozen=True, slots=True)
class Date:
    """One date. `original` is where the rule has it (RECURRENCE-ID), `starts` when it is held.

    `jumped` says that the clocks skip the intended wall time.
    """

    original: datetime
    starts: datetime
    moved: bool = False
    added: bool = False
    jumped: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A date of the rule that is not held, with the name of the holiday."""

    original: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Coming:
    """Dates in the order they are held, those left out, and whether terms were missing."""

    dates: tuple[Date, ...]
    left_out: tuple[LeftOut, ...] = ()
    unknown_terms: bool = False


@dataclass(frozen=True, slots=True)
class Repeats:
    """A series. `skipped` and the keys of `moved` are dates as the rule has them."""

    first: datetime
    zone: str
    rule: Rule
    skipped: frozenset[datetime] = frozenset()
    added: frozenset[datetime] = frozenset()
    moved: Mapping[datetime, datetime] = field(default_factory=dict)
    avoiding: Avoid = field(default_factory=Avoid)

    def dates(
        self,
        after: datetime,
        before: datetime | None,
        most: int,
        calendar: Calendar | None = None,
    ) -> tuple[Date, ...]:
        """The dates held from `after` (inclusive) to `before` (exclusive), soonest first."""
        return self.coming(after, before, most, calendar).dates

    def coming(
        self,
        after: datetime,
        before: datetime | None,
        most: int,
        calendar: Calendar | None = None,
    ) -> Coming:
        """As `dates`, with those left out. At most 1,000 dates, within 50 years.

        Raises `UnknownZone` and `UnknownHolidays`.
        """
        end = min(before or _END, _later(after, FURTHEST_LOOK))
        look = _Look(self, zone_named(self.zone), calendar or Calendar())
        dates = islice(look.held(after, end), max(0, min(most, MOST_DATES)))
        return Coming(tuple(dates), tuple(look.left_out), look.unknown_terms)

    def originals(self, after: datetime) -> Iterator[datetime]:
        """The rule's dates from `after` on, whatever became of them."""
        return occurrences(self.rule, self.first, after)

    def has(self, original: datetime) -> bool:
        """Whether the rule gives that date."""
        return next(self.originals(original), None) == original

    def checked(self) -> "Repeats":
        """The series itself. Raises `BadRule`, `UnknownZone` or `UnknownHolidays`."""
        zone_named(self.zone)
        check_for_meetings(self.rule)
        self.avoiding.check()
        if not FIRST_YEAR <= self.first.year <= LAST_YEAR:
            raise BadRule(f"A series begins between {FIRST_YEAR} and {LAST_YEAR}.")
        if self.first.tzinfo or self.first.microsecond:
            raise BadRule("The first date of a series is wall time in whole seconds.")
        if next(self.originals(self.first), None) is None:
            raise BadRule("That rule has no dates.")
        return self

    def from_its_first(self) -> "Repeats":
        """The same series, with the first date of the rule as its `first`."""
        return replace(self, first=next(self.originals(self.first), self.first))


class _Look:
    """One pass over a period of a series, which notes what is left out."""

    def __init__(self, series: Repeats, place: ZoneInfo, calendar: Calendar) -> None:
        self.series, self.place, self.calendar = series, place, calendar
        self.left_out: list[LeftOut] = []
        self.unknown_terms = False

    def held(self, after: datetime, end: datetime) -> Iterator[Date]:
        """The dates held in the period, in the order they start."""
        both = merge(self._by_rule(after, end), self._by_hand(), key=lambda date: date.starts)
        return takewhile(lambda d: d.starts < end, (d for d in both if d.starts >= after))

    def _by_rule(self, after: datetime, end: datetime) -> Iterator[Date]:
        """The rule's dates, from a little earlier, as the clocks may move one into the period."""
        earlier = after - _LONGEST_JUMP if after > self.series.first else self.series.first
        for original in self.series.originals(earlier):
            if original >= end or len(self.left_out) > _MOST_AVOIDED:
                return
            if original in self.series.skipped or original in self.series.moved:
                continue
            date = self._date(original, original)
            if date.starts < after:
                continue
            avoided = self.calendar.avoided(original.date(), self.series.avoiding)
            if not self._is_left_out(original, avoided):
                yield date

    def _is_left_out(self, original: datetime, avoided: Avoided) -> bool:
        self.unknown_terms |= avoided.unknown
        if avoided.why:
            self.left_out.append(LeftOut(original, avoided.why))
        return bool(avoided.why)

    def _by_hand(self) -> Iterable[Date]:
        moved = [self._date(at, to, moved=True) for at, to in self.series.moved.items()]
        added = [self._date(at, at, added=True) for at in self.series.added]
        return sorted(moved + added, key=lambda date: date.starts)

    def _date(
        self, original: datetime, starts: datetime, *, moved: bool = False, added: bool = False
    ) -> Date:
        if exists(starts, self.place):
            return Date(original, starts, moved=moved, added=added)
        held = wall(instant(starts, self.place), self.place)
        return Date(original, held, moved=moved, added=added, jumped=True)


def _later(at: datetime, by: timedelta) -> datetime:
    return at + by if at < _END - by else _END
