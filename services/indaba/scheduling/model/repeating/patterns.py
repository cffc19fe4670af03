"""The rules that what was heard can mean, before it has a first date and an end."""

from calendar import monthrange
from datetime import datetime

from indaba.scheduling.model.repeating.heard import Heard
from indaba.scheduling.model.repeating.refusals import HOW_TO_REPEAT, BadRule
from indaba.scheduling.model.repeating.rule import Frequency, NthDay, Rule, check_for_meetings
from indaba.scheduling.model.repeating.wording import WORKING_DAYS
from indaba.scheduling.model.said import hear
from indaba.scheduling.model.spoken_day import NotRead, OnDate

_EACH_MONTH = frozenset(range(1, 13))
EVERY_OTHER = 2
"""People say every second for every other."""

_LEAP_YEAR = 2028
_EVERY_WEEKDAY = frozenset(range(7))


def patterns(heard: Heard, start: datetime | None, doubts: list[str]) -> list[Rule]:
    """The rules, likeliest first. Raises `NotRead`, or `BadRule` for what no rule may be.

    Why it is asked back is added to `doubts`.
    """
    if heard.rule:
        return [_given(heard)]
    rules = _of_month(heard, doubts) or _of_rhythm(heard, start, doubts)
    for rule in rules:
        check_for_meetings(rule)
    return rules


def _given(heard: Heard) -> Rule:
    """A rule that was typed as such, with nothing said about days besides."""
    days = heard.weekdays | heard.but_weekdays | heard.month_days | heard.nth_working
    spoken = heard.often or days or heard.nth or heard.every_nth or heard.yearly_date
    months = heard.in_months or heard.but_months or heard.of_months
    rule = Rule.parse(heard.rule)
    ends = heard.times or heard.lasting or heard.until
    if spoken or months or ((rule.count or rule.until) and ends):
        raise NotRead("Please give the rule, or say it in words, not both.")
    return rule


def _of_month(heard: Heard, doubts: list[str]) -> list[Rule]:
    """Rules by the place of a day in its month; empty where no such place was said."""
    freq, interval = _rhythm(heard)
    if heard.every_nth:
        return _every_nth(heard, heard.every_nth, freq, interval, doubts)
    if heard.nth or heard.nth_working:
        return _twice(heard, [_nth(heard, freq, interval)])
    if heard.month_days:
        return _twice(heard, [_month_days(heard, freq, interval)])
    return []


def _of_rhythm(heard: Heard, start: datetime | None, doubts: list[str]) -> list[Rule]:
    freq, interval = _rhythm(heard)
    if freq == Frequency.YEARLY:
        return [_yearly(heard, interval, start)]
    if freq == Frequency.MONTHLY:
        return _monthly(heard, interval, start, doubts)
    if freq == Frequency.DAILY and not heard.but_weekdays:
        return [_daily(heard, interval)]
    return _twice(heard, [_weekly(heard, freq, interval, start)])


def _rhythm(heard: Heard) -> tuple[Frequency | None, int]:
    """How often; said twice it must be the same. Raises `NotRead`."""
    freqs = {freq for freq, _ in heard.often}
    if heard.yearly_date and freqs != {Frequency.YEARLY}:
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    intervals = {interval for _, interval in heard.often} - {1}
    if len(freqs) > 1 or len(intervals) > 1:
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    return next(iter(freqs), None), next(iter(intervals), 1)


def _every_nth(
    heard: Heard, day: NthDay, freq: Frequency | None, interval: int, doubts: list[str]
) -> list[Rule]:
    """Every second Thursday: of two weeks, or of the month."""
    if freq not in {None, Frequency.MONTHLY} or _names_other_days(heard, day):
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    months = _months(heard)
    counted = Rule(Frequency.MONTHLY, interval, by_month=months, by_day=(day,))
    if freq == Frequency.MONTHLY or day.nth in {1, -1, -2}:
        return [counted]
    days = tuple(NthDay(0, weekday) for weekday in sorted({day.weekday, *heard.weekdays}))
    weeks = Rule(Frequency.WEEKLY, day.nth, by_month=months, by_day=days)
    if day.nth == EVERY_OTHER:
        return [weeks]
    doubts.append(f"Do you mean of every month, or every {day.nth} weeks?")
    return [counted, weeks]


def _names_other_days(heard: Heard, day: NthDay) -> bool:
    """Every second Tuesday and Thursday is one rhythm; other days beside it are another."""
    weekdays = heard.weekdays if day.nth != EVERY_OTHER else set()
    return bool(weekdays or heard.nth or heard.month_days or heard.but_weekdays)


