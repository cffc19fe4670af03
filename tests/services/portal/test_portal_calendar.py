import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.scheduling import (
    Counts,
    MeetingCancelled,
    MeetingClosed,
    MeetingMoved,
    MeetingStatus,
    RsvpAnswer,
    RsvpChanged,
)
from indaba.portal.calendar import feed
from indaba.portal.entries import Reader
from indaba.portal.model import Community, Meeting
from indaba.portal.zones import described
from selection import examples

HOSTILE = (
    "Maths; fractions, \\n and\nEND:VEVENT\r\nX-EVIL:1 🎉👩🏽‍🏫 مرحبا \x00\x07 \u202eא" + "ß" * 60
)
MONTH = date(2026, 12, 1)
PAGE = "https://cop.example.org/c/k3y"


def _meeting(**changed: Any) -> Meeting:
    facts: dict[str, Any] = {
        "id": MeetingId(uuid4()),
        "code": "M7K2",
        "title": "Reading circle",
        "starts": datetime(2026, 12, 3, 14, 0),
        "zone": "Africa/Johannesburg",
        "minutes": 60,
        "status": MeetingStatus.SCHEDULED,
        "sequence": 0,
        "moved_from": None,
        "reason": "",
        "counts": Counts(),
        "stamp": datetime(2026, 11, 20, 8, 30, 15, 999, UTC),
    }
    return Meeting(**{**facts, **changed})


COMMUNITY = Community(
    id=CommunityId(uuid4()),
    key="k3y",
    name="Reading; in, Soweto",
    purpose="",
    language="English",
    zone="Africa/Johannesburg",
)


def _written(*meetings: Meeting) -> str:
    return feed(COMMUNITY, meetings, PAGE, reader=Reader(MONTH)).decode()


def _by_icalendar(text: str) -> list[tuple[datetime, str]]:
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    found: list[Any] = [(e["DTSTART"], e["SUMMARY"]) for e in events]
    return [(start.dt.astimezone(UTC), str(title)) for start, title in found]


def _by_vobject(text: str) -> list[tuple[datetime, str]]:
    """Reads zones from the file's own VTIMEZONEs, not from this machine."""
    events = vobject.readOne(text).contents.get("vevent", [])
    return [(e.dtstart.value.astimezone(UTC), e.summary.value) for e in events]


@pytest.mark.parametrize("read", [_by_icalendar, _by_vobject])
@pytest.mark.parametrize(
    ("zone", "starts", "utc"),
    [
        ("Europe/London", datetime(2027, 3, 27, 18, 0), datetime(2027, 3, 27, 18, 0)),
        ("Europe/London", datetime(2027, 3, 28, 18, 0), datetime(2027, 3, 28, 17, 0)),
        ("Europe/London", datetime(2027, 3, 28, 2, 30), datetime(2027, 3, 28, 1, 30)),
        ("Europe/London", datetime(2026, 10, 31, 18, 0), datetime(2026, 10, 31, 18, 0)),
        ("Europe/London", datetime(2026, 10, 24, 18, 0), datetime(2026, 10, 24, 17, 0)),
        ("Africa/Johannesburg", datetime(2026, 7, 1, 14, 0), datetime(2026, 7, 1, 12, 0)),
        ("Africa/Johannesburg", datetime(2026, 12, 31, 23, 0), datetime(2026, 12, 31, 21, 0)),
        ("Africa/Casablanca", datetime(2026, 3, 1, 12, 0), datetime(2026, 3, 1, 12, 0)),
        ("Africa/Casablanca", datetime(2026, 6, 1, 12, 0), datetime(2026, 6, 1, 11, 0)),
        ("America/New_York", datetime(2027, 1, 1, 0, 30), datetime(2027, 1, 1, 5, 30)),
    ],
)
def test_two_readers_agree_on_the_instant_on_both_sides_of_clock_changes(
    read: Any, zone: str, starts: datetime, utc: datetime
) -> None:
    written = _written(
        _meeting(zone=zone, starts=starts),
        _meeting(zone=zone, starts=starts.replace(month=1, day=1, hour=12)),
    )
    assert (utc.replace(tzinfo=UTC), "Reading circle") in read(written)
    assert f"DTSTART;TZID={zone}:{starts:%Y%m%dT%H%M%S}" in written


@pytest.mark.parametrize(
    "zone", ["Europe/London", "Africa/Johannesburg", "Africa/Casablanca", "Australia/Lord_Howe"]
)
def test_a_described_zone_says_the_same_as_the_time_zone_database(zone: str) -> None:
    text = described(zone, 2026, MONTH).to_ical().decode()
    told = tzical(io.StringIO(text)).get(zone)
    moment = datetime(2026, 1, 1, 0, 7)
    while moment.year < 2028:
        there = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        other = there.replace(fold=1 - there.fold)
        read = moment.replace(tzinfo=UTC).astimezone(told)
        assert read.utcoffset() in {there.utcoffset(), other.utcoffset()}, moment
        moment += timedelta(hours=5)


def test_summer_time_begins_at_the_hour_by_the_old_clock() -> None:
    text = described("America/New_York", 2027, MONTH).to_ical().decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20250309T020000" in text


def test_a_feed_has_what_calendar_apps_look_for() -> None:
    text = _written(_meeting(sequence=2))
    for line in (
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "NAME:Reading\\; in\\, Soweto",
        "X-WR-CALNAME:Reading\\; in\\, Soweto",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "SEQUENCE:2",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "DURATION:PT1H",
        "DTSTAMP:20261120T083015Z",
        "LAST-MODIFIED:20261120T083015Z",
        f"URL:{PAGE}",
    ):
        assert f"\r\n{line}\r\n" in text, line
    assert "ATTENDEE" not in text
    assert "ORGANIZER" not in text


