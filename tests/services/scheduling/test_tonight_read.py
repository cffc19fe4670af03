"""Tonight begins in the afternoon and ends in the small hours of the next day."""

from datetime import UTC, datetime

import pytest

from indaba.scheduling.model import read_when

HOME = "Africa/Johannesburg"

TONIGHT = {
    "tonight 1:00": ("25 01:00",),
    "tonight at 3": ("25 03:00",),
    "tonight 0:30": ("25 00:30",),
    "tonight at 8": ("24 20:00",),
    "tonight 18:30": ("24 18:30",),
    "tonight at 11": ("24 23:00",),
}


@pytest.mark.parametrize("text", TONIGHT)
def test_the_small_hours_of_tonight_are_those_of_the_night_to_come(text: str) -> None:
    read = read_when(text, datetime(2026, 11, 24, 8, 0, tzinfo=UTC), HOME, "en-ZA")
    assert tuple(f"{each.starts:%d %H:%M}" for each in read.readings) == TONIGHT[text]


@pytest.mark.parametrize("hour", range(24))
def test_what_is_said_of_tonight_is_never_taken_surely_for_the_day(hour: int) -> None:
    for minute in ("00", "30"):
        for now in (0, 8, 16, 22):
            at = datetime(2026, 11, 24, now, 10, tzinfo=UTC)
            read = read_when(f"tonight {hour}:{minute}", at, HOME, "en-ZA")
            assert not read.sure or not 4 <= read.readings[0].starts.hour < 16


def test_small_hours_said_in_the_night_are_asked_about() -> None:
    read = read_when("tonight 2:00", datetime(2026, 11, 23, 22, 30, tzinfo=UTC), HOME, "en-ZA")
    assert not read.sure
    assert len(read.readings) > 1
