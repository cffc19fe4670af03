"""Hours of every day, as people type them."""

from datetime import UTC, datetime

import pytest

from indaba.scheduling.model import read_hours
from indaba.scheduling.model.reader import HoursNotRead
from indaba.scheduling.model.reader.asked import asked_at

ASKED = asked_at(datetime(2026, 12, 1, 8, tzinfo=UTC), "Africa/Johannesburg", "en-ZA")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("20:00-07:00", "20:00-07:00"),
        ("20:00 - 07:00", "20:00-07:00"),
        ("20h00-07h00", "20:00-07:00"),
        ("20h-7h", "20:00-07:00"),
        ("8pm-7am", "20:00-07:00"),
        ("8 pm to 7 am", "20:00-07:00"),
        ("from 8pm until 7am", "20:00-07:00"),
        ("8:30pm till 6:15am", "20:30-06:15"),
        ("20-7", "20:00-07:00"),
        ("22 to 6", "22:00-06:00"),
        ("midnight to 6am", "00:00-06:00"),
        ("20:00 tot 07:00", "20:00-07:00"),
    ],
)
def test_hours_are_read_however_they_are_written(text: str, hours: str) -> None:
    begins, ends = read_hours(text, ASKED)
    assert f"{begins:%H:%M}-{ends:%H:%M}" == hours


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("8-7", "8 can be 08:00 or 20:00"),
        ("25:00-07:00", "no 25:00"),
        ("nights", "did not understand"),
        ("20:00", "did not understand"),
        ("", "did not understand"),
        ("x" * 61, "too long"),
    ],
)
def test_hours_that_are_not_clear_are_refused_with_what_to_type(text: str, why: str) -> None:
    with pytest.raises(HoursNotRead) as refused:
        read_hours(text, ASKED)
    assert why in str(refused.value.words)
    assert refused.value.hint is not None
    assert refused.value.hint.intent == "me quiet"
