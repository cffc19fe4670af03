"""The grammar of repetition: rhythms, days in months, ends, beginnings and what is left out."""

from collections.abc import Sequence
from typing import Any

from indaba.recurrence.rule import Frequency, NthDay
from indaba.scheduling.model.reader.lattice import Number, Rule
from indaba.scheduling.model.reader.pieces import (
    ADay,
    Beginning,
    Between,
    ButDays,
    ButWeekdays,
    Endless,
    InMonths,
    InWeeks,
    Label,
    Lasting,
    MonthDays,
    NthDays,
    Often,
    Refused,
    SomeWeekdays,
    Times,
    Until,
    YearlyDate,
)
from indaba.scheduling.model.repeating.repeat_parts import AMonth, EndOfYear, Next
from indaba.scheduling.model.spoken_day import Ahead, NthOfMonth, OnDate, OnWeekday

_UNITS = {
    "day": (Frequency.DAILY, 1),
    "week": (Frequency.WEEKLY, 1),
    "fortnight": (Frequency.WEEKLY, 2),
    "month": (Frequency.MONTHLY, 1),
    "quarter": (Frequency.MONTHLY, 3),
    "year": (Frequency.YEARLY, 1),
    "two_years": (Frequency.YEARLY, 2),
}
_TWO_MEANINGS = {
    "week": "every two weeks or twice a week",
    "month": "every two months or twice a month",
    "year": "every two years or twice a year",
}
_PLACES = range(1, 6)
_WORKING = range(5)
_LONGEST_LIST = 12

TOO_OFTEN = "Meetings repeat once a day at most, such as: every weekday 08:00."
BY_TERM = (
    "I cannot count by school terms. Say a rhythm and that it is for term time, such as: first "
    "Monday of the month 14:00, term time only."
)
ON_WHICH_DAYS = "On which days? Please name them, such as: every Monday and Thursday 14:00."
TOO_LARGE = "That number is too large."
NEVER = "Every 0 is never. Please say how often."


class Plural(int):
    """A weekday in the plural, "Thursdays": it repeats."""


def _joined(first: Any, *rest: Any) -> tuple[Any, ...] | None:
    """A list of one, or of one and what follows it; none that nobody would say."""
    joined = (*_listed(first), *(_listed(rest[-1]) if rest else ()))
    return joined if len(joined) <= _LONGEST_LIST else None


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) and not hasattr(value, "_fields") else (value,)


def _between(first: int, *rest: Any) -> tuple[int, ...] | None:
    """All weekdays from one to another; over the end of the week as well."""
    last = rest[-1]
    days = (last - first) % 7
    return tuple((first + n) % 7 for n in range(days + 1)) if days else None


def _months_between(first: int, _: object, last: int) -> tuple[int, ...] | None:
    months = (last - first) % 12
    return tuple((first + n - 1) % 12 + 1 for n in range(months + 1)) if months else None


class Spread(tuple[int, ...]):
    """Weekdays parts as a range."""

    __slots__ = ()


LISTS = [
    Rule("wd", "weekday ~.?", lambda day, _: day),
    Rule("wd", "weekdays", Plural),
    Rule("wds", "wd", _joined),
    Rule("wd_spread", "wd -|to|until wd", lambda a, _, b: _spread(a, b)),
    Rule("wds", "wd_spread", lambda days: days),
    Rule("wds", "wd ,|and|or|/ the? wds", _joined),
    Rule("wds", "wd , and|or the? wds", _joined),
    Rule("wds", "wd_spread ,|and wds", lambda a, _, b: (*a, *b)),
    Rule("mon", "month ~.?", lambda month, _: month),
    Rule("mons", "mon", _joined),
    Rule("mons", "mon -|to|until mon", _months_between),
    Rule("mons", "mon ,|and|or mons", _joined),
    Rule("mons", "mon , and|or mons", _joined),
    Rule("place", "ordinal", lambda place: place),
    Rule("place", "dayn", lambda day: day if day in _PLACES else None),
    Rule("places", "place", _joined),
    Rule("places", "place ,|and|or the? places", _joined),
    Rule("places", "place , and the? places", _joined),
    Rule("mday", "the? dayn", lambda _, day: day),
    Rule("mday", "the? last_day", lambda *_: -1),
    Rule("mdays", "mday", _joined),
    Rule("mdays", "mday ,|and mdays", _joined),
    Rule("mdays", "mday , and mdays", _joined),
    Rule("a_month", "month ~.? ,? yyyy?", lambda m, _, __, y: AMonth(m, y.value if y else None)),
]


