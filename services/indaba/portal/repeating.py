"""A series in a calendar file: an entry with its rule, and one for each date that differs.

The entry keeps its UID for as long as the series exists (RFC 5545, 3.8.4.7). A date is identified
by the wall time that the rule gave it (RECURRENCE-ID, 3.8.4.4), wherever it was moved. A date that
was added by hand is an entry of its own, as Outlook takes no RDATE; so are all dates where the
calendar wants them one by one, or where the rule is not plain.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from indaba.contracts.keeping_by_faces import ANSWERS_SHOWN
from indaba.contracts.refusal import hint
from indaba.conversation.wording import plain
from indaba.portal.entries import (
    Setting,
    begin,
    described,
    entry,
    how_to_answer,
    single,
    stamp,
    where_all_are,
)
from indaba.portal.model import Meeting, Repeating, Series
from indaba.portal.plain_rules import is_plain
from indaba.recurrence import Rule, occurrences

if TYPE_CHECKING:
    from icalendar import Event

AHEAD = timedelta(days=400)
"""From the month in which a calendar is read: for how long it gives dates one by one."""

_UNTIL = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class _Dates:
    """The dates of a series, by the wall time that the rule gave or would have given them.

    `added` are not given by the rule; `left_out` are given and not held (EXDATE); `before` are
    from before the rule.
    """

    held: dict[datetime, Meeting]
    added: frozenset[datetime]
    left_out: tuple[datetime, ...]
    before: tuple[Meeting, ...]


def of_all(all_series: Iterable[Repeating], setting: Setting) -> Iterator["Event"]:
    """The entries of all series."""
    for repeating in all_series:
        yield from entries(repeating, setting)


def entries(repeating: Repeating, setting: Setting) -> Iterator["Event"]:
    """The entry of a series, then those of dates that differ from it, earliest first."""
    series, dates = repeating.series, _dates(repeating)
    if setting.reader.one_by_one or not is_plain(series.rule):
        yield from _one_by_one(series, dates, setting)
        return
    like_all = _as_series(series, setting)
    if dates.held.keys() - dates.added:
        yield _series_entry(series, dates, like_all, setting)
    for date_of, meeting in sorted(dates.held.items()):
        if date_of not in dates.added and _differs(meeting, date_of, series):
            yield _date_entry(meeting, date_of, series, setting)
    for date_of in sorted(dates.added):
        yield _entry_alone(date_of, series, dates, like_all, setting)
    for meeting in dates.before:
        yield single(meeting, setting)


def zones_used(repeating: Repeating) -> Iterator[tuple[str, int]]:
    """Each zone used by a series, with the first year for which it must be described."""
    yield repeating.series.zone, repeating.series.first.year
    for meeting in repeating.dates:
        yield meeting.zone, meeting.starts.year


def _dates(repeating: Repeating) -> _Dates:
    series = repeating.series
    # A date that takes place counts before one at the same time that was cancelled.
    ordered = sorted(repeating.dates, key=lambda m: (not m.called_off, m.sequence, m.id))
    held = {m.date_of: m for m in ordered if m.date_of and m.date_of >= series.first}
    given = _given(series, series.first, max([*held, *series.added], default=series.first))
    off = {*series.skipped, *series.not_held, *repeating.gone}
    added = {*series.added, *held} - given
    return _Dates(
        held=held,
        added=frozenset(added - (off - held.keys())),
        left_out=tuple(sorted(off - held.keys() - added)),
        before=tuple(m for m in repeating.dates if not m.date_of or m.date_of < series.first),
    )


def _given(series: Series, after: datetime, before: datetime) -> set[datetime]:
    """The dates that the rule gives between two moments, inclusive."""
    dates = occurrences(Rule.parse_any(series.rule), series.first, after)
    return set(takewhile(lambda at: at <= before, dates))


def _one_by_one(series: Series, dates: _Dates, setting: Setting) -> Iterator["Event"]:
    """Each date as an entry of its own, from when single meetings are shown to a year ahead."""
    month = datetime.combine(setting.reader.month, time())
    first, last = month - ANSWERS_SHOWN.long, month + AHEAD
    wanted = {*dates.held, *dates.added}
    if not series.ended:
        wanted |= _given(series, first, last) - {*dates.left_out}
    like_all = _as_series(series, setting)
    for date_of in sorted(at for at in wanted if first <= at <= last):
        yield _entry_alone(date_of, series, dates, like_all, setting)
    for meeting in dates.before:
        if meeting.starts >= first:
            yield single(meeting, setting)


def _entry_alone(
    date_of: datetime, series: Series, dates: _Dates, like_all: "Event", setting: Setting
) -> "Event":
    """A date under a UID of its own, which is the same before and after it has a meeting."""
    meeting = dates.held.get(date_of)
    if meeting is None:
        event = like_all.copy()
        begin(event, _aware(date_of, series), setting)
    else:
        event = entry(meeting, setting)
        event.add("SEQUENCE", series.sequence + meeting.sequence)
    event.add("UID", f"{series.id}-{date_of:{_UNTIL}}@indaba")
    return event


def _series_entry(series: Series, dates: _Dates, like_all: "Event", setting: Setting) -> "Event":
    from icalendar import vRecur

    event = like_all.copy()
    begin(event, _aware(series.first, series), setting)
    event.add("UID", _uid(series))
    event.add("RRULE", vRecur.from_ical(_rule_of(series, dates)))
    if dates.left_out:
        event.add("EXDATE", [_aware(day, series) for day in dates.left_out])
    return event


def _as_series(series: Series, setting: Setting) -> "Event":
    """An entry that says what is true of all dates, to be copied. It has no UID and no start."""
    say = setting.wording.say
    words = [
        say("Repeats: {words}", words=plain(series.words)),
        *how_to_answer(setting, hint("yes")),
        say("Community: {name}", name=setting.name),
        *where_all_are(setting),
    ]
    title = plain(series.title) or say("Meeting of {name}", name=setting.name)
    event = described(title, series.where, words, setting)
    stamp(event, series.stamp)
    event.add("SEQUENCE", series.sequence)
    event.add("DURATION", timedelta(minutes=series.minutes))
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
