"""What somebody promises, and by when."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from indaba.scheduling.model import read_due, read_promise

HOME = "Africa/Johannesburg"
NOW = datetime(2026, 12, 1, 10, 0, tzinfo=ZoneInfo(HOME))


@pytest.mark.parametrize(
    ("text", "words", "due"),
    [
        ("Send the survey by 3 May", "Send the survey", date(2027, 5, 3)),
        ("Send the survey by Friday", "Send the survey", date(2026, 12, 4)),
        ("Send the survey by Friday.", "Send the survey", date(2026, 12, 4)),
        ("Send the survey (by 3 May)", "Send the survey", date(2027, 5, 3)),
        ("Send the survey, due 12 December", "Send the survey", date(2026, 12, 12)),
        ("Send the survey before the 12th", "Send the survey", date(2026, 12, 12)),
        ("Send the survey by tomorrow", "Send the survey", date(2026, 12, 2)),
        ("Send the survey by 2027-01-15", "Send the survey", date(2027, 1, 15)),
        (
            "Read chapter by Nelson Mandela by 15 January",
            "Read chapter by Nelson Mandela",
            date(2027, 1, 15),
        ),
        ("Read the chapter by Nelson Mandela", "Read the chapter by Nelson Mandela", None),
        ("Stuur die opname teen 3 Mei", "Stuur die opname", date(2027, 5, 3)),
        ("Stand by", "Stand by", None),
        (
            "Say who stands by Friday and who does not",
            "Say who stands by Friday and who does not",
            None,
        ),
    ],
)
def test_the_day_that_ends_a_promise_is_its_day(text: str, words: str, due: date | None) -> None:
    promise = read_promise(text, NOW, HOME, "en-ZA")
    assert (promise.text, promise.due, promise.doubt) == (words, due, "")


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Send the survey by next Friday", "Friday 11 December or Friday 4 December"),
        ("Send the survey by Tuesday", "Tuesday 1 December or Tuesday 8 December"),
        ("Send the survey by 1 December 2025", "has already passed"),
        ("Send the survey by 31 February", "no 31 February"),
    ],
)
def test_a_day_that_is_not_clear_stays_in_the_text_and_is_said(text: str, doubt: str) -> None:
    promise = read_promise(text, NOW, HOME, "en-ZA")
    assert (promise.text, promise.due) == (text, None)
    assert doubt in promise.doubt


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("3 May", date(2027, 5, 3)),
        ("by 3 May", date(2027, 5, 3)),
        ("Friday", date(2026, 12, 4)),
        ("in two days", date(2026, 12, 3)),
        ("next Friday", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_day_given_by_itself_is_read_alike(text: str, due: date | None) -> None:
    read, doubt = read_due(text, NOW, HOME, "en-ZA")
    assert read == due
    assert (doubt == "") == (due is not None)
