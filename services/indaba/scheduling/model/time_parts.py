"""What a line says about a single time, before it becomes dates."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from indaba.scheduling.model.spoken_clock import Clock
from indaba.scheduling.model.spoken_day import Ahead, Checked, Day, InWeek, OnWeekday, WholeWeek


@dataclass(slots=True)
class TimeParts:
    """What a line says about a time.

    `hour_or_day` is a bare number beside a weekday, which may be its date; `day_is_bare` says that
    only a bare number names the day. `lasts` are lengths in minutes, `ends` times of day until
    which it lasts; `left_out` are their words. `zones` are those that a time was said in, each with
    all that its words can mean; `at` is an exact moment.
    """

    pinned: list[Day] = field(default_factory=list)
    weekdays: list[OnWeekday] = field(default_factory=list)
    weeks: list[tuple[int, bool]] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    part: str = ""
    soon: timedelta | None = None
    at: datetime | None = None
    zones: list[tuple[str, ...]] = field(default_factory=list)
    hour_or_day: int | None = None
    day_is_bare: bool = False
    lasts: list[int] = field(default_factory=list)
    ends: list[Clock] = field(default_factory=list)
    left_out: str = ""
    unknown: tuple[str, ...] = ()

    def days(self) -> list[Day]:
        """The days named; a date with a weekday beside it is checked against it."""
        if self.weeks and not self.pinned:
            return [self._in_week(*week) for week in self.weeks]
        if self.pinned and len(self.weekdays) == 1:
            return [Checked(day, self.weekdays[0].weekday) for day in self.pinned]
        return [*self.pinned, *self.weekdays]

    def is_read(self) -> bool:
        """Whether our own grammar suffices: all was understood, or at least a day and a time."""
        clear = self.names_a_day() and bool(self.clocks) and not self.day_is_bare
        return clear or not self.unknown

    def names_a_day(self) -> bool:
        """Whether any day is named."""
        return bool(self.pinned or self.weekdays or self.weeks)

    def _in_week(self, weeks: int, counted: bool) -> Day:
        if self.weekdays:
            return InWeek(weeks, self.weekdays[0].weekday, counted)
        return Ahead(7 * weeks) if counted else WholeWeek()


HOW_TO_SAY = 'Please give a day and a time, such as "thu 14:00" or "12 March 6pm".'
