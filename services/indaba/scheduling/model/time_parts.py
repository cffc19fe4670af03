"""Finds the days and clock times in a text, and the words that are neither.

Each pattern takes its words out of the text. What is left at the end was not understood.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from indaba.scheduling.model import spoken_clock
from indaba.scheduling.model.remaining_text import RemainingText
from indaba.scheduling.model.spoken_clock import Clock
from indaba.scheduling.model.spoken_day import (
    Ahead,
    Checked,
    Day,
    DayOfMonth,
    InWeek,
    NotRead,
    OnDate,
    OnWeekday,
    OtherOrder,
    WholeWeek,
)
from indaba.scheduling.model.time_words import (
    CONNECTORS,
    DAY_WORDS,
    MONTH_WORDS,
    PART_WORDS,
    TODAY_PARTS,
    WEEKDAY_WORDS,
    WHICH_WORDS,
    either,
    one_spelling,
)

_MONTHS = 12
_HOURS = 24
_CENTURY = 2000


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])")


_YEAR = r"(?:,?\s+(20[0-9]{2})(?![0-9:]))?"
_NTH = r"(?:st|nd|rd|th|ste|de)"
_MONTH = either(MONTH_WORDS)
_WHICH = either(WHICH_WORDS)

_LENGTH = r"[0-9][0-9:.h]*\s*(?:am|pm|hours?|hrs?|h|minutes?|mins?|minute|ure?|uur)?"
_TAIL = _word(rf"((?:until|till|to|tot|for|vir)\s+(?:an? hour|'?n uur|noon|{_LENGTH}))")
_YEAR_FIRST = re.compile(
    r"(?<![0-9])([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:t(?=[0-9])|(?![0-9]))"
)
_YEAR_LAST = re.compile(
    r"(?<![0-9/.-])([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])"
)
_SLASHED = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})(?![0-9/])")
_IN = _word(
    r"(?:in|oor) (an?|'?n|[0-9]{1,3}) ?"
    r"(minutes?|mins?|minuut|hours?|hrs?|uur|ure|days?|dae|dag|weeks?|weke|week)"
)
_DAY_MONTH = re.compile(
    rf"(?<![0-9:./a-z])(?<!\bat )(?<!\bom )(?<!@ )([0-9]{{1,2}}){_NTH}?\s*(?:of\s+)?"
    rf"({_MONTH})(?![a-z0-9])\.?{_YEAR}"
)
_MONTH_DAY = re.compile(
    rf"(?<![a-z])({_MONTH})\.?\s+(?:the\s+)?([0-9]{{1,2}}){_NTH}?"
    rf"(?![0-9:.]|\s*h|\s*[apvn]\.?m){_YEAR}"
)
_ORDINAL = _word(rf"([0-9]{{1,2}}){_NTH}")
_RANGE = re.compile(rf"(?<=[0-9hm])(?<![a-z]{{3}})\s*[-\u2013\u2014]\s*({_LENGTH})(?![a-z0-9])")
_HALF = re.compile(
    r"(?<![0-9:.])([0-9]{1,2})(?:[:.h]([0-9]{2}))?\s*(am|pm|a\.m|p\.m|vm|nm)(?![a-z0-9])"
)
_NOON = _word(r"(?:12 )?(?:noon|midday|twaalfuur)")
_MIDNIGHT = _word(r"(?:12 )?(?:midnight|middernag)")
_COLON = re.compile(
    r"(?<![0-9:.])([0-9]{1,2}):([0-9]{2})(?::00)?(?![0-9:])(?:\s*(?:hrs|hours|h|uur)\b)?"
)
_LASTING = _word(r"([0-9]{1,3} ?(?:hours?|minutes?|mins|min|ure))(?: long)?")
_H = _word(r"([0-9]{1,2})\s?h\s?([0-9]{2})?")
_DOTTED = re.compile(r"(?<![0-9.])([0-9]{1,2})\.([0-9]{2})(?![0-9.])")
_DOTTED_DATE = re.compile(r"(?<![0-9.])([0-9]{1,2})\.([0-9]{1,2})\.?(?![0-9])")
_WEEK = _word(rf"({_WHICH}) week")
_WEEKDAY = _word(rf"(?:({_WHICH}) )?({either(WEEKDAY_WORDS)})")
_DAY_WORD = _word(rf"(?:the )?({either(DAY_WORDS)})")
_TODAY_PART = _word(rf"({either(TODAY_PARTS)})|this ({either(PART_WORDS)})")
_PART = _word(rf"(?:(?:in|at) )?(?:the )?({either(PART_WORDS)})")
_FOUR_FIGURES = _word(r"([01][0-9]|2[0-3])([0-5][0-9])\s*(?:h|hrs|hours|uur)?")
_O_CLOCK = _word(r"([0-9]{1,2})\s*(?:o'?clock|uur)")
_AT = re.compile(r"(?:(?<![a-z0-9])(?:at|om)|@)\s*([0-9]{1,2})(?![0-9a-z:/.])")
_BARE = _word(r"([0-9]{1,2})")
_PIECES = re.compile(r"[\s|,.;:()?!]+")

_MINUTES_OF = {"m": 1, "h": 60, "u": 60}


@dataclass(slots=True)
class TimeParts:
    """What a text says about a time.

    `hour_or_day` is a bare number beside a weekday, which may be its date; `day_is_bare` says that
    only a bare number names the day.
    """

    pinned: list[Day] = field(default_factory=list)
    weekdays: list[OnWeekday] = field(default_factory=list)
    weeks: list[tuple[int, bool]] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    part: str = ""
    soon: timedelta | None = None
    hour_or_day: int | None = None
    day_is_bare: bool = False
    left_out: str = ""
    unknown: tuple[str, ...] = ()

    def days(self) -> list[Day]:
        """The days named; a date with a weekday beside it is checked against it."""
        if self.weeks and not self.pinned:
            return [self._in_week(*week) for week in self.weeks]
        if self.pinned and len(self.weekdays) == 1:
            return [Checked(day, self.weekdays[0].weekday) for day in self.pinned]
        return [*self.pinned, *self.weekdays]

    def is_read(self) -> bool:
        """Whether our own grammar suffices: all was understood, or at least a day and a time."""
        clear = self.names_a_day() and bool(self.clocks) and not self.day_is_bare
        return clear or not self.unknown

    def names_a_day(self) -> bool:
        """Whether any day is named."""
        return bool(self.pinned or self.weekdays or self.weeks)

    def _in_week(self, weeks: int, counted: bool) -> Day:
        if self.weekdays:
            return InWeek(weeks, self.weekdays[0].weekday, counted)
        return Ahead(7 * weeks) if counted else WholeWeek()


def find_time_parts(text: str, *, month_first: bool) -> TimeParts:
    """What the text says. Raises `NotRead` for an hour that no clock has."""
    words, parts = RemainingText(one_spelling(text)), TimeParts()
    _leave_out(words, parts, _TAIL)
    _take_figures(words, parts, month_first=month_first)
    _take_distances(words, parts)
    _take_dates(words, parts)
    _leave_out(words, parts, _RANGE)
    _take_clear_clocks(words, parts)
    _leave_out(words, parts, _LASTING)
    _take_day_words(words, parts)
    _take_dots(words, parts, month_first=month_first)
    _take_hours(words, parts)
    _take_bare_numbers(words, parts)
    parts.unknown = tuple(w for w in _PIECES.split(words.left) if w and w not in CONNECTORS)
    return parts


def _leave_out(words: RemainingText, parts: TimeParts, pattern: re.Pattern[str]) -> None:
    """Take out an end or a length, which is not the start, and note that it was left out."""
    for match in words.take(pattern):
        parts.left_out = match[1].strip()


def _take_figures(words: RemainingText, parts: TimeParts, *, month_first: bool) -> None:
    for match in words.take(_YEAR_FIRST):
        parts.pinned.append(OnDate(int(match[3]), int(match[2]), int(match[1])))
    for match in words.take(_YEAR_LAST):
        year = int(match[4]) if len(match[4]) == len("2026") else _CENTURY + int(match[4])
        parts.pinned.append(_in_order(int(match[1]), int(match[3]), year, month_first=month_first))
    for match in words.take(_SLASHED):
        parts.pinned.append(_in_order(int(match[1]), int(match[2]), None, month_first=month_first))


def _in_order(one: int, other: int, year: int | None, *, month_first: bool) -> Day:
    """A date in digits: in the locale's order, or in the other if only that one makes sense."""
    day, month = (other, one) if month_first else (one, other)
    if month > _MONTHS >= day:
        return OtherOrder(OnDate(month, day, year))
    return OnDate(day, month, year)


