"""The examples of RFC 5545, 3.8.5.3, and what we decided where libraries differ."""

# ruff: noqa: DTZ007 - wall times are naive on purpose
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from indaba.recurrence import Rule, occurrences
from indaba.scheduling.model import pattern_of
from indaba.scheduling.model.repeating import Repeats

NEW_YORK = ZoneInfo("America/New_York")
SEPTEMBER = "19970902"
TUESDAYS = "1997-9: 2 9 16 23 30; 10: 7 14 21 28; 11: 4"


def days(told: str) -> list[str]:
    """Such as "1997-9: 2 4; 10: 1-3; 1998-1: 5", each as 1997-09-02."""
    found, year = [], ""
    for group in told.split(";"):
        month, _, numbers = group.partition(":")
        if "-" in month:
            year, month = month.strip().split("-")
        for number in numbers.split():
            low, _, high = number.partition("-")
            found += [
                f"{year}-{int(month):02}-{d:02}" for d in range(int(low), int(high or low) + 1)
            ]
    return found


def expand(first: str, rule: str, most: int) -> list[datetime]:
    begins = datetime.strptime(first, "%Y%m%dT%H%M%S")
    return list(islice(occurrences(Rule.parse_any(rule, NEW_YORK), begins), most))


@pytest.mark.parametrize(
    ("first", "rule", "told"),
    [
        (SEPTEMBER, "FREQ=DAILY;COUNT=10", "1997-9: 2-11"),
        (
            SEPTEMBER,
            "FREQ=DAILY;UNTIL=19971224T000000Z",
            "1997-9: 2-30; 10: 1-31; 11: 1-30; 12: 1-23",
        ),
        (
            SEPTEMBER,
            "FREQ=DAILY;INTERVAL=2",
            "1997-9: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30; 10: 2 4 6",
        ),
        (SEPTEMBER, "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-9: 2 12 22; 10: 2 12"),
        (
            "19980101",
            "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
            "1998-1: 1-31; 1999-1: 1-31; 2000-1: 1-31",
        ),
        (
            "19980101",
            "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
            "1998-1: 1-31; 1999-1: 1-31; 2000-1: 1-31",
        ),
        (SEPTEMBER, "FREQ=WEEKLY;COUNT=10", TUESDAYS),
        (
            SEPTEMBER,
            "FREQ=WEEKLY;UNTIL=19971224T000000Z",
            TUESDAYS + " 11 18 25; 12: 2 9 16 23",
        ),
        (
            SEPTEMBER,
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
            "1997-9: 2 16 30; 10: 14 28; 11: 11 25; 12: 9 23; 1998-1: 6 20; 2: 3 17",
        ),
        (
            SEPTEMBER,
            "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
            "1997-9: 2 4 9 11 16 18 23 25 30; 10: 2",
        ),
        (
            SEPTEMBER,
            "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
            "1997-9: 2 4 9 11 16 18 23 25 30; 10: 2",
        ),
        (
            "19970901",
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
            (
                "1997-9: 1 3 5 15 17 19 29; 10: 1 3 13 15 17 27 29 31; 11: 10 12 14 24 26 28;"
                "12: 8 10 12 22"
            ),
        ),
        (
            SEPTEMBER,
            "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
            "1997-9: 2 4 16 18 30; 10: 2 14 16",
        ),
        (
            "19970905",
            "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
            "1997-9: 5; 10: 3; 11: 7; 12: 5; 1998-1: 2; 2: 6; 3: 6; 4: 3; 5: 1; 6: 5",
        ),
        (
            "19970905",
            "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
            "1997-9: 5; 10: 3; 11: 7; 12: 5",
        ),
        (
            "19970907",
            "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
            "1997-9: 7 28; 11: 2 30; 1998-1: 4 25; 3: 1 29; 5: 3 31",
        ),
        (
            "19970922",
            "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
            "1997-9: 22; 10: 20; 11: 17; 12: 22; 1998-1: 19; 2: 16",
        ),
        (
            "19970928",
            "FREQ=MONTHLY;BYMONTHDAY=-3",
            "1997-9: 28; 10: 29; 11: 28; 12: 29; 1998-1: 29; 2: 26",
        ),
        (
            SEPTEMBER,
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
            "1997-9: 2 15; 10: 2 15; 11: 2 15; 12: 2 15; 1998-1: 2 15",
        ),
        (
            "19970930",
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
            "1997-9: 30; 10: 1 31; 11: 1 30; 12: 1 31; 1998-1: 1 31; 2: 1",
        ),
        (
            "19970910",
            "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
            "1997-9: 10-15; 1999-3: 10-13",
        ),
        (
            SEPTEMBER,
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
            "1997-9: 2 9 16 23 30; 11: 4 11 18 25; 1998-1: 6 13 20 27; 3: 3 10 17 24 31",
        ),
        (
            "19970610",
            "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
            (
                "1997-6: 10; 7: 10; 1998-6: 10; 7: 10; 1999-6: 10; 7: 10; 2000-6: 10; 7: 10;"
                "2001-6: 10; 7: 10"
            ),
        ),
        (
            "19970310",
            "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
            (
                "1997-3: 10; 1999-1: 10; 2: 10; 3: 10; 2001-1: 10; 2: 10; 3: 10;"
                "2003-1: 10; 2: 10; 3: 10"
            ),
        ),
        (
            "19970101",
            "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
            "1997-1: 1; 4: 10; 7: 19; 2000-1: 1; 4: 9; 7: 18; 2003-1: 1; 4: 10; 7: 19; 2006-1: 1",
        ),
        ("19970519", "FREQ=YEARLY;BYDAY=20MO", "1997-5: 19; 1998-5: 18; 1999-5: 17"),
        ("19970512", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-5: 12; 1998-5: 11; 1999-5: 17"),
        (
            "19970313",
            "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
            "1997-3: 13 20 27; 1998-3: 5 12 19 26; 1999-3: 4 11 18 25",
        ),
        (
            "19970605",
            "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
            (
                "1997-6: 5 12 19 26; 7: 3 10 17 24 31; 8: 7 14 21 28;"
                "1998-6: 4 11 18 25; 7: 2 9 16 23 30; 8: 6 13 20 27;"
                "1999-6: 3 10 17 24; 7: 1 8 15 22 29; 8: 5 12 19 26"
            ),
        ),
        (
            SEPTEMBER,
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "1998-2: 13; 3: 13; 11: 13; 1999-8: 13; 2000-10: 13",
        ),
        (
            "19970913",
            "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
            "1997-9: 13; 10: 11; 11: 8; 12: 13; 1998-1: 10; 2: 7; 3: 7; 4: 11; 5: 9; 6: 13",
        ),
        (
            "19961105",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "1996-11: 5; 2000-11: 7; 2004-11: 2",
        ),
        (
            "19970904",
            "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
            "1997-9: 4; 10: 7; 11: 6",
        ),
        (
            "19970929",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "1997-9: 29; 10: 30; 11: 27; 12: 30; 1998-1: 29; 2: 26; 3: 30",
        ),
        (
            "19970805",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
            "1997-8: 5 10 19 24",
        ),
        (
            "19970805",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
            "1997-8: 5 17 19 31",
        ),
        (
            "20070115",
            "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
            "2007-1: 15 30; 2: 15; 3: 15 30",
        ),
    ],
)
def test_each_example_of_the_rfc_has_its_dates_at_nine_o_clock(
    first: str, rule: str, told: str
) -> None:
    expected = days(told)
    ends = "COUNT" in rule or "UNTIL" in rule
    found = expand(first + "T090000", rule, 1000 if ends else len(expected))
    assert [f"{at:%Y-%m-%d}" for at in found] == expected
    assert {at.hour for at in found} == {9}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        # The RFC prints UNTIL=19970902T170000Z, which is 13:00 there; erratum 3883 has 21:00.
        ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z", "09:00 12:00 15:00"),
        ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", "09:00 09:15 09:30 09:45 10:00 10:15"),
        ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", "09:00 10:30 12:00 13:30"),
    ],
)
def test_the_examples_of_the_rfc_within_a_day(rule: str, told: str) -> None:
    assert [f"{at:%H:%M}" for at in expand("19970902T090000", rule, 100)] == told.split()


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
    ],
)
def test_every_twenty_minutes_in_working_hours_on_each_day(rule: str) -> None:
    found = expand("19970902T090000", rule, 48)
    expected = [
        datetime(1997, 9, day, hour, minute)
        for day in (2, 3)
        for hour in range(9, 17)
        for minute in (0, 20, 40)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("first", "rule", "told"),
    [
        (SEPTEMBER, "FREQ=MONTHLY;BYDAY=MO,2TU", "1997-9: 8 9 15 22 29; 10: 6 13 14 20"),
        ("19970512", "FREQ=YEARLY;BYWEEKNO=20", "1997-5: 12; 1998-5: 11; 1999-5: 17"),
        ("19970903", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "1997-9: 8 15 22"),
        ("19971003", "FREQ=WEEKLY;BYDAY=TU", "1997-10: 7 14"),
        ("20270315", "FREQ=YEARLY;BYMONTHDAY=15", "2027-3: 15; 2028-3: 15; 2029-3: 15"),
        ("20240229", "FREQ=YEARLY;BYMONTHDAY=29", "2024-2: 29; 2028-2: 29; 2032-2: 29"),
        ("20240201", "FREQ=YEARLY;BYMONTHDAY=-29,-1", "2024-2: 1 29; 2025-2: 28; 2026-2: 28"),
        ("20260213", "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR", "2026-2: 13; 2032-2: 13; 2037-2: 13"),
        ("20241230", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO", "2024-12: 30; 2027-1: 4"),
        ("20100102", "FREQ=YEARLY;INTERVAL=6;BYWEEKNO=53;BYDAY=TU,SA", "2010-1: 2; 2015-12: 29"),
        (
            "20241231",
            "FREQ=YEARLY;INTERVAL=3;BYWEEKNO=1;BYDAY=MO,TU",
            "2024-12: 31; 2028-1: 3 4; 2030-12: 30 31",
        ),
    ],
)
def test_what_libraries_answer_differently_is_decided(first: str, rule: str, told: str) -> None:
    expected = days(told)
    found = expand(first + "T090000", rule, len(expected))
    assert [f"{at:%Y-%m-%d}" for at in found] == expected


@pytest.mark.parametrize(
    ("first", "rule", "told"),
    [
        ("20270131", "FREQ=MONTHLY", "2027-1: 31; 3: 31; 5: 31; 7: 31; 8: 31"),
        ("20240229", "FREQ=YEARLY", "2024-2: 29; 2028-2: 29; 2032-2: 29"),
        ("20270104", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "2032-12: 27"),
        ("20270101", "FREQ=YEARLY;BYYEARDAY=-1", "2027-12: 31; 2028-12: 31"),
    ],
)
def test_dates_that_a_month_or_year_lacks_are_left_out(first: str, rule: str, told: str) -> None:
    expected = days(told)
    found = expand(first + "T090000", rule, len(expected))
    assert [f"{at:%Y-%m-%d}" for at in found] == expected


def test_a_rule_is_told_with_the_month_that_it_takes_from_its_first_date() -> None:
    rule = Rule.parse("FREQ=YEARLY;BYMONTHDAY=15")
    told = pattern_of(Repeats(datetime(2027, 3, 15, 9), "Africa/Johannesburg", rule)).rule
    assert told == "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=15"
    every = rrulestr(told, dtstart=datetime(2027, 3, 15, 9))
    assert [at.year for at in islice(every, 3)] == [2027, 2028, 2029], "as other readers have it"
