"""Calendar files as calendar programs, and those who mean harm, write them."""

import codecs
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.scheduling.model.outside.dates import CalendarDates
from indaba.scheduling.model.outside.lines import CalendarRefused
from indaba.scheduling.model.outside.reading import read_calendar
from selection import examples
from services.scheduling.calendars.berlin import BERLIN, JOHANNESBURG, NOW, read
from services.scheduling.calendars.outside_calendar import calendar


def test_times_without_a_zone_and_utc_are_on_the_calendars_clocks_or_the_communitys() -> None:
    floating = "UID:a\nDTSTART:20261201T100000\nDTEND:20261201T110000\nSUMMARY:A"
    utc = "UID:b\nDTSTART:20261202T100000Z\nDTEND:20261202T110000Z\nSUMMARY:B"

    plain = read(calendar(floating, utc))
    told = read(calendar(floating, utc, head="X-WR-TIMEZONE:Europe/Berlin\n"))

    def when(found: CalendarDates) -> list[tuple[int, str]]:
        return [(d.starts.hour, d.zone) for d in found.dates]

    assert when(plain) == [(10, JOHANNESBURG), (12, JOHANNESBURG)]
    assert when(told) == [(10, "Europe/Berlin"), (11, "Europe/Berlin")]


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
        [d.key for d in read(calendar(event.format(day=1, hour=hour))).dates] for hour in (10, 15)
    )

    assert early == late
    assert len(set(early)) == 3


def test_a_change_to_a_date_and_all_later_ones_is_followed() -> None:
    zone = f"TZID={JOHANNESBURG}"
    found = read(
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

    found = read(calendar(f"UID:a\nDTSTART:20260101T000000Z\nRRULE:{rule}\nSUMMARY:A", good))

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

    found = read(calendar(entry, good))

    assert [d.title for d in found.dates] == ["B"]
    assert sum((found.left_out or {}).values()) == 1
    assert len(found.unread) == 1


def test_the_two_hundred_soonest_are_followed_and_those_known_before() -> None:
    daily = "UID:a\nDTSTART:20260902T10{n:02}00Z\nRRULE:FREQ=DAILY\nSUMMARY:A"
    body = calendar(*(daily.format(n=n).replace("UID:a", f"UID:{n}") for n in range(3)))
    first = read(body)
    everything = {d.key for d in read(body, known=frozenset(_keys(body))).dates}

    assert len(first.dates) == 200
    assert [n for why, n in (first.left_out or {}).items() if "soonest" in why] == [537 - 200]
    assert len(everything) == 537


def _keys(body: bytes) -> list[str]:
    names = {d.key.partition("/")[0] for d in read(body).dates}
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

    found = read(encode(text))  # type: ignore[operator]  # a function of the list above

    assert [d.title for d in found.dates] == ["Réunion café"]


def test_titles_are_made_plain_and_cut() -> None:
    titles = ["a\u202eb\u0007", "word " * 60, "", "\u200b", "One\\nTwo\\, three"]
    found = read(
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
    found = read(
        calendar(
            "UID:canary@example.org\nDTSTART:20261202T100000Z\nSUMMARY:A\nDESCRIPTION:canary\n"
            "ORGANIZER;CN=canary:mailto:canary@example.org\nATTENDEE:mailto:canary@example.org\n"
            "URL:https://canary.example.org\nCOMMENT:canary\nBEGIN:VALARM\nACTION:DISPLAY\n"
            "DESCRIPTION:canary\nSUMMARY:canary\nTRIGGER:-PT5M\nEND:VALARM"
        )
    )

    assert [d.title for d in found.dates] == ["A"]
    assert "canary" not in str(found.to_json())


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
    found = read(calendar("UID:a\nDTSTART;TZID=Odd:20261202T100000\nSUMMARY:A", head=definition))

    assert found.dates == ()
    assert found.left_out == {"They name a time zone that I do not know.": 1}


@settings(deadline=None, max_examples=examples(150))
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
        assert len(read(body).dates) <= 200