def test_what_people_typed_stays_text_and_lines_stay_short() -> None:
    text = _written(_meeting(title=HOSTILE), _meeting(title="", code="M7K3"))
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert text.count("BEGIN:VEVENT") == 2
    for read in (_by_icalendar, _by_vobject):
        titles = [title for _, title in read(text)]
        assert titles[0].startswith("Maths; fractions, \\n and END:VEVENT X-EVIL:1 🎉👩🏽‍🏫 مرحبا")
        assert titles[0].endswith("ß" * 60)
        assert titles[1] == "Meeting M7K3"
    assert "\u202e" not in text
    assert "\x00" not in text


@settings(max_examples=examples(60), deadline=None)
@given(title=st.text(max_size=120), reason=st.text(max_size=300))
def test_whatever_was_typed_two_readers_can_read_the_feed(title: str, reason: str) -> None:
    text = _written(_meeting(title=title, reason=reason, status=MeetingStatus.CANCELLED))
    assert len(_by_icalendar(text)) == 1
    assert _by_vobject(text) == _by_icalendar(text)


async def test_a_calendar_app_that_has_the_feed_is_told_so(reading: Any) -> None:
    await reading.hears(reading.called(), reading.called(zone="Europe/London", code="M7K3"))
    first, second = await reading.feed(), await reading.feed()
    assert first.status_code == 200
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "max-age" in first.headers["cache-control"]
    assert first.content == second.content
    tag = first.headers["etag"]
    for named in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = await reading.feed(**{"If-None-Match": named})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
    assert (await reading.feed(**{"If-None-Match": '"other"'})).status_code == 200
    assert (await reading.browser.head(f"/c/{reading.key}/calendar.ics")).status_code == 200


async def test_a_feed_is_the_same_bytes_after_a_restart(reading: Any) -> None:
    await reading.hears(reading.called())
    first = await reading.feed()
    feed.cache_clear()
    ZoneInfo.clear_cache()
    assert (await reading.feed()).content == first.content


async def test_answers_do_not_disturb_calendars_but_changes_do(reading: Any) -> None:
    called = reading.called()
    await reading.hears(called)
    before = await reading.feed()
    reading.world.ahead = timedelta(minutes=5)
    answered = called.meeting.model_copy(update={"version": 2, "counts": Counts(yes=1)})
    await reading.hears(
        RsvpChanged(
            aggregate=answered.id,
            version=2,
            meeting=answered,
            member=MemberId(uuid4()),
            answer=RsvpAnswer.YES,
        )
    )
    assert (await reading.feed()).content == before.content
    reading.world.ahead = timedelta(minutes=10)
    moved = answered.model_copy(
        update={"version": 3, "starts": answered.starts + timedelta(hours=1), "sequence": 1}
    )
    await reading.hears(MeetingMoved(aggregate=moved.id, version=3, meeting=moved))
    was, now = (_only(answer.text) for answer in (before, await reading.feed()))
    assert was["UID"] == now["UID"] == f"{called.meeting.id}@indaba"
    assert (was["SEQUENCE"], now["SEQUENCE"]) == (0, 1)
    assert now["DTSTAMP"].dt - was["DTSTAMP"].dt >= timedelta(minutes=9)
    assert now["DTSTART"].dt - was["DTSTART"].dt == timedelta(hours=1)


def _only(text: str) -> Any:
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return event


async def test_a_called_off_meeting_stays_in_the_calendar_as_cancelled(reading: Any) -> None:
    off = reading.called().meeting.model_copy(
        update={"version": 2, "status": MeetingStatus.CANCELLED, "reason": "Load shedding"}
    )
    await reading.hears(MeetingCancelled(aggregate=off.id, version=2, meeting=off))
    event = _only((await reading.feed()).text)
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"] == "Reading circle"
    assert "Called off" in event["DESCRIPTION"]
    assert "Load shedding" not in event["DESCRIPTION"]
    assert "yes" not in event["DESCRIPTION"]


async def test_a_meeting_that_is_over_stays_in_the_calendar(reading: Any) -> None:
    over = reading.called().meeting.model_copy(
        update={"version": 2, "status": MeetingStatus.CLOSED}
    )
    await reading.hears(MeetingClosed(aggregate=over.id, version=2, meeting=over))
    event = _only((await reading.feed()).text)
    assert event["STATUS"] == "CONFIRMED"
    assert "This meeting is over." in event["DESCRIPTION"]


async def test_a_calendar_tells_how_to_answer_and_names_nobody(open_portal: Any) -> None:
    opened = await open_portal(url="https://cop.example.org/")
    called = opened.called()
    await opened.hears(opened.founded(), opened.published(), called)
    answer = await opened.feed()
    event = _only(answer.text)
    assert "yes M7K2" in event["DESCRIPTION"]
    assert event["URL"] == f"https://cop.example.org/c/{opened.key}"
    assert str(called.meeting.author) not in answer.text
    page = (await opened.page()).text
    assert f"webcal://cop.example.org/c/{opened.key}/calendar.ics" in page
    assert f"https://cop.example.org/c/{opened.key}/calendar.ics" in page


async def test_an_empty_calendar_can_be_followed_too(reading: Any) -> None:
    text = (await reading.feed()).text
    assert icalendar.Calendar.from_ical(text).walk("VEVENT") == []
    assert vobject.readOne(text).contents["prodid"][0].value
