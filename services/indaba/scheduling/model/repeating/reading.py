"""Understands repetitions that people type. What has two meanings is asked back.

How the grammar decides, besides the rules of `model.reading` for times and days:

* "Every second Thursday" is every two weeks, beginning with the coming Thursday; "of the month"
  makes it the second one of each month. "Every third Thursday" (and fourth, fifth) is asked back
  as both. "Every first" and "every last" can only be of the month.
* On the day itself, with the time still to come, a rhythm longer than a week is asked back:
  beginning today or in a week.
* "Until June" includes all of June; a day without a year is the next one after the first date.
  "For six weeks" ends the day before the same day six weeks later; "six times" counts dates,
  including those that fall on avoided days.
* Biweekly and the like are asked back.
* A start without a weekday gives the day: "weekly from 4 March". For "monthly from 4 March" it is
  asked back whether the day or the weekday counts.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from indaba.scheduling.model.repeating import ending
from indaba.scheduling.model.repeating.avoiding import ANY_PROVINCE, Avoid, country_of
from indaba.scheduling.model.repeating.expansion import occurrences
from indaba.scheduling.model.repeating.patterns import patterns
from indaba.scheduling.model.repeating.refusals import HOW_TO_REPEAT, BadRule, UnknownHolidays
from indaba.scheduling.model.repeating.repeat_parts import RepeatParts, find_repeat_parts, plain
from indaba.scheduling.model.repeating.repeat_words import AN_END, REPEATING, RULE
from indaba.scheduling.model.repeating.repeats import Repeats
from indaba.scheduling.model.repeating.rule import Frequency, Rule
from indaba.scheduling.model.repeating.wording import in_words
from indaba.scheduling.model.spoken_clock import either_clock, narrowed
from indaba.scheduling.model.spoken_day import Ahead, Dates, NotRead, either_day
from indaba.scheduling.model.time_parts import TimeParts, find_time_parts
from indaba.scheduling.model.wall_time import FURTHEST, instant, wall, zone_named

LONGEST_TEXT = 300
MOST_READINGS = 6
_MOST_ECHOED, _LONGEST_ECHOED = 3, 30
_ANY_WEEKDAY = "monday | "
_FILLERS = frozenset({"from", "each", "every", "day", "days", "is", "held", "meet", "meeting"})


@dataclass(frozen=True, slots=True)
class RepeatReading:
    """One way to understand a text. `words` express it, and are read back as the same."""

    repeats: Repeats
    words: str


@dataclass(frozen=True, slots=True)
class RepeatRead:
    """What a text means: as `WhenRead`, but for series."""

    sure: bool
    readings: tuple[RepeatReading, ...] = ()
    doubt: str = ""


class _Asked(NamedTuple):
    """When and where it was asked. `today` is `now` as wall time."""

    now: datetime
    place: ZoneInfo
    today: datetime
    month_first: bool


def is_repeating(text: str) -> bool:
    """Whether the text mentions repetition at all."""
    words = plain(text[: LONGEST_TEXT + 1])
    return bool(REPEATING.search(words) or RULE.search(words))


def read_repeat(
    text: str, now: datetime, zone: str, locale: str, province: str = ""
) -> RepeatRead | None:
    """What the text means to somebody in `zone` at `now` (aware); `None` for a single date.

    `province` is whose school holidays are meant if the text names none. Never raises because of
    the text; raises `UnknownZone` for the zone.
    """
    from indaba.scheduling.model.reading import is_month_first

    place = zone_named(zone)
    if not is_repeating(text):
        return None
    asked = _Asked(now, place, wall(now, place), is_month_first(locale))
    try:
        return _read(text, asked, province)
    except NotRead as why:
        return RepeatRead(sure=False, doubt=str(why))
    except (BadRule, UnknownHolidays) as why:
        return RepeatRead(sure=False, doubt=why.words)


def _read(text: str, asked: _Asked, province: str) -> RepeatRead:
    if len(text) > LONGEST_TEXT:
        raise NotRead(f"That is too long for me to read. {HOW_TO_REPEAT}")
    letters = country_of(asked.place.key)
    usual = province or ANY_PROVINCE
    repeat = find_repeat_parts(text, province=usual, country=(letters, _name(letters)))
    time_parts = find_time_parts(_ANY_WEEKDAY + repeat.rest, month_first=asked.month_first)
    if AN_END.search(repeat.rest) and not time_parts.left_out:
        raise NotRead("I did not understand until when. Please name a day, such as: until 30 June.")
    doubts = [*repeat.doubts, *_left_over(time_parts)]
    avoid = _avoid(repeat)
    series = [
        _series(rule, start, at, repeat, avoid, asked)
        for start in _starts(repeat, time_parts, asked, doubts)
        for at in _times(time_parts, doubts)
        for rule in patterns(repeat, start, doubts)
    ]
    return _answer([each for many in series for each in many], doubts)


def _name(country: str) -> str:
    """The country's English name; empty if there is none."""
    from babel import Locale

    return Locale("en").territories.get(country, "") if country else ""


