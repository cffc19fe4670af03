"""Understands a length that may be said by the moment where it ends: until when, or since when."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum, auto

from indaba.contracts.times import LengthRead
from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.assembling import Where, assembled
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.lattice import Rule
from indaba.scheduling.model.reader.lengths import (
    charted,
    ends_line,
    line_of,
    not_read,
    offered,
    read_length,
)
from indaba.scheduling.model.reader.lexicon import lexicon_for
from indaba.scheduling.model.reader.single import not_understood
from indaba.scheduling.model.reader.tokens import Line
from indaba.scheduling.model.spoken_clock import NOON, Clock, either_clock, narrowed
from indaba.scheduling.model.spoken_day import NotRead
from indaba.scheduling.model.time_parts import TimeParts

_MINUTE = timedelta(minutes=1)
_TWO_WEEKS, _A_DAY, _HOURS_BELOW = 14, 24 * 60, 49
_NOWHERE = Where("", "")
_LEADS_IN = ("until", "due", "ending", "to")
WHICH_MOMENT = "That can be more than one moment."
NEXT_DAY = "That time has passed by then: do you mean the next day?"
DAY_BEFORE = "Do you mean the day before the meeting?"

BEFORE_IT = [
    Rule("lead", "whole before_that|ahead the_meeting?", lambda span, *_: span),
    Rule("lead", "until|due|start? whole before_that|ahead the_meeting?", lambda *s: s[1]),
    Rule("own_day", "on? the? meeting_day the_meeting?", lambda *parts: (parts[-2], "")),
    Rule("own_day", "the? part before_that the_meeting?", lambda _, part, *__: (-1, part)),
    Rule("own_day", "that_very part", lambda _, part: (0, part)),
]


class Side(Enum):
    """On which side of a moment that is given the other one lies, which people name."""

    AFTER = auto()
    BEFORE = auto()


def read_until(text: str, asked: Asked, since: datetime) -> LengthRead:
    """How long from `since`, in wall time: "15 minutes", or "until half past three"."""
    length = read_length(text, asked)
    return length if length.sure else _by_moment(text, asked, since, Side.AFTER, length)


def read_before(text: str, asked: Asked, start: datetime) -> LengthRead:
    """How long before `start`, in wall time: "a day before", or "Wednesday noon".

    A weekday is the last one before the start; if there is another from now on, it is asked about.
    """
    line = line_of(text)
    if line is None:
        return read_length(text, asked)
    chart = charted(line, asked)
    chart.lattice.apply(BEFORE_IT)
    if lead := ends_line(chart, "lead"):
        return offered(lead.value.minutes, "")
    if (whole := ends_line(chart, "own_day")) and whole.value == (-1, ""):
        return offered((_A_DAY,), "Do you mean 24 hours before? Else add the time.")
    length = read_length(text, asked, hours_below=_HOURS_BELOW)
    return length if length.sure else _by_moment(text, asked, start, Side.BEFORE, length)


def _by_moment(text: str, asked: Asked, at: datetime, side: Side, length: LengthRead) -> LengthRead:
    """By the moment named; where none is, what was read as a length."""
    line = line_of(text)
    if line is None:
        return length
    if ends_line(charted(line, asked), "num"):
        return length
    try:
        moments, doubt = _moments(line, asked, at, side)
    except NotRead as why:
        return length if length.readings else not_read(str(why))
    sign = 1 if side is Side.AFTER else -1
    minutes = [round(sign * (moment - at) / _MINUTE) for moment in moments]
    fits = tuple(dict.fromkeys(each for each in minutes if each > 0))
    if not fits:
        what = "has passed" if side is Side.AFTER else "is not before the start"
        return length if length.readings else not_read(f"That moment {what}.")
    return offered(fits, doubt)


def _moments(line: Line, asked: Asked, at: datetime, side: Side) -> tuple[list[datetime], str]:
    """The moments it can be, likeliest first, and why it is asked about."""
    line, own_day, part = _without_own_day(_without_lead_in(line, asked), asked, side)
    chart = Chart(line, asked, repeats=False)
    way = chart.coverings(titled=False)[0]
    parts, unknown = assembled(line, way, _NOWHERE).time, chart.unknown(way)
    clocks = [*parts.clocks, *parts.ends]
    if not clocks:
        raise NotRead(not_understood(tuple(unknown)) if unknown else "At what time?")
    clock = narrowed(either_clock(clocks), part or parts.part)
    doubts = [*chart.guessed(way), *([not_understood(tuple(unknown))] if unknown else [])]
    if parts.lasts or parts.zones or parts.soon or parts.at:
        doubts.append(WHICH_MOMENT)
    if parts.day_is_bare or (own_day is not None and parts.names_a_day()):
        doubts.append(WHICH_MOMENT)
    ways = [_on(clock, days) for days in _days(parts, clock, own_day, asked, at, side)]
    fits = [[each for each in way if _fits(each, at, asked, side)] for way in ways]
    chosen = next(filter(None, fits), [])
    if chosen and not fits[0]:
        doubts.append(NEXT_DAY if side is Side.AFTER else DAY_BEFORE)
    if at.date() in {each.date() for each in ways[0]} - {each.date() for each in chosen}:
        doubts.append(WHICH_MOMENT if len(ways) == 1 else "")
    if len(chosen) > 1:
        doubts.append(clock.doubt or WHICH_MOMENT)
    elif not _only_halves(clock):
        doubts.append(clock.doubt)
    return chosen, " ".join(filter(None, doubts))


def _days(
    parts: TimeParts, clock: Clock, own_day: int | None, asked: Asked, at: datetime, side: Side
) -> list[list[date]]:
    """The days it can be: those named, or the nearest, and the next one where none is named."""
    if own_day is not None:
        return [[at.date() + timedelta(own_day)]]
    if side is Side.BEFORE and parts.weekdays and not parts.pinned:
        back = (at.date() - timedelta(days) for days in range(_TWO_WEEKS))
        return [[day for day in back if day.weekday() == parts.weekdays[0].weekday]]
    if parts.names_a_day():
        dates = [each.dates(asked.today, clock.moments[-1][1]) for each in parts.days()]
        return [[day for each in dates for day in each.dates]]
    return [[at.date()], [at.date() + timedelta(1 if side is Side.AFTER else -1)]]


def _fits(moment: datetime, at: datetime, asked: Asked, side: Side) -> bool:
    return at < moment if side is Side.AFTER else asked.today < moment < at


def _only_halves(clock: Clock) -> bool:
    """Whether a time is in doubt only for the half of the day that it lies in."""
    times = {at for _, at in clock.moments}
    return len({(at.hour % 12, at.minute) for at in times}) == 1 and NOON not in {
        at.hour for at in times
    }


def _on(clock: Clock, days: Iterable[date]) -> list[datetime]:
    return [
        datetime.combine(day + timedelta(later), hour)
        for day in days
        for later, hour in clock.moments
    ]


def _without_lead_in(line: Line, asked: Asked) -> Line:
    """The line without the word that says that a moment follows."""
    words = lexicon_for(asked.locale)
    leads = {word for heading in _LEADS_IN for word in words.words(heading)}
    first = len(line.tokens) > 1 and line.tokens[0].text in leads
    return Line(line.typed, line.tokens[1:]) if first else line


def _without_own_day(line: Line, asked: Asked, side: Side) -> tuple[Line, int | None, str]:
    """The line without words for a day counted from the meeting's own; that day and part."""
    if side is Side.AFTER:
        return line, None, ""
    chart = charted(line, asked)
    chart.lattice.apply(BEFORE_IT)
    for place in range(len(line.tokens)):
        if edges := chart.lattice.at("own_day", place):
            longest = max(edges, key=lambda edge: edge.end)
            rest = (*line.tokens[:place], *line.tokens[longest.end :])
            if rest:
                days, part = longest.value
                return Line(line.typed, rest), days, part
    return line, None, ""
