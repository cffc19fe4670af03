"""The dates of an entry and its exceptions (RFC 5545, 3.8.4.4 and 3.8.5)."""

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import takewhile

from indaba.recurrence import BadRule, Frequency, Rule, occurrences
from indaba.scheduling.model.outside.dates import OutsideDate
from indaba.scheduling.model.outside.entries import (
    UNREADABLE,
    Entry,
    LeftOut,
    Moment,
    Time,
    minutes_of,
)
from indaba.scheduling.model.outside.lines import CalendarRefused
from indaba.scheduling.model.outside.reasons import TOO_MUCH
from indaba.scheduling.model.wall_time import instant, wall

BACK = timedelta(days=1)
AHEAD = timedelta(days=180)
FAR_AHEAD = timedelta(days=700)
"""How far ahead single dates and exceptions are read: one moved far ahead is not removed."""

TOO_OFTEN = "They repeat more often than meetings do."
MOST_TIMES_A_DAY = 12
MOST_STEPS = 300_000
MOST_SECONDS = 20.0


@dataclass(slots=True)
class Effort:
    """The work spent on a file so far, in dates examined and seconds of processor time."""

    steps: int = 0
    began: float = field(default_factory=time.process_time)

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises `CalendarRefused` once it is too much."""
        self.steps += steps
        if self.steps > MOST_STEPS or time.process_time() - self.began > MOST_SECONDS:
            raise CalendarRefused(TOO_MUCH)


@dataclass(frozen=True, slots=True)
class Window:
    """The period in which dates are looked for; `left_out` counts by reason what gives none."""

    now: datetime
    effort: Effort
    left_out: Counter[str] = field(default_factory=Counter)

    def has(self, moment: Moment) -> bool:
        """Whether a single date is in the period."""
        return self.now - BACK <= moment.at <= self.now + FAR_AHEAD

    def walls(self, entry: Entry, moved: "Moves") -> tuple[datetime, datetime]:
        """The first and last wall time for dates of a series, in whole days.

        A day's dates are numbered, so all of them are needed; and those that a change of "this and
        future" dates moves into the period.
        """
        first = wall(self.now - BACK, entry.starts.zone) - moved.ahead
        last = wall(self.now + AHEAD, entry.starts.zone) + moved.back
        return first.replace(hour=0, minute=0, second=0, microsecond=0), last


@dataclass(frozen=True, slots=True)
class Moves:
    """How far at most dates are moved ahead and back."""

    ahead: timedelta = timedelta()
    back: timedelta = timedelta()


class Exceptions:
    """The entries that replace dates of a series, by the date they replace."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._instead = {_when(each.instead_of): each for each in entries}
        later = [
            (each.instead_of, each)
            for each in entries
            if each.and_later and isinstance(each.instead_of, Moment)
        ]
        self._later = sorted(later, key=lambda change: change[0].at)
        self._starts = [original.at for original, _ in self._later]
        self._used: set[int] = set()

    def to(self, original: Moment) -> Entry | None:
        """The entry that replaces a date of the series, given by its time or its day."""
        entry = self._instead.get(original.at) or self._instead.get(original.wall.date())
        if entry is not None:
            self._used.add(id(entry))
        return entry

    def later(self, original: Moment) -> Entry | None:
        """A later date, as changed by an entry for "this and future" dates."""
        place = bisect_right(self._starts, original.at)
        if not place:
            return None
        changed, entry = self._later[place - 1]
        shift = entry.starts.wall - wall(changed.at, entry.starts.zone)
        at = wall(original.at, entry.starts.zone) + shift
        return replace(entry, starts=entry.starts.on(at))

    def moves(self) -> Moves:
        """How far changes of "this and future" dates move them."""
        shifts = [entry.starts.at - original.at for original, entry in self._later]
        none = timedelta()
        a_day = timedelta(days=1) if shifts else none
        return Moves(max([none, *shifts]) + a_day, -min([none, *shifts]) + a_day)

    def unused(self) -> list[Entry]:
        """Exceptions that no date of the series asked for, and that are not cancelled."""
        return [e for e in self._entries if id(e) not in self._used and not e.cancelled]


def _when(original: Time | None) -> datetime | date | None:
    return original.at if isinstance(original, Moment) else original


def dates_of(
    master: Entry | None, entries: Sequence[Entry], window: Window
) -> Iterator[OutsideDate]:
    """The dates of a series and the exceptions to it, in no order.

    Raises `LeftOut` or `CalendarRefused`. `entries` are the exceptions to `master`.
    """
    if master is not None and master.cancelled:
        return
    if master is not None and not master.repeats:
        yield from _one(master, "", window)
        return
    exceptions = Exceptions(entries)
    if master is not None:
        yield from _series(master, exceptions, window)
    for exception in exceptions.unused():
        yield from _one(exception, _day(exception.instead_of, master, window.effort), window)


