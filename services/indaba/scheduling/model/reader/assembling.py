"""Puts the pieces of a covering together: what they say about a time, and about repetition."""

from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any, TypeVar

from indaba.recurrence.rule import Frequency
from indaba.scheduling.model.reader.covering import Covering, Piece
from indaba.scheduling.model.reader.pieces import (
    ADay,
    Arriving,
    Avoiding,
    Beginning,
    Between,
    ButDays,
    ButWeekdays,
    ByRule,
    EndClock,
    Endless,
    Fixed,
    ForSome,
    HalfBefore,
    InMonths,
    Instant,
    InWeeks,
    Label,
    Lasting,
    Length,
    MonthDays,
    NthDays,
    Often,
    PartOfDay,
    Range,
    Refused,
    SaidClock,
    SeveralDays,
    SomeWeekdays,
    Soon,
    Times,
    Together,
    Until,
    YearlyDate,
    Zoned,
)
from indaba.scheduling.model.reader.tokens import Line
from indaba.scheduling.model.repeating.repeat_parts import RepeatParts
from indaba.scheduling.model.spoken_clock import Clock, either_clock
from indaba.scheduling.model.spoken_day import Ahead, NotRead, NthOfMonth, OnWeekday
from indaba.scheduling.model.time_parts import TimeParts

_Value = TypeVar("_Value")
EVERY_WEEK = "Do you mean every week?"
OF_EVERY_MONTH = "Do you mean of every month?"


@dataclass(frozen=True, slots=True)
class Where:
    """Whose holidays are meant where nobody says: a country's letters, and a province."""

    country: str
    province: str


@dataclass(slots=True)
class Spoken:
    """All that a covering says. `repeats` is true where it speaks of repetition.

    `maybe` are questions that hold where only a bound or a range speaks of it, `unclear` such as
    hold in any case.
    """

    where: Where
    time: TimeParts = field(default_factory=TimeParts)
    repeat: RepeatParts = field(default_factory=RepeatParts)
    repeats: bool = False
    maybe: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def assembled(line: Line, covering: Covering, where: Where) -> Spoken:
    """What the pieces say together. Raises `NotRead` where they cannot go together."""
    spoken = Spoken(where)
    numbers = 0
    for piece in covering.pieces:
        _put(piece.value, spoken)
        numbers += piece.name in {"bare_clock", "bare_day"}
        if piece.name == "timed_part" and any(
            last == piece.first for _, last in covering.stretches
        ):
            hour = line.words(piece.first, piece.first + 1)
            spoken.unclear.append(f"Do you mean {hour} o'clock?")
        if piece.name in {"range", "bare_range", "end_clock", "length"}:
            spoken.time.left_out = _length_said(line, piece)
    bare = [p.value.hour for p in covering.pieces if p.name == "bare_clock"]
    alone = bool(spoken.time.weekdays) and not spoken.time.pinned
    if len(bare) == 1 and numbers == 1 and alone:
        spoken.time.hour_or_day = bare[0]
    _by_bare_day(covering, spoken)
    _by_nth_of_month(spoken)
    if not spoken.repeats and spoken.maybe:
        spoken.repeats = True
        spoken.repeat.doubts += spoken.maybe
    return spoken


def _length_said(line: Line, piece: Piece) -> str:
    """The words of a length; of a range those of its end."""
    words = line.words(piece.first, piece.last)
    if piece.name in {"range", "bare_range"}:
        for place in range(piece.last - 1, piece.first, -1):
            if line.tokens[place].text in {"-", "to", "until", "till", "tot", "bis", "til"}:
                first = place + 1 if line.tokens[place].text == "-" else place
                return line.words(first, piece.last)
    return words


def _by_bare_day(covering: Covering, spoken: Spoken) -> None:
    bare = any(piece.name == "bare_day" for piece in covering.pieces)
    spoken.time.day_is_bare = bare and not spoken.time.weekdays and len(spoken.time.pinned) == 1


def _by_nth_of_month(spoken: Spoken) -> None:
    """The first Monday of March is one day where nothing says that it repeats."""
    repeat = spoken.repeat
    if (
        spoken.repeats
        or len(repeat.nth) != 1
        or len(repeat.of_months) != 1
        or len(spoken.maybe) != 1
    ):
        return
    day, month = repeat.nth.pop(), repeat.of_months.pop()
    spoken.time.pinned.append(NthOfMonth(day.nth, day.weekday, month))
    spoken.maybe.clear()


@singledispatch
def _put(value: Any, spoken: Spoken) -> None:
    """Add what a piece says. What is no other piece is a single day."""
    spoken.time.pinned.append(value)


@_put.register
def _(value: SaidClock, spoken: Spoken) -> None:
    spoken.time.clocks.append(value.means())


@_put.register
def _(value: Fixed, spoken: Spoken) -> None:
    spoken.time.clocks.append(value.means())


@_put.register
def _(value: Zoned, spoken: Spoken) -> None:
    if value.when is not None:
        _put(value.when, spoken)
    spoken.time.zones.append(value.zones)


@_put.register
def _(value: Instant, spoken: Spoken) -> None:
    spoken.time.at = _one(spoken.time.at, value.at, "time")


@_put.register
def _(value: HalfBefore, spoken: Spoken) -> None:
    clock = either_clock([each.means() for each in value.clocks])
    spoken.time.clocks.append(clock)


@_put.register
def _(value: Range, spoken: Spoken) -> None:
    spoken.time.clocks.append(value.start.means())
    spoken.time.ends.append(value.end.means())


@_put.register
def _(value: Arriving, spoken: Spoken) -> None:
    arrive, begin = value.arrive.means(), value.begin.means()
    moments = tuple(dict.fromkeys((*begin.moments, *arrive.moments)))
    doubt = "I read two times, one to be there and one to begin. Which one should the card show?"
    spoken.time.clocks.append(Clock(moments, doubt))


