"""The grammar of single days: dates, weekdays, days from now, and parts of a day."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from indaba.scheduling.model.reader.lattice import Number, Rule
from indaba.scheduling.model.reader.pieces import (
    ADay,
    InWeeks,
    Length,
    PartOfDay,
    SaidClock,
    SeveralDays,
    Soon,
    Together,
)
from indaba.scheduling.model.spoken_day import (
    After,
    Ahead,
    Day,
    DayOfMonth,
    EasterDay,
    InMonth,
    InWeek,
    LastOfMonth,
    MonthsAhead,
    OnDate,
    OnWeekday,
    OtherOrder,
    SoManyFromNow,
)

_MONTHS, _LONGEST_DAY, _LAST_HOUR = 12, 2, 24
_CENTURY = 2000
_TENS_OF_DAYS, _LAST_ORDINAL = frozenset({20, 30}), 9
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_WHICH_WEEK = {"this": 0, "next": 1, "last": -1}


def _day_number(number: Number, _: object) -> int | None:
    return number.value if 0 < number.figures <= _LONGEST_DAY else None


def _tens_and_ordinal(ten: Number, _: object, place: int) -> int | None:
    day = ten.value + place
    return day if ten.value in _TENS_OF_DAYS and 0 < place <= _LAST_ORDINAL else None


def _year_in_two(_: object, number: Number) -> Number | None:
    """'26 for 2026."""
    return Number(_CENTURY + number.value, 4) if number.figures == _LONGEST_DAY else None


def _day_figures(number: Number) -> int | None:
    return number.value if 0 < number.figures <= _LONGEST_DAY else None


def _day_month(*parts: Any) -> OnDate:
    day, month, year = parts[0], parts[3], parts[-1]
    return OnDate(day, month, year.value if year else None)


def _month_day(*parts: Any) -> OnDate:
    month, day, year = parts[0], parts[3], parts[-1]
    return OnDate(day, month, year.value if year else None)


def _year_first(year: Number, one: str, month: Number, other: str, day: Number) -> OnDate | None:
    return OnDate(day.value, month.value, year.value) if one == other else None


def _in_figures(*parts: Any, month_first: bool) -> OnDate | OtherOrder | None:
    """A date in digits: in the locale's order, or in the other if only that one makes sense."""
    numbers = [each for each in parts if isinstance(each, Number)]
    marks = {each for each in parts if isinstance(each, str)}
    one, other, *years = numbers
    if len(marks) > 1 or max(one.figures, other.figures) > _LONGEST_DAY:
        return None
    year = _year(years[0]) if years else None
    if years and year is None:
        return None
    day, month = (other, one) if month_first else (one, other)
    if month.value > _MONTHS >= day.value:
        return OtherOrder(OnDate(month.value, day.value, year))
    return OnDate(day.value, month.value, year)


def _year(number: Number) -> int | None:
    if number.figures == _LONGEST_DAY:
        return _CENTURY + number.value
    return number.value if number.figures == len("2026") else None


def _of_some_month(*parts: Any) -> InMonth | None:
    """The 20th of next month."""
    day, which, unit = parts[1], parts[-2], parts[-1]
    ahead = {"this": 0, "next": 1}.get(which)
    return InMonth(day, ahead) if unit == "month" and ahead is not None else None


def _months_ahead(number: Number | str, unit: str) -> MonthsAhead | None:
    count = _count(number)
    return MonthsAhead(count * _MONTHS_OF[unit]) if unit in _MONTHS_OF else None


def _so_many_weekdays(number: Number, weekday: int, _: object) -> SoManyFromNow | None:
    return SoManyFromNow(number.value, weekday) if number.value else None


def _moved(sign: int) -> Callable[..., After | None]:
    """Two days after Easter Monday, or a week before 24 December."""

    def make(number: Number | str, unit: str, _: object, day: Day) -> After | None:
        count = _count(number)
        return After(day, sign * count * _DAYS[unit]) if unit in _DAYS else None

    return make


def _at_part(hour: Number, part: PartOfDay) -> Together:
    """8 tonight. The figure may as well end the title: Grade 8 tonight."""
    return Together((SaidClock(hour.value, bare=True), part))


