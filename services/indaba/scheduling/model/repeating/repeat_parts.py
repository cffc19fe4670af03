"""What a line says about repetition, before it becomes rules."""

from dataclasses import dataclass, field

from indaba.recurrence.rule import Frequency, NthDay
from indaba.scheduling.model.spoken_day import Day


@dataclass(frozen=True, slots=True)
class AMonth:
    """June, or June 2027."""

    month: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class EndOfYear:
    """The last day of the year."""


@dataclass(frozen=True, slots=True)
class Next:
    """The beginning of next week or month, by its unit."""

    unit: str


@dataclass(slots=True)
class RepeatParts:
    """The parts of a line about repetition.

    `often` are frequencies with their intervals, in the order of the line. `every_nth` is an
    ordinal and a weekday after "every" without a month, which may also mean an interval.
    `of_quarter` says that `nth` were said to be of each quarter. `public_holidays` is a country's
    letters or a region's, empty where none is known, and `None` where they count as any day; with
    `of_any_region` one of the country's regions may be meant.
    """

    rule: str = ""
    often: list[tuple[Frequency, int]] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    nth: set[NthDay] = field(default_factory=set)
    nth_working: set[int] = field(default_factory=set)
    every_nth: NthDay | None = None
    month_days: set[int] = field(default_factory=set)
    of_months: set[int] = field(default_factory=set)
    in_months: set[int] = field(default_factory=set)
    but_months: set[int] = field(default_factory=set)
    but_weekdays: set[int] = field(default_factory=set)
    but_days: list[Day] = field(default_factory=list)
    yearly_date: tuple[int, int] | None = None
    of_quarter: bool = False
    times: int = 0
    lasting: tuple[int, str] | None = None
    until: Day | AMonth | EndOfYear | None = None
    start: Day | AMonth | Next | None = None
    public_holidays: str | None = None
    of_any_region: bool = False
    province: str | None = None
    doubts: list[str] = field(default_factory=list)
    two_meanings: bool = False