def _spread(first: int, last: int) -> tuple[int, ...] | None:
    days = _between(first, last)
    return Spread(days) if days else None


def _interval(parts: Any) -> int:
    if parts is None:
        return 1
    if isinstance(parts, Number):
        return parts.value
    return 2 if isinstance(parts, str) else int(parts)


def _often(*parts: Any) -> Often | Refused | None:
    unit, interval = parts[-1], _interval(parts[-2])
    if unit not in _UNITS:
        return Refused(TOO_OFTEN)
    freq, each = _UNITS[unit]
    if interval < 0:
        return None
    return Often(freq, each * interval) if interval else Refused(NEVER)


def _adverb(unit: str) -> Often:
    return Often(*_UNITS[unit])


def _in_two_ways(unit: str) -> Often:
    word = {"week": "biweekly", "month": "bimonthly", "year": "biyearly"}[unit]
    return Often(_UNITS[unit][0], 2, f'"{word}" can mean {_TWO_MEANINGS[unit]}.')


def _so_often_per(*parts: Any) -> Refused | None:
    unit = parts[-1]
    if unit == "day":
        return Refused(TOO_OFTEN)
    return Refused(ON_WHICH_DAYS) if unit in _UNITS else None


def _of_month(*parts: Any) -> int | str | None:
    """How many months apart; "quarter" for of each quarter."""
    unit, interval = parts[-1], parts[-2]
    if unit == "quarter":
        return "quarter"
    count = 1 if interval in {"the", "every", "a", "per"} else _interval(interval)
    return count if unit == "month" and count > 0 else None


def _weekdays(*parts: Any, interval: int = 1, every: bool = False) -> SomeWeekdays:
    days = parts[-1]
    plural = any(isinstance(day, Plural) for day in days)
    spread = isinstance(days, Spread)
    return SomeWeekdays(
        tuple(OnWeekday(int(day)) for day in days), every or plural, spread, interval
    )


def _several(_: object, days: Sequence[int]) -> SomeWeekdays | None:
    named = _weekdays(days)
    return named if named.repeats or len(days) > 1 else None


def _every_so_many(_: object, interval: Any, days: Sequence[int]) -> SomeWeekdays | Refused:
    count = _interval(interval)
    return _weekdays(days, interval=count, every=True) if count else Refused(NEVER)


def _working_days(*_: object) -> SomeWeekdays:
    return SomeWeekdays(tuple(OnWeekday(day) for day in _WORKING), repeats=True)


def _weekends(every: object, *_: object) -> SomeWeekdays | None:
    days = tuple(OnWeekday(day) for day in (5, 6))
    return SomeWeekdays(days, repeats=True) if every and every != "on" else None


def _nth(every: Any, _: object, places: Sequence[int], day: Any, of_month: Any) -> NthDays:
    quarter = of_month == "quarter"
    month = 3 if quarter else (of_month or 0)
    if isinstance(day, str):
        return NthDays((), bool(every), each_month=month, working=tuple(places), of_quarter=quarter)
    days = tuple(NthDay(place, int(day)) for place in places)
    return NthDays(days, bool(every), each_month=month, of_quarter=quarter)


def _nth_of_months(every: Any, _: object, places: Any, day: Any, *rest: Any) -> NthDays:
    months = tuple(rest[-1])
    if isinstance(day, str):
        return NthDays((), bool(every), months, working=tuple(places))
    return NthDays(tuple(NthDay(place, int(day)) for place in places), bool(every), months)


def _nth_of_year(_: object, nth: int, day: int, *rest: Any) -> ADay:
    return ADay(NthOfMonth(nth, int(day), rest[1], rest[-1].value))


