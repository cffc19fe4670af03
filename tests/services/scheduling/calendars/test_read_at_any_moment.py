"""The same file gives the same dates under the same keys, whenever it is read."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from indaba.scheduling.model.outside.dates import OutsideDate
from indaba.scheduling.model.outside.reading import read_calendar
from selection import examples
from services.scheduling.calendars.berlin import JOHANNESBURG
from services.scheduling.calendars.outside_calendar import calendar

BEGINS = datetime(2026, 5, 4, 10, 0)
WEEK = 7 * 24
NEARLY_ALL_AHEAD = timedelta(days=160)
ZONES = ("Africa/Johannesburg", "Europe/Berlin", "America/New_York", "Australia/Sydney")


def _exception(dice: Random, zone: str, original: datetime) -> str:
    """A change of one date, or of it and those after it."""
    later = ";RANGE=THISANDFUTURE" if dice.random() < 0.3 else ""
    head = f"UID:a\nRECURRENCE-ID{later};TZID={zone}:{original:%Y%m%dT%H%M%S}\nSUMMARY:Changed\n"
    moved = original + timedelta(days=dice.randint(-9, 9), hours=dice.randint(-3, 3))
    match dice.randrange(5):
        case 0:
            return f"{head}DTSTART;VALUE=DATE:{moved:%Y%m%d}"
        case 1:
            return f"{head}DTSTART;TZID={zone}:{moved:%Y%m%dT%H%M%S}\nDURATION:P3D"
        case 2:
            return f"{head}DTSTART;VALUE=DATE:{moved:%Y%m%d}\nSTATUS:CANCELLED"
        case _:
            return f"{head}DTSTART;TZID={zone}:{moved:%Y%m%dT%H%M%S}\nDURATION:PT1H"


def _file(seed: int) -> bytes:
    dice = Random(seed)
    zone = dice.choice(ZONES)
    begins = BEGINS + timedelta(days=dice.randint(0, 20), hours=dice.randint(-2, 8))
    rule, days = dice.choice(
        (
            ("FREQ=WEEKLY;COUNT=20", 7),
            ("FREQ=WEEKLY;INTERVAL=2", 14),
            ("FREQ=DAILY;COUNT=60", 1),
            ("FREQ=DAILY;INTERVAL=3;BYHOUR=9,15", 3),
            ("FREQ=WEEKLY", 7),
        )
    )
    series = (
        f"UID:a\nDTSTART;TZID={zone}:{begins:%Y%m%dT%H%M%S}\nDURATION:PT1H\n"
        f"RRULE:{rule}\nSUMMARY:Usual"
    )
    places = sorted(dice.sample(range(1, 12), dice.randint(1, 4)))
    changed = [_exception(dice, zone, begins + timedelta(days=days * n)) for n in places]
    return calendar(series, *changed)


def _read(body: bytes, at: datetime) -> dict[str, OutsideDate]:
    return {date.key: date for date in read_calendar(body, JOHANNESBURG, at, frozenset()).dates}


def _begins(date: OutsideDate) -> datetime:
    from zoneinfo import ZoneInfo

    return date.starts.replace(tzinfo=ZoneInfo(date.zone)).astimezone(UTC)


@pytest.mark.parametrize("seed", range(examples(300)))
def test_dates_to_come_do_not_depend_on_when_the_file_is_read(seed: int) -> None:
    body, dice = _file(seed), Random(seed)
    week = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=dice.randint(-14, 60))
    hours = sorted(dice.sample(range(WEEK), examples(24)))
    reads = [(at := week + timedelta(hours=hour), _read(body, at)) for hour in hours]
    for (early, before), (late, after) in pairwise(reads):
        first = {k: d for k, d in before.items() if late < _begins(d) < early + NEARLY_ALL_AHEAD}
        second = {k: d for k, d in after.items() if late < _begins(d) < early + NEARLY_ALL_AHEAD}
        assert first == second, (early, late)


ALL_DAY = "DTSTART;VALUE=DATE:20260610"
OVERLONG = "DTSTART;TZID=Europe/Berlin:20260610T100000\nDURATION:P2D"
UNKNOWN = "DTSTART;TZID=Nowhere/Here:20260610T120000"
OFF = "DTSTART;VALUE=DATE:20260610\nSTATUS:CANCELLED"
PRIVATE = "DTSTART;TZID=Europe/Berlin:20260610T120000\nCLASS:PRIVATE"


@pytest.mark.parametrize("change", [ALL_DAY, OVERLONG, UNKNOWN, OFF, PRIVATE])
def test_a_date_that_became_no_meeting_is_not_held_as_it_was(change: str) -> None:
    series = (
        "UID:a\nDTSTART;TZID=Europe/Berlin:20260603T100000\nDURATION:PT1H\n"
        "RRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:A"
    )
    changed = f"UID:a\nRECURRENCE-ID;TZID=Europe/Berlin:20260610T100000\nSUMMARY:A\n{change}"
    found = read_calendar(
        calendar(series, changed), "Europe/Berlin", datetime(2026, 6, 1, tzinfo=UTC), frozenset()
    )
    assert [date.starts.day for date in found.dates] == [3, 17, 24]
    assert bool(found.unread) == (change == UNKNOWN)


@pytest.mark.parametrize("kind", ["PRIVATE", "CONFIDENTIAL", "private"])
def test_private_entries_are_left_out_and_counted(kind: str) -> None:
    private = f"UID:a\nDTSTART:20260603T100000Z\nSUMMARY:At the doctor\nCLASS:{kind}"
    public = "UID:b\nDTSTART:20260604T100000Z\nSUMMARY:Workshop\nCLASS:PUBLIC"
    found = read_calendar(
        calendar(private, public), "UTC", datetime(2026, 6, 1, tzinfo=UTC), frozenset()
    )
    assert [date.title for date in found.dates] == ["Workshop"]
    assert found.left_out == {"They are marked private.": 1}


def test_dates_moved_ahead_with_all_that_follow_stay_when_their_old_day_is_past() -> None:
    series = "UID:a\nDTSTART:20260501T100000Z\nRRULE:FREQ=WEEKLY;COUNT=6\nSUMMARY:A"
    moved = (
        "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260522T100000Z\nDTSTART:20260526T100000Z\n"
        "SUMMARY:A"
    )
    found = read_calendar(
        calendar(series, moved), "UTC", datetime(2026, 5, 31, 12, tzinfo=UTC), frozenset()
    )
    assert [date.starts for date in found.dates] == [
        datetime(2026, 6, 2, 10),
        datetime(2026, 6, 9, 10),
    ]