def _at_day_and_part(hour: Number, days: int, part: str | None) -> Together | None:
    """9 tomorrow morning, or 9 tomorrow."""
    clock, parts = SaidClock(hour.value, bare=True), [PartOfDay(part)] if part else []
    return Together((clock, Ahead(days), *parts)) if hour.value <= _LAST_HOUR else None


def _weekday_in_part(both: str) -> Together:
    """What one word says in some languages: Vrydagaand."""
    weekday, part = both.split()
    return Together((OnWeekday(int(weekday)), PartOfDay(part)))


def _fixed(named: str, year: Number | None) -> OnDate:
    month, _, day = named.partition("-")
    return OnDate(int(day), int(month), year.value if year else None)


def _last_of(*parts: Any) -> LastOfMonth:
    month, year = parts[3], parts[-1]
    return LastOfMonth(month, year.value if year else None)


def _of_one_month(*parts: Any) -> tuple[OnDate, ...]:
    days, month, year = parts[0], parts[2], parts[-1]
    return tuple(OnDate(day, month, year.value if year else None) for day in days)


def _several(days: tuple[OnDate, ...]) -> SeveralDays:
    return SeveralDays(days)


def _count(number: Number | str) -> int:
    """How many: a number, or one for "a"."""
    return number.value if isinstance(number, Number) else 1


