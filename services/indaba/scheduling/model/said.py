"""What a text says about a time: the days and clocks in it, and the words that are neither.

Each pattern takes its words out of the text; what is left at the end was not understood.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from indaba.scheduling.model import spoken_clock
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

_TAKEN = " | "
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
class Said:
    """What was found in a text.

    `hour_or_day` is a bare number beside a weekday that may be its date; `day_is_bare` tells that
    nothing but a bare number names the day.
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
        """The days that were named, dates checked against a weekday said with them."""
        if self.weeks and not self.pinned:
            return [self._in_week(*week) for week in self.weeks]
        if self.pinned and len(self.weekdays) == 1:
            return [Checked(day, self.weekdays[0].weekday) for day in self.pinned]
        return [*self.pinned, *self.weekdays]

    def is_read(self) -> bool:
        """Whether our own grammar is enough: all was understood, or at least a day and a time."""
        clear = self.names_a_day() and bool(self.clocks) and not self.day_is_bare
        return clear or not self.unknown

    def names_a_day(self) -> bool:
        """Whether any day was named."""
        return bool(self.pinned or self.weekdays or self.weeks)

    def _in_week(self, weeks: int, counted: bool) -> Day:
        if self.weekdays:
            return InWeek(weeks, self.weekdays[0].weekday, counted)
        return Ahead(7 * weeks) if counted else WholeWeek()


class _Text:
    """The text that is left."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Take out all that matches, and give it."""
        found = list(pattern.finditer(self.left))
        self.left = pattern.sub(_TAKEN, self.left)
        return iter(found)


def hear(text: str, *, month_first: bool) -> Said:
    """What the text says. Raises `NotRead` where it names an hour that no clock has."""
    words, said = _Text(one_spelling(text)), Said()
    _leave_out(words, said, _TAIL)
    _hear_figures(words, said, month_first=month_first)
    _hear_distances(words, said)
    _hear_dates(words, said)
    _leave_out(words, said, _RANGE)
    _hear_clear_clocks(words, said)
    _leave_out(words, said, _LASTING)
    _hear_day_words(words, said)
    _hear_dots(words, said, month_first=month_first)
    _hear_hours(words, said)
    _hear_bare_numbers(words, said)
    said.unknown = tuple(w for w in _PIECES.split(words.left) if w and w not in CONNECTORS)
    return said


def _leave_out(words: _Text, said: Said, pattern: re.Pattern[str]) -> None:
    """An end or a length is not the start; it is left out, and said so."""
    for found in words.take(pattern):
        said.left_out = found[1].strip()


def _hear_figures(words: _Text, said: Said, *, month_first: bool) -> None:
    for found in words.take(_YEAR_FIRST):
        said.pinned.append(OnDate(int(found[3]), int(found[2]), int(found[1])))
    for found in words.take(_YEAR_LAST):
        year = int(found[4]) if len(found[4]) == len("2026") else _CENTURY + int(found[4])
        said.pinned.append(_in_order(int(found[1]), int(found[3]), year, month_first=month_first))
    for found in words.take(_SLASHED):
        said.pinned.append(_in_order(int(found[1]), int(found[2]), None, month_first=month_first))


def _in_order(one: int, other: int, year: int | None, *, month_first: bool) -> Day:
    """A date in figures, in the locale's order or, where only that has a meaning, the other."""
    day, month = (other, one) if month_first else (one, other)
    if month > _MONTHS >= day:
        return OtherOrder(OnDate(month, day, year))
    return OnDate(day, month, year)


def _hear_distances(words: _Text, said: Said) -> None:
    for found in words.take(_IN):
        count, unit = int(found[1]) if found[1].isdigit() else 1, found[2][0]
        if unit == "w":
            said.weeks.append((count, True))
        elif unit == "d":
            said.pinned.append(Ahead(count))
        else:
            said.soon = timedelta(minutes=count * _MINUTES_OF[unit])


