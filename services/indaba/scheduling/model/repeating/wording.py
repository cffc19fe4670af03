"""Puts a series into plain words, which `read_repeat` reads back as the same series."""

from datetime import date, timedelta

from indaba.recurrence.rule import UNITS, Frequency, NthDay, Rule
from indaba.scheduling.model.repeating.avoiding import ANY_PROVINCE, Avoid
from indaba.scheduling.model.repeating.regions import place_words
from indaba.scheduling.model.repeating.repeats import Repeats
from indaba.scheduling.model.wall_time import MONTHS, WEEKDAYS

ORDINALS = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    -1: "last",
    -2: "second last",
}
WORKING_DAYS = tuple(NthDay(0, weekday) for weekday in range(5))
_HALF_A_YEAR = 6
_TEENS = range(11, 14)


def in_words(series: Repeats, *, start: bool = False) -> str:
    """Such as "every 2 weeks on Thursday at 14:00 until 30 June 2027, not in school holidays".

    With `start` also from when. Single changed dates are not mentioned. A rule that people have no
    words for is given as "by the rule FREQ=...".
    """
    rule, first = series.rule, series.first
    often = _often(rule, series)
    if not often:
        since = f" from {day_words(first.date())}" if start else ""
        return f"by the rule {rule} at {first:%H:%M}{since}{_avoiding(series.avoiding)}"
    words = f"{often}{_months(rule)} at {first:%H:%M}"
    if start:
        words += f" from {day_words(first.date())}"
    return f"{words}{_end(series)}{_avoiding(series.avoiding)}"


def _often(rule: Rule, series: Repeats) -> str:
    """How often and on which days; empty if there are no words for it."""
    if rule.by_week_no or rule.by_year_day or rule.freq < Frequency.DAILY:
        return ""
    if rule.freq == Frequency.DAILY:
        plain = not (rule.by_day or rule.by_month_day or rule.by_set_pos)
        return _every(rule) if plain else ""
    if rule.freq == Frequency.WEEKLY:
        return _weekly(rule, series)
    days = _in_month(rule, series) if rule.freq == Frequency.MONTHLY else _in_year(rule, series)
    return f"{_every(rule)} on {days}" if days else ""


def _every(rule: Rule) -> str:
    unit = UNITS[rule.freq]
    return f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"


def _weekly(rule: Rule, series: Repeats) -> str:
    days = rule.by_day or (NthDay(0, series.first.weekday()),)
    if rule.by_set_pos or (rule.week_start and rule.interval > 1 and len(days) > 1):
        return ""
    if days == WORKING_DAYS and rule.interval == 1:
        return "every weekday"
    return f"{_every(rule)} on {listed([WEEKDAYS[day.weekday] for day in days])}"


def _in_month(rule: Rule, series: Repeats) -> str:
    if rule.by_set_pos:
        return _working_days(rule)
    if rule.by_day:
        return "" if rule.by_month_day else _counted(rule.by_day)
    days = rule.by_month_day or (series.first.day,)
    if any(day < -1 for day in days):
        return ""
    ordered = sorted(days, key=lambda day: day if day > 0 else 32)
    return listed([_nth(day) if day > 0 else "the last day" for day in ordered])


def _working_days(rule: Rule) -> str:
    known = all(place in ORDINALS for place in rule.by_set_pos)
    if rule.by_day != WORKING_DAYS or rule.by_month_day or not known:
        return ""
    return f"the {listed([ORDINALS[n] for n in _forwards(rule.by_set_pos)])} working day"


def _in_year(rule: Rule, series: Repeats) -> str:
    if rule.by_set_pos or (rule.by_day and rule.by_month_day):
        return ""
    if rule.by_day:
        days = _counted(rule.by_day)
        of = listed([MONTHS[month - 1] for month in rule.by_month])
        return f"{days} of {of}" if days and of else ""
    months, days_of = rule.by_month, rule.by_month_day
    if not (months or days_of):
        months, days_of = (series.first.month,), (series.first.day,)
    if len(months) != 1 or len(days_of) != 1 or days_of[0] < 1:
        return ""
    return f"{days_of[0]} {MONTHS[months[0] - 1]}"


def _counted(days: tuple[NthDay, ...]) -> str:
    """Such as "the first and third Monday"; empty if one of them has no ordinal."""
    if any(day.nth not in ORDINALS for day in days):
        return ""
    if len({day.weekday for day in days}) == 1:
        which = listed([ORDINALS[n] for n in _forwards(tuple(day.nth for day in days))])
        return f"the {which} {WEEKDAYS[days[0].weekday]}"
    ordered = sorted(days, key=lambda day: (day.nth < 0, day.nth, day.weekday))
    return listed([f"the {ORDINALS[day.nth]} {WEEKDAYS[day.weekday]}" for day in ordered])


def _forwards(places: tuple[int, ...]) -> list[int]:
    return sorted(places, key=lambda n: (n < 0, n))


def _months(rule: Rule) -> str:
    """The months that a rule is limited to, or those it leaves out if they are fewer."""
    if not rule.by_month or rule.freq == Frequency.YEARLY:
        return ""
    if len(rule.by_month) <= _HALF_A_YEAR:
        return f" in {listed([MONTHS[month - 1] for month in rule.by_month])}"
    others = [name for number, name in enumerate(MONTHS, 1) if number not in rule.by_month]
    return f" except in {listed(others)}" if others else ""


def _end(series: Repeats) -> str:
    rule = series.rule
    if rule.count:
        return f", {rule.count} times"
    if rule.until is None:
        return ""
    in_time = rule.until.time() >= series.first.time()
    return f" until {day_words(rule.until.date() - timedelta(days=0 if in_time else 1))}"


def _avoiding(avoid: Avoid) -> str:
    place = avoid.public_holidays
    words = f", not on public holidays{place_words(place)}" if place else ""
    if not avoid.province:
        return words
    if avoid.province == ANY_PROVINCE:
        return f"{words}, not in school holidays"
    return f"{words}, not in the school holidays of {avoid.province}"


def day_words(day: date) -> str:
    """Such as "30 June 2027"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _nth(day: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"the {day}{'th' if day in _TEENS else ending}"


def listed(names: list[str]) -> str:
    """Such as "Monday, Wednesday and Friday"; empty for none."""
    if len(names) < 2:  # noqa: PLR2004 - one needs no joining
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
