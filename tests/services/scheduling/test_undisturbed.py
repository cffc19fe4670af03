"""A moment at which nobody has quiet hours."""

from datetime import UTC, datetime, timedelta

import pytest

from indaba.scheduling.model import Quiet, undisturbed

BERLIN = "Europe/Berlin"
CLOCKS_GO_BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("ends", ["02:00", "02:30", "03:00"])
@pytest.mark.parametrize("minutes", range(-180, 120, 13))
def test_it_is_found_also_where_an_hour_comes_twice(ends: str, minutes: int) -> None:
    night = Quiet("20:00", ends, BERLIN)
    now = CLOCKS_GO_BACK + timedelta(minutes=minutes)
    moment = undisturbed([night], now, now + DAY)
    assert night.over_at(moment) is None
    assert now <= moment < now + timedelta(hours=8)


def test_one_whose_hours_begin_when_those_of_another_end_is_waited_for_too() -> None:
    hours = [Quiet("20:00", "07:00", BERLIN), Quiet("06:30", "09:15", BERLIN)]
    now = datetime(2026, 6, 9, 1, tzinfo=UTC)
    assert undisturbed(hours, now, now + DAY) == datetime(2026, 6, 9, 7, 15, tzinfo=UTC)


def test_without_such_a_moment_it_is_the_latest() -> None:
    hours = [Quiet("20:00", "08:00", BERLIN), Quiet("08:00", "20:00", BERLIN)]
    now = datetime(2026, 6, 9, 1, tzinfo=UTC)
    assert undisturbed(hours, now, now + DAY) == now + DAY


def test_where_nobody_has_any_it_is_now() -> None:
    now = datetime(2026, 6, 9, 1, tzinfo=UTC)
    assert undisturbed([], now, now + DAY) == now
    assert undisturbed([Quiet("20:00", "20:00", BERLIN)], now, now + DAY) == now