def _take_distances(words: RemainingText, parts: TimeParts) -> None:
    for match in words.take(_IN):
        count, unit = int(match[1]) if match[1].isdigit() else 1, match[2][0]
        if unit == "w":
            parts.weeks.append((count, True))
        elif unit == "d":
            parts.pinned.append(Ahead(count))
        else:
            parts.soon = timedelta(minutes=count * _MINUTES_OF[unit])


def _take_dates(words: RemainingText, parts: TimeParts) -> None:
    for match in words.take(_DAY_MONTH):
        parts.pinned.append(_on_date(match[1], match[2], match[3]))
    for match in words.take(_MONTH_DAY):
        parts.pinned.append(_on_date(match[2], match[1], match[3]))
    parts.pinned.extend(DayOfMonth(int(match[1])) for match in words.take(_ORDINAL))


def _on_date(day: str, month: str, year: str | None) -> OnDate:
    return OnDate(int(day), MONTH_WORDS[month], int(year) if year else None)


def _take_clear_clocks(words: RemainingText, parts: TimeParts) -> None:
    for match in words.take(_HALF):
        minute = int(match[2]) if match[2] else None
        after_noon = match[3][0] in "pn"
        parts.clocks.append(spoken_clock.on_half(int(match[1]), minute, after_noon=after_noon))
    parts.clocks.extend(spoken_clock.MIDDAY for _ in words.take(_NOON))
    parts.clocks.extend(spoken_clock.MIDNIGHT for _ in words.take(_MIDNIGHT))
    parts.clocks.extend(_with_minutes(match) for match in words.take(_COLON))
    for match in words.take(_H):
        parts.clocks.append(spoken_clock.on_24_hours(int(match[1]), int(match[2] or 0)))


