"""Changes to a series: to one date, to a date and all later ones, or to all dates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import takewhile

from indaba.recurrence.rule import END_OF_DAY, Rule
from indaba.scheduling.model.repeating.refusals import DateThere, NoSuchDate, TooManyChanges
from indaba.scheduling.model.repeating.repeats import Repeats

MOST_CHANGES = 500
_SECOND = timedelta(seconds=1)


def skip(series: Repeats, original: datetime) -> Repeats:
    """The series without a date, whether of the rule, moved or added. Raises `NoSuchDate`.

    Skipping a date of the rule again changes nothing.
    """
    if original in series.added:
        return replace(series, added=series.added - {original})
    _check_date(series, original)
    moved = _without(series.moved, original)
    return _counted(replace(series, skipped=series.skipped | {original}, moved=moved))


def add(series: Repeats, starts: datetime) -> Repeats:
    """The series with a date added; a skipped one comes back. Raises `DateThere`."""
    _check_free(series, starts)
    if starts in series.skipped:
        return replace(series, skipped=series.skipped - {starts})
    return _counted(replace(series, added=series.added | {starts}))


def move(series: Repeats, original: datetime, to: datetime) -> Repeats:
    """The series with a date, even a skipped one, at another time. Moving it back restores it.

    Raises `NoSuchDate`, or `DateThere` if another date starts then.
    """
    if original in series.added:
        return add(skip(series, original), to)
    _check_date(series, original)
    if to == original:
        return restore(series, original)
    if series.moved.get(original) == to:
        return series
    _check_free(replace(series, moved=_without(series.moved, original)), to)
    moved = {**series.moved, original: to}
    return _counted(replace(series, skipped=series.skipped - {original}, moved=moved))


def restore(series: Repeats, original: datetime) -> Repeats:
    """The series with a date where the rule has it. Raises `NoSuchDate` or `DateThere`."""
    _check_date(series, original)
    bare = replace(
        series,
        skipped=series.skipped - {original},
        moved=_without(series.moved, original),
    )
    if original in bare.added or original in bare.moved.values():
        raise DateThere(original)
    return bare


def this_and_later(series: Repeats, at: datetime) -> tuple[Repeats | None, Repeats]:
    """The series up to a date of its rule (`None` before the first one), and from it on.

    Together they have the same dates as before, even on avoided days. Raises `NoSuchDate`.
    """
    _check_date(series, at)
    count = series.rule.count - _counted_before(series, at) if series.rule.count else 0
    later = _part(replace(series, first=at, rule=replace(series.rule, count=count)), since=at)
    if next(series.originals(series.first)) == at:
        return None, replace(later, added=series.added)
    ended = replace(series.rule, count=0, until=at - _SECOND)
    return _part(replace(series, rule=ended), before=at), later


def with_time(series: Repeats, at: time) -> Repeats:
    """The series at another time of day, but for moved dates, which stay."""

    def moved_in_day(date: datetime) -> datetime:
        return datetime.combine(date.date(), at)

    return replace(
        series,
        first=moved_in_day(series.first),
        rule=replace(series.rule, until=_until_whole_day(series)),
        skipped=frozenset(map(moved_in_day, series.skipped)),
        added=frozenset(map(moved_in_day, series.added)),
        moved={moved_in_day(original): to for original, to in series.moved.items()},
    )


def with_rule(series: Repeats, rule: Rule) -> Repeats:
    """The series with another rule. Skipped and moved dates stay so if the new rule has them.

    Added dates stay unless the new rule has them. Raises what is wrong with the rule.
    """
    other = replace(series, rule=rule).checked().from_its_first()
    return replace(
        other,
        skipped=frozenset(filter(other.has, series.skipped)),
        added=frozenset(date for date in series.added if not other.has(date)),
        moved={original: to for original, to in series.moved.items() if other.has(original)},
    )


def _until_whole_day(series: Repeats) -> datetime | None:
    """The end of the last day with a date of the rule."""
    until = series.rule.until
    if until is None:
        return None
    whole = until if until.time() >= series.first.time() else until - timedelta(days=1)
    return datetime.combine(whole.date(), END_OF_DAY)


def _counted_before(series: Repeats, at: datetime) -> int:
    return sum(1 for _ in takewhile(lambda date: date < at, series.originals(series.first)))


def _part(
    series: Repeats, since: datetime | None = None, before: datetime | None = None
) -> Repeats:
    """The series with only those of its changed dates that lie in a period."""

    def is_in(date: datetime) -> bool:
        return (since is None or date >= since) and (before is None or date < before)

    return replace(
        series,
        skipped=frozenset(filter(is_in, series.skipped)),
        added=frozenset(filter(is_in, series.added)),
        moved={original: to for original, to in series.moved.items() if is_in(original)},
    )


def _check_date(series: Repeats, original: datetime) -> None:
    if not series.has(original):
        raise NoSuchDate(original)


def _check_free(series: Repeats, starts: datetime) -> None:
    by_rule = starts not in series.skipped and starts not in series.moved and series.has(starts)
    if by_rule or starts in series.added or starts in series.moved.values():
        raise DateThere(starts)


def _counted(series: Repeats) -> Repeats:
    if len(series.skipped) + len(series.added) + len(series.moved) > MOST_CHANGES:
        raise TooManyChanges(MOST_CHANGES)
    return series


def _without(moved: Mapping[datetime, datetime], original: datetime) -> dict[datetime, datetime]:
    return {at: to for at, to in moved.items() if at != original}
