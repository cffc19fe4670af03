"""What people type for a repetition, what is asked back, and that our own words are read back."""

from datetime import datetime
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from indaba.scheduling.model import UnknownZone
from indaba.scheduling.model.reader import RepeatRead, read_repeat
from indaba.scheduling.model.repeating import ANY_PROVINCE, Avoid

HOME = "Africa/Johannesburg"
MONDAY = datetime(2026, 11, 23, 10, 0)


def read(text: str, said: datetime = MONDAY, zone: str = HOME, province: str = "") -> RepeatRead:
    answer = read_repeat(text, said.replace(tzinfo=ZoneInfo(zone)), zone, "en-ZA", province)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("text", "meant", "first"),
    [
        (
            "every second Thursday 14:00 until June",
            "every 2 weeks on Thursday at 14:00 until 30 June 2027",
            "2026-11-26",
        ),
        ("every 2 weeks thu 14:00", "every 2 weeks on Thursday at 14:00", "2026-11-26"),
        (
            "fortnightly on Thursday at 2pm until 30 June",
            "every 2 weeks on Thursday at 14:00 until 30 June 2027",
            "2026-11-26",
        ),
        (
            "weekly on thursday 14:00 for 6 times",
            "every week on Thursday at 14:00, 6 times",
            "2026-11-26",
        ),
        (
            "every Monday and Wednesday 15:30",
            "every week on Monday and Wednesday at 15:30",
            "2026-11-23",
        ),
        (
            "mondays, wednesdays & fridays 9am",
            "every week on Monday, Wednesday and Friday at 09:00",
            "2026-11-25",
        ),
        (
            "first Tuesday of the month 15:00, not in school holidays",
            "every month on the first Tuesday at 15:00, not in school holidays",
            "2026-12-01",
        ),
        (
            "last Friday of every month 13:00 except December",
            "every month on the last Friday except in December at 13:00",
            "2026-11-27",
        ),
        ("monthly on the 15th 16:00", "every month on the 15th at 16:00", "2026-12-15"),
        ("monthly on the 15 at 16:00", "every month on the 15th at 16:00", "2026-12-15"),
        (
            "1st and 15th of each month 16:00",
            "every month on the 1st and the 15th at 16:00",
            "2026-12-01",
        ),
        ("the last day of every month 17:00", "every month on the last day at 17:00", "2026-11-30"),
        ("every weekday 08:00", "every weekday at 08:00", "2026-11-24"),
        ("daily 08:00 for 2 weeks", "every day at 08:00 until 7 December 2026", "2026-11-24"),
        ("every 3 days 12:00", "every 3 days at 12:00", "2026-11-23"),
        (
            "daily 08:00 except sunday",
            "every week on Monday, Tuesday, Wednesday, Thursday, Friday and Saturday at 08:00",
            "2026-11-24",
        ),
        (
            "every 3 months first Monday 10:00",
            "every 3 months on the first Monday at 10:00",
            "2026-12-07",
        ),
        (
            "quarterly on the first monday 10:00",
            "every 3 months on the first Monday at 10:00",
            "2026-12-07",
        ),
        (
            "first monday of every second month 14:00",
            "every 2 months on the first Monday at 14:00",
            "2026-12-07",
        ),
        ("yearly on 8 August 10:00", "every year on 8 August at 10:00", "2027-08-08"),
        ("every 8th of august 10:00", "every year on 8 August at 10:00", "2027-08-08"),
        ("8 august every year 10:00", "every year on 8 August at 10:00", "2027-08-08"),
        ("every 2 years on 8 august 10:00", "every 2 years on 8 August at 10:00", "2027-08-08"),
        ("every 29 february 10:00", "every year on 29 February at 10:00", "2028-02-29"),
        (
            "every year on the first monday of march 10:00",
            "every year on the first Monday of March at 10:00",
            "2027-03-01",
        ),
        (
            "each second and fourth Wednesday of the month 17:30",
            "every month on the second and fourth Wednesday at 17:30",
            "2026-11-25",
        ),
        (
            "last working day of the month 12:00",
            "every month on the last working day at 12:00",
            "2026-11-30",
        ),
        (
            "every second thursday of the month 14:00",
            "every month on the second Thursday at 14:00",
            "2026-12-10",
        ),
        ("every last friday 13:00", "every month on the last Friday at 13:00", "2026-11-27"),
        ("alternate thursdays 2pm", "every 2 weeks on Thursday at 14:00", "2026-11-26"),
        (
            "every second tue and thu 14:00",
            "every 2 weeks on Tuesday and Thursday at 14:00",
            "2026-11-24",
        ),
        ("every thursday 14:00 starting 4 March", "every week on Thursday at 14:00", "2027-03-04"),
        ("every tue 14:00 from next Monday", "every week on Tuesday at 14:00", "2026-12-01"),
        ("every tue 14:00 from next week", "every week on Tuesday at 14:00", "2026-12-01"),
        ("every tue 14:00 starting in february", "every week on Tuesday at 14:00", "2027-02-02"),
        ("weekly from 4 march 14:00", "every week on Thursday at 14:00", "2027-03-04"),
        (
            "Thursday 26th November 14:00 every week",
            "every week on Thursday at 14:00",
            "2026-11-26",
        ),
        (
            "every thu 2pm until 2027-06-30",
            "every week on Thursday at 14:00 until 30 June 2027",
            "2026-11-26",
        ),
        (
            "thursdays 14:00 until the end of the year",
            "every week on Thursday at 14:00 until 31 December 2026",
            "2026-11-26",
        ),
        (
            "every thursday 14:00 not on public holidays or in school holidays",
            "every week on Thursday at 14:00, not on public holidays (ZA), not in school holidays",
            "2026-11-26",
        ),
        (
            "every thu 14:00 not on public holidays of South Africa",
            "every week on Thursday at 14:00, not on public holidays (ZA)",
            "2026-11-26",
        ),
        (
            "every thu 14:00, except public holidays (DE-BY)",
            "every week on Thursday at 14:00, not on public holidays in Bavaria",
            "2026-11-26",
        ),
        (
            "every thu 14:00 not in school holidays of the western cape",
            "every week on Thursday at 14:00, not in the school holidays of Western Cape",
            "2026-11-26",
        ),
        (
            "every thu 14:00, term time only",
            "every week on Thursday at 14:00, not in school holidays",
            "2026-11-26",
        ),
        (
            "elke tweede donderdag 14:00 tot junie",
            "every 2 weeks on Thursday at 14:00 until 30 June 2027",
            "2026-11-26",
        ),
        (
            "eerste dinsdag van die maand 15:00",
            "every month on the first Tuesday at 15:00",
            "2026-12-01",
        ),
        (
            "RRULE:FREQ=MONTHLY;BYDAY=2TU at 14:00",
            "every month on the second Tuesday at 14:00",
            "2026-12-08",
        ),
        ("EVERY  THURSDAY\t14H00\x00", "every week on Thursday at 14:00", "2026-11-26"),
    ],
)
def test_a_clear_repetition_is_understood(text: str, meant: str, first: str) -> None:
    answer = read(text)
    assert [reading.words for reading in answer.readings] == [meant]
    assert (answer.sure, answer.doubt) == (True, "")
    assert f"{answer.readings[0].repeats.first:%Y-%m-%d}" == first