def _nth(heard: Heard, freq: Frequency | None, interval: int) -> Rule:
    if heard.nth and heard.nth_working:
        raise NotRead("Please name weekdays or working days, not both.")
    if heard.weekdays or heard.month_days or heard.yearly_date or heard.but_weekdays:
        raise NotRead(f"I found more than one rhythm. {HOW_TO_REPEAT}")
    if freq not in {None, Frequency.MONTHLY, Frequency.YEARLY}:
        raise NotRead("Is that of the month? Then say: of every month.")
    days, places = tuple(sorted(heard.nth)), tuple(sorted(heard.nth_working))
    days = WORKING_DAYS if places else days
    if heard.of_months and freq != Frequency.MONTHLY:
        if heard.in_months or heard.but_months:
            raise NotRead("Please name the months once.")
        months = tuple(sorted(heard.of_months))
        yearly = Frequency.YEARLY if not places else Frequency.MONTHLY
        return Rule(yearly, interval, by_month=months, by_day=days, by_set_pos=places)
    if freq == Frequency.YEARLY:
        raise NotRead("Of which month? Such as: first Monday of March every year.")
    return Rule(
        Frequency.MONTHLY, interval, by_month=_months(heard), by_day=days, by_set_pos=places
    )


def _month_days(heard: Heard, freq: Frequency | None, interval: int) -> Rule:
    if heard.weekdays or heard.but_weekdays or heard.yearly_date:
        raise NotRead("Please name weekdays or days of the month, not both.")
    if freq not in {None, Frequency.MONTHLY}:
        raise NotRead("Is that of the month? Then say: of every month.")
    if not all(abs(day) in range(1, 32) for day in heard.month_days):
        raise NotRead("A month has days from 1 to 31.")
    days = tuple(sorted(heard.month_days))
    return Rule(Frequency.MONTHLY, interval, by_month=_months(heard), by_month_day=days)


def _yearly(heard: Heard, interval: int, start: datetime | None) -> Rule:
    if heard.weekdays or heard.in_months or heard.but_months or heard.but_weekdays:
        raise NotRead("On which day of the year? Such as: every year on 8 August.")
    day, month = _date(heard.yearly_date, start)
    if not 1 <= day <= monthrange(_LEAP_YEAR, month)[1]:
        raise NotRead("There is no such date.")
    return Rule(Frequency.YEARLY, interval, by_month=(month,), by_month_day=(day,))


def _date(said: str, start: datetime | None) -> tuple[int, int]:
    if said:
        pinned = hear(said, month_first=False).pinned
        if len(pinned) == 1 and isinstance(pinned[0], OnDate):
            return pinned[0].day, pinned[0].month
    if start is None:
        raise NotRead("On which day of the year? Such as: every year on 8 August.")
    return start.day, start.month


def _monthly(heard: Heard, interval: int, start: datetime | None, doubts: list[str]) -> list[Rule]:
    if heard.weekdays or heard.but_weekdays or start is None:
        raise NotRead(
            "On which day of the month? Such as: on the 15th, or first Tuesday of the month."
        )
    months = _months(heard)
    doubts.append("Do you mean that day of the month, or that weekday?")
    nth = NthDay((start.day - 1) // 7 + 1, start.weekday())
    return [
        Rule(Frequency.MONTHLY, interval, by_month=months, by_month_day=(start.day,)),
        Rule(Frequency.MONTHLY, interval, by_month=months, by_day=(nth,)),
    ]


def _daily(heard: Heard, interval: int) -> Rule:
    if heard.weekdays:
        raise NotRead("Every day, or on those weekdays? Please say one of them.")
    return Rule(Frequency.DAILY, interval, by_month=_months(heard))


def _weekly(heard: Heard, freq: Frequency | None, interval: int, start: datetime | None) -> Rule:
    if freq == Frequency.DAILY and (heard.weekdays or interval > 1):
        raise NotRead("Every day, or on those weekdays? Please say one of them.")
    named = set(_EVERY_WEEKDAY) if freq == Frequency.DAILY else set(heard.weekdays)
    if not named and start is not None:
        named = {start.weekday()}
    days = tuple(NthDay(0, weekday) for weekday in sorted(named - heard.but_weekdays))
    if not days:
        raise NotRead("On which day of the week?")
    return Rule(Frequency.WEEKLY, interval, by_month=_months(heard), by_day=days)


def _twice(heard: Heard, rules: list[Rule]) -> list[Rule]:
    """For biweekly and its kin: also twice each time, where two days were named."""
    if not heard.two_meanings:
        return rules
    each = [
        Rule(r.freq, 1, by_month=r.by_month, by_day=r.by_day, by_month_day=r.by_month_day)
        for r in rules
        if len(r.by_day) + len(r.by_month_day) > 1
    ]
    return [*rules, *each]


def _months(heard: Heard) -> tuple[int, ...]:
    """The months that are left; empty for all of them. Raises `NotRead` where none is."""
    named = heard.in_months | heard.of_months
    left = (named or _EACH_MONTH) - heard.but_months
    if not left:
        raise BadRule("That leaves no month.")
    return () if left == _EACH_MONTH else tuple(sorted(left))