def _ahead(_: object, number: Number | str, unit: str) -> Ahead | InWeeks | MonthsAhead | None:
    count = _count(number)
    if unit == "day":
        return Ahead(count)
    if unit in _DAYS:
        return InWeeks(count * _DAYS[unit] // 7, counted=True)
    return _months_ahead(number, unit)


def _from_today(number: Number | str, unit: str, days: int) -> Ahead | None:
    count = _count(number)
    return Ahead(count * _DAYS[unit] + days) if unit in _DAYS else None


def _hence(number: Number | str, unit: str, _: object) -> Ahead | MonthsAhead | None:
    return _from_today(number, unit, 0) or _months_ahead(number, unit)


def _day_and_week(days: int, unit: str) -> Ahead | None:
    return Ahead(days + 7) if unit == "week" and days >= 0 else None


def _weekday_week(day: OnWeekday, unit: str) -> After | None:
    return After(day, 7) if unit == "week" else None


def _a_week_on(number: Number | str, unit: str, _: object, day: OnWeekday) -> After | None:
    count = _count(number)
    return After(day, count * _DAYS[unit]) if unit in {"week", "fortnight"} else None


def _in_weeks_on(_: object, number: Number | str, unit: str, __: object, day: OnWeekday) -> Any:
    ahead = _ahead(None, number, unit)
    return InWeek(ahead.weeks, day.weekday, counted=True) if isinstance(ahead, InWeeks) else None


def _which_week(which: str, unit: str) -> InWeeks | None:
    return InWeeks(_WHICH_WEEK[which], counted=False) if unit == "week" else None


def _weekday(which: str | None, weekday: int, *_: object) -> OnWeekday:
    return OnWeekday(weekday, which or "")


def _soon(*parts: Any) -> Soon | None:
    spans = [each for each in parts if isinstance(each, Length)]
    return Soon(timedelta(minutes=spans[0].minutes)) if spans else None


def _this_part(which: str, part: str) -> PartOfDay | None:
    return PartOfDay(part, 0) if which == "this" else None


def _date_rules(*, month_first: bool) -> list[Rule]:
    figures: Callable[..., Any] = partial(_in_figures, month_first=month_first)
    return [
        Rule("dayn", "num ~suffix", _day_number),
        Rule("day_word", "ordinal", lambda place: place if place > 0 else None),
        Rule("day_word", "tens -? ordinal", _tens_and_ordinal),
        Rule("yyyy", "' ~num", _year_in_two),
        Rule("dnum", "num", _day_figures),
        Rule("date", "dnum|dayn|day_word ~.? of? month .? ,? yyyy?", _day_month),
        Rule("date", "month .? the? dnum|dayn|day_word ,? yyyy?", _month_day),
        Rule("date", "the? dayn|day_word|dnum of the? which one_unit", _of_some_month),
        Rule("date", "yyyy ~-|/|. ~num ~-|/|. ~num", _year_first),
        Rule("date", "num ~-|/|. ~num ~-|/|. ~num", figures),
        Rule("date", "num ~/ ~num", figures),
        Rule("date_with_dots", "num ~. ~num ~.?", figures),
        Rule("date_with_dots", "num ~. num ~.", figures),
        Rule("nth_day", "the dayn", lambda _, day: DayOfMonth(day)),
        Rule("bare_nth_day", "dayn", DayOfMonth),
        Rule("nth_day", "on|at the dayn", lambda _, __, day: DayOfMonth(day)),
        Rule("bare_day", "dnum", lambda day: ADay(DayOfMonth(day), bare=True)),
        Rule("day_list", "dnum|dayn ,|and|or dnum|dayn", lambda a, _, b: (a, b)),
        Rule("day_list", "dnum|dayn ,|and day_list", lambda a, _, b: (a, *b)),
        Rule("dates_named", "day_list of? month ~.? yyyy?", _of_one_month),
        Rule("date", "the? last_day of? month ~.? yyyy?", _last_of),
        Rule("date", "fixed_day yyyy?", _fixed),
    ]


_RELATIVE = [
    Rule("relative", "easter_day", EasterDay),
    Rule("relative", "the? day", lambda _, days: Ahead(days)),
    Rule("relative", "in num|a unit|one_unit", _ahead),
    Rule("relative", "num|a unit|one_unit day", _from_today),
    Rule("relative", "num|a unit|one_unit hence", _hence),
    Rule("later_weekday", "num weekdays hence", _so_many_weekdays),
    Rule("later_weekday", "the? weekday after_next", lambda _, day, __: After(OnWeekday(day), 7)),
    Rule("relative", "day unit|one_unit", _day_and_week),
    Rule("relative", "which unit|one_unit", _which_week),
    Rule("one_weekday", "which? weekday ~.?", _weekday),
    Rule("weekday_in_part", "weekday_part", _weekday_in_part),
    Rule("one_weekday", "about one_weekday", lambda _, day: day),
    Rule("later_weekday", "one_weekday unit|one_unit", _weekday_week),
    Rule("later_weekday", "num|a unit|one_unit on one_weekday", _a_week_on),
    Rule("later_weekday", "in num|a unit|one_unit on one_weekday", _in_weeks_on),
    Rule("soon", "in about? span", _soon),
    Rule("soon", "in about? a span", _soon),
    Rule("soon", "a? span hence", _soon),
    Rule("part_said", "in|at the? part", lambda _, __, part: PartOfDay(part)),
    Rule("bare_part", "the? part", lambda _, part: PartOfDay(part)),
    Rule("part_said", "which part", _this_part),
    Rule("part_said", "today_part", lambda part: PartOfDay(part, 0)),
    Rule("part_said", "tomorrow_part", lambda part: PartOfDay(part, 1)),
    Rule("timed_part", "hh part_said", _at_part),
    Rule("timed_part", "hh day part?", _at_day_and_part),
]
_WHOLE = [
    Rule("other_day", "date|nth_day|one_weekday", lambda day: day),
    Rule("other_day", "the? day", lambda _, days: Ahead(days)),
    Rule("other_day", "easter_day", EasterDay),
    Rule("relative", "num|a unit|one_unit after other_day", _moved(1)),
    Rule("relative", "num|a unit|one_unit before_that other_day", _moved(-1)),
    Rule("full_date", "date|nth_day|bare_nth_day", lambda day: day),
    Rule("full_date", "weekday ~.? ,? date|nth_day|bare_nth_day", lambda *parts: parts[-1]),
    Rule("some_dates", "dates_named", _several),
]


def day_rules(*, month_first: bool) -> list[Rule]:
    """The rules, for people who write the month first in figures or not."""
    return [*_date_rules(month_first=month_first), *_RELATIVE, *_WHOLE]
