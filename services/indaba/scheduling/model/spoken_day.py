"""Days as people name them, and which dates each can mean."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from indaba.scheduling.model.wall_time import MONTHS, WEEKDAYS

MONTH_END_SEARCH = 3
FAR_FOR_A_GUESSED_YEAR = timedelta(days=300)


class NotRead(Exception):  # noqa: N818 - an outcome of reading, caught in reading.py
    """The text cannot be read. The message says why."""


@dataclass(frozen=True, slots=True)
class Dates:
    """What a day can mean, likeliest first, and why it is asked back (empty: it is clear)."""

    dates: tuple[date, ...]
    doubt: str = ""


class Day(Protocol):
    """A day as somebody named it."""

    def dates(self, now: datetime, at: time) -> Dates:
        """The dates it can mean at wall time `now`, for a start at `at`. Raises `NotRead`."""
        ...


@dataclass(frozen=True, slots=True)
class Ahead:
    """Today, tomorrow, in three days."""

    days: int

    def dates(self, now: datetime, at: time) -> Dates:
        """One date; for yesterday, one before today."""
        del at
        return Dates((now.date() + timedelta(days=self.days),))


@dataclass(frozen=True, slots=True)
class OnDate:
    """12 March, with or without its year."""

    day: int
    month: int
    year: int | None = None

    def dates(self, now: datetime, at: time) -> Dates:
        """With a year, that date; else the next such date. Raises `NotRead` if there is none.

        A guessed year that puts the date ten months away or more is asked back.
        """
        years = (self.year,) if self.year else (now.year, now.year + 1)
        there = [d for year in years if (d := _date_or_none(year, self.month, self.day))]
        if not there:
            raise NotRead(self._no_such_date())
        if self.year:
            return Dates((there[0],))
        return self._next(there, now, at)

    def _next(self, there: list[date], now: datetime, at: time) -> Dates:
        coming = [d for d in there if datetime.combine(d, at) >= now]
        if not coming:
            raise NotRead(f"There is no {self._named()} in the year to come.")
        nearest = coming[0]
        if nearest - now.date() <= FAR_FOR_A_GUESSED_YEAR:
            return Dates((nearest,))
        return Dates((nearest,), f"{self._named()} is next in {nearest.year}: is that the year?")

    def _no_such_date(self) -> str:
        leap = " in the year to come" if self._is_leap_day() else ""
        year = f" in {self.year}" if self.year else leap
        if not 1 <= self.month <= len(MONTHS):
            return f"There is no month {self.month}."
        return f"There is no {self._named()}{year}."

    def _is_leap_day(self) -> bool:
        return (self.day, self.month) == (29, 2)

    def _named(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]}"


@dataclass(frozen=True, slots=True)
class OtherOrder:
    """A date in digits that only makes sense against the community's order."""

    day: OnDate

    def dates(self, now: datetime, at: time) -> Dates:
        """The date itself, always asked back."""
        dates = self.day.dates(now, at)
        return Dates(dates.dates, "I read day and month in the other order than usual here.")


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """The 8th."""

    day: int

    def dates(self, now: datetime, at: time) -> Dates:
        """The next such day. Raises `NotRead` if no month has it."""
        for months in range(MONTH_END_SEARCH):
            year, month = _month_after(now, months)
            day = _date_or_none(year, month, self.day)
            if day and datetime.combine(day, at) >= now:
                return Dates((day,), self._doubt(day, now))
        raise NotRead(f"No month has a day {self.day}.")

    def _doubt(self, day: date, now: datetime) -> str:
        if self.day == now.day and day != now.date():
            return f"That time today has passed: is it the {self.day}. of {MONTHS[day.month - 1]}?"
        return ""


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """Thursday, this Thursday, next Thursday, last Thursday."""

    weekday: int
    which: str = ""

    def dates(self, now: datetime, at: time) -> Dates:
        """The coming one; two if people differ, as on today's own weekday and for "next"."""
        today = now.date()
        ahead = (self.weekday - today.weekday()) % 7
        if self.which == "last":
            return Dates((today - timedelta(days=7 - ahead),))
        if ahead == 0:
            return self._said_on_the_day(now, at)
        near = today + timedelta(days=ahead)
        if self.which == "next" and _in_one_week(today, near):
            return Dates(
                (near + timedelta(days=7), near),
                f"Next {WEEKDAYS[self.weekday]}: this week's or next week's?",
            )
        return Dates((near,))

    def _said_on_the_day(self, now: datetime, at: time) -> Dates:
        today, in_a_week = now.date(), now.date() + timedelta(days=7)
        if self.which == "this":
            return Dates((today,))
        if self.which == "next" or datetime.combine(today, at) < now:
            return Dates((in_a_week,))
        return Dates((today, in_a_week), f"Today is {WEEKDAYS[self.weekday]}: today or in a week?")


