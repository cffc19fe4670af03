"""The beginning and end of a series, from the words for them."""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from indaba.scheduling.model.repeating import repeat_words as words
from indaba.scheduling.model.repeating.repeat_parts import RepeatParts
from indaba.scheduling.model.repeating.rule import END_OF_DAY, MOST_TIMES, Rule
from indaba.scheduling.model.spoken_day import Dates, NotRead, OnWeekday, either_day
from indaba.scheduling.model.time_parts import find_time_parts
from indaba.scheduling.model.time_words import MONTH_WORDS

_MONTH_ALONE = re.compile(rf"({words.MONTH})(?:,? (20[0-9]{{2}}))?")
_MONTHS = 12
_MOST_LASTING = {"day": 3_660, "week": 520, "month": 120, "year": 10}


def start(text: str, today: datetime, *, month_first: bool) -> Dates:
    """The days that words for a beginning can mean. Raises `NotRead`."""
    if text == "next week":
        return Dates((today.date() + timedelta(days=7 - today.weekday()),))
    if text == "next month":
        return Dates((_first_of_month(today.year, today.month + 1),))
    if month := _MONTH_ALONE.fullmatch(text):
        number = MONTH_WORDS[month[1].rstrip(".")]
        year = int(month[2]) if month[2] else today.year + (number < today.month)
        return Dates((max(date(year, number, 1), _floor(today, year, number)),))
    return _days(text, today, month_first=month_first)


def ended(rule: Rule, repeat: RepeatParts, first: datetime, *, month_first: bool) -> Rule:
    """The rule with the end that was named, if any. Raises `NotRead`."""
    if repeat.times:
        if repeat.times > MOST_TIMES:
            raise NotRead(f"{repeat.times} times is too many: the most is {MOST_TIMES}.")
        return replace(rule, count=repeat.times)
    last = _last_day(repeat, first, month_first=month_first)
    if last is None:
        return rule
    if last < first.date():
        raise NotRead(
            f"It would end before its first date, {first.day}.{first.month}.{first.year}."
        )
    return replace(rule, count=0, until=datetime.combine(last, END_OF_DAY))


def _last_day(repeat: RepeatParts, first: datetime, *, month_first: bool) -> date | None:
    if repeat.lasting:
        return _after(first.date(), *repeat.lasting) - timedelta(days=1)
    if not repeat.until:
        return None
    if repeat.until == "year":
        return date(first.year, _MONTHS, 31)
    if month := _MONTH_ALONE.fullmatch(repeat.until):
        number = MONTH_WORDS[month[1].rstrip(".")]
        year = int(month[2]) if month[2] else first.year + (number < first.month)
        return date(year, number, monthrange(year, number)[1])
    last_days = _days(repeat.until, first.replace(hour=0, minute=0), month_first=month_first)
    return last_days.dates[0]


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


def _days(text: str, today: datetime, *, month_first: bool) -> Dates:
    parts = find_time_parts(text.replace("coming ", ""), month_first=month_first)
    weekdays = [OnWeekday(day.weekday, day.which or "this") for day in parts.weekdays]
    days = parts.days() if parts.pinned else weekdays
    if not days or parts.unknown or parts.clocks:
        raise NotRead("I did not understand the day on which it begins or ends.")
    return either_day(days, today, time.max)