@_put.register
def _(value: EndClock, spoken: Spoken) -> None:
    spoken.time.ends.append(value.end.means())


@_put.register
def _(value: Length, spoken: Spoken) -> None:
    spoken.time.lasts.append(value.minutes)


@_put.register
def _(value: Soon, spoken: Spoken) -> None:
    spoken.time.soon = _one(spoken.time.soon, value.ahead, "time")


@_put.register
def _(value: InWeeks, spoken: Spoken) -> None:
    spoken.time.weeks.append((value.weeks, value.counted))


@_put.register
def _(value: PartOfDay, spoken: Spoken) -> None:
    spoken.time.part = value.part
    if value.days is not None:
        spoken.time.pinned.append(Ahead(value.days))


@_put.register
def _(value: Together, spoken: Spoken) -> None:
    for each in value.parts:
        _put(each, spoken)


@_put.register
def _(value: ADay, spoken: Spoken) -> None:
    spoken.time.pinned.append(value.day)


@_put.register
def _(value: SeveralDays, spoken: Spoken) -> None:
    spoken.time.pinned += value.days


@_put.register
def _(value: Between, spoken: Spoken) -> None:
    _put(Beginning(value.first), spoken)
    _put(Until(value.last), spoken)


@_put.register
def _(value: Label, spoken: Spoken) -> None:
    """A label says nothing of its own."""


@_put.register
def _(value: ForSome, spoken: Spoken) -> None:
    spoken.unclear.append(f"For {value.count} what: minutes, hours, weeks or times?")


@_put.register
def _(value: Endless, spoken: Spoken) -> None:
    del value
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: OnWeekday, spoken: Spoken) -> None:
    spoken.time.weekdays.append(value)


@_put.register
def _(value: SomeWeekdays, spoken: Spoken) -> None:
    spoken.time.weekdays += value.days
    if value.interval > 1:
        spoken.repeat.often.append((Frequency.WEEKLY, value.interval))
    spoken.repeats |= value.repeats
    if value.spread and not value.repeats:
        spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: Often, spoken: Spoken) -> None:
    spoken.repeats = True
    spoken.repeat.often.append((value.freq, value.interval))
    if value.doubt:
        spoken.repeat.two_meanings = True
        spoken.repeat.doubts.append(value.doubt)


@_put.register
def _(value: NthDays, spoken: Spoken) -> None:
    repeat = spoken.repeat
    repeat.of_months |= set(value.months)
    repeat.of_quarter |= value.of_quarter
    if value.each_month:
        repeat.often.append((Frequency.MONTHLY, value.each_month))
    repeat.nth_working |= set(value.working)
    bare = not (value.months or value.each_month)
    if value.every and bare and len(value.days) == 1:
        if repeat.every_nth:
            raise NotRead("Please name one rhythm.")
        repeat.every_nth = value.days[0]
    else:
        repeat.nth |= set(value.days)
    places = len(value.days) + len(value.working)
    if value.every or value.each_month or places > 1 or len(value.months) > 1:
        spoken.repeats = True
    else:
        spoken.maybe.append(OF_EVERY_MONTH)


@_put.register
def _(value: MonthDays, spoken: Spoken) -> None:
    spoken.repeat.month_days |= set(value.days)
    if value.each_month:
        spoken.repeats = True
        spoken.repeat.often.append((Frequency.MONTHLY, value.each_month))
    else:
        spoken.maybe.append(OF_EVERY_MONTH)


@_put.register
def _(value: YearlyDate, spoken: Spoken) -> None:
    spoken.repeats = True
    spoken.repeat.often.append((Frequency.YEARLY, 1))
    spoken.repeat.yearly_date = _one(spoken.repeat.yearly_date, (value.day, value.month), "date")


@_put.register
def _(value: InMonths, spoken: Spoken) -> None:
    if value.but:
        spoken.repeat.but_months |= set(value.months)
    else:
        spoken.repeat.in_months |= set(value.months)
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: ButWeekdays, spoken: Spoken) -> None:
    spoken.repeat.but_weekdays |= set(value.weekdays)
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: ButDays, spoken: Spoken) -> None:
    spoken.repeat.but_days += value.days
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: Times, spoken: Spoken) -> None:
    spoken.repeat.times = _one(spoken.repeat.times, value.count, "number of times")
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: Lasting, spoken: Spoken) -> None:
    spoken.repeat.lasting = _one(spoken.repeat.lasting, (value.count, value.unit), "end")
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: Until, spoken: Spoken) -> None:
    spoken.repeat.until = _one(spoken.repeat.until, value.last, "end")
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: Beginning, spoken: Spoken) -> None:
    spoken.repeat.start = _one(spoken.repeat.start, value.first, "beginning")
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: Avoiding, spoken: Spoken) -> None:
    if value.school:
        spoken.repeat.province = value.place or spoken.where.province
    else:
        spoken.repeat.public_holidays = value.place or spoken.where.country
        spoken.repeat.of_any_region = not value.exactly and "-" not in value.place
    if value.unsure:
        spoken.repeat.doubts.append("Do you mean public holidays or school holidays?")
    spoken.maybe.append(EVERY_WEEK)


@_put.register
def _(value: ByRule, spoken: Spoken) -> None:
    spoken.repeats = True
    spoken.repeat.rule = value.rule


@_put.register
def _(value: Refused, spoken: Spoken) -> None:
    del spoken
    raise NotRead(value.why)


def _one(known: _Value | None, value: _Value, name: str) -> _Value:
    if known and known != value:
        raise NotRead(f"I found more than one {name}.")
    return value