@pytest.mark.parametrize(
    ("text", "readings", "doubt"),
    [
        (
            "every third thursday 14:00",
            ["every month on the third Thursday at 14:00", "every 3 weeks on Thursday at 14:00"],
            "every 3 weeks?",
        ),
        ("biweekly thursday 14:00", ["every 2 weeks on Thursday at 14:00"], "twice a week"),
        (
            "bi-weekly on tue and thu 14:00",
            [
                "every 2 weeks on Tuesday and Thursday at 14:00",
                "every week on Tuesday and Thursday at 14:00",
            ],
            "twice a week",
        ),
        (
            "bimonthly on the first monday 14:00",
            ["every 2 months on the first Monday at 14:00"],
            "twice a month",
        ),
        (
            "every monday 8",
            ["every week on Monday at 08:00", "every week on Monday at 20:00"],
            "08:00 or 20:00",
        ),
        (
            "monthly from 4 march 14:00",
            ["every month on the 4th at 14:00", "every month on the first Thursday at 14:00"],
            "weekday?",
        ),
        (
            "every second monday 14:00",
            ["every 2 weeks on Monday at 14:00", "every 2 weeks on Monday at 14:00"],
            "today or later?",
        ),
        ("every thu 14:00 with cake", ["every week on Thursday at 14:00"], '"with cake"'),
        ("every thu 14:00 to 15:00", ["every week on Thursday at 14:00"], "how long"),
        (
            "every thu 14:00 not on holidays",
            ["every week on Thursday at 14:00, not on public holidays (ZA)"],
            "school holidays?",
        ),
        (
            "every thu 14:00 until 30 june at 15:00",
            [
                "every week on Thursday at 14:00 until 30 June 2027",
                "every week on Thursday at 15:00 until 30 June 2027",
            ],
            "more than one time",
        ),
    ],
)
def test_what_has_two_meanings_is_asked_back(text: str, readings: list[str], doubt: str) -> None:
    answer = read(text)
    assert not answer.sure
    assert [reading.words for reading in answer.readings] == readings
    assert doubt in answer.doubt


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("every thursday", "At what time?"),
        ("weekly 14:00", "On which day of the week?"),
        ("monthly 14:00", "On which day of the month?"),
        ("yearly 14:00", "On which day of the year?"),
        ("every term 14:00", "school terms"),
        ("twice a week 14:00", "On which days?"),
        ("every 30 minutes", "once a day"),
        ("hourly", "once a day"),
        ("every hour on monday", "once a day"),
        ("every 0 weeks thu 14:00", "Every 0 is never"),
        ("every 100000 days 14:00", "too far apart"),
        ("every 99999999999 days 14:00", "too large"),
        ("every thu 14:00 for 5000 times", "too many"),
        ("every thu 14:00 until yesterday", "end before"),
        ("every thu 14:00 until 1 january 2020", "end before"),
        ("every thu 14:00 from 1 january 2020", "begin between"),
        ("every thu 14:00 from 1 january 2040", "begin between"),
        ("every thu 14:00 until june for 6 times", "more than one end"),
        ("every day every week 14:00", "more than one rhythm"),
        ("every 2 weeks every 3 weeks thu 14:00", "more than one rhythm"),
        ("every 30 february 14:00", "There is no such date"),
        ("monthly on the 45th 14:00", "from 1 to 31"),
        ("every thu 25:00", "no 25:00"),
        ("every thu 24:00", "24:00 is the next day"),
        ("every thu 14:00, except public holidays (XX)", "which public holidays"),
        ("FREQ=SECONDLY 14:00", "once a day"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30 14:00", "no date"),
        ("FREQ=NEVER 14:00", "how often"),
        ("every " + "x" * 10_000, "too long"),
    ],
)
def test_what_no_series_can_be_is_answered_in_words(text: str, why: str) -> None:
    answer = read(text)
    assert why in answer.doubt
    assert not answer.sure
    assert answer.readings == ()


