"""When the clocks of a zone change, and by which yearly rule, read from the time-zone database."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

_SECOND, _DAY, _WEEK = timedelta(seconds=1), timedelta(days=1), timedelta(weeks=1)
_STEP = timedelta(days=6)
"""Shorter than the time between any two changes."""

YEARS_LOOKED_AT = 8
"""In so many years a fourth Sunday and a last one fall on different days."""

DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PLACES = (1, 2, 3, 4, -1)
_END_OF_DAY, _SMALL_HOURS, _LAST_HOUR = time(23, 59, 59), time(2), time(23)


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks go from one offset to another, at `wall` by the clock that is being changed."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def is_forward(self) -> bool:
        """Whether clocks are put forward."""
        return self.after > self.before

    @property
    def instant(self) -> datetime:
        """The moment in UTC."""
        return (self.wall - self.before).replace(tzinfo=UTC)


class Yearly(NamedTuple):
    """A weekday counted in its month, at a time of day, every year."""

    month: int
    nth: int
    weekday: int
    at: time

    @property
    def rule(self) -> str:
        """As a rule of RFC 5545."""
        return f"FREQ=YEARLY;BYMONTH={self.month};BYDAY={self.nth}{DAY_CODES[self.weekday]}"

    def on(self, year: int) -> datetime:
        """The moment in a year, as wall time."""
        if self.nth > 0:
            day = date(year, self.month, 1) + (self.nth - 1) * _WEEK
            day += (self.weekday - day.weekday()) % 7 * _DAY
        else:
            day = date(year, self.month, monthrange(year, self.month)[1])
            day -= (day.weekday() - self.weekday) % 7 * _DAY
        return datetime.combine(day, self.at)

    @classmethod
    def of(cls, walls: Sequence[datetime]) -> Self | None:
        """What all of these moments have in common; `None` if nothing.

        Outlook knows no weekday between dates, such as the Sunday from the 2nd to the 8th. A change
        in the small hours may then be that of the evening before, to the second (Chile: the first
        Saturday at 24:00), or that of midnight.
        """
        tries = [tuple(walls)]
        if all(wall.time() <= _SMALL_HOURS for wall in walls):
            tries.append(tuple(datetime.combine(w - _DAY, _END_OF_DAY) for w in walls))
        if all(wall.time() >= _LAST_HOUR for wall in walls):
            tries.append(tuple(datetime.combine(w + _DAY, time()) for w in walls))
        for moments in tries:
            one = moments[0]
            for nth in _PLACES:
                yearly = cls(one.month, nth, one.weekday(), one.time())
                if all(yearly.on(each.year) == each for each in moments):
                    return yearly
        return None


def changes(place: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Change]:
    """Each change of the offset between two instants, earliest first."""
    moment = begin
    while moment < end:
        following = moment + _STEP
        before, after = _offset(moment, place), _offset(following, place)
        if before != after:
            change = _first(place, moment, following)
            name = change.astimezone(place).tzname() or ""
            yield Change((change + before).replace(tzinfo=None), before, after, name)
        moment = following


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta()


def _first(place: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second under the new offset, between two instants."""
    was = _offset(before, place)
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset(middle, place) == was:
            before = middle
        else:
            after = middle
    return after


@dataclass(frozen=True, slots=True)
class Clocks:
    """A zone from the start of a year on, as it is known in a month.

    From `since` on its clocks change every year as in `forward` and `back`, if it keeps a rule.
    """

    start: Change
    all: tuple[Change, ...]
    coming: tuple[Change, ...]
    since: int = 0
    forward: tuple[Yearly, Change] | None = None
    back: tuple[Yearly, Change] | None = None

    @classmethod
    def read(cls, place: ZoneInfo, first_year: int, month: date) -> Self:
        """From the zone data in use."""
        begin = datetime(first_year, 1, 1, tzinfo=UTC) - _DAY
        now = datetime(month.year, month.month, 1, tzinfo=UTC)
        last_year = month.year + YEARS_LOOKED_AT
        every = tuple(changes(place, begin, datetime(last_year + 1, 1, 2, tzinfo=UTC)))
        at_first = begin.astimezone(place)
        offset = at_first.utcoffset() or timedelta()
        start = Change(at_first.replace(tzinfo=None), offset, offset, at_first.tzname() or "")
        coming = tuple(each for each in every if each.instant >= now)
        for since in range(first_year, month.year + 2):
            years = range(since, last_year + 1)
            forward, back = (_rule(every, years, ahead=ahead) for ahead in (True, False))
            if forward and back:
                return cls(start, every, coming, since, forward, back)
        return cls(start, every, coming)


def _rule(every: Sequence[Change], years: range, *, ahead: bool) -> tuple[Yearly, Change] | None:
    """The rule by which clocks change one way in these years, with the first such change."""
    those = [each for each in every if each.is_forward is ahead and each.wall.year in years]
    if [each.wall.year for each in those] != list(years):
        return None
    if len({(each.before, each.after) for each in those}) > 1:
        return None
    yearly = Yearly.of([each.wall for each in those])
    return (yearly, those[0]) if yearly else None
