"""How a time is said in a room."""

from datetime import UTC, datetime, timedelta

import pytest

from indaba.conversation.times import how_long_until, say_for, say_when

HOME = "Africa/Johannesburg"


@pytest.mark.parametrize(
    ("zone", "locale", "said"),
    [
        (HOME, "en-ZA", "Thursday 3 December 2026, 14:00 (Johannesburg, UTC+02:00)"),
        (HOME, "en", "Thursday 3 December 2026, 14:00 (Johannesburg, UTC+02:00)"),
        ("America/New_York", "en-US", "Thursday, December 3, 2026, 2:00 PM (New York, UTC-05:00)"),
        ("Europe/London", "en_GB", "Thursday 3 December 2026, 14:00 (London, UTC+00:00)"),
        ("Asia/Kolkata", "en-ZA", "Thursday 3 December 2026, 14:00 (Kolkata, UTC+05:30)"),
        ("UTC", "en-ZA", "Thursday 3 December 2026, 14:00 (UTC+00:00)"),
        ("Etc/GMT+2", "en-ZA", "Thursday 3 December 2026, 14:00 (UTC-02:00)"),
        (HOME, "af-ZA", "Donderdag 03 Desember 2026, 14:00 (Johannesburg, UTC+02:00)"),
        (HOME, "tlh-XX", "Thursday 3 December 2026, 14:00 (Johannesburg, UTC+02:00)"),
    ],
)
def test_a_time_is_said_with_its_day_its_city_and_its_offset(
    zone: str, locale: str, said: str
) -> None:
    text = say_when(datetime(2026, 12, 3, 14, 0), zone, locale)
    assert text == said


@pytest.mark.parametrize("language", ["zu", "xh", "af", "st", "tn", "nso", "ss", "ts", "ve", "nr"])
def test_every_official_language_has_a_way_to_say_a_time(language: str) -> None:
    said = say_when(datetime(2026, 12, 3, 14, 0), HOME, f"{language}-ZA")
    assert "14:00" in said
    assert "Johannesburg, UTC+02:00" in said


def test_the_same_instant_is_said_for_each_reader_s_own_zone() -> None:
    first, second = (datetime(2026, 10, 25, h, 30, tzinfo=UTC) for h in (0, 1))
    assert say_for(first, HOME).startswith("Sunday 25 October 2026, 02:30")
    assert say_for(first, "Europe/London").endswith("01:30 (London, UTC+01:00)")
    assert say_for(second, "Europe/London").endswith("01:30 (London, UTC+00:00)")


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=20), "now"),
        (timedelta(seconds=-20), "now"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=20, seconds=5), "in 20 minutes"),
        (timedelta(minutes=90), "in 90 minutes"),
        (timedelta(hours=2), "in 2 hours"),
        (timedelta(hours=36), "in 36 hours"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=40), "in 40 days"),
        (timedelta(minutes=-20), "20 minutes ago"),
    ],
)
def test_how_long_until_is_said_in_the_unit_people_would_use(ahead: timedelta, said: str) -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert how_long_until(now + ahead, now) == said