def _hear_dates(words: _Text, said: Said) -> None:
    for found in words.take(_DAY_MONTH):
        said.pinned.append(_on_date(found[1], found[2], found[3]))
    for found in words.take(_MONTH_DAY):
        said.pinned.append(_on_date(found[2], found[1], found[3]))
    said.pinned.extend(DayOfMonth(int(found[1])) for found in words.take(_ORDINAL))


def _on_date(day: str, month: str, year: str | None) -> OnDate:
    return OnDate(int(day), MONTH_WORDS[month], int(year) if year else None)


def _hear_clear_clocks(words: _Text, said: Said) -> None:
    for found in words.take(_HALF):
        minute = int(found[2]) if found[2] else None
        after_noon = found[3][0] in "pn"
        said.clocks.append(spoken_clock.on_half(int(found[1]), minute, after_noon=after_noon))
    said.clocks.extend(spoken_clock.MIDDAY for _ in words.take(_NOON))
    said.clocks.extend(spoken_clock.MIDNIGHT for _ in words.take(_MIDNIGHT))
    said.clocks.extend(_with_minutes(found) for found in words.take(_COLON))
    for found in words.take(_H):
        said.clocks.append(spoken_clock.on_24_hours(int(found[1]), int(found[2] or 0)))


def _with_minutes(found: re.Match[str]) -> Clock:
    """Two figures for the hour are of 24 hours; "8:00" may be the evening."""
    hour, minute = int(found[1]), int(found[2])
    if len(found[1]) == 1:
        return spoken_clock.on_either_half(hour, minute)
    return spoken_clock.on_24_hours(hour, minute)


def _hear_day_words(words: _Text, said: Said) -> None:
    for found in words.take(_WEEK):
        said.weeks.append(({"this": 0, "next": 1, "last": -1}[WHICH_WORDS[found[1]]], False))
    for found in words.take(_TODAY_PART):
        said.pinned.append(Ahead(0))
        said.part = TODAY_PARTS.get(found[1] or "") or PART_WORDS[found[2]]
    for found in words.take(_WEEKDAY):
        which = WHICH_WORDS[found[1]] if found[1] else ""
        said.weekdays.append(OnWeekday(WEEKDAY_WORDS[found[2]], which))
    said.pinned.extend(Ahead(DAY_WORDS[found[1]]) for found in words.take(_DAY_WORD))
    for found in words.take(_PART):
        said.part = PART_WORDS[found[1]]


def _hear_dots(words: _Text, said: Said, *, month_first: bool) -> None:
    """18.30 is a time, and 18.12 beside another time a date."""
    if not said.clocks:
        said.clocks.extend(_with_minutes(found) for found in words.take(_DOTTED))
    elif not said.pinned:
        for found in words.take(_DOTTED_DATE):
            day = _in_order(int(found[1]), int(found[2]), None, month_first=month_first)
            said.pinned.append(day)


def _hear_hours(words: _Text, said: Said) -> None:
    if said.names_a_day() and not said.clocks:
        for found in words.take(_FOUR_FIGURES):
            said.clocks.append(spoken_clock.on_24_hours(int(found[1]), int(found[2])))
    for pattern in (_O_CLOCK, _AT):
        for found in words.take(pattern):
            said.clocks.append(spoken_clock.on_either_half(int(found[1]), 0))


def _hear_bare_numbers(words: _Text, said: Said) -> None:
    """A number by itself is the day beside a time, and else the hour beside a day."""
    numbers = [int(found[1]) for found in words.take(_BARE)]
    if not said.clocks and numbers and said.names_a_day():
        hour = numbers.pop()
        if hour > _HOURS and not said.pinned:
            said.pinned.append(DayOfMonth(hour))
            return
        said.clocks.append(spoken_clock.on_either_half(hour, 0))
        said.hour_or_day = None if said.pinned or numbers else hour
    if len(numbers) == 1 and said.clocks and not said.pinned:
        said.day_is_bare = not said.weekdays
        said.pinned.append(DayOfMonth(numbers.pop()))
    if numbers:
        raise NotRead(f"I do not know what {numbers[0]} stands for. {HOW_TO_SAY}")


HOW_TO_SAY = 'Please give a day and a time, such as "thu 14:00" or "12 March 6pm".'
