"""A recurrence rule of RFC 5545, 3.3.10, as a value. UNTIL is wall time and inclusive."""

from dataclasses import dataclass, fields
from datetime import datetime, time
from enum import IntEnum
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from indaba.recurrence.refusals import BadRule

MOST_TIMES = 500
LONGEST_RULE = 2_000
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
END_OF_DAY = time(23, 59, 59)

_NUMBER_PARTS = {
    "BYMONTH": ("by_month", 1, 12, False),
    "BYWEEKNO": ("by_week_no", 1, 53, True),
    "BYYEARDAY": ("by_year_day", 1, 366, True),
    "BYMONTHDAY": ("by_month_day", 1, 31, True),
    "BYHOUR": ("by_hour", 0, 23, False),
    "BYMINUTE": ("by_minute", 0, 59, False),
    "BYSECOND": ("by_second", 0, 60, False),
    "BYSETPOS": ("by_set_pos", 1, 366, True),
}
"""The field, its least and greatest value, and whether it may count from the end."""

_KNOWN_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_NUMBER_PARTS}
_SAYS_NOTHING = {"RSCALE=GREGORIAN", "SKIP=OMIT"}
"""What RFC 7529 takes for granted, and some programs write out."""

_MOST_FIGURES = 9
_MOST_WEEKS = 53


class Frequency(IntEnum):
    """How often a rule repeats, the shortest first."""

    SECONDLY = 0
    MINUTELY = 1
    HOURLY = 2
    DAILY = 3
    WEEKLY = 4
    MONTHLY = 5
    YEARLY = 6


LONGEST_INTERVAL = {
    Frequency.DAILY: 366,
    Frequency.WEEKLY: 104,
    Frequency.MONTHLY: 24,
    Frequency.YEARLY: 10,
}


class NthDay(NamedTuple):
    """A weekday (Monday is 0). `nth` is its place in the month or year.

    A negative place counts from the end, and 0 means every such day.
    """

    nth: int
    weekday: int

    def __str__(self) -> str:
        return f"{self.nth or ''}{DAY_CODES[self.weekday]}"


@dataclass(frozen=True, slots=True)
class Rule:
    """The parts of a rule. Empty tuples, 0 as `count` and `None` as `until` are parts not given."""

    freq: Frequency
    interval: int = 1
    count: int = 0
    until: datetime | None = None
    by_month: tuple[int, ...] = ()
    by_week_no: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[NthDay, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo | None = None) -> Self:
        """A rule that meetings can have. Raises `BadRule`.

        `zone` is needed only for an UNTIL in UTC.
        """
        rule = cls.parse_any(text, zone)
        check_for_meetings(rule)
        return rule

    @classmethod
    def parse_any(cls, text: str, zone: ZoneInfo | None = None) -> Self:
        """Any rule that RFC 5545 allows. Raises `BadRule`."""
        parts = _split(text)
        values: dict[str, Any] = {"freq": _frequency(parts["FREQ"])}
        for name, (field, low, high, backwards) in _NUMBER_PARTS.items():
            if name in parts:
                values[field] = _numbers(name, parts[name], low, high, backwards=backwards)
        values |= _single_parts(parts, zone)
        rule = cls(**values)
        _check_together(rule)
        return rule

    def __str__(self) -> str:
        """The rule in a fixed order, without parts that say nothing. It parses to the same rule."""
        parts = [f"FREQ={self.freq.name}"]
        parts += [f"INTERVAL={self.interval}"] if self.interval > 1 else []
        parts += [f"COUNT={self.count}"] if self.count else []
        parts += [f"UNTIL={self.until:%Y%m%dT%H%M%S}"] if self.until else []
        for name, value in self._lists():
            parts.append(f"{name}={','.join(map(str, value))}")
        parts += [f"WKST={DAY_CODES[self.week_start]}"] if self.week_start else []
        return ";".join(parts)

    def _lists(self) -> list[tuple[str, tuple[Any, ...]]]:
        names = (f.name for f in fields(self) if f.name.startswith("by_"))
        return [(n.replace("_", "").upper(), getattr(self, n)) for n in names if getattr(self, n)]


def check_for_meetings(rule: Rule) -> None:
    """Raise `BadRule` for a rule that is valid, but not for meetings."""
    if rule.freq < Frequency.DAILY or rule.by_hour or rule.by_minute or rule.by_second:
        raise BadRule("A meeting repeats once a day at most, always at one time of day.")
    if rule.count and rule.until:
        raise BadRule("A rule ends after a number of times or on a day, not both.")
    longest = LONGEST_INTERVAL[rule.freq]
    if rule.interval > longest:
        unit = UNITS[rule.freq]
        raise BadRule(f"Every {rule.interval} {unit}s is too far apart: the most is {longest}.")
    if rule.count > MOST_TIMES:
        raise BadRule(f"{rule.count} times is too many: the most is {MOST_TIMES}.")


