"""Calendar files as calendar programs write them; what we read is checked by a second parser.

Ours is icalendar with our own engine for rules; the second is vobject with dateutil's.
"""

import codecs
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.scheduling.model.outside.dates import Found, OutsideDate
from indaba.scheduling.model.outside.lines import CalendarRefused
from indaba.scheduling.model.outside.reading import read_calendar
from services.scheduling.outside_calendar import calendar

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
JOHANNESBURG = "Africa/Johannesburg"

BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""
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


def _read(body: bytes, zone: str = JOHANNESBURG, known: frozenset[str] = frozenset()) -> Found:
    return read_calendar(body, zone, NOW, known)


def _at(date: OutsideDate) -> datetime:
    return date.starts.replace(tzinfo=ZoneInfo(date.zone)).astimezone(UTC)


def _ours(found: Found) -> set[tuple[datetime, str, int]]:
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

    found = _read(body)

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

    assert _ours(_read(body)) == _theirs(body)


@settings(deadline=None, max_examples=60)
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

    assert _ours(_read(body)) == _theirs(body)


def test_times_without_a_zone_are_the_communitys_and_utc_is_shown_as_the_calendar_says() -> None:
    floating = "UID:a\nDTSTART:20261201T100000\nDTEND:20261201T110000\nSUMMARY:A"
    utc = "UID:b\nDTSTART:20261202T100000Z\nDTEND:20261202T110000Z\nSUMMARY:B"

    plain = _read(calendar(floating, utc))
    told = _read(calendar(floating, utc, head="X-WR-TIMEZONE:Europe/Berlin\n"))

    def when(found: Found) -> list[tuple[int, str]]:
        return [(d.starts.hour, d.zone) for d in found.dates]

    assert when(plain) == [(10, JOHANNESBURG), (12, JOHANNESBURG)]
    assert when(told) == [(10, JOHANNESBURG), (11, "Europe/Berlin")]


def test_a_time_that_clocks_skip_is_moved_by_the_jump() -> None:
    berlin = "TZID=Europe/Berlin"
    weekly = f"UID:a\nDTSTART;{berlin}:20270131T023000\nRRULE:FREQ=WEEKLY;COUNT=9\nSUMMARY:A"
    body = calendar(weekly)

    early = read_calendar(body, JOHANNESBURG, datetime(2027, 1, 30, tzinfo=UTC), frozenset())

    skipped = [d for d in early.dates if d.key.endswith("/20270328")]
    assert [d.starts for d in skipped] == [datetime(2027, 3, 28, 3, 30)]


def test_a_change_of_hour_keeps_a_dates_name() -> None:
    event = "UID:a\nDTSTART:2026120{day}T{hour}0000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:A"
    early, late = (
        [d.key for d in _read(calendar(event.format(day=1, hour=hour))).dates] for hour in (10, 15)
    )

    assert early == late
    assert len(set(early)) == 3


def test_a_change_to_a_date_and_all_later_ones_is_followed() -> None:
    zone = f"TZID={JOHANNESBURG}"
    found = _read(
        calendar(
            f"UID:a\nDTSTART;{zone}:20261201T100000\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Old",
            f"UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;{zone}:20261215T100000\n"
            f"DTSTART;{zone}:20261216T110000\nSUMMARY:New",
        )
    )

    assert [(f"{d.starts:%m-%d %H}", d.title) for d in found.dates] == [
        ("12-01 10", "Old"),
        ("12-08 10", "Old"),
        ("12-16 11", "New"),
        ("12-23 11", "New"),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=10",
        "FREQ=HOURLY",
        "FREQ=YEARLY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,30;BYSECOND=0,1,2",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5;BYMINUTE=0,10,20,30,40,50",
        "FREQ=DAILY;BYSECOND=0,1,2,3,4,5,6,7,8,9",
    ],
)
def test_what_repeats_like_no_meeting_is_left_out_with_the_reason(rule: str) -> None:
    good = "UID:b\nDTSTART:20261202T100000Z\nSUMMARY:B"

    found = _read(calendar(f"UID:a\nDTSTART:20260101T000000Z\nRRULE:{rule}\nSUMMARY:A", good))

    assert [d.title for d in found.dates] == ["B"]
    assert found.left_out == {"They repeat more often than meetings do.": 1}


@pytest.mark.parametrize(
    "entry",
    [
        "UID:a\nSUMMARY:A",
        "UID:a\nDTSTART:nonsense",
        "UID:a\nDTSTART:20261345T990000Z",
        "UID:a\nDTSTART;TZID=Middle/Earth:20261202T100000",
        "UID:a\nDTSTART:20261202T100000Z\nRRULE:FREQ=SOMETIMES",
        "UID:a\nDTSTART:20261202T100000Z\nRRULE:COUNT=3",
        "UID:a\nDTSTART:20261202T100000Z\nEXDATE:never",
        "UID:a\nDTSTART:20261202T100000Z\nDTEND:later",
        "UID:a\nDTSTART:20261202T100000Z\n" + "RRULE:FREQ=DAILY\n" * 9,
        "UID:a\nDTSTART:20261202T100000Z\nDTSTART:20261203T100000Z\nRDATE:x",
        "UID:a\nDTSTART:00010101T000000Z\nRRULE:FREQ=YEARLY;INTERVAL=999999999;BYMONTHDAY=31\nRDATE:q",
    ],
)
def test_an_entry_that_cannot_be_read_is_left_out_alone_and_taken_for_no_removal(
    entry: str,
) -> None:
    good = "UID:b\nDTSTART:20261202T100000Z\nSUMMARY:B"

    found = _read(calendar(entry, good))

    assert [d.title for d in found.dates] == ["B"]
    assert sum((found.left_out or {}).values()) == 1
    assert len(found.unread) == 1


