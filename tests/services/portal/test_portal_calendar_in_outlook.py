"""Our feeds as Outlook keeps them: no hour is wrong, or the second address is right."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from indaba.contracts.scheduling import MeetingStatus
from indaba.portal.model import Meeting, Repeating, Series
from indaba.portal.plain_rules import is_plain
from indaba.portal.repeating import AHEAD
from indaba.portal.zones import described
from services.portal.outlook import Held, Zone, kept
from services.portal.series_written import date_of, series_of, written

BEGAN = datetime(2023, 1, 4, 18, 0)
ZONES = (
    "Africa/Johannesburg",
    "Europe/London",
    "America/New_York",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Pacific/Auckland",
    "America/Santiago",
)
RULES = (
    "FREQ=WEEKLY;BYDAY=WE",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SA",
    "FREQ=MONTHLY;BYDAY=1WE",
    "FREQ=MONTHLY;BYMONTHDAY=4",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
)
NOT_PLAIN = (
    "FREQ=WEEKLY;BYMONTH=2,3,4,9;BYDAY=WE",
    "FREQ=MONTHLY;BYDAY=1WE,3WE",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=-2WE",
)
MONTHS = (date(2026, 12, 1), date(2027, 4, 1), date(2027, 10, 1))
TWO_YEARS = timedelta(weeks=104)


def _series(zone: str, rule: str) -> Series:
    return series_of(zone=zone, rule=rule, first=rrulestr(rule, dtstart=BEGAN)[0])


def _repeating(series: Series, month: date) -> Repeating:
    """With the meeting of its next date."""
    begin = datetime(month.year, month.month, 1)
    coming = rrulestr(series.rule, dtstart=series.first).after(begin, inc=True)
    return Repeating(series, (date_of(series, coming),))


def _true(series: Series, begin: datetime, end: datetime) -> Held:
    """When the dates begin by the time-zone database."""
    every = rrulestr(series.rule, dtstart=series.first).between(begin, end, inc=True)
    zone = ZoneInfo(series.zone)
    return {at.replace(tzinfo=zone).astimezone(UTC) for at in every}


def _wrong(series: Series, month: date, length: timedelta, *, one_by_one: bool = False) -> Held:
    """What is kept and not held, and the reverse, from the month on."""
    text = written(_repeating(series, month), month=month, one_by_one=one_by_one)
    begin, edge = datetime(month.year, month.month, 1), timedelta(days=2)
    differ = _true(series, begin - edge, begin + length + edge) ^ kept(text, begin + length + edge)
    return {at for at in differ if begin < at.replace(tzinfo=None) < begin + length}


@pytest.mark.thorough(keep=4)
@pytest.mark.parametrize("zone", ZONES)
def test_no_hour_is_wrong_in_two_years_of_the_ordinary_feed(zone: str) -> None:
    for month, rule in product(MONTHS, RULES):
        assert is_plain(rule), rule
        assert _wrong(_series(zone, rule), month, TWO_YEARS) == set(), (month, rule)


@pytest.mark.parametrize("rule", NOT_PLAIN)
def test_a_rule_that_outlook_reads_otherwise_gives_its_dates_one_by_one(rule: str) -> None:
    series = _series("Europe/London", rule)
    assert not is_plain(rule)
    assert _wrong(series, MONTHS[0], AHEAD) == set()
    text = written(_repeating(series, MONTHS[0]), month=MONTHS[0])
    assert "\r\nRRULE:FREQ=YEARLY" in text, "the zone's"
    assert f"\r\nRRULE:{rule[:8]}" not in text


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("rule", RULES + NOT_PLAIN)
def test_the_second_address_has_each_date_of_a_year_alone_and_in_utc(rule: str) -> None:
    for zone in (*ZONES, "America/Havana", "Asia/Gaza"):
        series = _series(zone, rule)
        assert _wrong(series, MONTHS[0], AHEAD, one_by_one=True) == set(), zone
        text = written(_repeating(series, MONTHS[0]), month=MONTHS[0], one_by_one=True)
        assert not {"RRULE", "TZID", "VTIMEZONE", "RECURRENCE-ID"} & set(
            re.split(r"[\r\n:;]", text)
        )


def _moved_and_called_off() -> Repeating:
    """A third date moved, a fourth called off, a fifth skipped, and a date added by hand."""
    days = [datetime(2026, 12, 2, 18) + timedelta(weeks=n) for n in range(5)]
    extra = datetime(2026, 12, 12, 10)
    series = series_of(first=days[0], skipped=(days[4],), not_held=(days[4],), added=(extra,))
    dates = (
        date_of(series, days[0]),
        date_of(series, days[2], starts=days[2] + timedelta(days=1), sequence=1),
        date_of(series, days[3], status=MeetingStatus.CANCELLED, sequence=1),
    )
    return Repeating(series, dates)


def test_changed_dates_are_the_same_at_both_addresses_and_keep_their_names() -> None:
    repeating = _moved_and_called_off()
    held = {
        datetime(2026, 12, 2, 18, tzinfo=UTC),
        datetime(2026, 12, 9, 18, tzinfo=UTC),
        datetime(2026, 12, 12, 10, tzinfo=UTC),
        datetime(2026, 12, 17, 18, tzinfo=UTC),
        datetime(2027, 1, 6, 18, tzinfo=UTC),
    }
    until = datetime(2027, 1, 7)
    both = [written(repeating, month=MONTHS[0], one_by_one=way) for way in (False, True)]
    for text in both:
        assert {at for at in kept(text, until) if at < until.replace(tzinfo=UTC)} == held
    later = replace(repeating, dates=(*repeating.dates, _held_now(repeating.series)))
    after = written(later, month=MONTHS[1], one_by_one=True)
    uid = f"UID:{repeating.series.id}-20270106T180000@indaba"
    assert uid in both[1].replace("\r\n ", "")
    assert uid in after.replace("\r\n ", "")


def _held_now(series: Series) -> Meeting:
    return date_of(series, datetime(2027, 1, 6, 18))


def _wrong_hours(zone: str, month: date) -> int:
    """In how many of a year's weeks a Wednesday evening is at another hour."""
    [told] = icalendar.Calendar.from_ical(_around(zone, month)).walk("VTIMEZONE")
    read, place = Zone(told), ZoneInfo(zone)
    evenings = [datetime(month.year, month.month, 2, 18) + timedelta(weeks=n) for n in range(52)]
    return sum(read.instant(at) != at.replace(tzinfo=place).astimezone(UTC) for at in evenings)


def _around(zone: str, month: date) -> bytes:
    told: bytes = described(zone, month.year - 3, month).to_ical()
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + told + b"END:VCALENDAR\r\n"


@pytest.mark.thorough
def test_zones_for_which_no_two_parts_are_right_are_few() -> None:
    """Cuba skipped a change and Gaza's follow the moon; the second address is right there too."""
    wrong = {z for z in sorted(available_timezones()) if _wrong_hours(z, MONTHS[0])}
    assert wrong <= {"America/Havana", "Cuba"}
