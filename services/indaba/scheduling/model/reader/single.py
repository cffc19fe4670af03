"""What a covering means as a single time: every date it can be, likeliest first.

How it decides:

* The day comes before the month, except in a locale of the United States. A date that only makes
  sense in the other order is asked back.
* A weekday is the coming one. Today's own weekday with the time still to come is asked back, and
  so is "next" if this week still has that day (a week may begin on Sunday or Monday).
* Two digits and minutes, or an h, are on the 24-hour clock: 08:00, 10:30, 8h30, 14h. A bare hour
  up to 11, and one digit with minutes, may be the evening and are asked back: 8, 11, 8:00.
* A date without a year is the next one. It is asked back if that is ten months away or more.
* A time without a day is asked back as today's and tomorrow's. A day without a time is not read.
* What is moved keeps its day where a time alone is said, and its hour where a day alone is.
* "Tonight" is from 16:00 on; the small hours are those of the night after.
* For a wall time that the clocks skip, the next existing time is asked back. Of a wall time that
  comes twice, the first is meant.
"""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from indaba.contracts.times import Reading, WhenRead
from indaba.scheduling.model.reader.asked import A_YEAR, Asked
from indaba.scheduling.model.spoken_clock import Clock, Moment, either_clock, narrowed
from indaba.scheduling.model.spoken_day import (
    Ahead,
    Checked,
    Dates,
    DayOfMonth,
    NotRead,
    either_day,
)
from indaba.scheduling.model.time_parts import HOW_TO_SAY, TimeParts
from indaba.scheduling.model.wall_time import (
    FURTHEST,
    day_in_words,
    exists,
    in_words,
    instant,
    next_existing,
    wall,
)

MOST_READINGS = 6
WHICH_ZONE = "That can be more than one time zone."

_NOT_ECHOED = re.compile(r"[^\w':-]")
_MOST_ECHOED, _LONGEST_ECHOED = 3, 30


def judged(parts: TimeParts, asked: Asked, doubts: list[str]) -> WhenRead:
    """The starts it can mean. `doubts` are questions that are known already.

    Raises `NotRead` if it means none.
    """
    if parts.at is not None:
        if parts.names_a_day() or parts.clocks or parts.soon:
            raise NotRead(f"I found more than one time. {HOW_TO_SAY}")
        return answered([wall(parts.at, asked.place)], doubts, asked)
    zones = zones_of(parts, asked)
    if not zones:
        return _judged_here(parts, asked, doubts)
    if len(zones) > 1:
        doubts = [*doubts, WHICH_ZONE]
    reads = [_judged_here(parts, asked.elsewhere(zone), list(doubts)) for zone in zones]
    readings: dict[datetime, Reading] = {}
    for reading in (_at_home(r, asked) for read in reads for r in read.readings):
        readings.setdefault(reading.starts_at, reading)
    doubt = " ".join(dict.fromkeys(read.doubt for read in reads if read.doubt))
    return WhenRead(sure=not doubt, readings=tuple(readings.values())[:MOST_READINGS], doubt=doubt)


def zones_of(parts: TimeParts, asked: Asked) -> tuple[str, ...]:
    """The zones that the time can be in; none for the asker's own. Raises `NotRead`."""
    if any(asked.place.key in each for each in parts.zones):
        return ()
    zones = set(parts.zones)
    if len(zones) > 1:
        raise NotRead("I found more than one time zone.")
    return zones.pop() if zones else ()


def _at_home(reading: Reading, asked: Asked) -> Reading:
    """A reading from elsewhere, in the asker's own zone."""
    starts = wall(reading.starts_at, asked.place)
    return Reading(
        starts=starts,
        zone=asked.place.key,
        starts_at=reading.starts_at,
        said_in=reading.zone,
    )


def _judged_here(parts: TimeParts, asked: Asked, doubts: list[str]) -> WhenRead:
    if parts.soon is not None:
        return answered([_soon(parts, parts.soon, asked)], doubts, asked)
    return answered(*_candidates(parts, doubts, asked), asked)


def _soon(parts: TimeParts, ahead: timedelta, asked: Asked) -> datetime:
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
    parts: TimeParts, doubts: list[str], asked: Asked
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


def _clock(parts: TimeParts, asked: Asked) -> Clock:
    """The time of day. Raises `NotRead` if none is named, or for a day that cannot be read."""
    if parts.clocks:
        return narrowed(either_clock(parts.clocks), parts.part)
    if not parts.names_a_day():
        raise NotRead(HOW_TO_SAY)
    if asked.hour is not None and not parts.part:
        return Clock(((0, asked.hour),))
    either_day(parts.days(), asked.today, asked.today.time())
    raise NotRead("At what time?")


def _dates(parts: TimeParts, asked: Asked, moment: Moment) -> Dates:
    if parts.names_a_day():
        return either_day(parts.days(), asked.today, moment[1])
    if asked.day is not None:
        return Dates((asked.day,))
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


def answered(candidates: list[datetime], doubts: list[str], asked: Asked) -> WhenRead:
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


def _coming(candidates: list[datetime], asked: Asked) -> list[datetime]:
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


def not_understood(words: tuple[str, ...]) -> str:
    """A sentence that names a few of the words."""
    echoed = echo(words)
    return f"I did not understand {echoed}." if echoed else "I did not understand all of it."


def echo(words: tuple[str, ...]) -> str:
    """A few of the words in quotes, without characters that a chat would interpret."""
    plain = " ".join(words[:_MOST_ECHOED]).split()
    quotable = (_NOT_ECHOED.sub("", word)[:_LONGEST_ECHOED].strip("-:") for word in plain)
    text = " ".join(filter(None, quotable))
    return f'"{text}"' if text else ""
