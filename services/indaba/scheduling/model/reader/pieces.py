"""What a span of a line can be: a clock, a day, a length, and so on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from indaba.recurrence.rule import Frequency, NthDay
from indaba.scheduling.model import spoken_clock
from indaba.scheduling.model.repeating.repeat_parts import AMonth, EndOfYear, Next
from indaba.scheduling.model.spoken_clock import Clock
from indaba.scheduling.model.spoken_day import Day, OnWeekday

NOON = 12


class Half(Enum):
    """How far an hour says which half of the day it lies in."""

    MORNING = "am"
    AFTERNOON = "pm"
    CLEAR = "24"
    EITHER = ""


class SaidClock(NamedTuple):
    """A time of day as said. `minute` is `None` where only the hour was."""

    hour: int
    minute: int | None = None
    half: Half = Half.EITHER
    bare: bool = False

    def means(self) -> Clock:
        """The times it can mean. Raises `NotRead` for an hour that no clock has."""
        if self.half in {Half.MORNING, Half.AFTERNOON}:
            after = self.half is Half.AFTERNOON
            return spoken_clock.on_half(self.hour, self.minute, after_noon=after)
        if self.half is Half.CLEAR:
            return spoken_clock.on_24_hours(self.hour, self.minute or 0)
        return spoken_clock.on_either_half(self.hour, self.minute or 0)


class Fixed(Enum):
    """Times of day with a name."""

    NOON = "noon"
    MIDNIGHT = "midnight"

    def means(self) -> Clock:
        """The times it can mean."""
        return spoken_clock.MIDDAY if self is Fixed.NOON else spoken_clock.MIDNIGHT


SomeClock = SaidClock | Fixed


@dataclass(frozen=True, slots=True)
class Range:
    """From one time of day to another."""

    start: SomeClock
    end: SomeClock


@dataclass(frozen=True, slots=True)
class Arriving:
    """Two times with "for" between them: be there at one, begin at the other."""

    arrive: SomeClock
    begin: SomeClock


@dataclass(frozen=True, slots=True)
class HalfBefore:
    """Half eight: 7:30 in some languages, 8:30 in others."""

    clocks: tuple[SaidClock, ...]


@dataclass(frozen=True, slots=True)
class EndClock:
    """Until a time of day."""

    end: SomeClock


@dataclass(frozen=True, slots=True)
class Length:
    """How long it lasts, in minutes. `guessed` where no unit was named."""

    minutes: int
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Zoned:
    """A time of day in a zone of its own; several zones where the words can mean each."""

    when: SomeClock | Range | None
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instant:
    """An exact moment, in UTC."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Soon:
    """In twenty minutes."""

    ahead: timedelta


@dataclass(frozen=True, slots=True)
class InWeeks:
    """Next week, in two weeks; `counted` for the latter."""

    weeks: int
    counted: bool


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """In the evening; `day` where it names its day too, as "tonight" does."""

    part: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """What one word says, or a bare hour with what stands right behind it: 9 tomorrow morning."""

    parts: tuple[SaidClock | OnWeekday | PartOfDay | Day, ...]


@dataclass(frozen=True, slots=True)
class ADay:
    """A day; `bare` where only a figure names it."""

    day: Day
    bare: bool = False


@dataclass(frozen=True, slots=True)
class SeveralDays:
    """Several days of one month: 3 and 10 December."""

    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """From a first day to a last one."""

    first: Day
    last: Day


@dataclass(frozen=True, slots=True)
class Label:
    """A word that says what follows, as in "Date: 10 December"."""


@dataclass(frozen=True, slots=True)
class ForSome:
    """For a number of something that is not said."""

    count: int


@dataclass(frozen=True, slots=True)
class Endless:
    """Until further notice."""


@dataclass(frozen=True, slots=True)
class SomeWeekdays:
    """Weekdays. `repeats` where the words say that it happens again and again."""

    days: tuple[OnWeekday, ...]
    repeats: bool = False
    spread: bool = False
    interval: int = 1


@dataclass(frozen=True, slots=True)
class Often:
    """A rhythm: every second week. `doubt` where its word has two meanings."""

    freq: Frequency
    interval: int = 1
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class NthDays:
    """The first and third Tuesday; with months, or of every so many months.

    `every` says that "every" stood before it. `working` counts working days.
    """

    days: tuple[NthDay, ...]
    every: bool = False
    months: tuple[int, ...] = ()
    each_month: int = 0
    working: tuple[int, ...] = ()
    of_quarter: bool = False


@dataclass(frozen=True, slots=True)
class MonthDays:
    """The 15th of each month; -1 is the last day. `each_month` is 0 where no month is named."""

    days: tuple[int, ...]
    each_month: int = 0


@dataclass(frozen=True, slots=True)
class YearlyDate:
    """Every 8 August."""

    day: int
    month: int


@dataclass(frozen=True, slots=True)
class InMonths:
    """Only in some months, or in all but some."""

    months: tuple[int, ...]
    but: bool = False


@dataclass(frozen=True, slots=True)
class ButWeekdays:
    """Not on some weekdays."""

    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ButDays:
    """Not on some days."""

    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Until:
    """The last day: a day, the end of a month, or of the year."""

    last: Day | AMonth | EndOfYear


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first day: a day, a month, or next week or month."""

    first: Day | AMonth | Next


@dataclass(frozen=True, slots=True)
class Times:
    """Six times."""

    count: int


@dataclass(frozen=True, slots=True)
class Lasting:
    """For six weeks."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Avoiding:
    """Not on public or school holidays; `unsure` where the words may mean either.

    `place` is the letters of a country or region, or a province's name; empty for the usual one.
    `exactly` that country is meant, and none of its regions.
    """

    school: bool
    place: str = ""
    unsure: bool = False
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class ByRule:
    """A rule of RFC 5545, typed as such."""

    rule: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that meetings cannot do, and why."""

    why: str