def _with_minutes(match: re.Match[str]) -> Clock:
    """A time with minutes. Two digits for the hour mean 24 hours; "8:00" may be the evening."""
    hour, minute = int(match[1]), int(match[2])
    if len(match[1]) == 1:
        return spoken_clock.on_either_half(hour, minute)
    return spoken_clock.on_24_hours(hour, minute)


def _take_day_words(words: RemainingText, parts: TimeParts) -> None:
    for match in words.take(_WEEK):
        parts.weeks.append(({"this": 0, "next": 1, "last": -1}[WHICH_WORDS[match[1]]], False))
    for match in words.take(_TODAY_PART):
        parts.pinned.append(Ahead(0))
        parts.part = TODAY_PARTS.get(match[1] or "") or PART_WORDS[match[2]]
    for match in words.take(_WEEKDAY):
        which = WHICH_WORDS[match[1]] if match[1] else ""
        parts.weekdays.append(OnWeekday(WEEKDAY_WORDS[match[2]], which))
    parts.pinned.extend(Ahead(DAY_WORDS[match[1]]) for match in words.take(_DAY_WORD))
    for match in words.take(_PART):
        parts.part = PART_WORDS[match[1]]


def _take_dots(words: RemainingText, parts: TimeParts, *, month_first: bool) -> None:
    """Take times such as 18.30; beside another time, 18.12 is a date."""
    if not parts.clocks:
        parts.clocks.extend(_with_minutes(match) for match in words.take(_DOTTED))
    elif not parts.pinned:
        for match in words.take(_DOTTED_DATE):
            day = _in_order(int(match[1]), int(match[2]), None, month_first=month_first)
            parts.pinned.append(day)


def _take_hours(words: RemainingText, parts: TimeParts) -> None:
    if parts.names_a_day() and not parts.clocks:
        for match in words.take(_FOUR_FIGURES):
            parts.clocks.append(spoken_clock.on_24_hours(int(match[1]), int(match[2])))
    for pattern in (_O_CLOCK, _AT):
        for match in words.take(pattern):
            parts.clocks.append(spoken_clock.on_either_half(int(match[1]), 0))


def _take_bare_numbers(words: RemainingText, parts: TimeParts) -> None:
    """Take bare numbers: beside a time a number is the day, else beside a day it is the hour."""
    numbers = [int(match[1]) for match in words.take(_BARE)]
    if not parts.clocks and numbers and parts.names_a_day():
        hour = numbers.pop()
        if hour > _HOURS and not parts.pinned:
            parts.pinned.append(DayOfMonth(hour))
            return
        parts.clocks.append(spoken_clock.on_either_half(hour, 0))
        parts.hour_or_day = None if parts.pinned or numbers else hour
    if len(numbers) == 1 and parts.clocks and not parts.pinned:
        parts.day_is_bare = not parts.weekdays
        parts.pinned.append(DayOfMonth(numbers.pop()))
    if numbers:
        raise NotRead(f"I do not know what {numbers[0]} stands for. {HOW_TO_SAY}")


HOW_TO_SAY = 'Please give a day and a time, such as "thu 14:00" or "12 March 6pm".'
