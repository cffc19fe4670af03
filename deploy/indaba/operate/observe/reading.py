"""What Indaba reads in a line or a calendar file, as JSON: a report of a fault is then one line."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from indaba.contracts.refusal import Refusal
from indaba.contracts.times import Reading
from indaba.process.world import RealWorld
from indaba.scheduling.model import (
    MeetingReading,
    read_before,
    read_hours,
    read_length,
    read_meeting,
    read_promise,
    read_until,
    read_weekly,
)
from indaba.scheduling.model.outside.lines import CalendarRefused
from indaba.scheduling.model.outside.reading import read_whole_calendar
from indaba.scheduling.model.reader.asked import asked_at
from indaba.scheduling.model.wall_time import wall, zone_named

FIRST_DATES = 5
A_WEEK = timedelta(days=7)
A_TITLE = "meeting"


class Kind(StrEnum):
    """What a line is read as."""

    MEETING = "meeting"
    WHEN = "when"
    REPEAT = "repeat"
    ACTION = "action"
    QUIET = "quiet"
    LENGTH = "length"
    UNTIL = "until"
    BEFORE = "before"
    WEEKLY = "weekly"


_SHORT = frozenset({Kind.LENGTH, Kind.UNTIL, Kind.BEFORE, Kind.WEEKLY})


@dataclass(frozen=True, slots=True)
class Asking:
    """When and where somebody is taken to ask, and of a meeting at which wall time."""

    now: datetime
    zone: str
    locale: str
    start: datetime


def asking(now: str, zone: str, locale: str, start: str = "") -> Asking:
    """From what was typed; an empty `now` is this moment, an empty `start` a week on.

    Raises `ValueError` or `UnknownZone`.
    """
    place = zone_named(zone)
    moment = datetime.fromisoformat(now) if now else RealWorld().now()
    aware = moment if moment.tzinfo else moment.replace(tzinfo=place)
    begins = datetime.fromisoformat(start) if start else wall(aware, place) + A_WEEK
    return Asking(aware, zone, locale, begins)


def line_as_json(line: str, kind: Kind, by: Asking) -> str:
    """What the line is read as."""
    if kind in _SHORT:
        found = _short(line, kind, by)
    elif kind is Kind.QUIET:
        found = _hours(line, by)
    elif kind is Kind.ACTION:
        promise = read_promise(line, by.now, by.zone, by.locale)
        due = promise.due.isoformat() if promise.due else None
        found = {"text": promise.text, "due": due, "sure": not promise.doubt, "asks": promise.doubt}
    else:
        found = _meeting(line, by, "" if kind is Kind.MEETING else A_TITLE)
    asked = {"line": line, "as": kind.value, "now": by.now.isoformat(), "zone": by.zone}
    return _printed({**asked, "locale": by.locale, **found})


def _short(line: str, kind: Kind, by: Asking) -> dict[str, Any]:
    """A length, or a day of the week."""
    asked = asked_at(by.now, by.zone, by.locale)
    if kind is Kind.WEEKLY:
        weekly = read_weekly(line, asked)
        days = [{"weekday": each.weekday, "hour": each.hour} for each in weekly.readings]
        return {"sure": weekly.sure, "asks": weekly.doubt, "readings": days}
    if kind is Kind.UNTIL:
        read = read_until(line, asked, asked.today)
    elif kind is Kind.BEFORE:
        read = read_before(line, asked, by.start)
    else:
        read = read_length(line, asked)
    return {"sure": read.sure, "asks": read.doubt, "minutes": list(read.readings)}


def _hours(line: str, by: Asking) -> dict[str, Any]:
    try:
        begins, ends = read_hours(line, asked_at(by.now, by.zone, by.locale))
    except Refusal as no:
        return {"sure": False, "asks": no.words}
    return {"sure": True, "from": f"{begins:%H:%M}", "to": f"{ends:%H:%M}", "asks": ""}


def _meeting(line: str, by: Asking, title: str) -> dict[str, Any]:
    read = read_meeting(line, by.now, by.zone, by.locale, title=title)
    typed = read.owners[1:] if title else read.owners
    return {
        "title": "" if title else read.title,
        "sure": read.sure,
        "asks": read.doubt,
        "readings": [_reading(each, by) for each in read.readings],
        "words": [{"words": each.words, "are": each.kind} for each in typed],
    }


def _reading(read: MeetingReading, by: Asking) -> dict[str, Any]:
    facts: dict[str, Any] = {"starts": read.begins().isoformat(), "minutes": read.minutes}
    if isinstance(read.meant, Reading):
        return {**facts, "zone": read.meant.zone, "starts_at": read.meant.starts_at.isoformat()}
    series = read.meant.repeats
    here = wall(by.now, zone_named(series.zone))
    dates = series.dates(here, None, FIRST_DATES)
    return {
        **facts,
        "zone": series.zone,
        "words": read.meant.words,
        "rule": str(series.rule),
        "without": [day.isoformat() for day in sorted(series.skipped)],
        "not_on_public_holidays_of": series.avoiding.public_holidays,
        "not_in_school_holidays_of": series.avoiding.province,
        "first_dates": [each.starts.isoformat() for each in dates],
    }


def calendar_as_json(file: Path, by: Asking, since: str, until: str) -> str:
    """The meetings that a calendar file gives, their keys, and what is left out and why.

    Raises `OSError` or `ValueError` for what was typed. `since` and `until` are days, or empty.
    """
    first = date.fromisoformat(since) if since else date.min
    last = date.fromisoformat(until) if until else date.max
    asked = {"file": file.name, "now": by.now.isoformat(), "zone": by.zone}
    try:
        whole = read_whole_calendar(file.read_bytes(), by.zone, by.now, frozenset())
    except CalendarRefused as no:
        return _printed({**asked, "refused": no.why})
    dates = [each for each in whole.dates.dates if first <= each.starts.date() <= last]
    return _printed(
        {
            **asked,
            "title": whole.dates.title,
            "meetings": [each.to_json() for each in dates],
            "left_out": [
                {"entry": each.title, "starts": each.starts, "why": each.why}
                for each in whole.left_out
            ],
            "counted": dict(whole.dates.left_out or {}),
        }
    )


def _printed(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)