@pytest.mark.parametrize(
    "text", ["thu 14:00", "next thursday 14:00", "12 March 6pm", "tomorrow noon", "", "in 2 weeks"]
)
def test_a_single_date_is_left_to_the_reader_of_dates(text: str) -> None:
    assert read_repeat(text, MONDAY.replace(tzinfo=ZoneInfo(HOME)), HOME, "en-ZA") is None


def test_public_holidays_are_those_of_the_asker_s_country() -> None:
    text = "every thu 14:00 not on public holidays"
    assert read(text, zone="Africa/Nairobi").readings[0].repeats.avoiding == Avoid("KE")
    assert "which public holidays" in read(text, zone="UTC").doubt


def test_school_holidays_are_those_of_the_community_s_province() -> None:
    text = "every thu 14:00 not in school holidays"
    assert read(text).readings[0].repeats.avoiding.province == ANY_PROVINCE
    told = read(text, province="Bavaria").readings[0]
    assert told.repeats.avoiding.province == "Bavaria"
    assert told.words.endswith("not in the school holidays of Bavaria")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone):
        read_repeat("every thu 14:00", MONDAY.replace(tzinfo=ZoneInfo(HOME)), "Mars/Base", "en")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "every " * 2_000,
        ("every first and " * 30)[:299],
        ("mon and " * 60)[:299],
        ("1st, " * 80)[:299],
        ("not in " * 80)[:299],
        ("except jan and " * 40)[:299],
        ("every 2 " * 80)[:299],
        "FREQ=" + ";" * 290,
        "every FREQ=YEARLY;BYYEARDAY=" + "1," * 120,
    ],
)
def test_a_hostile_text_is_answered_at_once(text: str) -> None:
    began = perf_counter()
    answer = read_repeat(text, MONDAY.replace(tzinfo=ZoneInfo(HOME)), HOME, "en-ZA")
    assert perf_counter() - began < 1
    assert answer is None or not answer.sure
