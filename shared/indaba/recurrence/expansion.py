"""Computes the dates of a rule in order, without walking there from the first one.

The engine computes the period (year, month, week, ...) in which a moment lies and begins there, so
that an old series is as cheap as a new one. It works on naive wall time, never on UTC. Where
python-dateutil 2.9 differs, or RFC 5545 leaves a choice:

* A rule with counted and plain weekdays (BYDAY=MO,1TU) gives both; dateutil gives neither.
* FREQ=YEARLY;BYWEEKNO=20 without BYDAY gives the first date's weekday, because by 3.3.10 a rule
  takes what it does not say from DTSTART; dateutil gives all seven days of the week.
* BYSETPOS counts in the whole week of the first date; dateutil counts from the first date on.
* FREQ=YEARLY;BYMONTHDAY=15 without BYMONTH is once a year, in the first date's month, as in libical
  and the apps built on it; dateutil gives twelve dates.
* With BYWEEKNO, a year is that of its weeks, as in libical: 30 December may be in the next one's
  first week, and counts there. dateutil cuts weeks at the turn of the year, which shows with an
  INTERVAL.
* The first date counts only if the rule gives it, as in dateutil. The RFC leaves that undefined.
* An hourly or shorter rule steps on the wall clock, as in dateutil. Meetings never have one.
* A rule without a date in 50 years, or in 20,000 periods shorter than a month, has ended; dateutil
  searches on to the year 9999.
* BYSECOND=60 never occurs on the clocks here and gives nothing.
"""

from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, product

from indaba.recurrence.rule import Frequency, NthDay, Rule

LAST_YEAR = 9990
_MOST_EMPTY = {Frequency.YEARLY: 50, Frequency.MONTHLY: 600}
_MOST_EMPTY_SHORT = 20_000
_SECONDS = {Frequency.SECONDLY: 1, Frequency.MINUTELY: 60, Frequency.HOURLY: 3600}
_MONTHS = 12
_LEAP = 60
_DAY = timedelta(days=1)


def occurrences(rule: Rule, first: datetime, after: datetime | None = None) -> Iterator[datetime]:
    """The rule's dates from `first` on, ascending, beginning at `after` if that is later.

    There may be thousands. A rule with a count is walked from its first date.
    """
    earliest = max(first, after or first)
    whole = _completed(rule, first)
    if not rule.count:
        return _walk(whole, first, earliest)
    counted = islice(_walk(whole, first, first), rule.count)
    return (at for at in counted if at >= earliest)


def explicit(rule: Rule, first: datetime) -> Rule:
    """The rule with the month that it takes from its first date, so that nobody reads another."""
    chosen = rule.by_month or rule.by_year_day or rule.by_week_no
    if rule.freq != Frequency.YEARLY or chosen or not rule.by_month_day:
        return rule
    return replace(rule, by_month=(first.month,))


def _completed(rule: Rule, first: datetime) -> Rule:
    """The rule with what it takes from its first date (3.3.10)."""
    rule = explicit(rule, first)
    parts: dict[str, tuple[int, ...] | tuple[NthDay, ...]] = {}
    if not rule.by_hour and rule.freq > Frequency.HOURLY:
        parts["by_hour"] = (first.hour,)
    if not rule.by_minute and rule.freq > Frequency.MINUTELY:
        parts["by_minute"] = (first.minute,)
    if not rule.by_second and rule.freq > Frequency.SECONDLY:
        parts["by_second"] = (first.second,)
    if not (rule.by_day or rule.by_month_day or rule.by_year_day):
        parts |= _days_of_first(rule, first)
    return replace(rule, **parts)  # type: ignore[arg-type]


def _days_of_first(rule: Rule, first: datetime) -> dict[str, tuple[int, ...] | tuple[NthDay, ...]]:
    if rule.freq == Frequency.WEEKLY or rule.by_week_no:
        return {"by_day": (NthDay(0, first.weekday()),)}
    if rule.freq == Frequency.MONTHLY:
        return {"by_month_day": (first.day,)}
    if rule.freq == Frequency.YEARLY:
        return {"by_month_day": (first.day,), "by_month": rule.by_month or (first.month,)}
    return {}


