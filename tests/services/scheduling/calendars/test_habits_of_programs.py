"""What programs and their users write into calendars, a habit each, and what is right."""

from datetime import UTC, datetime, timedelta

import pytest

from indaba.scheduling.model.outside.dates import OutsideDate
from indaba.scheduling.model.outside.reading import read_whole_calendar
from services.scheduling.calendars.berlin import BERLIN, JOHANNESBURG, NOW, read
from services.scheduling.calendars.outside_calendar import calendar

ZOOM = "https://us02web.zoom.us/j/81234567890?pwd=UnlM"
TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NTk%40thread.v2/0?context=%7b%7d"
A_DATE = "UID:a\nDTSTART:20261202T100000Z\nSUMMARY:A\n"


def only(*events: str, head: str = "") -> OutsideDate:
    [one] = read(calendar(*events, head=head)).dates
    return one


@pytest.mark.parametrize(
    ("line", "link"),
    [
        (f"CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Join:{ZOOM}", ZOOM),
        ("CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+27110000000", ""),
        ("X-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij", "https://meet.google.com"),
        (f"X-MICROSOFT-SKYPETEAMSMEETINGURL:{TEAMS}", TEAMS),
        (f"URL:{ZOOM}", ZOOM),
        ("URL:https://example.org/about-us", ""),
        (f"DESCRIPTION:Agenda: https://example.org/a.\\nJoin:\\n<{TEAMS}>\\nMore", TEAMS),
        (f"DESCRIPTION:Join ({ZOOM}).", ZOOM),
        ("DESCRIPTION:Read https://example.org/a first", ""),
        ("DESCRIPTION:https://bbb.example.org/b/tha-x2k-9qp", "https://bbb.example.org/b/tha"),
        ("DESCRIPTION:https://zoom.us.example.org/j/1", ""),
        ("X-GOOGLE-CONFERENCE:javascript:alert(1)", ""),
        ("X-GOOGLE-CONFERENCE:https://user:password@example.org/j/1", ""),
        (f"CONFERENCE:https://meet.google.com/{'x' * 500}", ""),
    ],
)
def test_the_link_to_join_stands_with_the_place(line: str, link: str) -> None:
    bare = only(f"{A_DATE}{line}").where
    placed = only(f"{A_DATE}LOCATION:Microsoft Teams Meeting\n{line}").where

    assert bare.startswith(link) if link else bare == ""
    assert placed.startswith(f"Microsoft Teams Meeting {link}".strip())


def test_a_link_that_is_the_place_stands_once_and_a_long_place_leaves_room_for_one() -> None:
    assert only(f"{A_DATE}LOCATION:{ZOOM}\nCONFERENCE:{ZOOM}").where == ZOOM
    assert only(f"{A_DATE}LOCATION:{'Hall ' * 60}\nCONFERENCE:{ZOOM}").where.endswith(f"… {ZOOM}")


def test_a_period_that_was_added_lasts_as_long_as_it_says() -> None:
    added = "20261209T140000Z/20261209T170000Z,20261216T140000Z/PT45M,20261223T140000Z/P3D"
    found = read(calendar(f"{A_DATE}DURATION:PT1H\nRDATE;VALUE=PERIOD:{added}"))

    assert [(d.starts.day, d.minutes) for d in found.dates] == [(2, 60), (9, 180), (16, 45)]
    assert found.left_out == {"They last longer than 24 hours.": 1}


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;COUNT=3;BYHOUR=10;BYMINUTE=0;BYSECOND=0", [2, 9, 16]),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20271231T000000Z", [2, 9, 16]),
        ("FREQ=WEEKLY;COUNT=9;UNTIL=20261216T235959Z", [2, 9, 16]),
        ("FREQ=WEEKLY;COUNT=3;X-EVOLUTION-ENDDATE=20261216T100000Z", [2, 9, 16]),
        ("RSCALE=GREGORIAN;FREQ=WEEKLY;COUNT=3;SKIP=OMIT", [2, 9, 16]),
        ("FREQ=HOURLY;INTERVAL=168;COUNT=3", [2, 9, 16]),
        ("FREQ=HOURLY;BYHOUR=10;BYDAY=WE;COUNT=3", [2, 9, 16]),
    ],
)
def test_harmless_oddities_of_a_rule_lose_no_series(rule: str, days: list[int]) -> None:
    found = read(calendar(f"{A_DATE}RRULE:{rule}"))

    assert [d.starts.day for d in found.dates] == days
    assert {d.starts.hour for d in found.dates} == {12}