def _month_days(*parts: Any) -> MonthDays | None:
    of_month = parts[-1]
    days = next(each for each in parts if isinstance(each, tuple))
    return MonthDays(days, of_month) if isinstance(of_month, int) else None


def _days_alone(_: object, days: tuple[int, ...]) -> MonthDays | None:
    return MonthDays(days) if len(days) > 1 or days[0] < 0 else None


def _yearly(_: object, __: object, date: Any) -> YearlyDate | None:
    if not isinstance(date, OnDate) or date.year:
        return None
    return YearlyDate(date.day, date.month)


RHYTHMS = [
    Rule("often", "every other|ordinal|num? unit|one_unit", _often),
    Rule("often", "every dayn unit|one_unit", _often),
    Rule("often", "every too_long unit|one_unit", lambda *_: Refused(TOO_LARGE)),
    Rule("end", "for? too_long times", lambda *_: Refused(TOO_LARGE)),
    Rule("often", "all num unit|one_unit", _often),
    Rule("often", "once per unit|one_unit", lambda *s: _often(None, s[-1])),
    Rule("often", "every part", lambda *_: Often(Frequency.DAILY)),
    Rule("often", "everyday", lambda _: Often(Frequency.DAILY)),
    Rule("often", "adverb", _adverb),
    Rule("often", "two_meanings", _in_two_ways),
    Rule("often", "twice per unit|one_unit", _so_often_per),
    Rule("often", "num times per unit|one_unit", _so_often_per),
    Rule("often", "by_term", lambda _: Refused(BY_TERM)),
    Rule("often", "too_often", lambda _: Refused(TOO_OFTEN)),
    Rule("often", "every half unit|one_unit", lambda *_: Refused(TOO_OFTEN)),
    Rule("of_month", "of|in the|every|a unit|one_unit", _of_month),
    Rule("of_month", "of|in every|the other|ordinal|num|dayn unit|one_unit", _of_month),
    Rule("of_month", "every unit|one_unit", _of_month),
    Rule("of_month", "every other|ordinal|num unit|one_unit", _of_month),
    Rule("weekdays_said", "on? wds", _several),
    Rule("weekdays_said", "every wds", lambda *s: _weekdays(*s, every=True)),
    Rule("weekdays_said", "every other|num wds", _every_so_many),
    Rule("weekdays_said", "on? alternate wds", _every_so_many),
    Rule("weekdays_said", "every|all|on? the? workday", _working_days),
    Rule("weekdays_said", "every|on? the? weekend", _weekends),
    Rule("nth", "every? the? places wd|workday of_month?", _nth),
    Rule("nth", "every? the? places wd|workday of|in mons", _nth_of_months),
    Rule("nth_of_year", "the? place wd of|in mon ,? yyyy", _nth_of_year),
    Rule("month_days", "on? mdays day? of_month", _month_days),
    Rule("month_days", "every mday", lambda _, day: MonthDays((day,), 1)),
    Rule("month_days", "day dnum of_month", lambda _, day, of: _month_days((day,), of)),
    Rule("month_days", "on? mdays", _days_alone),
    Rule("yearly", "every the? date", _yearly),
]


def _but_days(*parts: Any) -> ButDays:
    return ButDays(tuple(parts[-1]))


def _days_of_month(numbers: tuple[int, ...], *rest: Any) -> tuple[OnDate, ...]:
    month, year = rest[1], rest[-1]
    return tuple(OnDate(day, month, year.value if year else None) for day in numbers)


def _times(*parts: Any) -> Times | Refused:
    number = next(each for each in parts if isinstance(each, Number))
    return Times(number.value)


def _lasting(*parts: Any) -> Lasting | None:
    number, unit = parts[-2], parts[-1]
    count = number.value if isinstance(number, Number) else 1
    if unit == "fortnight":
        return Lasting(2 * count, "week")
    if unit == "quarter":
        return Lasting(3 * count, "month")
    return Lasting(count, unit) if unit in {"day", "week", "month", "year"} else None


