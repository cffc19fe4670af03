import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped]
from dateutil.tz import tzical  # type: ignore[import-untyped]

from indaba.contracts.scheduling import MeetingStatus
from indaba.portal.model import Meeting, Repeating
from services.portal.series_written import FIRST, date_of, series_of, written

WEEK = timedelta(weeks=1)
Seen = set[tuple[datetime, str, int]]
Read = Callable[[str], Seen]


def _by_icalendar(text: str) -> Seen:
    """Reads with icalendar, expands with dateutil on wall time in zones of this machine."""
    whole = icalendar.Calendar.from_ical(text)
    events: list[Any] = whole.walk("VEVENT")
    overridden = {
        (str(e["UID"]), e["RECURRENCE-ID"].dt.astimezone(UTC))
        for e in events
        if "RECURRENCE-ID" in e
    }
    seen: Seen = set()
    for event in events:
        starts = [event["DTSTART"].dt]
        if "RRULE" in event:
            starts = [
                at
                for at in _expanded(event)
                if (str(event["UID"]), at.astimezone(UTC)) not in overridden
            ]
        if event["STATUS"] != "CANCELLED":
            minutes = int(event["DURATION"].dt.total_seconds() // 60)
            seen |= {(at.astimezone(UTC), str(event["SUMMARY"]), minutes) for at in starts}
    return seen


def _expanded(event: Any) -> list[datetime]:
    first: datetime = event["DTSTART"].dt
    zone = ZoneInfo(event["DTSTART"].params["TZID"])
    dates = rruleset()
    rule = {name: values[0] for name, values in event["RRULE"].items()}
    until = rule.get("UNTIL")
    text = event["RRULE"].to_ical().decode()
    if until is not None:
        assert until.tzinfo is not None, "with a zone in DTSTART, UNTIL is in UTC"
        wall = until.astimezone(zone).replace(tzinfo=None)
        text = text.replace(f"UNTIL={until:%Y%m%dT%H%M%SZ}", f"UNTIL={wall:%Y%m%dT%H%M%S}")
    dates.rrule(rrulestr(text, dtstart=first.replace(tzinfo=None)))
    for name, add in (("RDATE", dates.rdate), ("EXDATE", dates.exdate)):
        found = event.get(name, [])
        for each in found if isinstance(found, list) else [found]:
            for day in each.dts:
                add(day.dt.astimezone(zone).replace(tzinfo=None))
    return [
        at.replace(tzinfo=zone) for at in dates.between(datetime(2026, 1, 1), datetime(2027, 1, 1))
    ]


def _by_vobject(text: str) -> Seen:
    """Reads and expands with vobject, in the zones that the file itself describes."""
    zones = tzical(io.StringIO(text))
    for name in zones.keys():  # noqa: SIM118 - it is no mapping
        vobject.icalendar.registerTzid(name, zones.get(name))
    events = vobject.readOne(text).contents.get("vevent", [])
    overridden = {
        (e.uid.value, e.recurrence_id.value.astimezone(UTC))
        for e in events
        if hasattr(e, "recurrence_id")
    }
    seen: Seen = set()
    for event in events:
        starts = [event.dtstart.value]
        if hasattr(event, "rrule"):
            zone = event.dtstart.value.tzinfo
            within = datetime(2026, 1, 1, tzinfo=zone), datetime(2027, 1, 1, tzinfo=zone)
            every = event.getrruleset().between(*within, inc=True)
            starts = [at for at in every if (event.uid.value, at.astimezone(UTC)) not in overridden]
        if event.status.value != "CANCELLED":
            minutes = int(event.duration.value.total_seconds() // 60)
            seen |= {(at.astimezone(UTC), event.summary.value, minutes) for at in starts}
    return seen


def _held(*meetings: Meeting) -> Seen:
    """What Indaba holds."""
    return {(m.begins.astimezone(UTC), m.title, m.minutes) for m in meetings if not m.called_off}


def _wednesdays(first: datetime, last: datetime) -> list[datetime]:
    found = []
    while first <= last:
        found.append(first)
        first += WEEK
    return found


HARD = [
    ("FREQ=MONTHLY;BYDAY=MO,1TU", "2026-03-02", "3-02 3-03 3-09 3-16 3-23 3-30 4-06 4-07 4-13"),
    ("FREQ=YEARLY;BYWEEKNO=20", "2026-05-13", "5-13"),
    ("FREQ=YEARLY;BYMONTHDAY=15", "2026-03-15", "3-15"),
    ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "2026-03-06", "3-09 3-16 3-23 3-30 4-06"),
]
"""Rules that libraries read differently (0045), and the first of the days that they give."""

READERS = pytest.mark.parametrize("read", [_by_icalendar, _by_vobject])
ZONES = pytest.mark.parametrize(
    "zone", ["Europe/London", "America/New_York", "Africa/Johannesburg"]
)
END_OF_YEAR = datetime(2026, 12, 31)


@READERS
@ZONES
def test_two_readers_see_every_date_of_a_series_on_both_sides_of_clock_changes(
    read: Read, zone: str
) -> None:
    series = series_of(zone=zone)
    dates = [date_of(series, at) for at in _wednesdays(FIRST, END_OF_YEAR)]
    text = written(Repeating(series, tuple(dates[:3])))
    assert read(text) == _held(*dates)
    assert text.count("BEGIN:VEVENT") == 1


@READERS
@pytest.mark.parametrize(("rule", "first", "days"), HARD)
def test_two_readers_see_the_dates_of_a_rule_that_libraries_read_differently(
    read: Read, rule: str, first: str, days: str
) -> None:
    begins = datetime.fromisoformat(f"{first} 18:00")
    series = series_of(first=begins, rule=rule, zone="Africa/Johannesburg")
    seen = sorted(at for at, _, _ in read(written(Repeating(series, ()))))
    expected = [datetime.fromisoformat(f"2026-0{day} 16:00+00:00") for day in days.split()]
    assert [at for at in seen if at < expected[-1] + timedelta(days=5)] == expected


@READERS
@ZONES
def test_two_readers_see_what_is_held_after_moving_calling_off_and_changing_later_ones(
    read: Read, zone: str
) -> None:
    until = datetime(2026, 9, 23, 23, 59, 59)
    skipped = datetime(2026, 5, 6, 18, 0)
    series = series_of(
        zone=zone,
        rule=f"FREQ=WEEKLY;UNTIL={until:%Y%m%dT%H%M%S};BYDAY=WE",
        skipped=(skipped, datetime(2026, 6, 3, 18, 0)),
        not_held=(skipped, datetime(2026, 6, 17, 18, 0)),
    )
    every = _wednesdays(FIRST, until)
    changes: dict[datetime, dict[str, Any]] = {
        every[3]: {"starts": every[3] + timedelta(days=1, hours=-2), "sequence": 1},
        skipped: {"status": MeetingStatus.CANCELLED, "sequence": 1, "reason": "Load shedding"},
        every[15]: {"title": "Reading circle with guests"},
        every[16]: {"minutes": 90},
    }
    gone = {datetime(2026, 6, 3, 18, 0), datetime(2026, 6, 17, 18, 0)}
    dates = [date_of(series, at, **changes.get(at, {})) for at in every if at not in gone]
    later = series_of(zone=zone, first=datetime(2026, 10, 1, 17, 0), rule="FREQ=WEEKLY;INTERVAL=2")
    new = [later.first + 2 * WEEK * n for n in range(7)]
    # One that was moved by hand before stays where it is, though the new rule has no such date.
    by_hand = date_of(later, datetime(2026, 10, 7, 18, 0), starts=datetime(2026, 10, 9, 9, 0))
    after = [*(date_of(later, at) for at in new), by_hand]
    text = written(Repeating(series, tuple(dates)), Repeating(later, (after[0], after[1], by_hand)))
    assert read(text) == _held(*dates, *after)
    assert f"EXDATE;TZID={zone}:20260603T180000,20260617T180000\r\n" in text.replace("\r\n ", "")
    assert f"RECURRENCE-ID;TZID={zone}:{every[3]:%Y%m%dT%H%M%S}\r\n" in text
    assert text.count("STATUS:CANCELLED") == 1


@READERS
def test_a_series_that_was_ended_shows_no_date_after_its_last(read: Read) -> None:
    series = series_of(ended=True)
    held = [date_of(series, FIRST + n * WEEK, status=MeetingStatus.CLOSED) for n in range(3)]
    off = [date_of(series, FIRST + n * WEEK, status=MeetingStatus.CANCELLED) for n in range(3, 6)]
    text = written(Repeating(series, (*held, *off)))
    assert read(text) == _held(*held)
    assert text.count("STATUS:CANCELLED") == 3


@READERS
def test_dates_called_off_long_ago_are_left_out(read: Read) -> None:
    series = series_of(rule="FREQ=WEEKLY;COUNT=4")
    dates = [date_of(series, FIRST + n * WEEK) for n in (0, 2, 3)]
    text = written(Repeating(series, tuple(dates), gone=(FIRST + WEEK,)))
    assert read(text) == _held(*dates)
    assert "EXDATE;TZID=Europe/London:20260311T180000\r\n" in text


@READERS
def test_an_added_date_and_one_from_before_the_rule_are_there_too(read: Read) -> None:
    extra = datetime(2026, 3, 20, 10, 0)
    series = series_of(rule="FREQ=WEEKLY;COUNT=3", added=(extra,))
    before = date_of(series, FIRST - timedelta(days=9), status=MeetingStatus.CLOSED)
    dates = [*(date_of(series, FIRST + n * WEEK) for n in range(3)), date_of(series, extra)]
    text = written(Repeating(series, (before, *dates)))
    assert read(text) == _held(before, *dates)
    assert "DTSTART;TZID=Europe/London:20260320T100000\r\n" in text
    assert "RDATE" not in text, "Outlook takes none"
    assert f"UID:{before.id}@indaba\r\n" in text


def test_a_series_has_one_name_for_ever_and_its_end_is_an_instant() -> None:
    series = series_of(rule="FREQ=WEEKLY;UNTIL=20260805T180000;BYDAY=WE")
    moved = date_of(series, FIRST + WEEK, starts=FIRST + WEEK + timedelta(hours=1), sequence=2)
    text = written(Repeating(series, (date_of(series, FIRST), moved)))
    assert text.count(f"UID:{series.id}@indaba\r\n") == 2
    for line in (
        "DTSTART;TZID=Europe/London:20260304T180000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260805T170000Z;BYDAY=WE",
        "SEQUENCE:3",
        "SEQUENCE:5",
        "DTSTAMP:20260201T083015Z",
        "LOCATION:Library\\, room 2",
        "TRANSP:TRANSPARENT",
    ):
        assert f"\r\n{line}\r\n" in text, line
    assert "ATTENDEE" not in text
    assert "ORGANIZER" not in text


def test_nothing_is_left_of_a_series_without_dates() -> None:
    assert "BEGIN:VEVENT" not in written(Repeating(series_of(ended=True), ()))