@dataclass(frozen=True, slots=True)
class After:
    """So many days after another day: Friday week."""

    day: Day
    days: int

    def dates(self, now: datetime, at: time) -> Dates:
        """As the other day's, moved."""
        dates = self.day.dates(now, at)
        moved = tuple(day + timedelta(days=self.days) for day in dates.dates)
        return Dates(moved, dates.doubt)


@dataclass(frozen=True, slots=True)
class SoManyFromNow:
    """Two Sundays from now, which some count from the coming one and some from the next."""

    count: int
    weekday: int

    def dates(self, now: datetime, at: time) -> Dates:
        """Both counts, asked back; the coming one alone for one."""
        first = After(OnWeekday(self.weekday, "this"), 7 * (self.count - 1)).dates(now, at).dates
        if self.count == 1:
            return Dates(first)
        other = tuple(day + timedelta(days=7) for day in first)
        return Dates(
            (*first, *other), "People count weeks in two ways here, so I would rather ask."
        )


@dataclass(frozen=True, slots=True)
class NthOfMonth:
    """The first Monday of March; `nth` counts from the end where it is negative."""

    nth: int
    weekday: int
    month: int
    year: int | None = None

    def dates(self, now: datetime, at: time) -> Dates:
        """The next one. Raises `NotRead` if the month has no such day."""
        for year in (self.year,) if self.year else (now.year, now.year + 1):
            day = self._in_year(year)
            if day and (self.year or datetime.combine(day, at) >= now):
                guessed = not self.year and day - now.date() > FAR_FOR_A_GUESSED_YEAR
                doubt = f"That is next in {day.year}: is that the year?" if guessed else ""
                return Dates((day,), doubt)
        raise NotRead(f"{MONTHS[self.month - 1]} has no such day in the year to come.")

    def _in_year(self, year: int) -> date | None:
        days = [
            day
            for number in range(1, 32)
            if (day := _date_or_none(year, self.month, number)) and day.weekday() == self.weekday
        ]
        place = self.nth - 1 if self.nth > 0 else self.nth
        return days[place] if -len(days) <= place < len(days) else None


@dataclass(frozen=True, slots=True)
class LastOfMonth:
    """The last day of January."""

    month: int
    year: int | None = None

    def dates(self, now: datetime, at: time) -> Dates:
        """The day itself, with or without its year as for `OnDate`."""
        year = self.year or now.year + (self.month < now.month)
        days = monthrange(year, self.month)[1]
        return OnDate(days, self.month, self.year).dates(now, at)


@dataclass(frozen=True, slots=True)
class InMonth:
    """The 20th of next month; `months` is 0 for this one."""

    day: int
    months: int

    def dates(self, now: datetime, at: time) -> Dates:
        """That date. Raises `NotRead` if the month has no such day."""
        del at
        year, month = _month_after(now, self.months)
        day = _date_or_none(year, month, self.day)
        if day is None:
            raise NotRead(f"{MONTHS[month - 1]} has no day {self.day}.")
        return Dates((day,))


