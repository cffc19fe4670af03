"""A single meeting in somebody's own calendar: as a file, or by Google's and Outlook's pages."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.contracts.scheduling import MeetingStatus
from indaba.conversation.wording import Wording, plain
from indaba.portal.adding import adding
from indaba.portal.entries import title_of
from indaba.portal.joining import join_link
from indaba.portal.model import Meeting, Repeating
from selection import examples
from services.portal.outline import Outline
from services.portal.outlook import kept
from services.portal.series_written import PAGE, date_of, series_of, written

TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%7d"


@pytest.mark.parametrize(
    ("where", "link"),
    [
        ("", ""),
        ("Library, room 2", ""),
        (TEAMS, TEAMS),
        (f"Teams: {TEAMS}.", TEAMS),
        ("Online (https://meet.jit.si/Reading)", "https://meet.jit.si/Reading"),
        ("https://bbb.example.org/b/tha-(1)", "https://bbb.example.org/b/tha-(1)"),
        ("HTTPS://zoom.us/j/1?pwd=a, code 12", "HTTPS://zoom.us/j/1?pwd=a"),
        ("<https://meet.google.com/abc-defg-hij>", "https://meet.google.com/abc-defg-hij"),
        ("Hall, https://maps.app.goo.gl/x and https://zoom.us/j/1", "https://zoom.us/j/1"),
        ("Hall https://www.google.com/maps/place/x", ""),
        ("Hall https://www.openstreetmap.org/#map=1", ""),
        ("ask at bbb.example.org/b/x", ""),
        ("https://", ""),
        ("https://[broken/x", ""),
    ],
)
def test_the_join_link_is_the_first_that_is_none_to_a_map(where: str, link: str) -> None:
    assert join_link(where) == link


@settings(max_examples=examples(200), deadline=None)
@given(where=st.text(max_size=200))
def test_whatever_a_place_is_called_its_link_is_part_of_it(where: str) -> None:
    assert join_link(where) in where


def _meeting(**changed: Any) -> Meeting:
    series = series_of(zone="Europe/London")
    return date_of(series, datetime(2026, 7, 1, 18, 0), **changed)


def _fields(link: str) -> dict[str, str]:
    query = parse_qs(urlsplit(link).query, strict_parsing=True, keep_blank_values=True)
    return {name: value for name, [value] in query.items()}


@settings(max_examples=examples(100), deadline=None)
@given(title=st.text(max_size=120), where=st.text(max_size=200))
def test_what_people_typed_reaches_both_calendars_as_it_is(title: str, where: str) -> None:
    meeting, link = _meeting(title=title, where=where), f"{PAGE}/meetings/M7K2"
    google, outlook = (_fields(each) for each in adding(meeting, link, Wording()))
    assert google == {
        "action": "TEMPLATE",
        "text": title_of(meeting, Wording()),
        "dates": "20260701T170000Z/20260701T180000Z",
        "details": f"About this meeting: {link}",
        "location": plain(where),
    }
    assert outlook == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": google["text"],
        "startdt": "2026-07-01T17:00:00Z",
        "enddt": "2026-07-01T18:00:00Z",
        "body": google["details"],
        "location": google["location"],
    }


def test_only_the_two_sites_are_named_and_no_plus_stands_for_a_space() -> None:
    for link in adding(_meeting(title="A & B = C + D"), PAGE, Wording()):
        assert urlsplit(link).hostname in {"calendar.google.com", "outlook.office.com"}
        assert "+" not in link
        assert "A%20%26%20B%20%3D%20C%20%2B%20D" in link


def test_a_calendar_app_is_told_how_to_join() -> None:
    series = series_of(where=f"Teams {TEAMS}")
    first = date_of(series, series.first)
    for way in (False, True):
        text = written(Repeating(series, (first,)), one_by_one=way).replace("\r\n ", "")
        assert f"CONFERENCE;FEATURE=VIDEO;LABEL=Join;VALUE=URI:{TEAMS}\r\n" in text
        assert f"LOCATION:Teams {TEAMS}\r\n" in text
    assert "CONFERENCE" not in written(
        Repeating(series_of(), (date_of(series_of(), first.starts),))
    )


def test_a_calendar_without_a_page_has_no_links() -> None:
    series = series_of(rule="FREQ=WEEKLY;COUNT=2")
    moved = date_of(series, series.first, starts=series.first + timedelta(hours=1))
    text = written(Repeating(series, (moved,)), page="").replace("\r\n ", "")
    assert "URL" not in text
    assert "/meetings/" not in text
    assert "All meetings" not in text


PATH = "/meetings/M7K2/meeting.ics"


async def test_one_meeting_is_a_file_for_whoever_sees_its_page(reading: Any) -> None:
    called = reading.called(zone="Europe/London", where="https://meet.jit.si/Reading")
    await reading.hears(called)
    answer = await reading.browser.get(f"/c/{reading.key}{PATH}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="M7K2.ics"'
    begins = called.meeting.starts_at.astimezone(UTC)
    assert kept(answer.text, begins.replace(tzinfo=None)) == {begins}
    [event] = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert event["CONFERENCE"] == "https://meet.jit.si/Reading"
    assert "RRULE" not in event
    assert str(called.meeting.author) not in answer.text
    assert "REFRESH-INTERVAL" not in answer.text
    missing = await reading.browser.get(f"/c/{reading.key}/meetings/M2222/meeting.ics")
    assert missing.status_code == 404


async def test_where_the_page_is_for_members_so_is_the_file(open_portal: Any) -> None:
    opened = await open_portal()
    await opened.hears(opened.founded(), opened.called())
    answer = await opened.browser.get(f"/c/{opened.key}{PATH}")
    assert answer.status_code == 403
    assert "BEGIN:VCALENDAR" not in answer.text


async def test_the_page_of_a_meeting_to_come_offers_all_three(reading: Any) -> None:
    await reading.hears(reading.called(), reading.called(code="M7K3", status=MeetingStatus.CLOSED))
    page = Outline((await reading.browser.get(f"/c/{reading.key}/meetings/M7K2")).text)
    links = {str(a["href"]): a for a in page.all("a")}
    assert f"/c/{reading.key}{PATH}" in links
    outside = [a for href, a in links.items() if "calendar" in href and href.startswith("https")]
    assert [a["rel"] for a in outside] == ["noopener noreferrer"] * 2
    assert page.badly_nested == []
    over = (await reading.browser.get(f"/c/{reading.key}/meetings/M7K3")).text
    assert "calendar.google.com" not in over


async def test_the_page_offers_outlook_an_address_of_its_own(reading: Any) -> None:
    await reading.hears(reading.called())
    address = f"/c/{reading.key}/outlook.ics"
    assert address in (await reading.page()).text
    answer = await reading.browser.get(address)
    assert answer.status_code == 200
    assert "BEGIN:VTIMEZONE" not in answer.text
    assert len(kept(answer.text, datetime(2100, 1, 1))) == 1