UNITS = {
    Frequency.DAILY: "day",
    Frequency.WEEKLY: "week",
    Frequency.MONTHLY: "month",
    Frequency.YEARLY: "year",
}


def _split(text: str) -> dict[str, str]:
    if len(text) > LONGEST_RULE:
        raise BadRule("That rule is too long.")
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").removesuffix(";").split(";"):
        name, _, value = part.partition("=")
        if name.startswith("X-") or part in _SAYS_NOTHING:
            continue
        if name not in _KNOWN_PARTS or not value:
            raise BadRule("That is not a rule of RFC 5545.")
        if name in parts:
            raise BadRule(f"The rule says {name} twice.")
        parts[name] = value
    if "FREQ" not in parts:
        raise BadRule("The rule does not say how often (FREQ).")
    return parts


def _single_parts(parts: dict[str, str], zone: ZoneInfo | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "INTERVAL" in parts:
        values["interval"] = _number("INTERVAL", parts["INTERVAL"])
    if "COUNT" in parts:
        values["count"] = _number("COUNT", parts["COUNT"])
    if "UNTIL" in parts:
        values["until"] = _until(parts["UNTIL"], zone)
    if "BYDAY" in parts:
        days = {_day(text) for text in parts["BYDAY"].split(",")}
        values["by_day"] = tuple(sorted(days))
    if "WKST" in parts:
        values["week_start"] = _weekday(parts["WKST"])
    return values


def _frequency(text: str) -> Frequency:
    if text not in Frequency.__members__:
        raise BadRule("The rule does not say how often (FREQ).")
    return Frequency[text]


def _numbers(name: str, text: str, low: int, high: int, *, backwards: bool) -> tuple[int, ...]:
    numbers = {_whole(name, piece, signed=backwards) for piece in text.split(",")}
    if not all(low <= abs(number) <= high for number in numbers):
        raise BadRule(f"{name} goes from {low} to {high}.")
    return tuple(sorted(numbers))


def _number(name: str, text: str) -> int:
    number = _whole(name, text, signed=False)
    if number < 1:
        raise BadRule(f"{name} must be 1 or more.")
    return number


def _whole(name: str, text: str, *, signed: bool) -> int:
    figures = text.lstrip("+-") if signed and text[:1] in {"+", "-"} else text
    if not (figures.isascii() and figures.isdigit()) or len(figures) > _MOST_FIGURES:
        raise BadRule(f"{name} needs whole numbers.")
    return -int(figures) if text.startswith("-") else int(figures)


def _day(text: str) -> NthDay:
    nth = _whole("BYDAY", text[:-2], signed=True) if len(text) > 2 else 0  # noqa: PLR2004 - code
    if abs(nth) > _MOST_WEEKS or (nth == 0 and len(text) > 2):  # noqa: PLR2004 - as above
        raise BadRule("BYDAY counts weekdays from 1 to 53.")
    return NthDay(nth, _weekday(text[-2:]))


def _weekday(text: str) -> int:
    if text not in DAY_CODES:
        raise BadRule("Weekdays in a rule are MO, TU, WE, TH, FR, SA and SU.")
    return DAY_CODES.index(text)


def _until(text: str, zone: ZoneInfo | None) -> datetime:
    """UNTIL as wall time: a day lasts to its end, and a time in UTC is converted to the zone."""
    try:
        if "T" not in text:
            return datetime.combine(datetime.strptime(text, "%Y%m%d"), END_OF_DAY)  # noqa: DTZ007
        if not text.endswith("Z"):
            return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time
        if zone is not None:
            return _utc(text).astimezone(zone).replace(tzinfo=None, fold=0)
    except (ValueError, OverflowError):
        pass
    raise BadRule("UNTIL is a day such as 20270630, or wall time: 20270630T140000.")


def _utc(text: str) -> datetime:
    return datetime.strptime(text.removesuffix("Z") + "+0000", "%Y%m%dT%H%M%S%z")


def _check_together(rule: Rule) -> None:
    """Raise `BadRule` for parts that RFC 5545, 3.3.10 does not allow together."""
    if rule.by_week_no and rule.freq != Frequency.YEARLY:
        raise BadRule("BYWEEKNO goes with FREQ=YEARLY only.")
    if rule.by_year_day and Frequency.DAILY <= rule.freq <= Frequency.MONTHLY:
        raise BadRule("BYYEARDAY does not go with days, weeks or months.")
    if rule.by_month_day and rule.freq == Frequency.WEEKLY:
        raise BadRule("BYMONTHDAY does not go with FREQ=WEEKLY.")
    counted = any(day.nth for day in rule.by_day)
    if counted and (rule.freq < Frequency.MONTHLY or rule.by_week_no):
        raise BadRule("BYDAY counts weekdays within months or years only.")
    if rule.by_set_pos and not any(name != "BYSETPOS" for name, _ in rule._lists()):  # noqa: SLF001
        raise BadRule("BYSETPOS needs another part to choose from.")
