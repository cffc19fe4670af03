"""The beginning and end of a series, from the words for them."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from indaba.recurrence.rule import END_OF_DAY, MOST_TIMES, Rule
from indaba.scheduling.model.repeating.repeat_parts import AMonth, EndOfYear, Next, RepeatParts
from indaba.scheduling.model.spoken_day import Dates, Day, NotRead

_MONTHS = 12
_MOST_LASTING = {"day": 3_660, "week": 520, "month": 120, "year": 10}


def start(named: Day | AMonth | Next, today: datetime) -> Dates:
    """The days that a beginning can mean. Raises `NotRead`."""
    if isinstance(named, Next):
        if named.unit == "week":
            return Dates((today.date() + timedelta(days=7 - today.weekday()),))
        return Dates((_first_of_month(today.year, today.month + 1),))
    if isinstance(named, AMonth):
        year = named.year or today.year + (named.month < today.month)
        return Dates((max(date(year, named.month, 1), _floor(today, year, named.month)),))
    return named.dates(today, time.max)


def ended(rule: Rule, repeat: RepeatParts, first: datetime) -> Rule:
    """The rule with the end that was named, if any. Raises `NotRead`."""
    if repeat.times:
        if repeat.times > MOST_TIMES:
            raise NotRead(f"{repeat.times} times is too many: the most is {MOST_TIMES}.")
        return replace(rule, count=repeat.times)
    last = _last_day(repeat, first)
    if last is None:
        return rule
    if last < first.date():
        raise NotRead(
            f"It would end before its first date, {first.day}.{first.month}.{first.year}."
        )
    return replace(rule, count=0, until=datetime.combine(last, END_OF_DAY))


def _last_day(repeat: RepeatParts, first: datetime) -> date | None:
    if repeat.lasting:
        return _after(first.date(), *repeat.lasting) - timedelta(days=1)
    until = repeat.until
    if until is None:
        return None
    if isinstance(until, EndOfYear):
        return date(first.year, _MONTHS, 31)
    if isinstance(until, AMonth):
        year = until.year or first.year + (until.month < first.month)
        return date(year, until.month, monthrange(year, until.month)[1])
    return until.dates(first.replace(hour=0, minute=0), time.max).dates[0]


def _after(day: date, count: int, unit: str) -> date:
    if not 1 <= count <= _MOST_LASTING[unit]:
        raise NotRead(f"{count} {unit}s is not a length I can plan for.")
    if unit in {"day", "week"}:
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.month + count * (_MONTHS if unit == "year" else 1)
    there = _first_of_month(day.year, months)
    return there.replace(day=min(day.day, monthrange(there.year, there.month)[1]))


def _first_of_month(year: int, month: int) -> date:
    """The first day of a month; `month` may exceed 12 and then counts into later years."""
    years, months = divmod(month - 1, _MONTHS)
    return date(year + years, months + 1, 1)


def _floor(today: datetime, year: int, month: int) -> date:
    """The first day of a month, or today if that month has begun."""
    return today.date() if (year, month) == (today.year, today.month) else date(year, month, 1)
