"""Understands a day of the week and an hour, as of what comes every week."""

from dataclasses import replace
from datetime import time

from indaba.contracts.times import WeeklyRead, WeeklyReading
from indaba.recurrence.rule import Frequency
from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.assembling import Spoken, Where, assembled
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.lengths import line_of
from indaba.scheduling.model.reader.single import not_understood
from indaba.scheduling.model.repeating.repeat_parts import RepeatParts
from indaba.scheduling.model.spoken_clock import either_clock, narrowed
from indaba.scheduling.model.spoken_day import NotRead
from indaba.scheduling.model.time_parts import TimeParts
from indaba.scheduling.model.wall_time import WEEKDAYS

HOW_WEEKLY = "Say for example: Monday 8:00, or Friday at 4pm."
FULL_HOURS = "I can only do full hours. Which one is it?"
_NOWHERE = Where("", "")
_LAST_HOUR = 23


def read_weekly(text: str, asked: Asked) -> WeeklyRead:
    """The day and the hour; sure only if all words say that, and one of each."""
    line = line_of(text)
    if line is None:
        return _not_read("That is too long for me to read as a day of the week.")
    chart = Chart(line, asked, repeats=True)
    way = chart.coverings(titled=False)[0]
    unknown = tuple(chart.unknown(way))
    try:
        spoken = assembled(line, way, _NOWHERE)
        hours, doubt = _hours(spoken.time)
    except NotRead as why:
        return _not_read(str(why))
    days = sorted({each.weekday for each in spoken.time.weekdays})
    if not days:
        return _not_read(not_understood(unknown) if unknown else "On which day of the week?")
    doubts = [*chart.guessed(way), doubt]
    if unknown or _says_more(spoken):
        doubts.append(not_understood(unknown) if unknown else f"Is it every {WEEKDAYS[days[0]]}?")
    if len(days) > 1:
        doubts.append("I can only do one day of the week. Which one is it?")
    readings = tuple(
        WeeklyReading(weekday=(day + later) % 7 + 1, hour=hour)
        for day in days
        for later, hour in hours
    )
    doubt = " ".join(filter(None, doubts))
    return WeeklyRead(sure=not doubt, readings=readings[:6], doubt=doubt)


def _hours(parts: TimeParts) -> tuple[list[tuple[int, int | None]], str]:
    """Hours, each with the days that it is after the day named, and why it is asked about."""
    if parts.ends or parts.lasts or parts.zones or parts.soon or parts.at:
        raise NotRead("I need the hour at which it comes, and nothing else.")
    if not parts.clocks:
        if parts.part:
            raise NotRead(f"At which hour of the {parts.part}?")
        return [(0, None)], ""
    clock = narrowed(either_clock(parts.clocks), parts.part)
    if all(at.minute == 0 for _, at in clock.moments):
        return [(later, at.hour) for later, at in clock.moments], clock.doubt
    return [(later, hour) for later, at in clock.moments for hour in _full_hours(at)], FULL_HOURS


def _full_hours(at: time) -> list[int]:
    """The hour before a time and the one after it."""
    return [at.hour, *([at.hour + 1] if at.hour < _LAST_HOUR else [])]


def _says_more(spoken: Spoken) -> bool:
    """Whether it says something besides: a date, or another rhythm than every week."""
    rhythms = set(spoken.repeat.often) - {(Frequency.WEEKLY, 1)}
    rest = replace(spoken.repeat, often=[], doubts=[])
    which = any(each.which for each in spoken.time.weekdays)
    return bool(
        which or spoken.time.pinned or spoken.time.weeks or rhythms or rest != RepeatParts()
    )


def _not_read(why: str) -> WeeklyRead:
    return WeeklyRead(sure=False, doubt=f"{why} {HOW_WEEKLY}")