@dataclass(frozen=True, slots=True)
class MonthsAhead:
    """In three months."""

    months: int

    def dates(self, now: datetime, at: time) -> Dates:
        """The same day of that month, asked back; its last one if it is shorter."""
        del at
        year, month = _month_after(now, self.months)
        day = date(year, month, min(now.day, monthrange(year, month)[1]))
        return Dates((day,), f"Do you mean {day.day} {MONTHS[month - 1]}?")


@dataclass(frozen=True, slots=True)
class EasterDay:
    """Easter Monday and its kin, by how many days after Easter Sunday it is."""

    after: int

    def dates(self, now: datetime, at: time) -> Dates:
        """The next one."""
        from dateutil.easter import easter  # type: ignore[import-untyped]

        days = (easter(year) + timedelta(days=self.after) for year in (now.year, now.year + 1))
        return Dates((next(day for day in days if datetime.combine(day, at) >= now),))


@dataclass(frozen=True, slots=True)
class InWeek:
    """A weekday in a named week: next week on Thursday, in two weeks on Tuesday.

    `counted` is true for "in two weeks", which may also count from the coming weekday.
    """

    weeks: int
    weekday: int
    counted: bool

    def dates(self, now: datetime, at: time) -> Dates:
        """One date, or two if it depends on how weeks are counted."""
        del at
        today = now.date()
        that_week = today + timedelta(days=7 * self.weeks - today.weekday() + self.weekday)
        days = {that_week: None, self._other_count(today): None}
        if len(days) == 1:
            return Dates(tuple(days))
        return Dates(tuple(days), "People count weeks in two ways here, so I would rather ask.")

    def _other_count(self, today: date) -> date:
        if self.counted:
            ahead = (self.weekday - today.weekday()) % 7
            return today + timedelta(days=7 * self.weeks + ahead)
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        return sunday + timedelta(days=7 * self.weeks + (self.weekday + 1) % 7)


@dataclass(frozen=True, slots=True)
class WholeWeek:
    """A week without a day in it: next week."""

    def dates(self, now: datetime, at: time) -> Dates:
        """Always raises `NotRead`."""
        del now, at
        raise NotRead("On which day of that week?")


@dataclass(frozen=True, slots=True)
class Checked:
    """A date named together with its weekday, which has to match."""

    day: Day
    weekday: int

    def dates(self, now: datetime, at: time) -> Dates:
        """The dates that match; if none does, the date and then the coming weekday."""
        dates = self.day.dates(now, at)
        agreeing = tuple(d for d in dates.dates if d.weekday() == self.weekday)
        if agreeing:
            return Dates(agreeing, dates.doubt)
        first = dates.dates[0]
        named = f"{first.day} {MONTHS[first.month - 1]} {first.year}"
        is_a, expected = WEEKDAYS[first.weekday()], WEEKDAYS[self.weekday]
        weekday = OnWeekday(self.weekday).dates(now, at).dates[:1]
        return Dates(
            dates.dates + weekday, f"{named} is a {is_a}, not a {expected}. Which one is right?"
        )


def either_day(days: Sequence[Day], now: datetime, at: time) -> Dates:
    """What several days named at once mean; they may disagree."""
    readings = [day.dates(now, at) for day in days]
    dates = tuple(dict.fromkeys(d for each in readings for d in each.dates))
    doubts = [each.doubt for each in readings if each.doubt]
    if len(readings) > 1 and len(dates) > 1:
        doubts.append("I found more than one day.")
    return Dates(dates, " ".join(dict.fromkeys(doubts)))


def _in_one_week(one: date, other: date) -> bool:
    """Whether both dates are in one week, beginning on Monday or Sunday."""
    monday = one - timedelta(days=one.weekday())
    sunday = one - timedelta(days=(one.weekday() + 1) % 7)
    return any(first <= other < first + timedelta(days=7) for first in (monday, sunday))


def _month_after(now: datetime, months: int) -> tuple[int, int]:
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    return year, month + 1


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
