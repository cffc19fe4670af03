"""Calendar files as calendar programs write them; what we read is checked by a second parser.

Ours is icalendar with our own engine for rules; the second is vobject with dateutil's.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.scheduling.model.outside.dates import CalendarDates, OutsideDate
from selection import examples
from services.scheduling.calendars.berlin import BERLIN, JOHANNESBURG, NOW, read
from services.scheduling.calendars.outside_calendar import calendar

OUTLOOK = BERLIN.replace("Europe/Berlin", "W. Europe Standard Time").replace("1970", "1601")
CUSTOM = BERLIN.replace("Europe/Berlin", "Customized Time Zone")
SOUTH_AFRICA = """BEGIN:VTIMEZONE
TZID:/mozilla.org/20050126_1/Africa/Johannesburg
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0200
DTSTART:19700101T000000
END:STANDARD
END:VTIMEZONE
"""

ACROSS_WINTER = """UID:series@example.org
SUMMARY:Weekly
DTSTART;TZID={zone}:20260907T140000
DTEND;TZID={zone}:20260907T153000
RRULE:FREQ=WEEKLY;BYDAY=MO
EXDATE;TZID={zone}:20261019T140000
EXDATE:20261102T130000Z"""
MOVED = """UID:series@example.org
SUMMARY:Weekly elsewhere
RECURRENCE-ID;TZID={zone}:20261026T140000
DTSTART;TZID={zone}:20261027T100000
DTEND;TZID={zone}:20261027T110000"""
CALLED_OFF = """UID:series@example.org
STATUS:CANCELLED
RECURRENCE-ID;TZID={zone}:20261109T140000
DTSTART;TZID={zone}:20261109T140000
DTEND;TZID={zone}:20261109T150000"""


def _at(date: OutsideDate) -> datetime:
    return date.starts.replace(tzinfo=ZoneInfo(date.zone)).astimezone(UTC)


def _ours(found: CalendarDates) -> set[tuple[datetime, str, int]]:
    last = NOW + timedelta(days=170)  # away from the edge, where the two may cut otherwise
    return {(_at(d), d.title, d.minutes) for d in found.dates if NOW <= _at(d) <= last}


def _theirs(body: bytes, zone: str = JOHANNESBURG) -> set[tuple[datetime, str, int]]:
    """The same by the second parser, with exceptions put in their places by hand."""
    events = vobject.readOne(body.decode()).vevent_list
    last = NOW + timedelta(days=170)

    def utc(at: datetime) -> datetime:
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)

    instead = {
        (e.uid.value, utc(e.recurrence_id.value)) for e in events if hasattr(e, "recurrence_id")
    }
    found = set()
    for e in events:
        cancelled = hasattr(e, "status") and e.status.value == "CANCELLED"
        lasts = e.dtend.value - e.dtstart.value
        minutes = int(lasts.total_seconds() // 60)
        if hasattr(e, "recurrence_id"):
            starts = [] if cancelled else [e.dtstart.value]
        elif e.rruleset is not None:
            rules = _until(e.getrruleset(addRDate=True), last)
            starts = [w for w in rules if (e.uid.value, utc(w)) not in instead]
        else:
            starts = [e.dtstart.value]
        found |= {(utc(w), e.summary.value, minutes) for w in starts if hasattr(e, "summary")}
    return {each for each in found if NOW <= each[0] <= last}


def _until(rules: object, last: datetime) -> list[datetime]:
    found = []
    for at in rules:  # type: ignore[attr-defined]  # dateutil has no types
        if at.astimezone(UTC) > last:
            break
        found.append(at)
    return found


@pytest.mark.parametrize(
    ("definition", "zone"),
    [
        (BERLIN, "Europe/Berlin"),
        (OUTLOOK, "W. Europe Standard Time"),
        (CUSTOM, "Customized Time Zone"),
        (SOUTH_AFRICA, "/mozilla.org/20050126_1/Africa/Johannesburg"),
    ],
    ids=["iana", "windows", "defined", "path"],
)
def test_a_series_with_exceptions_across_the_clock_change_is_what_another_parser_reads(
    definition: str, zone: str
) -> None:
    events = [each.format(zone=zone) for each in (ACROSS_WINTER, MOVED, CALLED_OFF)]
    body = calendar(*events, head=definition)

    found = read(body)

    assert _ours(found) == _theirs(body)
    berlin = not zone.startswith("/")
    assert len(found.dates) == (22 if berlin else 23)
    assert found.left_out == {}
    offsets = {ZoneInfo(d.zone).utcoffset(d.starts) for d in found.dates}
    assert offsets == {timedelta(hours=2), timedelta(hours=1 if berlin else 2)}


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=40",
        "FREQ=DAILY;INTERVAL=3;UNTIL=20261231T225959Z",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=2TU",
        "FREQ=YEARLY;BYWEEKNO=50;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9,15;BYMINUTE=30",
    ],
)
@pytest.mark.parametrize("first", ["20240901T140000", "20260907T023000"])
def test_rules_give_what_another_parser_gives(rule: str, first: str) -> None:
    zone = "TZID=Europe/Berlin"
    until = datetime.strptime(first, "%Y%m%dT%H%M%S") + timedelta(minutes=45)  # noqa: DTZ007
    body = calendar(
        f"UID:a\nSUMMARY:A\nDTSTART;{zone}:{first}\nDTEND;{zone}:{until:%Y%m%dT%H%M%S}\n"
        f"RRULE:{rule}\nRDATE;{zone}:20261005T110000\nEXDATE;{zone}:20261006T140000",
        head=BERLIN,
    )

    assert _ours(read(body)) == _theirs(body)


@settings(deadline=None, max_examples=examples(60))
@given(
    hour=st.integers(0, 23),
    days=st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1),
    interval=st.integers(1, 4),
    skipped=st.sets(st.integers(0, 120), max_size=6),
    utc=st.booleans(),
)
def test_weekly_series_are_what_another_parser_reads(
    hour: int, days: set[str], interval: int, skipped: set[int], utc: bool
) -> None:
    first = datetime(2026, 9, 7, hour)
    zone, mark = ("", "Z") if utc else (";TZID=Europe/Berlin", "")

    def at(day: int) -> str:
        return f"{first + timedelta(days=day):%Y%m%dT%H%M%S}{mark}"

    off = "".join(f"\nEXDATE{zone}:{at(day)}" for day in sorted(skipped))
    body = calendar(
        f"UID:a\nSUMMARY:A\nDTSTART{zone}:{at(0)}\nDTEND{zone}:{first:%Y%m%dT}235900{mark}\n"
        f"RRULE:FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(sorted(days))}{off}",
        head=BERLIN,
    )

    assert _ours(read(body)) == _theirs(body)