def test_the_two_hundred_soonest_are_followed_and_those_known_before() -> None:
    daily = "UID:a\nDTSTART:20260902T10{n:02}00Z\nRRULE:FREQ=DAILY\nSUMMARY:A"
    body = calendar(*(daily.format(n=n).replace("UID:a", f"UID:{n}") for n in range(3)))
    first = _read(body)
    everything = {d.key for d in _read(body, known=frozenset(_keys(body))).dates}

    assert len(first.dates) == 200
    assert [n for why, n in (first.left_out or {}).items() if "soonest" in why] == [537 - 200]
    assert len(everything) == 537


def _keys(body: bytes) -> list[str]:
    names = {d.key.partition("/")[0] for d in _read(body).dates}
    days = [NOW + timedelta(days=n) for n in range(200)]
    return [f"{name}/{day:%Y%m%d}" for name in names for day in days]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("windows-1252"),
        lambda text: text.encode().replace(b"\r\n", b"\n"),
        lambda text: text.encode().replace(b"\r\n", b"\r"),
        lambda text: b"\r\n \r\n" + text.encode() + b"\r\n\r\n",
        lambda text: text.encode().replace(b"caf\xc3\xa9", b"caf\xc3\r\n \xa9"),
    ],
    ids=["bom", "utf-16", "utf-16-be", "windows", "lf", "cr", "blank", "fold-in-a-letter"],
)
def test_a_file_in_another_encoding_is_read(encode: object) -> None:
    text = calendar("UID:a\nDTSTART:20261202T100000Z\nSUMMARY:Réunion café").decode()

    found = _read(encode(text))  # type: ignore[operator]  # a function of the list above

    assert [d.title for d in found.dates] == ["Réunion café"]


def test_titles_are_made_plain_and_cut() -> None:
    titles = ["a\u202eb\u0007", "word " * 60, "", "\u200b", "One\\nTwo\\, three"]
    found = _read(
        calendar(
            *(f"UID:{n}\nDTSTART:2026120{n + 1}T100000Z\nSUMMARY:{t}" for n, t in enumerate(titles))
        )
    )

    plain = [d.title for d in found.dates]
    assert plain[0] == "ab"
    assert plain[1].endswith("…")
    assert len(plain[1]) <= 120
    assert plain[2:] == ["District", "District", "One Two, three"]


def test_what_is_private_never_leaves_the_worker() -> None:
    found = _read(
        calendar(
            "UID:canary@example.org\nDTSTART:20261202T100000Z\nSUMMARY:A\nDESCRIPTION:canary\n"
            "ORGANIZER;CN=canary:mailto:canary@example.org\nATTENDEE:mailto:canary@example.org\n"
            "URL:https://canary.example.org\nCOMMENT:canary\nBEGIN:VALARM\nACTION:DISPLAY\n"
            "DESCRIPTION:canary\nSUMMARY:canary\nTRIGGER:-PT5M\nEND:VALARM"
        )
    )

    assert [d.title for d in found.dates] == ["A"]
    assert "canary" not in str(found.told())


@pytest.mark.parametrize(
    "definition",
    [
        BERLIN.replace("Europe/Berlin", "Odd").replace("FREQ=YEARLY", "FREQ=SECONDLY"),
        BERLIN.replace("Europe/Berlin", "Odd").replace("TZOFFSETTO:+0100", "TZOFFSETTO:+9999"),
        BERLIN.replace("Europe/Berlin", "Odd").replace("+0100", "+0117"),
        BERLIN.replace("Europe/Berlin", "Odd").replace("DTSTART:1970", "DTSTART:x"),
        "BEGIN:VTIMEZONE\nTZID:Odd\nEND:VTIMEZONE\n",
    ],
)
def test_a_zone_that_no_clock_shows_is_left_out(definition: str) -> None:
    found = _read(calendar("UID:a\nDTSTART;TZID=Odd:20261202T100000\nSUMMARY:A", head=definition))

    assert found.dates == ()
    assert found.left_out == {"They name a time zone that I do not know.": 1}


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                b"BEGIN:VCALENDAR",
                b"END:VCALENDAR",
                b"BEGIN:VEVENT",
                b"END:VEVENT",
                b"BEGIN:VTIMEZONE",
                b"END:VTIMEZONE",
                b"TZID:Odd",
                b"UID:a",
                b"DTSTART:20261202T100000Z",
                b"DTSTART;TZID=Odd;VALUE=DATE:20261202",
                b"RRULE:FREQ=WEEKLY;UNTIL=20261301",
                b"RECURRENCE-ID;RANGE=X:20261202T100000Z",
                b"RDATE;VALUE=PERIOD:20261205T100000Z/PT1H",
                b"EXDATE:20261205",
                b"DURATION:-P99999999W",
                b"SEQUENCE:x",
                b"X-WR-TIMEZONE:Odd",
                b"X-WR-CALNAME:A",
                b'SUMMARY;LANGUAGE="a:b",,:x',
                b" folded",
                b":",
                b"\xff\xfe",
            ]
        ),
        max_size=30,
    )
)
def test_no_file_breaks_the_reader(lines: list[bytes]) -> None:
    body = b"\r\n".join([b"BEGIN:VCALENDAR", *lines, b"END:VCALENDAR"])

    with suppress(CalendarRefused):  # in words, and nothing else is ever raised
        assert len(_read(body).dates) <= 200
