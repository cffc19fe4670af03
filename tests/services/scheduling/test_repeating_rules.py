"""The dates of a rule in any window, a second implementation, and rules that are bombs."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indaba.recurrence import BadRule, Frequency, Rule, occurrences
from selection import examples

WEEKDAY_CODES = st.lists(
    st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, unique=True
)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules on which we and dateutil read the RFC alike."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        parts.append(f"BYDAY={','.join(draw(WEEKDAY_CODES))}")
    elif freq in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        nth = draw(st.sampled_from([1, 2, 3, 4, 5, -1, -2]))
        parts.append(f"BYDAY={','.join(f'{nth}{day}' for day in draw(WEEKDAY_CODES))}")
    if freq != "WEEKLY" and draw(st.booleans()):
        numbers = st.integers(-31, 31).filter(bool)
        parts.append(f"BYMONTHDAY={','.join(map(str, draw(st.sets(numbers, min_size=1))))}")
    # A day of the month, but no month, is read otherwise by the other one.
    needs_month = freq == "YEARLY" and parts[-1].startswith("BYMONTHDAY")
    if needs_month or draw(st.booleans()):
        months = draw(st.sets(st.integers(1, 12), min_size=1))
        parts.append(f"BYMONTH={','.join(map(str, months))}")
    if freq in {"MONTHLY", "YEARLY"} and len(parts) > 2 and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.integers(-4, 4).filter(bool))}")
    parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU', 'WE']))}")
    return ";".join(parts)


@settings(max_examples=examples(300), deadline=None)
@given(rules(), st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), st.integers(0, 4000))
def test_a_second_implementation_gives_the_same_dates_in_any_window(
    text: str, moment: datetime, later: int
) -> None:
    first = moment.replace(microsecond=0)
    after = first + timedelta(days=later)
    before = after + timedelta(days=800)
    rule = Rule.parse_any(text)
    # The other one looks for a next date until the year 9999.
    assume(next(occurrences(rule, first, before), None) is not None)
    other = rrulestr(text, dtstart=first).between(after, before, inc=True)
    found = list(islice(takewhile(lambda at: at <= before, occurrences(rule, first, after)), 1000))
    assert found == other[: len(found)]
    assert len(found) == min(len(other), 1000)


@settings(max_examples=examples(200), deadline=None)
@given(rules(), st.sampled_from(["", ";COUNT=7", ";UNTIL=20300101T120000", ";UNTIL=20300101"]))
def test_a_rule_as_it_is_written_is_read_as_the_same(text: str, end: str) -> None:
    rule = Rule.parse_any(text + end)
    assert Rule.parse_any(str(rule)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "FREQ",
        "FREQ=",
        "FREQ=SOMETIMES",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY;INTERVAL=24",
        "FREQ=DAILY;BYHOUR=9,10",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=100000",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=DAILY;INTERVAL=٣",
        "FREQ=WEEKLY;INTERVAL=105",
        "FREQ=DAILY;COUNT=501",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=5;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=20270230",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=DAILY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYWEEKNO=1",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=YEARLY;BYYEARDAY=367",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=" + ",".join(["1"] * 5000),
    ],
)
def test_a_rule_that_meetings_cannot_have_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadRule) as told:
        Rule.parse(text)
    assert told.value.words.endswith('until June".')


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(list("FREQ=DAILY;BYX0-9,"))).map("".join))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    refused = ""
    try:
        Rule.parse(text)
    except BadRule as told:
        refused = told.words
    assert len(refused) < 300


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYHOUR=3;BYMINUTE=7;INTERVAL=2",
    ],
)
def test_a_rule_without_dates_comes_to_an_end_soon(text: str) -> None:
    rule = Rule.parse_any(text)
    assert calls_of(lambda: list(occurrences(rule, datetime(2026, 1, 1, 9)))) < 2_000_000


def calls_of(work: Callable[[], object]) -> int:
    """How many functions were called; the same on each computer."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("freq", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_a_window_of_an_old_series_costs_no_more_than_one_of_a_new_series(freq: str) -> None:
    after = datetime(2026, 6, 1)
    rule = Rule(Frequency[freq], 2 if freq == "WEEKLY" else 1)

    def window(first: datetime) -> int:
        return calls_of(lambda: list(islice(occurrences(rule, first, after), 5)))

    new, old = window(datetime(2026, 1, 8, 14)), window(datetime(2006, 1, 5, 14))
    print(f"{freq}: {new} calls for this year's series, {old} for one of 20 years")
    assert old <= 1.5 * new
