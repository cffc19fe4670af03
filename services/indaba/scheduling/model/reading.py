"""Understands times that people type. What has two meanings is asked back, never guessed.

How the grammar decides:

* The day comes before the month, except in a locale of the United States. A date that only makes
  sense in the other order is asked back.
* A weekday is the coming one. Today's own weekday with the time still to come is asked back, and
  so is "next" if this week still has that day (a week may begin on Sunday or Monday).
* Two digits and minutes, or an h, are on the 24-hour clock: 08:00, 10:30, 8h30, 14h. A bare hour
  up to 11, and one digit with minutes, may be the evening and are asked back: 8, 11, 8:00.
* A date without a year is the next one. It is asked back if that is ten months away or more.
* A time without a day is asked back as today's and tomorrow's. A day without a time is not read.
* For a wall time that the clocks skip, the next existing time is asked back. Of a wall time that
  comes twice, the first is meant.
"""

import re
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from indaba.contracts.times import Reading, WhenRead
from indaba.scheduling.model.other_wordings import in_other_words
from indaba.scheduling.model.spoken_clock import Clock, Moment, either_clock, narrowed
from indaba.scheduling.model.spoken_day import (
    Ahead,
    Checked,
    Dates,
    DayOfMonth,
    NotRead,
    either_day,
)
from indaba.scheduling.model.time_parts import HOW_TO_SAY, TimeParts, find_time_parts
from indaba.scheduling.model.wall_time import (
    FURTHEST,
    day_in_words,
    exists,
    in_words,
    instant,
    next_existing,
    wall,
    zone_named,
)

LONGEST_TEXT = 200
A_YEAR = timedelta(days=365)
MOST_READINGS = 6

_FIGURES_ONLY = re.compile(r"[\d\s]*")
_NOT_ECHOED = re.compile(r"[^\w':-]")
_MOST_ECHOED, _LONGEST_ECHOED = 3, 30


class _Asked(NamedTuple):
    """When and where it was asked. `today` is `now` as wall time."""

    now: datetime
    place: ZoneInfo
    today: datetime


def read_when(text: str, now: datetime, zone: str, locale: str) -> WhenRead:
    """What the text means to somebody in `zone` at `now` (aware).

    Never raises because of the text; raises `UnknownZone` for the zone. Our own grammar takes about
    a millisecond. A text that it cannot read at all goes to a library that needs a second at first.
    """
    place = zone_named(zone)
    asked = _Asked(now, place, wall(now, place))
    try:
        return _read(text, asked, locale)
    except NotRead as why:
        return WhenRead(sure=False, readings=(), doubt=str(why))


def is_month_first(locale: str) -> bool:
    """Whether 3/4 means the 4th of March: in the United States only."""
    return "US" in re.split("[-_.]", locale)[1:]


def _read(text: str, asked: _Asked, locale: str) -> WhenRead:
    if len(text) > LONGEST_TEXT:
        raise NotRead(f"That is too long for me to read as a time. {HOW_TO_SAY}")
    if _FIGURES_ONLY.fullmatch(text):
        raise NotRead(HOW_TO_SAY)
    month_first = is_month_first(locale)
    parts = find_time_parts(text, month_first=month_first)
    if parts.is_read():
        return _judged(parts, asked)
    guess = in_other_words(text, asked.today, locale, month_first=month_first)
    if guess is None or not asked.today < guess <= asked.today + A_YEAR:
        raise NotRead(f"{_not_understood(parts.unknown)} {HOW_TO_SAY}")
    return _answer([guess], ["Did you mean this?"], asked)


def _judged(parts: TimeParts, asked: _Asked) -> WhenRead:
    doubts = []
    if parts.unknown:
        doubts.append(_not_understood(parts.unknown))
    if parts.left_out:
        doubts.append(f"I read when it starts and left out {_echo((parts.left_out,))}.")
    if parts.soon is not None:
        return _answer([_soon(parts, parts.soon, asked)], doubts, asked)
    return _answer(*_candidates(parts, doubts, asked), asked)


def _soon(parts: TimeParts, ahead: timedelta, asked: _Asked) -> datetime:
    """The start for "in twenty minutes". Raises `NotRead` if another day or time is named."""
    if parts.names_a_day() or parts.clocks:
        raise NotRead(f"I found more than one time. {HOW_TO_SAY}")
    at = (asked.now + ahead).replace(second=0, microsecond=0)
    starts = wall(at, asked.place)
    if instant(starts, asked.place) != at:
        raise NotRead(
            "The clocks go back then and that hour comes twice. Please name a later time."
        )
    return starts


