"""`indaba read` and `indaba read-calendar`, as whoever reports a fault uses them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from indaba.operate.cli import app

AT = ["--now", "2026-12-01T10:00"]
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y
X-WR-CALNAME:District
BEGIN:VEVENT
UID:a
SUMMARY:Workshop
DTSTART:20261203T120000Z
END:VEVENT
BEGIN:VEVENT
UID:b
SUMMARY:Conference
DTSTART;VALUE=DATE:20261204
END:VEVENT
BEGIN:VEVENT
UID:c
SUMMARY:At the doctor
CLASS:PRIVATE
DTSTART:20261205T120000Z
END:VEVENT
BEGIN:VEVENT
UID:d
SUMMARY:Off
STATUS:CANCELLED
DTSTART:20261206T120000Z
END:VEVENT
BEGIN:VEVENT
UID:e
SUMMARY:Long ago
DTSTART:20201206T120000Z
END:VEVENT
BEGIN:VEVENT
UID:f
SUMMARY:Some day
END:VEVENT
END:VCALENDAR
"""


def run(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert isinstance(shown, dict)
    return shown


@pytest.mark.parametrize(
    ("line", "kind", "read"),
    [
        ("an hour and a half", "length", {"sure": True, "minutes": [90]}),
        ("until half past three", "until", {"sure": True, "minutes": [330]}),
        ("Wed 12:00", "before", {"sure": False, "minutes": [1560, 11640]}),
        ("fridays at 4pm", "weekly", {"sure": True, "readings": [{"weekday": 5, "hour": 16}]}),
    ],
)
def test_lengths_and_days_are_shown_as_they_are_read(
    line: str, kind: str, read: dict[str, Any]
) -> None:
    shown = run("read", line, "--as", kind, *AT, "--start", "2026-12-10T14:00")
    assert {name: shown[name] for name in read} == read


def test_a_line_is_shown_with_its_readings_and_what_each_word_gave() -> None:
    shown = run("read", '"Robotics" every thu 18:00 for 6 times not on 24 december', *AT)
    assert (shown["title"], shown["sure"], shown["asks"]) == ("Robotics", True, "")
    reading = shown["readings"][0]
    assert reading["rule"] == "FREQ=WEEKLY;COUNT=6;BYDAY=TH"
    assert reading["without"] == ["2026-12-24T18:00:00"]
    assert reading["first_dates"][0] == "2026-12-03T18:00:00"
    assert {each["words"]: each["are"] for each in shown["words"]} == {
        "Robotics": "title",
        "every thu": "weekdays_said",
        "18:00": "clock",
        "for 6 times": "end",
        "not on 24 december": "bound",
    }


def test_what_is_not_clear_is_shown_with_what_would_be_asked() -> None:
    shown = run("read", "Robotics thu 8", *AT)
    assert not shown["sure"]
    assert "08:00 or 20:00" in shown["asks"]
    assert len(shown["readings"]) == 2


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("thu 18:00", "when", {"sure": True}),
        ("every thu 18:00", "repeat", {"sure": True}),
        ("send it by friday", "action", {"text": "send it", "due": "2026-12-04"}),
        ("8pm-7am", "quiet", {"from": "20:00", "to": "07:00"}),
        ("8-7", "quiet", {"sure": False}),
    ],
)
def test_a_line_is_read_as_what_it_is_said_to_be(
    line: str, kind: str, expected: dict[str, object]
) -> None:
    shown = run("read", line, "--as", kind, *AT)
    assert {name: shown[name] for name in expected} == expected


def test_a_calendar_is_shown_with_each_entry_that_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "district.ics"
    file.write_text(CALENDAR)
    shown = run("read-calendar", str(file), *AT)
    assert [each["title"] for each in shown["meetings"]] == ["Workshop"]
    assert shown["meetings"][0]["starts"] == "2026-12-03T14:00:00"
    assert [(each["entry"], each["starts"][:8]) for each in shown["left_out"]] == [
        ("Conference", "20261204"),
        ("", "20261205"),
        ("Off", "20261206"),
        ("Some day", ""),
        ("Long ago", "20201206"),
    ]
    assert shown["left_out"][-2]["why"] == "They do not say when they begin."
    assert all(each["why"] for each in shown["left_out"])
    assert run("read-calendar", str(file), "--from", "2026-12-04", *AT)["meetings"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("read", "thu 18:00", "--zone", "Mars/Olympus"),
        ("read", "thu 18:00", "--now", "soon"),
        ("read", "thu 18:00", "--as", "poem"),
        ("read-calendar", "/no/such/file.ics"),
        ("read-calendar", __file__, "--from", "soon"),
    ],
)
def test_what_is_typed_wrongly_is_said_in_a_line(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert done.output.strip()