def _walk(rule: Rule, first: datetime, earliest: datetime) -> Iterator[datetime]:
    periods = _Periods(rule, first)
    index, empty = max(0, periods.index(earliest)), 0
    most_empty = _MOST_EMPTY.get(rule.freq, _MOST_EMPTY_SHORT)
    while empty <= most_empty:
        starts = periods.start(index)
        if starts is None or (rule.until and starts > rule.until):
            return
        empty += 1
        for at in _in_period(rule, starts):
            if rule.until and at > rule.until:
                return
            if at >= earliest:
                empty = 0
                yield at
        index = periods.following(index, starts)


@dataclass(frozen=True, slots=True)
class _Periods:
    """The periods of a rule, counted from that of its first date."""

    rule: Rule
    first: datetime

    def index(self, at: datetime) -> int:
        """The number of the period that holds a moment, or of the last one before it."""
        return self._units(at) // self.rule.interval

    def start(self, index: int) -> datetime | None:
        """The start of a period; `None` after the end of the calendar."""
        units = index * self.rule.interval
        try:
            begins = self._start(units)
        except (OverflowError, ValueError):
            return None
        return begins if begins.year <= LAST_YEAR else None

    def following(self, index: int, starts: datetime) -> int:
        """The number of the next period that can have dates. Skips hours and less that cannot."""
        if self.rule.freq >= Frequency.DAILY:
            return index + 1
        if not _fits(self.rule, starts.date()):
            return max(index + 1, self._at_least(_midnight(starts) + _DAY))
        hour = starts.replace(minute=0, second=0)
        if self.rule.by_hour and starts.hour not in self.rule.by_hour:
            return max(index + 1, self._at_least(hour + timedelta(hours=1)))
        return index + 1

    def _at_least(self, at: datetime) -> int:
        return -(-self._units(at) // self.rule.interval)

    def _units(self, at: datetime) -> int:
        freq, first = self.rule.freq, self.first
        if freq == Frequency.YEARLY:
            return _year(self.rule, at.date()) - _year(self.rule, first.date())
        if freq == Frequency.MONTHLY:
            return (at.year - first.year) * _MONTHS + at.month - first.month
        if freq == Frequency.WEEKLY:
            return (at.date() - self._week()).days // 7
        if freq == Frequency.DAILY:
            return (at.date() - first.date()).days
        passed = at - self._unit_of_first()
        return (passed.days * 86_400 + passed.seconds) // _SECONDS[freq]

    def _start(self, units: int) -> datetime:
        freq, first = self.rule.freq, self.first
        if freq == Frequency.YEARLY:
            begins = _start_of_year(self.rule, _year(self.rule, first.date()) + units)
            return datetime.combine(begins, time())
        if freq == Frequency.MONTHLY:
            year, month = divmod(first.year * _MONTHS + first.month - 1 + units, _MONTHS)
            return datetime(year, month + 1, 1)  # noqa: DTZ001 - wall time
        if freq == Frequency.WEEKLY:
            return datetime.combine(self._week() + timedelta(weeks=units), time())
        if freq == Frequency.DAILY:
            return _midnight(first) + timedelta(days=units)
        return self._unit_of_first() + timedelta(seconds=units * _SECONDS[freq])

    def _week(self) -> date:
        day = self.first.date()
        return day - timedelta(days=(day.weekday() - self.rule.week_start) % 7)

    def _unit_of_first(self) -> datetime:
        seconds = _SECONDS[self.rule.freq]
        passed = self.first.minute * 60 + self.first.second
        return self.first - timedelta(seconds=passed % seconds)


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _in_period(rule: Rule, starts: datetime) -> Iterable[datetime]:
    days = [day for day in _days(rule, starts) if _fits(rule, day)]
    moments = [datetime.combine(day, at) for day in days for at in _times(rule, starts)]
    if not rule.by_set_pos:
        return moments
    places = {p - 1 if p > 0 else len(moments) + p for p in rule.by_set_pos}
    return [moments[p] for p in sorted(places) if 0 <= p < len(moments)]


def _days(rule: Rule, starts: datetime) -> Iterator[date]:
    """All days of the period; of a year, only those in the rule's months."""
    if rule.by_week_no:
        ends = _start_of_year(rule, _year(rule, starts.date()) + 1)
        yield from (starts.date() + timedelta(days=n) for n in range((ends - starts.date()).days))
    elif rule.freq == Frequency.YEARLY:
        for month in rule.by_month or range(1, _MONTHS + 1):
            yield from _month(starts.year, month)
    elif rule.freq == Frequency.MONTHLY:
        yield from _month(starts.year, starts.month)
    else:
        days = 7 if rule.freq == Frequency.WEEKLY else 1
        yield from (starts.date() + timedelta(days=n) for n in range(days))


def _month(year: int, month: int) -> Iterator[date]:
    days = monthrange(year, month)[1]
    return (date(year, month, day) for day in range(1, days + 1))


def _times(rule: Rule, starts: datetime) -> list[time]:
    """The times of day in the period, ascending."""
    hours = _narrowed(rule.by_hour, starts.hour, rule.freq <= Frequency.HOURLY)
    minutes = _narrowed(rule.by_minute, starts.minute, rule.freq <= Frequency.MINUTELY)
    seconds = _narrowed(rule.by_second, starts.second, rule.freq == Frequency.SECONDLY)
    return [time(h, m, s) for h, m, s in product(hours, minutes, seconds) if s < _LEAP]


def _narrowed(listed: tuple[int, ...], own: int, is_limit: bool) -> tuple[int, ...]:
    """The list if it adds times to a period, or the period's own number if the list only limits."""
    if not is_limit:
        return listed
    return (own,) if not listed or own in listed else ()


def _fits(rule: Rule, day: date) -> bool:
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_month_day and not _is_listed(rule.by_month_day, day.day, _month_length(day)):
        return False
    if rule.by_year_day and not _is_listed(rule.by_year_day, _year_day(day), _year_length(day)):
        return False
    if rule.by_day and not any(_is_day(rule, named, day) for named in rule.by_day):
        return False
    return not rule.by_week_no or _is_listed(rule.by_week_no, *_week_of_year(rule, day))


def _is_listed(listed: tuple[int, ...], number: int, length: int) -> bool:
    return number in listed or number - length - 1 in listed


def _is_day(rule: Rule, named: NthDay, day: date) -> bool:
    """Whether a day is that weekday, counted in its month, or in its year without BYMONTH."""
    if day.weekday() != named.weekday:
        return False
    if not named.nth:
        return True
    in_year = rule.freq == Frequency.YEARLY and not rule.by_month
    place, length = (
        (_year_day(day), _year_length(day)) if in_year else (day.day, _month_length(day))
    )
    if named.nth > 0:
        return (place - 1) // 7 + 1 == named.nth
    return (length - place) // 7 + 1 == -named.nth


def _year(rule: Rule, day: date) -> int:
    """The year in which a day counts: by its week, if the rule numbers weeks (ISO 8601)."""
    return _middle_of_week(rule, day).year if rule.by_week_no else day.year


def _start_of_year(rule: Rule, year: int) -> date:
    """The first day of a year, or of its first week."""
    if not rule.by_week_no:
        return date(year, 1, 1)
    in_first_week = date(year, 1, 4)
    return in_first_week - timedelta(days=(in_first_week.weekday() - rule.week_start) % 7)


def _middle_of_week(rule: Rule, day: date) -> date:
    return day + timedelta(days=3 - (day.weekday() - rule.week_start) % 7)


def _week_of_year(rule: Rule, day: date) -> tuple[int, int]:
    """The number of a day's week, and of the last week in the year that has most of that week."""
    middle = _middle_of_week(rule, day)
    place = _year_day(middle)
    number = (place - 1) // 7 + 1
    return number, number + (_year_length(middle) - place) // 7


def _month_length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _year_length(day: date) -> int:
    return 366 if isleap(day.year) else 365


def _year_day(day: date) -> int:
    return day.timetuple().tm_yday
