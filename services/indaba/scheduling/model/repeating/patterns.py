"""The rules that a text can mean, before they get a first date and an end."""

from calendar import monthrange
from dataclasses import replace
from datetime import datetime

from indaba.recurrence import HOW_TO_REPEAT, BadRule
from indaba.recurrence.rule import Frequency, NthDay, Rule, check_for_meetings
from indaba.scheduling.model.repeating.repeat_parts import RepeatParts
from indaba.scheduling.model.repeating.wording import WORKING_DAYS
from indaba.scheduling.model.spoken_day import NotRead

_EACH_MONTH = frozenset(range(1, 13))
EVERY_OTHER = 2
"""People say "every second" for "every other"."""

_LEAP_YEAR, _USUAL_YEAR = 2028, 2027
_SHORTEST_MONTH = 28
_QUARTERS = (1, 4, 7, 10)
_EVERY_WEEKDAY = frozenset(range(7))


def patterns(repeat: RepeatParts, start: datetime | None, doubts: list[str]) -> list[Rule]:
    """The possible rules, likeliest first. Adds to `doubts` why they are asked back.

    Raises `NotRead`, or `BadRule` for a rule that meetings cannot have.
    """
    if repeat.rule:
        return [_given(repeat)]
    rules = _of_month(repeat, doubts) or _of_rhythm(repeat, start, doubts)
    for rule in rules:
        check_for_meetings(rule)
    return rules


def _given(repeat: RepeatParts) -> Rule:
    """The rule that was typed as one. Raises `NotRead` if words say something besides."""
    days = repeat.weekdays | repeat.but_weekdays | repeat.month_days | repeat.nth_working
    spoken = repeat.often or days or repeat.nth or repeat.every_nth or repeat.yearly_date
    months = repeat.in_months or repeat.but_months or repeat.of_months
    rule = Rule.parse(repeat.rule)
    ends = repeat.times or repeat.lasting or repeat.until
    if spoken or months or ((rule.count or rule.until) and ends):
        raise NotRead("Please give the rule, or say it in words, not both.")
    return rule


def _of_month(repeat: RepeatParts, doubts: list[str]) -> list[Rule]:
    """Rules for a day's place in its month; empty if no such place is named."""
    freq, interval = _rhythm(repeat)
    if repeat.every_nth:
        return _every_nth(repeat, repeat.every_nth, freq, interval, doubts)
    if repeat.nth or repeat.nth_working:
        return _twice(repeat, _of_quarter(repeat, _nth(repeat, freq, interval), doubts))
    if repeat.month_days:
        rule = _month_days(repeat, freq, interval)
        return _twice(repeat, _in_short_months(rule, doubts))
    return []


def _of_rhythm(repeat: RepeatParts, start: datetime | None, doubts: list[str]) -> list[Rule]:
    freq, interval = _rhythm(repeat)
    if freq == Frequency.YEARLY:
        return [_yearly(repeat, interval, start)]
    if freq == Frequency.MONTHLY:
        return _monthly(repeat, interval, start, doubts)
    if freq == Frequency.DAILY and not repeat.but_weekdays:
        return [_daily(repeat, interval)]
    return _twice(repeat, [_weekly(repeat, freq, interval, start)])


def _rhythm(repeat: RepeatParts) -> tuple[Frequency | None, int]:
    """The frequency and interval. Raises `NotRead` if there are several that differ."""
    freqs = {freq for freq, _ in repeat.often}
    if repeat.yearly_date and freqs != {Frequency.YEARLY}:
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    intervals = {interval for _, interval in repeat.often} - {1}
    if len(freqs) > 1 or len(intervals) > 1:
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    return next(iter(freqs), None), next(iter(intervals), 1)


def _every_nth(
    repeat: RepeatParts, day: NthDay, freq: Frequency | None, interval: int, doubts: list[str]
) -> list[Rule]:
    """Rules for "every second Thursday": every two weeks, or the second of the month."""
    if freq not in {None, Frequency.MONTHLY} or _names_other_days(repeat, day):
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    months = _months(repeat)
    counted = Rule(Frequency.MONTHLY, interval, by_month=months, by_day=(day,))
    if freq == Frequency.MONTHLY or day.nth in {1, -1, -2}:
        return [counted]
    days = tuple(NthDay(0, weekday) for weekday in sorted({day.weekday, *repeat.weekdays}))
    weeks = Rule(Frequency.WEEKLY, day.nth, by_month=months, by_day=days)
    if day.nth == EVERY_OTHER:
        return [weeks]
    doubts.append(f"Do you mean of every month, or every {day.nth} weeks?")
    return [counted, weeks]


def _names_other_days(repeat: RepeatParts, day: NthDay) -> bool:
    """Whether other days are named besides. "Every second Tuesday and Thursday" is one rhythm."""
    weekdays = repeat.weekdays if day.nth != EVERY_OTHER else set()
    return bool(weekdays or repeat.nth or repeat.month_days or repeat.but_weekdays)