@pytest.mark.parametrize(
    "after", ["\r\n\r\n", "<!-- served in 3 ms -->", "BEGIN:X\r\nEND:X", "END"]
)
def test_what_stands_after_the_calendar_is_no_part_of_it(after: str) -> None:
    body = calendar(A_DATE)
    assert [d.title for d in read(body + after.encode()).dates] == ["A"]


def test_from_midnight_to_midnight_lasts_all_day_where_outlook_says_so() -> None:
    day = "UID:a\nDTSTART:20261202T000000\nDTEND:20261203T000000\nSUMMARY:Holiday\n"

    assert read(calendar(f"{day}X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")).dates == ()
    assert only(f"{day}X-MICROSOFT-CDO-ALLDAYEVENT:FALSE").minutes == 24 * 60
    assert only(f"{A_DATE}X-MICROSOFT-CDO-ALLDAYEVENT:TRUE").starts.hour == 12


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("(UTC+02:00) Harare, Pretoria", "Africa/Harare"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome", "Europe/Amsterdam"),
        ("UTC+2", "Etc/GMT-2"),
        ("GMT-05:00", "Etc/GMT+5"),
        ("South Africa Standard Time", JOHANNESBURG),
    ],
)
def test_a_zone_is_known_by_the_names_that_programs_give_it(name: str, zone: str) -> None:
    one = only(f'UID:a\nDTSTART;TZID="{name}":20261202T100000\nSUMMARY:A')
    assert (one.zone, one.starts.hour) == (zone, 10)


def test_utc_by_whatever_name_is_shown_on_the_calendars_clocks() -> None:
    for name in ("tzone://Microsoft/Utc", "Etc/UTC", "UTC"):
        one = only(f"UID:a\nDTSTART;TZID={name}:20261202T100000\nSUMMARY:A")
        assert (one.zone, one.starts.hour) == (JOHANNESBURG, 12)


def test_a_zone_known_by_its_definition_alone_is_the_place_with_most_people() -> None:
    eastern = (
        BERLIN.replace("Europe/Berlin", "Odd")
        .replace("+0100", "-0500")
        .replace("+0200", "-0400")
        .replace("BYMONTH=10", "BYMONTH=11")
        .replace("BYDAY=-1SU;BYMONTH=3", "BYDAY=2SU;BYMONTH=3")
        .replace("BYMONTH=3;BYDAY=-1SU", "BYMONTH=3;BYDAY=2SU")
        .replace("BYDAY=-1SU;BYMONTH=11", "BYDAY=1SU;BYMONTH=11")
        .replace("BYMONTH=11;BYDAY=-1SU", "BYMONTH=11;BYDAY=1SU")
    )
    one = only("UID:a\nDTSTART;TZID=Odd:20261202T100000\nSUMMARY:A", head=eastern)
    assert one.zone == "America/New_York"


def test_of_an_old_calendar_only_what_is_not_over_counts() -> None:
    guests = "".join(f"ATTENDEE:mailto:{n}@example.org\n" for n in range(20))
    past = [
        f"UID:{n}\nSUMMARY:Old\n{guests}DTSTART:{NOW - timedelta(days=4 + n % 3000):%Y%m%dT%H%M%SZ}"
        for n in range(20_000)
    ]
    ended = (
        "UID:e\nSUMMARY:Ended\nDTSTART:20200101T100000Z\nRRULE:FREQ=DAILY;UNTIL=20250101T100000Z"
    )
    private = "UID:p\nSUMMARY:Secret\nCLASS:PRIVATE\nDTSTART:20200101T100000Z"
    body = calendar(private, ended, *past, A_DATE)
    whole = read_whole_calendar(body, JOHANNESBURG, NOW, frozenset())

    assert [date.title for date in whole.dates.dates] == ["A"]
    assert whole.dates.left_out == {}
    assert whole.left_out[0].title == ""
    assert {each.why for each in whole.left_out} == {"They are past."}
    assert len(whole.left_out) == 1_000


def test_a_series_that_is_over_counts_while_a_date_of_it_was_moved_ahead() -> None:
    series = "UID:s\nSUMMARY:S\nDTSTART:20260901T100000Z\nRRULE:FREQ=WEEKLY;UNTIL=20261001T100000Z"
    moved = "UID:s\nSUMMARY:S\nRECURRENCE-ID:20260929T100000Z\nDTSTART:20261220T100000Z"
    early = read_whole_calendar(
        calendar(series, moved), JOHANNESBURG, datetime(2026, 9, 2, tzinfo=UTC), frozenset()
    ).dates
    late = read_whole_calendar(
        calendar(series, moved), JOHANNESBURG, datetime(2026, 12, 2, tzinfo=UTC), frozenset()
    ).dates

    assert [d.key for d in late.dates] == [d.key for d in early.dates if d.starts.month == 12]
    assert len(late.dates) == 1