def _lasting_one(*parts: Any) -> Lasting | None:
    """For one week; "for 5 year" is the beginning of something else."""
    return _lasting(*parts) if parts[-2].value == 1 else None


def _next_unit(*parts: Any) -> Beginning | None:
    which, unit = parts[-2], parts[-1]
    return Beginning(Next(unit)) if which == "next" and unit in {"week", "month"} else None


def _single_day(_: object, day: Any) -> Any:
    return None if isinstance(day, InWeeks) else day


def _from_day_to_day(*parts: Any) -> Between:
    return Between(parts[1], parts[-1])


def _within_a_month(*parts: Any) -> Between | None:
    first, last = parts[1], parts[-1]
    if not isinstance(last, OnDate) or first >= last.day:
        return None
    return Between(OnDate(first, last.month, last.year), last)


BOUNDS = [
    Rule("day_numbers", "dnum|dayn", _joined),
    Rule("day_numbers", "dnum|dayn ,|and day_numbers", _joined),
    Rule("dates", "full_date", _joined),
    Rule("dates", "full_date ,|and dates", _joined),
    Rule("dates", "day_numbers of? month ~.? yyyy?", _days_of_month),
    Rule("bound", "not on|for? the? dates", _but_days),
    Rule("bound", "not on|for|in? mons", lambda *s: InMonths(tuple(s[-1]), but=True)),
    Rule("bound", "not during mons", lambda *s: InMonths(tuple(s[-1]), but=True)),
    Rule("bound", "not for? on? wds", lambda *s: ButWeekdays(tuple(int(d) for d in s[-1]))),
    Rule("bound", "only? in|during mons only?", lambda *s: InMonths(tuple(s[2]))),
    Rule("end", "for? num times", _times),
    Rule("end", "x num", _times),
    Rule("end", "for the? which? num|a unit", _lasting),
    Rule("end", "for the? which? a one_unit", _lasting),
    Rule("end", "for the? which? num one_unit", _lasting_one),
    Rule("end", "for the? which one_unit", lambda *s: _lasting(None, s[-1])),
    Rule("last", "full_date", lambda day: day),
    Rule("last", "one_weekday", lambda day: day),
    Rule("last", "relative", lambda day: None if isinstance(day, InWeeks) else day),
    Rule("last", "end_of? the? a_month", lambda *s: s[-1]),
    Rule("last", "end_of? the? year_end", lambda *_: "year"),
    Rule("last_date", "full_date", lambda day: day),
    Rule("last_date", "end_of? the? a_month", lambda *s: s[-1]),
    Rule("end", "until|ending on|including? the? last", lambda *s: _until(s[-1])),
    Rule("end", "to the? last_date", lambda *s: _until(s[-1])),
    Rule("first", "full_date", lambda day: day),
    Rule("first", "one_weekday", lambda day: day),
    Rule("first", "day", lambda days: days),
    Rule("first", "a_month", lambda month: month),
    Rule("beginning", "start|from on|from|in? the? first", lambda *s: _beginning(s[-1])),
    Rule("day_to_day", "from? full_date -|to|until full_date", _from_day_to_day),
    Rule("day_to_day", "from? dnum|dayn -|to|until date", _within_a_month),
    Rule("endless", "endless_words", lambda _: Endless()),
    Rule("label", "label_word ~:", lambda *_: Label()),
    Rule("beginning", "start|from which unit|one_unit", _next_unit),
]


PROMISES = [
    Rule("due_day", "the? full_date|one_weekday|later_weekday|relative", _single_day),
    Rule("promised_for", "due the? due_day", lambda *parts: parts[-1]),
]


def _until(last: Any) -> Until:
    if last == "year":
        return Until(EndOfYear())
    if isinstance(last, OnWeekday):
        return Until(OnWeekday(last.weekday, last.which or "this"))
    return Until(last)


def _beginning(first: Any) -> Beginning:
    if isinstance(first, int):
        return Beginning(Ahead(first))
    if isinstance(first, OnWeekday):
        return Beginning(OnWeekday(first.weekday, first.which or "this"))
    return Beginning(first)