def _candidates(
    parts: TimeParts, doubts: list[str], asked: _Asked
) -> tuple[list[datetime], list[str]]:
    """All meanings, likeliest first, even past ones; and why it is asked back."""
    clock = _clock(parts, asked)
    candidates: list[datetime] = []
    for moment in clock.moments:
        dates = _dates(parts, asked, moment)
        doubts.append(dates.doubt)
        candidates += [datetime.combine(d, moment[1]) + timedelta(moment[0]) for d in dates.dates]
    doubts.append(clock.doubt)
    doubts.append(_maybe_a_day(parts, asked.today))
    return list(dict.fromkeys(candidates)), doubts


def _clock(parts: TimeParts, asked: _Asked) -> Clock:
    """The time of day. Raises `NotRead` if none is named, or for a day that cannot be read."""
    if parts.clocks:
        return narrowed(either_clock(parts.clocks), parts.part)
    if not parts.names_a_day():
        raise NotRead(HOW_TO_SAY)
    either_day(parts.days(), asked.today, asked.today.time())
    raise NotRead("At what time?")


def _dates(parts: TimeParts, asked: _Asked, moment: Moment) -> Dates:
    if parts.names_a_day():
        return either_day(parts.days(), asked.today, moment[1])
    today, tomorrow = (Ahead(n).dates(asked.today, moment[1]).dates[0] for n in (0, 1))
    if datetime.combine(today, moment[1]) <= asked.today:
        return Dates((tomorrow,), "That time today has passed: did you mean tomorrow?")
    return Dates((today, tomorrow), "On which day: today or tomorrow?")


def _maybe_a_day(parts: TimeParts, today: datetime) -> str:
    """A question, if the bare hour beside a weekday could be that weekday's date; else empty."""
    if parts.hour_or_day is None:
        return ""
    try:
        day = Checked(DayOfMonth(parts.hour_or_day), parts.weekdays[0].weekday)
        dates = day.dates(today, time())
    except NotRead:
        return ""
    if dates.doubt:
        return ""
    date = day_in_words(datetime.combine(dates.dates[0], time()))
    return f"It could also be the date, {date}: then add the time."


def _answer(candidates: list[datetime], doubts: list[str], asked: _Asked) -> WhenRead:
    """The candidates that are still possible, each at a wall time that exists."""
    coming = _coming(candidates, asked)
    moved = [t for t in coming if not exists(t, asked.place)]
    doubts += [
        f"There is no {t:%H:%M} on {day_in_words(t)}, for the clocks go forward: "
        f"{next_existing(t, asked.place):%H:%M} is the next there is."
        for t in moved
    ]
    if any(t - asked.today > A_YEAR for t in coming):
        doubts.append("That is more than a year away.")
    starts = list(dict.fromkeys(next_existing(t, asked.place) for t in coming))
    doubt = " ".join(dict.fromkeys(filter(None, doubts)))
    if len(starts) > 1 and not doubt:
        doubt = "Which one do you mean?"
    readings = tuple(_reading(t, asked.place) for t in starts[:MOST_READINGS])
    return WhenRead(sure=not doubt, readings=readings, doubt=doubt)


def _coming(candidates: list[datetime], asked: _Asked) -> list[datetime]:
    """Candidates within the next two years. Raises `NotRead` if there are none."""
    day = timedelta(days=1)
    near = [t for t in candidates if -day < t - asked.today <= FURTHEST]
    coming = [t for t in near if instant(t, asked.place) > asked.now]
    if coming:
        return coming
    if any(t - asked.today > FURTHEST for t in candidates):
        raise NotRead("That is more than two years ahead. Please give a time within two years.")
    raise NotRead(f"{in_words(candidates[0], asked.today)} has already passed.")


def _reading(starts: datetime, place: ZoneInfo) -> Reading:
    return Reading(starts=starts, zone=place.key, starts_at=instant(starts, place))


def _not_understood(words: tuple[str, ...]) -> str:
    echoed = _echo(words)
    return f"I did not understand {echoed}." if echoed else "I did not understand all of it."


def _echo(words: tuple[str, ...]) -> str:
    """A few of the words in quotes, without characters that a chat would interpret."""
    plain = " ".join(words[:_MOST_ECHOED]).split()
    quotable = (_NOT_ECHOED.sub("", word)[:_LONGEST_ECHOED].strip("-:") for word in plain)
    text = " ".join(filter(None, quotable))
    return f'"{text}"' if text else ""


def warm() -> None:
    """Read a text with the library, so that nobody has to wait while it loads."""
    read_when("übermorgen um 15:00 Uhr", datetime(2026, 1, 5, tzinfo=UTC), "UTC", "de")
