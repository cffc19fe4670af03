"""What a covering means as a series of meetings. What has two meanings is asked back.

How it decides, besides the rules of `single` for times and days:

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
* A bound without a rhythm, as in "Thursday 14:00 until June", is asked back as every week.
* "Not on 24 December" takes out that date, and is asked back if the series has no such date.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from indaba.recurrence import HOW_TO_REPEAT, BadRule, occurrences
from indaba.recurrence.rule import Frequency, Rule
from indaba.scheduling.model.reader.asked import Asked, asked_at
from indaba.scheduling.model.reader.assembling import Spoken, Where, assembled
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.single import WHICH_ZONE, zones_of
from indaba.scheduling.model.reader.tokens import MOST_TOKENS, in_tokens
from indaba.scheduling.model.repeating import ending
from indaba.scheduling.model.repeating.avoiding import ANY_PROVINCE, Avoid
from indaba.scheduling.model.repeating.patterns import patterns
from indaba.scheduling.model.repeating.refusals import UnknownHolidays
from indaba.scheduling.model.repeating.regions import (
    country_name,
    country_of,
    places_meant,
    regions_differ,
)
from indaba.scheduling.model.repeating.repeat_parts import RepeatParts
from indaba.scheduling.model.repeating.repeats import Repeats
from indaba.scheduling.model.repeating.wording import day_words, in_words, listed
from indaba.scheduling.model.spoken_clock import either_clock, narrowed
from indaba.scheduling.model.spoken_day import Ahead, Dates, DayOfMonth, NotRead, OnDate, either_day
from indaba.scheduling.model.time_parts import TimeParts
from indaba.scheduling.model.wall_time import FURTHEST, instant, wall, zone_named

LONGEST_TEXT = 300
MOST_READINGS = 6
_MOST_ECHOED, _LONGEST_ECHOED = 3, 30


@dataclass(frozen=True, slots=True)
class RepeatReading:
    """One way to understand a text. `words` express it."""

    repeats: Repeats
    words: str


@dataclass(frozen=True, slots=True)
class RepeatRead:
    """What a text means: as `WhenRead`, but for series."""

    sure: bool
    readings: tuple[RepeatReading, ...] = ()
    doubt: str = ""


def read_repeat(
    text: str, now: datetime, zone: str, locale: str, province: str = "", holidays: str = ""
) -> RepeatRead | None:
    """What the text means to somebody in `zone` at `now` (aware); `None` for a single date.

    `province` is whose school holidays are meant if the text names none, and `holidays` the place
    whose public holidays were meant last. Never raises because of
    the text; raises `UnknownZone` for the zone.
    """
    asked = asked_at(now, zone, locale, province, holidays)
    try:
        return _read(text, asked)
    except NotRead as why:
        return RepeatRead(sure=False, doubt=str(why))
    except (BadRule, UnknownHolidays) as why:
        return RepeatRead(sure=False, doubt=why.words)


def where_of(asked: Asked) -> Where:
    """Whose holidays are meant where nobody says."""
    return Where(country_of(asked.place.key), asked.province or ANY_PROVINCE)


def _read(text: str, asked: Asked) -> RepeatRead | None:
    line = in_tokens(text[: LONGEST_TEXT + 1])
    if len(text) > LONGEST_TEXT or len(line.tokens) > MOST_TOKENS:
        raise NotRead(f"That is too long for me to read. {HOW_TO_REPEAT}")
    if not line.tokens:
        return None
    chart = Chart(line, asked, repeats=True)
    way = chart.coverings(titled=False)[0]
    spoken = assembled(line, way, where_of(asked))
    if not spoken.repeats:
        return None
    unknown = chart.unknown(way)
    ends = chart.words.words("until") | chart.words.words("ending")
    if any(word in ends for word in unknown):
        raise NotRead("I did not understand until when. Please name a day, such as: until 30 June.")
    doubts = [*chart.guessed(way), *left_over(unknown)]
    if spoken.time.left_out:
        doubts.append("I read when it starts and left out how long it lasts.")
    return series_meant(spoken, asked, doubts)


def left_over(unknown: list[str]) -> list[str]:
    """The question for words that were not understood, if there are any."""
    if not unknown:
        return []
    echoed = " ".join(word[:_LONGEST_ECHOED] for word in unknown[:_MOST_ECHOED])
    quotable = "".join(c for c in echoed if c.isalnum() or c in " '-").strip()
    return [f'I did not understand "{quotable}".' if quotable else "I did not understand all."]


def series_meant(spoken: Spoken, asked: Asked, doubts: list[str]) -> RepeatRead:
    """The series it can mean. `doubts` are questions that are known already.

    Raises `NotRead`, `BadRule` or `UnknownHolidays`.
    """
    parts, repeat = spoken.time, spoken.repeat
    zones = zones_of(parts, asked)
    if len(zones) > 1:
        raise NotRead(f"{WHICH_ZONE} Please name a city, such as: London time.")
    if zones and not _is_home(zones[0], asked):
        asked = asked.elsewhere(zones[0])
    _settle(parts, repeat)
    doubts = [*repeat.doubts, *doubts]
    if sum(map(bool, (repeat.times, repeat.lasting, repeat.until))) > 1:
        raise NotRead("I found more than one end. Please name one: until a day, or how many times.")
    avoids = _avoids(repeat, asked, doubts)
    series = [
        _series(rule, start, at, repeat, avoid, asked)
        for avoid in avoids
        for start in _starts(repeat, parts, asked, doubts)
        for at in _times(parts, doubts)
        for rule in patterns(repeat, start, doubts)
    ]
    return _answer([each for many in series for each in many], doubts)


def _is_home(zone: str, asked: Asked) -> bool:
    """Whether the zone is what the asker's clocks show: always, or for hours from UTC now."""
    if not zone.startswith("Etc/"):
        return zone == asked.place.key
    return wall(asked.now, zone_named(zone)) == asked.today


