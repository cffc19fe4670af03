"""One entry of a calendar: when, how long, what, and how it repeats."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event

from indaba.scheduling.model.outside.lines import is_private
from indaba.scheduling.model.outside.zones import Zones
from indaba.scheduling.model.plain_text import LONGEST_TITLE, TitleEmpty, clean_title, one_line
from indaba.scheduling.model.wall_time import instant, wall

LONGEST_PLACE = 500
_PLACE_BESIDE_LINK = 90
SHORTEST, USUAL, LONGEST = 5, 60, 24 * 60
MOST_RULES = 5
_UTC = frozenset({"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Etc/Universal"})

ALL_DAY = "They last all day, so they begin at no hour."
TOO_LONG = "They last longer than 24 hours."
UNREADABLE = "They could not be read."
NO_BEGINNING = "They do not say when they begin."
PRIVATE = "They are marked private."
CALLED_OFF = "They are called off."
PAST = "They are past."
UNKNOWN_ZONE = "They name a time zone that I do not know."


class LeftOut(Exception):  # noqa: N818 - a finding
    """An entry becomes no meeting; `why` says so in words. `unread`: its dates are not known."""

    def __init__(self, why: str, *, unread: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.unread = unread


@dataclass(frozen=True, slots=True)
class Moment:
    """Naive wall time in the zone in which it is given. People are shown it in `shown_in`.

    It `lasts` so long by itself, as a period does; otherwise its entry says how long.
    """

    wall: datetime
    zone: ZoneInfo
    shown_in: ZoneInfo
    lasts: timedelta = timedelta()

    @property
    def at(self) -> datetime:
        """The instant in UTC."""
        return instant(self.wall, self.zone)

    @property
    def shown(self) -> datetime:
        """The wall time shown to people. One that the clocks skip is moved by the jump."""
        return wall(self.at, self.shown_in)

    def on(self, other: datetime) -> "Moment":
        """Another wall time in the same zones."""
        return Moment(other.replace(fold=0), self.zone, self.shown_in)


Time = Moment | date
"""A date without an hour stands for a day, whatever the zone."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the times of one file: those without a zone as `floating`, UTC shown in `shown_in`."""

    zones: Zones
    floating: ZoneInfo
    shown_in: ZoneInfo

    def times(self, given: Any) -> Iterator[Time]:
        """The times in a property, which may occur more than once. Raises `LeftOut`."""
        for each in given if isinstance(given, list) else [given]:
            dates = [one.dt for one in each.dts] if hasattr(each, "dts") else [each.dt]
            zone = str(each.params.get("TZID", ""))
            for moment in dates:
                if isinstance(moment, tuple):  # a period: its beginning, and its end or length
                    yield self._period(moment, zone)
                else:
                    yield self._time(moment, zone)

    def _period(self, given: tuple[Any, Any], zone: str) -> Time:
        starts, lasts = self._time(given[0], zone), given[1]
        ends = None if isinstance(lasts, timedelta) else self._time(lasts, zone)
        if not isinstance(starts, Moment):
            return starts
        if isinstance(ends, Moment):
            lasts = ends.at - starts.at
        return replace(starts, lasts=lasts if isinstance(lasts, timedelta) else timedelta())

    def _time(self, moment: Any, zone: str) -> Time:
        if not isinstance(moment, date):
            raise LeftOut(UNREADABLE, unread=True)
        if not isinstance(moment, datetime):
            return moment
        at = moment.replace(tzinfo=None, fold=0)
        if str(moment.tzinfo) == "UTC":
            return Moment(at, ZoneInfo("UTC"), self.shown_in)
        if not zone:
            return Moment(at, self.floating, self.floating)
        place = self.zones.named(zone)
        if place is None:
            raise LeftOut(UNKNOWN_ZONE, unread=True)
        return Moment(at, place, self.shown_in if place.key in _UTC else place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry. `instead_of` is the time of the date in a series that it replaces."""

    name: str
    sequence: int
    starts: Moment
    minutes: int
    title: str
    where: str
    cancelled: bool
    rules: tuple[str, ...] = ()
    added: tuple[Time, ...] = ()
    left_out: tuple[Time, ...] = ()
    instead_of: Time | None = None
    and_later: bool = False

    @property
    def repeats(self) -> bool:
        """Whether it can give several dates."""
        return bool(self.rules or self.added)


def name_of(event: Event) -> str:
    """A digest of the entry's UID, which may contain somebody's address."""
    uid = str(event.get("UID", "")) or f"{event.get('DTSTART')}{event.get('SUMMARY')}"
    return hashlib.sha256(uid.encode("utf-8", "replace")).hexdigest()[:24]


def entry_of(event: Event, reader: Reader, otherwise_called: str) -> Entry:
    """Read an entry. Raises `LeftOut`."""
    if is_private(str(event.get("CLASS", ""))):
        raise LeftOut(PRIVATE)
    if "DTSTART" not in event and not event.errors:
        raise LeftOut(NO_BEGINNING, unread=True)
    if event.errors:
        raise LeftOut(UNREADABLE, unread=True)
    starts = _one(event, "DTSTART", reader)
    cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    if not isinstance(starts, Moment) or _is_all_day(event, starts):
        raise LeftOut(ALL_DAY)
    rules = _listed(event.get("RRULE"))
    if len(rules) > MOST_RULES:
        raise LeftOut(UNREADABLE, unread=True)
    instead_of = _one(event, "RECURRENCE-ID", reader) if "RECURRENCE-ID" in event else None
    return Entry(
        name=name_of(event),
        sequence=_sequence(event),
        starts=starts,
        minutes=USUAL if cancelled else _minutes(event, starts, reader),
        title=_title(_text(event, "SUMMARY"), otherwise_called),
        where=_where(event),
        cancelled=cancelled,
        rules=tuple(rule.to_ical().decode() for rule in rules),
        added=_times(event, "RDATE", reader),
        left_out=_times(event, "EXDATE", reader),
        instead_of=instead_of,
        and_later="RANGE" in event["RECURRENCE-ID"].params if instead_of else False,
    )


def gone_of(event: Event, reader: Reader) -> Entry | None:
    """An exception that becomes no meeting, as one that calls its date off; `None` for others.

    Raises `LeftOut` if it cannot be read which date it replaces.
    """
    if "RECURRENCE-ID" not in event:
        return None
    original = _one(event, "RECURRENCE-ID", reader)
    zone = reader.floating
    day = original.wall if isinstance(original, Moment) else datetime.combine(original, time())
    starts = original if isinstance(original, Moment) else Moment(day, zone, zone)
    return Entry(
        name=name_of(event),
        sequence=_sequence(event),
        starts=starts,
        minutes=USUAL,
        title="",
        where="",
        cancelled=True,
        instead_of=original,
        and_later="RANGE" in event["RECURRENCE-ID"].params,
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(event: Event, name: str) -> str:
    values = _listed(event.get(name))
    return str(values[0]) if values else ""


def _is_all_day(event: Event, starts: Moment) -> bool:
    """Whether Outlook says so of an entry from midnight to midnight."""
    is_marked = _text(event, "X-MICROSOFT-CDO-ALLDAYEVENT").strip().upper() == "TRUE"
    return is_marked and starts.wall.time() == time()


def _where(event: Event) -> str:
    """The place, with the link to join behind it if it is not in there."""
    place, link = one_line(_text(event, "LOCATION")), _text(event, "X-INDABA-JOIN")
    if not link or link in place:
        return place[:LONGEST_PLACE].strip()
    short = place if len(place) <= _PLACE_BESIDE_LINK else f"{place[: _PLACE_BESIDE_LINK - 1]}…"
    return f"{short.strip()} {link}".strip()


def _times(event: Event, name: str, reader: Reader) -> tuple[Time, ...]:
    return tuple(reader.times(event[name])) if name in event else ()


def _one(event: Event, name: str, reader: Reader) -> Time:
    times = _times(event, name, reader)
    if not times:
        raise LeftOut(UNREADABLE, unread=True)
    return times[0]


def _sequence(event: Event) -> int:
    number = event.get("SEQUENCE", 0)
    return number if isinstance(number, int) else 0


def _minutes(event: Event, starts: Moment, reader: Reader) -> int:
    """The length in minutes: an hour if none is given, and at least five minutes."""
    lasts = timedelta()
    if "DTEND" in event:
        ends = _one(event, "DTEND", reader)
        lasts = ends.at - starts.at if isinstance(ends, Moment) else timedelta()
    elif "DURATION" in event:
        duration = _listed(event["DURATION"])[0].dt
        lasts = duration if isinstance(duration, timedelta) else timedelta()
    return minutes_of(lasts)


def minutes_of(lasts: timedelta) -> int:
    """A length in minutes as meetings have it. Raises `LeftOut` for more than a day."""
    minutes = int(lasts.total_seconds() // 60)
    if minutes > LONGEST:
        raise LeftOut(TOO_LONG)
    return max(SHORTEST, minutes) if minutes > 0 else USUAL


def _title(title: str, otherwise: str) -> str:
    for text in (title, otherwise):
        line = one_line(text)
        short = line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"
        try:
            return clean_title(short)
        except TitleEmpty:
            continue
    return "Meeting"
