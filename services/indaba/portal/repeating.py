"""A series in a calendar file: an entry with its rule, and one for each date that differs.

The entry keeps its UID for as long as the series exists (RFC 5545, 3.8.4.7). A date is identified
by the wall time that the rule gave it (RECURRENCE-ID, 3.8.4.4), wherever it was moved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from indaba.contracts.refusal import hint
from indaba.conversation.wording import plain
from indaba.portal.entries import Setting, described, entry, how_to_answer, single, stamp
from indaba.portal.model import Meeting, Repeating, Series

if TYPE_CHECKING:
    from icalendar import Event

YEARS_AHEAD = 5
"""For how long a file describes the zone of a series without an end. It is rewritten by then."""

_UNTIL = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class _Dates:
    """The dates of a series, by the wall time that the rule gave or would have given them.

    `added` are not given by the rule (RDATE); `left_out` are given and not held (EXDATE).
    """

    held: dict[datetime, Meeting]
    added: tuple[datetime, ...]
    left_out: tuple[datetime, ...]
    alone: tuple[Meeting, ...]


def entries(repeating: Repeating, setting: Setting) -> Iterator["Event"]:
    """The entry of a series, then those of dates that differ from it, earliest first."""
    series, dates = repeating.series, _dates(repeating)
    if dates.held:
        yield _series_entry(series, dates, setting)
    for date_of, meeting in sorted(dates.held.items()):
        if _differs(meeting, date_of, series):
            yield _date_entry(meeting, date_of, series, setting)
    for meeting in dates.alone:
        yield single(meeting, setting)


def years(repeating: Repeating) -> Iterator[tuple[str, int]]:
    """Each zone used by a series, with the years for which it must be described."""
    series = repeating.series
    last = max([series.stamp.year, *(m.starts.year for m in repeating.dates)])
    yield series.zone, series.first.year
    yield series.zone, last if series.ended else last + YEARS_AHEAD
    for meeting in repeating.dates:
        yield meeting.zone, meeting.starts.year


def _dates(repeating: Repeating) -> _Dates:
    series = repeating.series
    # A date that takes place counts before one at the same time that was cancelled.
    ordered = sorted(repeating.dates, key=lambda m: (not m.called_off, m.sequence, m.id))
    held = {m.date_of: m for m in ordered if m.date_of and m.date_of >= series.first}
    given = _dates_by_rule(series, max([*held, *series.added], default=series.first))
    off = {*series.skipped, *series.not_held, *repeating.gone}
    added = {*series.added, *held} - given
    return _Dates(
        held=held,
        added=tuple(sorted(added - (off - held.keys()))),
        left_out=tuple(sorted(off - held.keys() - added)),
        alone=tuple(m for m in repeating.dates if not m.date_of or m.date_of < series.first),
    )


def _dates_by_rule(series: Series, last: datetime) -> set[datetime]:
    """The dates that the rule gives until `last`, inclusive."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it has no types

    rule = rrulestr(series.rule, dtstart=series.first)
    return set(rule.between(series.first, last, inc=True))


def _series_entry(series: Series, dates: _Dates, setting: Setting) -> "Event":
    from icalendar import vRecur

    say = setting.wording.say
    words = [
        say("Repeats: {words}", words=plain(series.words)),
        *how_to_answer(setting, hint("yes")),
        say("Community: {name}", name=setting.name),
        say("All meetings: {link}", link=setting.page),
    ]
    title = plain(series.title) or say("Meeting of {name}", name=setting.name)
    event = described(title, series.where, words, setting)
    stamp(event, series.stamp)
    event.add("UID", _uid(series))
    event.add("SEQUENCE", series.sequence)
    event.add("DTSTART", _aware(series.first, series))
    event.add("DURATION", timedelta(minutes=series.minutes))
    event.add("RRULE", vRecur.from_ical(_rule_of(series, dates)))
    for name, days in (("RDATE", dates.added), ("EXDATE", dates.left_out)):
        if days:
            event.add(name, [_aware(day, series) for day in days])
    event.add("STATUS", "CONFIRMED")
    return event


def _date_entry(meeting: Meeting, date_of: datetime, series: Series, setting: Setting) -> "Event":
    event = entry(meeting, setting)
    event.add("UID", _uid(series))
    # Some apps consider a date's entry outdated if its series has a higher number.
    event.add("SEQUENCE", series.sequence + meeting.sequence)
    event.add("RECURRENCE-ID", _aware(date_of, series))
    return event


def _differs(meeting: Meeting, date_of: datetime, series: Series) -> bool:
    as_series = (date_of, series.zone, series.title, series.minutes, series.where)
    as_it_is = (meeting.starts, meeting.zone, meeting.title, meeting.minutes, meeting.where)
    return meeting.called_off or as_it_is != as_series


def _rule_of(series: Series, dates: _Dates) -> str:
    """The rule with its end in UTC (3.3.10), as its start names a zone.

    A series that was ended ends with its last known date.
    """
    parts = dict(part.split("=", 1) for part in series.rule.split(";"))
    until = datetime.strptime(parts["UNTIL"], _UNTIL) if "UNTIL" in parts else None  # noqa: DTZ007 - wall time
    if series.ended:
        last = max(dates.held)
        until = min(until, last) if until else last
        parts.pop("COUNT", None)
    if until:
        parts["UNTIL"] = f"{_aware(until, series).astimezone(UTC):{_UNTIL}}Z"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _uid(series: Series) -> str:
    return f"{series.id}@indaba"


def _aware(at: datetime, series: Series) -> datetime:
    return at.replace(tzinfo=ZoneInfo(series.zone), fold=0)


def of_all(all_series: Iterable[Repeating], setting: Setting) -> Iterator["Event"]:
    """The entries of all series."""
    for repeating in all_series:
        yield from entries(repeating, setting)
