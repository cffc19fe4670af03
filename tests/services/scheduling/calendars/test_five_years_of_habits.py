"""Files as Outlook, Google, Apple, Teams, Webex, Nextcloud and Thunderbird write them.

All their dates over five years are those that recurring-ical-events 3.8.2 reads, whose number and
digest stand here; times without a zone are Johannesburg's in both.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from indaba.scheduling.model.outside.reading import read_calendar

FILES = Path(__file__).parent / "habits"
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
STEP = timedelta(days=100)
THEIRS = {
    "apple_month_end": (155, "66fdbe844e56e6e6"),
    "apple_until": (228, "f563327d7d9f2047"),
    "floating": (60, "51f996a840d282c8"),
    "google_monthly": (59, "bb4baa5f12ffbc91"),
    "monthday13_fri": (9, "834639998d642351"),
    "nextcloud": (250, "4bc0bfe1177b0e35"),
    "outlook_weekly": (259, "2a8faefa6d14778d"),
    "period": (3, "d337462d8c729cbc"),
    "second_sunday_quarterly": (20, "6bcce4761280c3f4"),
    "setpos": (120, "5adfabccff2ca42a"),
    "teams_utc": (1701, "d4748b766123249f"),
    "thisandfuture": (60, "778ae469192ed0df"),
    "thunderbird": (19, "eb834f863e1ef9e2"),
    "webex": (128, "5f5e97c1d606c3df"),
    "weekno": (10, "dff32c23c952e710"),
    "yearday": (15, "06c93fa7574c1bfa"),
}


def test_every_file_is_compared() -> None:
    assert {file.stem for file in FILES.glob("*.ics")} == THEIRS.keys()


@pytest.mark.parametrize("name", THEIRS)
def test_five_years_of_dates_are_those_that_another_library_reads(name: str) -> None:
    body, dates, now = (FILES / f"{name}.ics").read_bytes(), set[str](), FIRST
    while now < LAST:
        for date in read_calendar(body, "Africa/Johannesburg", now, frozenset()).dates:
            at = date.starts.replace(tzinfo=ZoneInfo(date.zone)).astimezone(UTC)
            if now <= at < min(now + STEP, LAST):
                dates.add(f"{date.title} {at.isoformat()} {date.minutes}")
        now += STEP
    in_order = sorted(dates, key=lambda line: line.rsplit(" ", 2))
    digest = hashlib.sha256("\n".join(in_order).encode()).hexdigest()[:16]
    assert (len(dates), digest) == THEIRS[name]