def _avoid(repeat: RepeatParts) -> Avoid:
    if repeat.public_holidays == "":
        raise UnknownHolidays("")
    avoid = Avoid(repeat.public_holidays or "", repeat.province or "")
    avoid.check()
    return avoid


def _left_over(time_parts: TimeParts) -> list[str]:
    doubts = []
    unknown = [word for word in time_parts.unknown if word not in _FILLERS]
    if unknown:
        echoed = " ".join(word[:_LONGEST_ECHOED] for word in unknown[:_MOST_ECHOED])
        quotable = "".join(c for c in echoed if c.isalnum() or c in " '-")
        doubts.append(
            f'I did not understand "{quotable}".' if quotable else "I did not understand all."
        )
    if time_parts.left_out:
        doubts.append("I read when it starts and left out how long it lasts.")
    if time_parts.soon is not None or time_parts.weeks:
        raise NotRead(f"I found a single date beside the repetition. {HOW_TO_REPEAT}")
    return doubts


def _times(time_parts: TimeParts, doubts: list[str]) -> list[time]:
    """The possible times of day, likeliest first."""
    if not time_parts.clocks:
        raise NotRead("At what time?")
    clock = narrowed(either_clock(time_parts.clocks), time_parts.part)
    doubts.append(clock.doubt)
    times = [at for days, at in clock.moments if days == 0]
    if not times:
        raise NotRead("24:00 is the next day. Please name that day, with 00:00.")
    return list(dict.fromkeys(times))


def _starts(
    repeat: RepeatParts, time_parts: TimeParts, asked: _Asked, doubts: list[str]
) -> list[datetime | None]:
    """The days on which it can begin; `None` alone if no day is named."""
    if repeat.start:
        dates = ending.start(repeat.start, asked.today, month_first=asked.month_first)
    elif time_parts.pinned and not _is_month_day(repeat, time_parts):
        dates = either_day(time_parts.pinned, asked.today, time.max)
    else:
        return [None]
    doubts.append(dates.doubt)
    coming = _to_come(dates, asked)
    return [datetime.combine(day, time()) for day in coming]


def _is_month_day(repeat: RepeatParts, time_parts: TimeParts) -> bool:
    """Whether a bare number beside "monthly" is its day, which is then added to `repeat`."""
    from indaba.scheduling.model.spoken_day import DayOfMonth

    monthly = any(freq == Frequency.MONTHLY for freq, _ in repeat.often)
    days = [day.day for day in time_parts.pinned if isinstance(day, DayOfMonth)]
    if not monthly or repeat.month_days or len(days) != len(time_parts.pinned):
        return False
    repeat.month_days.update(days)
    return True


def _to_come(dates: Dates, asked: _Asked) -> list[datetime]:
    today = Ahead(0).dates(asked.today, time()).dates[0]
    coming = [day for day in dates.dates if today <= day <= today + FURTHEST]
    if not coming:
        raise NotRead("It must begin between today and two years from now.")
    return [datetime.combine(day, time()) for day in coming]


def _series(
    rule: Rule, start: datetime | None, at: time, repeat: RepeatParts, avoid: Avoid, asked: _Asked
) -> list[tuple[Repeats, str]]:
    """The series by a rule, with a question; two if it may begin today or later."""
    firsts, doubt = _firsts(rule, start, at, asked)
    made = []
    for first in firsts:
        ended = ending.ended(rule, repeat, first, month_first=asked.month_first)
        made.append((Repeats(first, asked.place.key, ended, avoiding=avoid).checked(), doubt))
    return made


def _firsts(
    rule: Rule, start: datetime | None, at: time, asked: _Asked
) -> tuple[list[datetime], str]:
    seed = datetime.combine((start or asked.today).date(), at)
    each = replace(rule, interval=1, count=0, until=None)
    coming = (d for d in occurrences(each, seed) if instant(d, asked.place) > asked.now)
    first = next(coming, None)
    if first is None:
        raise NotRead("That gives no date at all.")
    if first > asked.today + FURTHEST:
        raise NotRead("Its first date would be more than two years ahead.")
    rhythm = rule.freq == Frequency.WEEKLY and rule.interval > 1
    if rhythm and start is None and first.date() == asked.today.date():
        return [first, next(coming)], "Does it begin today or later?"
    return [first], ""


def _answer(possible: list[tuple[Repeats, str]], doubts: list[str]) -> RepeatRead:
    doubts += [doubt for _, doubt in possible]
    by_words = {in_words(series, start=True): series for series, _ in reversed(possible)}
    series = list(reversed(by_words.values()))
    doubt = " ".join(dict.fromkeys(filter(None, doubts)))
    if len(series) > 1 and not doubt:
        doubt = "Which one do you mean?"
    readings = tuple(RepeatReading(each, in_words(each)) for each in series[:MOST_READINGS])
    return RepeatRead(sure=not doubt, readings=readings, doubt=doubt)
