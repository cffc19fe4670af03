from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import any_day

BEGIN = {name: datetime.fromisoformat(begin) for name, begin in any_day.MOMENTS.items()}
SOON = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("name", "zone", "hours"),
    [
        ("london-forward", "Europe/London", 1),
        ("london-back", "Europe/London", -1),
        ("new-york-forward", "America/New_York", 1),
        ("new-york-back", "America/New_York", -1),
    ],
)
def test_clocks_change_soon_after(name: str, zone: str, hours: int) -> None:
    before = BEGIN[name].astimezone(ZoneInfo(zone)).utcoffset()
    after = (BEGIN[name] + SOON).astimezone(ZoneInfo(zone)).utcoffset()

    assert before is not None
    assert after == before + timedelta(hours=hours)


def test_the_others_are_what_they_are_called() -> None:
    eve, midnight = _at_home("years-end"), _at_home("years-end", SOON)
    leap, friday = _at_home("leap-day"), _at_home("friday-evening")
    last, first = _at_home("johannesburg-month-end"), _at_home("johannesburg-month-end", SOON)

    assert (eve.year, midnight.year) == (2026, 2027)
    assert (leap.month, leap.day) == (2, 29)
    assert (last.hour, first.day, first.month) == (23, 1, last.month + 1)
    assert (friday.strftime("%A"), friday.hour) == ("Friday", 19)
    assert BEGIN["2030"].year == 2030
    assert len(BEGIN) == 9


def _at_home(name: str, later: timedelta = timedelta()) -> datetime:
    return (BEGIN[name] + later).astimezone(ZoneInfo("Africa/Johannesburg"))


@pytest.mark.parametrize("name", any_day.MOMENTS)
def test_each_runs_at_its_moment(name: str) -> None:
    run = any_day.run_of(name)

    assert run is not None
    assert (run.begin, run.around) == (BEGIN[name], ())
    assert run.environment == {"INDABA_TESTS_BEGIN": any_day.MOMENTS[name]}


def test_one_more_runs_with_the_machines_clock_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    run = any_day.run_of(any_day.OUTSIDE)

    assert run is not None
    assert run.environment == {"INDABA_TESTS_BEGIN": "machine"}
    assert run.around[:3] == ("/usr/bin/faketime", "--exclude-monotonic", "-f")
    ahead = timedelta(seconds=float(run.around[3].removesuffix("s")))
    assert abs(datetime.now(UTC) + ahead - BEGIN["leap-day"]) < timedelta(minutes=1)


def test_without_libfaketime_that_is_said_and_nothing_is_red(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)

    assert any_day.main([any_day.OUTSIDE]) == 0
    assert "skipped: there is no faketime here" in capsys.readouterr().out


def test_a_moment_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        SystemExit, match=r"no such moment: doomsday; there are years-end, leap-day"
    ):
        any_day.main(["doomsday"])
