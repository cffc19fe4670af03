"""Understand a repetition that somebody typed; what has two meanings is asked back.

How the grammar decides, besides the rules of `model.reading` for times and days:

* "Every second Thursday" is every two weeks, beginning with the coming Thursday; "of the month"
  makes it the second one of each month. "Every third Thursday" (and fourth, fifth) is asked back
  as both. "Every first" and "every last" can only be of the month.
* Said on the day itself with the time still to come, a rhythm longer than a week is asked back:
  beginning today or in a week.
* "Until June" counts the whole of June; a day without a year is the next one after the first date.
  "For six weeks" ends the day before the same day six weeks on; "six times" counts dates, also
  those that fall on avoided days.
* Biweekly and its kin are asked back.
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
from indaba.scheduling.model.repeating.heard import Heard, hear_repeat, plain
from indaba.scheduling.model.repeating.patterns import patterns
from indaba.scheduling.model.repeating.refusals import HOW_TO_REPEAT, BadRule, UnknownHolidays
from indaba.scheduling.model.repeating.repeat_words import AN_END, REPEATING, RULE
from indaba.scheduling.model.repeating.repeats import Repeats
from indaba.scheduling.model.repeating.rule import Frequency, Rule
from indaba.scheduling.model.repeating.wording import in_words
from indaba.scheduling.model.said import Said, hear
from indaba.scheduling.model.spoken_clock import either_clock, narrowed
from indaba.scheduling.model.spoken_day import Ahead, Dates, NotRead, either_day
from indaba.scheduling.model.wall_time import FURTHEST, instant, wall, zone_named

LONGEST_TEXT = 300
MOST_READINGS = 6
_MOST_ECHOED, _LONGEST_ECHOED = 3, 30
_ANY_WEEKDAY = "monday | "
_FILLERS = frozenset({"from", "each", "every", "day", "days", "is", "held", "meet", "meeting"})


@dataclass(frozen=True, slots=True)
class RepeatReading:
    """One way to understand a text; `words` say it and are read back as the same."""

    repeats: Repeats
    words: str


@dataclass(frozen=True, slots=True)
class RepeatRead:
    """What a text means: as `WhenRead`, of series."""

    sure: bool
    readings: tuple[RepeatReading, ...] = ()
    doubt: str = ""


class _Asked(NamedTuple):
    """When and where it was asked; `today` is `now` as wall time."""

    now: datetime
    place: ZoneInfo
    today: datetime
    month_first: bool


def is_repeating(text: str) -> bool:
    """Whether the text speaks of repetition at all."""
    said = plain(text[: LONGEST_TEXT + 1])
    return bool(REPEATING.search(said) or RULE.search(said))


def read_repeat(
    text: str, now: datetime, zone: str, locale: str, province: str = ""
) -> RepeatRead | None:
    """What the text means, said at `now` (aware) by somebody in `zone`; nothing for a single date.

    `province` is whose school holidays are meant where the text names none. Never raises for a
    text; raises `UnknownZone` for a zone.
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
    heard = hear_repeat(text, province=usual, country=(letters, _name(letters)))
    said = hear(_ANY_WEEKDAY + heard.rest, month_first=asked.month_first)
    if AN_END.search(heard.rest) and not said.left_out:
        raise NotRead("I did not understand until when. Please name a day, such as: until 30 June.")
    doubts = [*heard.doubts, *_left_over(said)]
    avoid = _avoid(heard)
    found = [
        _series(rule, start, at, heard, avoid, asked)
        for start in _starts(heard, said, asked, doubts)
        for at in _times(said, doubts)
        for rule in patterns(heard, start, doubts)
    ]
    return _answer([each for many in found for each in many], doubts)


def _name(country: str) -> str:
    """The country's English name; empty where there is none."""
    from babel import Locale

    return Locale("en").territories.get(country, "") if country else ""


def _avoid(heard: Heard) -> Avoid:
    if heard.public_holidays == "":
        raise UnknownHolidays("")
    avoid = Avoid(heard.public_holidays or "", heard.province or "")
    avoid.check()
    return avoid


def _left_over(said: Said) -> list[str]:
    doubts = []
    unknown = [word for word in said.unknown if word not in _FILLERS]
    if unknown:
        echoed = " ".join(word[:_LONGEST_ECHOED] for word in unknown[:_MOST_ECHOED])
        kept = "".join(c for c in echoed if c.isalnum() or c in " '-")
        doubts.append(f'I did not understand "{kept}".' if kept else "I did not understand all.")
    if said.left_out:
        doubts.append("I read when it starts and left out how long it lasts.")
    if said.soon is not None or said.weeks:
        raise NotRead(f"I found a single date beside the repetition. {HOW_TO_REPEAT}")
    return doubts


def _times(said: Said, doubts: list[str]) -> list[time]:
    """The times of day it can mean, likeliest first."""
    if not said.clocks:
        raise NotRead("At what time?")
    clock = narrowed(either_clock(said.clocks), said.part)
    doubts.append(clock.doubt)
    times = [at for days, at in clock.moments if days == 0]
    if not times:
        raise NotRead("24:00 is the next day. Please name that day, with 00:00.")
    return list(dict.fromkeys(times))


def _starts(heard: Heard, said: Said, asked: _Asked, doubts: list[str]) -> list[datetime | None]:
    """The days on which it can begin; nothing where none was said."""
    if heard.start:
        dates = ending.start(heard.start, asked.today, month_first=asked.month_first)
    elif said.pinned and not _is_month_day(heard, said):
        dates = either_day(said.pinned, asked.today, time.max)
    else:
        return [None]
    doubts.append(dates.doubt)
    coming = _to_come(dates, asked)
    return [datetime.combine(day, time()) for day in coming]


def _is_month_day(heard: Heard, said: Said) -> bool:
    """Whether a bare number beside "monthly" is its day; then it is noted as that."""
    from indaba.scheduling.model.spoken_day import DayOfMonth

    monthly = any(freq == Frequency.MONTHLY for freq, _ in heard.often)
    days = [day.day for day in said.pinned if isinstance(day, DayOfMonth)]
    if not monthly or heard.month_days or len(days) != len(said.pinned):
        return False
    heard.month_days.update(days)
    return True


def _to_come(dates: Dates, asked: _Asked) -> list[datetime]:
    today = Ahead(0).dates(asked.today, time()).dates[0]
    coming = [day for day in dates.dates if today <= day <= today + FURTHEST]
    if not coming:
        raise NotRead("It must begin between today and two years from now.")
    return [datetime.combine(day, time()) for day in coming]


def _series(
    rule: Rule, start: datetime | None, at: time, heard: Heard, avoid: Avoid, asked: _Asked
) -> list[tuple[Repeats, str]]:
    """The series by a rule, and what is asked of it; two where it may begin today or later."""
    firsts, doubt = _firsts(rule, start, at, asked)
    made = []
    for first in firsts:
        ended = ending.ended(rule, heard, first, month_first=asked.month_first)
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


def _answer(found: list[tuple[Repeats, str]], doubts: list[str]) -> RepeatRead:
    doubts += [doubt for _, doubt in found]
    told = {in_words(series, start=True): series for series, _ in reversed(found)}
    series = list(reversed(told.values()))
    doubt = " ".join(dict.fromkeys(filter(None, doubts)))
    if len(series) > 1 and not doubt:
        doubt = "Which one do you mean?"
    readings = tuple(RepeatReading(each, in_words(each)) for each in series[:MOST_READINGS])
    return RepeatRead(sure=not doubt, readings=readings, doubt=doubt)