def _one(entry: Entry, day: str, window: Window) -> Iterator[OutsideDate]:
    window.effort.spend()
    if window.has(entry.starts):
        yield _date(entry, day)


def _series(master: Entry, exceptions: Exceptions, window: Window) -> Iterator[OutsideDate]:
    off = {_when(each) for each in master.left_out}
    first, last = window.walls(master, exceptions.moves())
    usual = window.walls(master, Moves())[1]
    periods = _periods(master)
    for day, at in _numbered(_walls(master, first, last, window.effort)):
        original = master.starts.on(at)
        exception = exceptions.to(original)
        if original.at in off or at.date() in off:
            continue
        entry = exception or exceptions.later(original) or replace(master, starts=original)
        if at > usual and entry.starts.wall > usual:
            continue
        if entry.cancelled or not window.has(entry.starts):
            continue
        try:
            by_itself = exception is None and at in periods
            minutes = minutes_of(periods[at]) if by_itself else entry.minutes
        except LeftOut as left:
            window.left_out[left.why] += 1
        else:
            yield _date(replace(entry, minutes=minutes), day)


def _periods(master: Entry) -> dict[datetime, timedelta]:
    """How long the dates last that were added with a length of their own, by their wall times."""
    added = [each for each in master.added if isinstance(each, Moment) and each.lasts]
    return {_added(each, master.starts): each.lasts for each in added}


def _walls(master: Entry, first: datetime, last: datetime, effort: Effort) -> list[datetime]:
    """The wall times of the series in a period, ascending, including those left out."""
    walls = {master.starts.wall} if first <= master.starts.wall <= last else set()
    for text in master.rules:
        walls.update(_by_rule(text, master, first, last, effort))
    for each in master.added:
        effort.spend()
        at = _added(each, master.starts)
        if first <= at <= last:
            walls.add(at)
    return sorted(walls)


def _added(given: Time, starts: Moment) -> datetime:
    """The wall time of an added date in the series' zone. A day gets the series' hour."""
    if isinstance(given, Moment):
        return wall(given.at, starts.zone)
    return datetime.combine(given, starts.wall.time())


def _by_rule(
    text: str, master: Entry, first: datetime, last: datetime, effort: Effort
) -> Iterator[datetime]:
    try:
        rule = Rule.parse_any(text, master.starts.zone)
    except BadRule:
        raise LeftOut(UNREADABLE, unread=True) from None
    by_hour, by_minute = len(rule.by_hour) or 1, len(rule.by_minute) or 1
    often = by_hour * by_minute > MOST_TIMES_A_DAY or len(rule.by_second) > 1
    if rule.freq < Frequency.HOURLY or often:
        raise LeftOut(TOO_OFTEN)
    after = None if rule.count else first
    day, times = date.min, 0
    for at in takewhile(lambda at: at <= last, occurrences(rule, master.starts.wall, after)):
        effort.spend()
        day, times = at.date(), times + 1 if at.date() == day else 1
        if times > MOST_TIMES_A_DAY:
            raise LeftOut(TOO_OFTEN)
        if at >= first:
            yield at
    effort.spend()


def _numbered(walls: Sequence[datetime]) -> Iterator[tuple[str, datetime]]:
    """The wall times, each with its day; later ones on the same day get a number."""
    seen: dict[str, int] = {}
    for at in walls:
        day = f"{at:%Y%m%d}"
        seen[day] = seen.get(day, 0) + 1
        yield (day if seen[day] == 1 else f"{day}.{seen[day]}"), at


def _day(original: Time | None, master: Entry | None, effort: Effort) -> str:
    """The day of a date of the series, in the series' own zone, numbered as its dates are."""
    if not isinstance(original, Moment):
        return f"{original:%Y%m%d}" if original else ""
    at = wall(original.at, master.starts.zone if master else original.zone)
    if master is None:
        return f"{at:%Y%m%d}"
    begins = at.replace(hour=0, minute=0, second=0, microsecond=0)
    walls = _walls(master, begins, begins + timedelta(days=1, microseconds=-1), effort)
    return next((day for day, each in _numbered(walls) if each == at), f"{at:%Y%m%d}")


def _date(entry: Entry, day: str) -> OutsideDate:
    return OutsideDate(
        key=f"{entry.name}/{day}",
        title=entry.title,
        starts=entry.starts.shown.replace(second=0, microsecond=0),
        zone=entry.starts.shown_in.key,
        minutes=entry.minutes,
        where=entry.where,
    )


def begins(date: OutsideDate) -> datetime:
    """The start as an instant in UTC."""
    from zoneinfo import ZoneInfo

    return instant(date.starts, ZoneInfo(date.zone))