def _nth(repeat: RepeatParts, freq: Frequency | None, interval: int) -> Rule:
    if repeat.nth and repeat.nth_working:
        raise NotRead("Please name weekdays or working days, not both.")
    if repeat.weekdays or repeat.month_days or repeat.yearly_date or repeat.but_weekdays:
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    if freq not in {None, Frequency.MONTHLY, Frequency.YEARLY}:
        raise NotRead("Is that of the month? Then say: of every month.")
    days, places = tuple(sorted(repeat.nth)), tuple(sorted(repeat.nth_working))
    days = WORKING_DAYS if places else days
    if repeat.of_months and freq != Frequency.MONTHLY:
        if repeat.in_months or repeat.but_months:
            raise NotRead("Please name the months once.")
        months = tuple(sorted(repeat.of_months))
        yearly = Frequency.YEARLY if not places else Frequency.MONTHLY
        return Rule(yearly, interval, by_month=months, by_day=days, by_set_pos=places)
    if freq == Frequency.YEARLY:
        raise NotRead("Of which month? Such as: first Monday of March every year.")
    return Rule(
        Frequency.MONTHLY, interval, by_month=_months(repeat), by_day=days, by_set_pos=places
    )


def _of_quarter(repeat: RepeatParts, rule: Rule, doubts: list[str]) -> list[Rule]:
    """For "of each quarter": in the quarter's first month, or every three months from now."""
    if not repeat.of_quarter:
        return [rule]
    doubts.append("Do you mean in the first month of each quarter, or every three months from now?")
    return [replace(rule, interval=1, by_month=_QUARTERS), rule]


def _in_short_months(rule: Rule, doubts: list[str]) -> list[Rule]:
    """Rules for a day that some months lack: without those months, or on each month's last day."""
    late = [day for day in rule.by_month_day if day > _SHORTEST_MONTH]
    months = rule.by_month or tuple(range(1, 13))
    if len(rule.by_month_day) != 1 or not late:
        return [rule]
    if all(monthrange(_USUAL_YEAR, month)[1] >= late[0] for month in months):
        return [rule]
    doubts.append(
        f"Not every month has a day {late[0]}: leave those months out, or hold it on the last day "
        "of each month?"
    )
    return [rule, replace(rule, by_month_day=(-1,))]


def _month_days(repeat: RepeatParts, freq: Frequency | None, interval: int) -> Rule:
    if repeat.weekdays or repeat.but_weekdays or repeat.yearly_date:
        raise NotRead("Please name weekdays or days of the month, not both.")
    if freq not in {None, Frequency.MONTHLY}:
        raise NotRead("Is that of the month? Then say: of every month.")
    if not all(abs(day) in range(1, 32) for day in repeat.month_days):
        raise NotRead("A month has days from 1 to 31.")
    days = tuple(sorted(repeat.month_days))
    return Rule(Frequency.MONTHLY, interval, by_month=_months(repeat), by_month_day=days)


def _yearly(repeat: RepeatParts, interval: int, start: datetime | None) -> Rule:
    if repeat.weekdays or repeat.in_months or repeat.but_months or repeat.but_weekdays:
        raise NotRead("On which day of the year? Such as: every year on 8 August.")
    day, month = _date(repeat.yearly_date, start)
    if not 1 <= day <= monthrange(_LEAP_YEAR, month)[1]:
        raise NotRead("There is no such date.")
    return Rule(Frequency.YEARLY, interval, by_month=(month,), by_month_day=(day,))


def _date(date: tuple[int, int] | None, start: datetime | None) -> tuple[int, int]:
    if date:
        return date
    if start is None:
        raise NotRead("On which day of the year? Such as: every year on 8 August.")
    return start.day, start.month


def _monthly(
    repeat: RepeatParts, interval: int, start: datetime | None, doubts: list[str]
) -> list[Rule]:
    if repeat.weekdays or repeat.but_weekdays or start is None:
        raise NotRead(
            "On which day of the month? Such as: on the 15th, or first Tuesday of the month."
        )
    months = _months(repeat)
    doubts.append("Do you mean that day of the month, or that weekday?")
    nth = NthDay((start.day - 1) // 7 + 1, start.weekday())
    return [
        Rule(Frequency.MONTHLY, interval, by_month=months, by_month_day=(start.day,)),
        Rule(Frequency.MONTHLY, interval, by_month=months, by_day=(nth,)),
    ]


def _daily(repeat: RepeatParts, interval: int) -> Rule:
    if repeat.weekdays:
        raise NotRead("Every day, or on those weekdays? Please say one of them.")
    return Rule(Frequency.DAILY, interval, by_month=_months(repeat))


def _weekly(
    repeat: RepeatParts, freq: Frequency | None, interval: int, start: datetime | None
) -> Rule:
    if freq == Frequency.DAILY and (repeat.weekdays or interval > 1):
        raise NotRead("Every day, or on those weekdays? Please say one of them.")
    named = set(_EVERY_WEEKDAY) if freq == Frequency.DAILY else set(repeat.weekdays)
    if not named and start is not None:
        named = {start.weekday()}
    days = tuple(NthDay(0, weekday) for weekday in sorted(named - repeat.but_weekdays))
    if not days:
        raise NotRead("On which day of the week?")
    return Rule(Frequency.WEEKLY, interval, by_month=_months(repeat), by_day=days)


def _twice(repeat: RepeatParts, rules: list[Rule]) -> list[Rule]:
    """For biweekly and the like: also twice per period, if two days are named."""
    if not repeat.two_meanings:
        return rules
    each = [
        Rule(r.freq, 1, by_month=r.by_month, by_day=r.by_day, by_month_day=r.by_month_day)
        for r in rules
        if len(r.by_day) + len(r.by_month_day) > 1
    ]
    return [*rules, *each]


def _months(repeat: RepeatParts) -> tuple[int, ...]:
    """The months that are left; empty for all. Raises `BadRule` if none is."""
    named = repeat.in_months | repeat.of_months
    left = (named or _EACH_MONTH) - repeat.but_months
    if not left:
        raise BadRule("That leaves no month.")
    return () if left == _EACH_MONTH else tuple(sorted(left))
