"""Any text is answered, and what we say is read back as the same."""

# ruff: noqa: SIM905 - wall times are naive on purpose; words read better as one text
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from indaba.conversation.times import say_when
from indaba.scheduling.model import read_when
from selection import examples

HOME = "Africa/Johannesburg"
ZONES = ["Europe/London", "America/New_York", "Australia/Adelaide", HOME]
LOCALES = ["en-ZA", "en-US"]

WORDS = st.sampled_from(
    "mon tues thu friday next this last week in 2 3 8 11 14 26 days weeks hours at on of the noon "
    "midnight today tomorrow tonight morning 14:00 8:30 2pm 12am 18h30 7.15 3/4 29/2 2026-12-03 "
    "3.12.2026 march 31 february 2027 2028 8th until - , 00:00 24:00 25:00 1400 om more x".split()
)
TEXTS = st.one_of(st.text(max_size=220), st.lists(WORDS, max_size=8).map(" ".join))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2033, 1, 1), timezones=st.just(UTC))


@settings(max_examples=examples(600), deadline=None)
@given(TEXTS, MOMENTS, st.sampled_from(ZONES), st.sampled_from(LOCALES))
@example("29 feb 14:00", datetime(2027, 3, 1, tzinfo=UTC), HOME, "en-ZA")
def test_any_text_is_answered_and_a_sure_reading_lies_within_a_year(
    text: str, now: datetime, zone: str, locale: str
) -> None:
    answer = read_when(text, now, zone, locale)
    assert answer.sure == (not answer.doubt)
    assert len(answer.readings) <= 6
    assert len(answer.doubt) < 600
    for reading in answer.readings:
        assert now < reading.starts_at <= now + timedelta(days=732)
        again = reading.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert again == reading.starts
    if answer.sure:
        assert len(answer.readings) == 1
        assert answer.readings[0].starts_at <= now + timedelta(days=365, hours=2)


@settings(max_examples=examples(600), deadline=None)
@given(
    MOMENTS,
    st.integers(1, 729),
    st.times(),
    st.sampled_from(ZONES),
    st.sampled_from([*LOCALES, "en-GB", "en-AU", "af-ZA"]),
)
def test_a_time_as_we_say_it_is_read_back_as_the_same(
    now: datetime, days: int, hour: clock, zone: str, locale: str
) -> None:
    place = ZoneInfo(zone)
    day = now.astimezone(place).date() + timedelta(days=days)
    starts = datetime(day.year, day.month, day.day, hour.hour, hour.minute)
    shown = starts.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None)
    assume(shown == starts)
    said = say_when(starts, zone, locale).partition(" (")[0]
    answer = read_when(said, now, zone, locale)
    assert [r.starts for r in answer.readings][:1] == [starts]
    assert answer.sure == (
        starts - now.astimezone(place).replace(tzinfo=None) <= timedelta(days=365)
    )


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_quarter_of_an_hour_of_a_year_is_read_back_as_said(zone: str, locale: str) -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    place, start = ZoneInfo(zone), datetime(2026, 11, 25)
    for n in range(0, 363 * 96, 37):
        starts = start + timedelta(minutes=15 * n)
        shown = starts.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None)
        if shown != starts:
            continue
        answer = read_when(say_when(starts, zone, locale).partition(" (")[0], now, zone, locale)
        assert answer.sure, (starts, answer)
        assert [r.starts for r in answer.readings] == [starts]