def _settle(parts: TimeParts, repeat: RepeatParts) -> None:
    """Make weekdays and dates part of the rhythm where that is what they are."""
    if parts.soon is not None or parts.weeks:
        raise NotRead(f"I found a single date beside the repetition. {HOW_TO_REPEAT}")
    for day in [day for day in parts.weekdays if day.which]:
        repeat.start = repeat.start or day
    repeat.weekdays |= {day.weekday for day in parts.weekdays}
    monthly = any(freq == Frequency.MONTHLY for freq, _ in repeat.often)
    of_month = [day.day for day in parts.pinned if isinstance(day, DayOfMonth)]
    if monthly and not repeat.nth and of_month and len(of_month) == len(parts.pinned):
        repeat.month_days |= set(of_month)
        parts.pinned.clear()
    yearly = any(freq == Frequency.YEARLY for freq, _ in repeat.often)
    dates = [day for day in parts.pinned if isinstance(day, OnDate) and not day.year]
    if (
        yearly
        and not repeat.yearly_date
        and not repeat.nth
        and len(dates) == 1 == len(parts.pinned)
    ):
        repeat.yearly_date = (dates[0].day, dates[0].month)
        parts.pinned.clear()


def _avoids(repeat: RepeatParts, asked: Asked, doubts: list[str]) -> list[Avoid]:
    """What it may avoid, with a question where regions have holidays of their own."""
    place, province = repeat.public_holidays, repeat.province or ""
    if place is None:
        return [Avoid("", province)]
    if not place:
        raise UnknownHolidays("")
    Avoid(place).check()
    if not repeat.of_any_region:
        return [Avoid(place, province)]
    places = places_meant(place, asked.holidays)
    if len(places) > 1:
        doubts.append("Public holidays differ by region. Which do you mean?")
    elif places == (place,) != (asked.holidays,) and regions_differ(place):
        doubts.append(
            f"Regions of {country_name(place)} have more public holidays. Do you mean those of the "
            "whole country? If not, name the region."
        )
    return [Avoid(each, province) for each in places]


def _times(parts: TimeParts, doubts: list[str]) -> list[time]:
    """The possible times of day, likeliest first."""
    if not parts.clocks:
        raise NotRead("At what time?")
    clock = narrowed(either_clock(parts.clocks), parts.part)
    doubts.append(clock.doubt)
    times = [at for days, at in clock.moments if days == 0]
    if not times:
        raise NotRead("24:00 is the next day. Please name that day, with 00:00.")
    return list(dict.fromkeys(times))


def _starts(
    repeat: RepeatParts, parts: TimeParts, asked: Asked, doubts: list[str]
) -> list[datetime | None]:
    """The days on which it can begin; `None` alone if no day is named."""
    if repeat.start:
        dates = ending.start(repeat.start, asked.today)
    elif parts.pinned:
        dates = either_day(parts.pinned, asked.today, time.max)
    else:
        return [None]
    doubts.append(dates.doubt)
    coming = _to_come(dates, asked)
    return [datetime.combine(day, time()) for day in coming]


def _to_come(dates: Dates, asked: Asked) -> list[datetime]:
    today = Ahead(0).dates(asked.today, time()).dates[0]
    coming = [day for day in dates.dates if today <= day <= today + FURTHEST]
    if not coming:
        raise NotRead("It must begin between today and two years from now.")
    return [datetime.combine(day, time()) for day in coming]


def _series(
    rule: Rule, start: datetime | None, at: time, repeat: RepeatParts, avoid: Avoid, asked: Asked
) -> list[tuple[Repeats, str]]:
    """The series by a rule, with a question; two if it may begin today or later."""
    firsts, doubt = _firsts(rule, start, at, asked)
    made = []
    for first in firsts:
        ended = ending.ended(rule, repeat, first)
        series = Repeats(first, asked.place.key, ended, avoiding=avoid).checked()
        series, strange = _without(series, repeat)
        made.append((series, f"{doubt} {strange}".strip()))
    return made


def _without(series: Repeats, repeat: RepeatParts) -> tuple[Repeats, str]:
    """The series without the days that are named, and a question if one is none of its dates."""
    begins = series.first.replace(hour=0, minute=0)
    days = {d for day in repeat.but_days for d in day.dates(begins, time.max).dates[:1]}
    originals = {day: datetime.combine(day, series.first.time()) for day in days}
    strange = sorted(day for day, at in originals.items() if not series.has(at))
    skipped = frozenset(at for day, at in originals.items() if day not in strange)
    doubt = f"It would not be held on {_named(strange)} anyway." if strange else ""
    return replace(series, skipped=skipped), doubt


def _named(days: list[date]) -> str:
    return listed([day_words(day) for day in days])


def _said_in_words(series: Repeats) -> str:
    """The series in words, with the single dates that it leaves out."""
    words = in_words(series)
    if not series.skipped:
        return words
    return f"{words}, not on {_named(sorted({at.date() for at in series.skipped}))}"


def _firsts(
    rule: Rule, start: datetime | None, at: time, asked: Asked
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
    readings = tuple(RepeatReading(each, _said_in_words(each)) for each in series[:MOST_READINGS])
    return RepeatRead(sure=not doubt, readings=readings, doubt=doubt)
