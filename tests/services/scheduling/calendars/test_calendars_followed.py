from datetime import timedelta

import pytest

from indaba.contracts.calendars import CalendarState, ListCalendars
from indaba.contracts.scheduling import (
    AnswerRsvp,
    CancelMeeting,
    MeetingStatus,
    MoveMeeting,
    RsvpAnswer,
    ShowMeeting,
)
from indaba.ledger import Work
from indaba.scheduling.model.outside import CalendarDates
from indaba.scheduling.workflows.calendars.applying import TAKEN_OUT
from indaba.scheduling.workflows.calendars.following import settle
from services.scheduling.calendars.following import (
    LINDIWE,
    READ,
    all_told,
    asked_times,
    follow,
    followed_once,
    meetings_ahead,
    seen_times,
    settled,
    told_times,
    wall_time,
)
from services.scheduling.calendars.outside_calendar import (
    NearReader,
    calendar,
    event,
    http,
)
from services.site import Site
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_dates_of_a_followed_calendar_become_meetings(town: Town, site: Site) -> None:
    held = await town.founded()
    starts = wall_time(town, days=3)
    site.answers["/a"] = http(
        calendar(
            event("a", starts, "Fractions", "LOCATION:Room 4", "ATTENDEE:mailto:x@example.org"),
            event("b", starts + timedelta(days=2), "Halves"),
            f"UID:c\nDTSTART;VALUE=DATE:{starts:%Y%m%d}\nSUMMARY:Holiday",
        )
    )

    followed = await follow(town, held, site)
    told = await told_times(town, READ, 1)
    coming = await meetings_ahead(town, held)

    assert followed.state is CalendarState.BEING_READ
    assert [(m.title, m.starts, m.zone, m.minutes, m.where) for m in coming] == [
        ("Fractions", starts, "Africa/Johannesburg", 60, "Room 4"),
        ("Halves", starts + timedelta(days=2), "Africa/Johannesburg", 60, ""),
    ]
    assert (told["called"], told["calendar"]["title"], told["calendar"]["dates"]) == (
        2,
        "District",
        2,
    )
    [left_out] = told["calendar"]["left_out"]
    why = "They last all day, so they begin at no hour."
    assert left_out == {"count": 1, "why": why, "such_as": []}
    [listed] = (await town.ask(ListCalendars(), held)).calendars
    assert (listed.state, listed.number, listed.host) == (
        CalendarState.FOLLOWED,
        1,
        "district.example.org",
    )
    assert "example.org:" not in listed.model_dump_json()


async def test_changes_and_removals_follow_and_answers_stay(town: Town, site: Site) -> None:
    held = await town.founded()
    starts = wall_time(town, days=3)
    days = [starts + timedelta(days=n) for n in range(3)]
    site.answers["/a"] = http(
        calendar(*(event(f"{n}", day, f"Old {n}") for n, day in enumerate(days)))
    )
    await follow(town, held, site)
    await told_times(town, READ, 1)
    moved, renamed, removed = await meetings_ahead(town, held)
    await town.ask(AnswerRsvp(code=moved.code, answer=RsvpAnswer.YES), held)

    later = days[0] + timedelta(hours=2)
    site.answers["/a"] = http(calendar(event("0", later, "Old 0"), event("1", days[1], "New")))
    town.later(hours=1, minutes=1)
    told = await told_times(town, READ, 2)

    held = await town.passport(LINDIWE)
    first = (await town.ask(ShowMeeting(code=moved.code), held)).meeting
    second = (await town.ask(ShowMeeting(code=renamed.code), held)).meeting
    third = (await town.ask(ShowMeeting(code=removed.code), held)).meeting
    assert (first.starts, first.moved_from, first.counts.yes) == (later, days[0], 1)
    assert (second.title, second.starts) == ("New", days[1])
    assert (third.status, third.reason) == (MeetingStatus.CANCELLED, TAKEN_OUT)
    assert (told["called"], told["changed"], told["cancelled"]) == (0, 2, 1)
    assert len(await all_told(town, "scheduling.meeting-moved.v1")) == 1
    assert len(await all_told(town, "scheduling.meeting-changed.v1")) == 1


async def test_what_did_not_change_is_not_sent_and_nothing_is_told(town: Town, site: Site) -> None:
    held = await town.founded()
    body = calendar(event("a", wall_time(town, days=3)))
    site.answers["/a"] = http(
        body, 'ETag: "one"\r\nLast-Modified: Mon, 23 Nov 2026 10:00:00 GMT\r\n'
    )
    await follow(town, held, site)
    await told_times(town, READ, 1)

    town.later(hours=1, minutes=1)
    await asked_times(site, 2)
    await settled(town)

    assert 'If-None-Match: "one"' in site.asked[1]
    assert "If-Modified-Since: Mon, 23 Nov 2026 10:00:00 GMT" in site.asked[1]
    assert len(await all_told(town, READ)) == 1
    assert await all_told(town, "scheduling.meeting-cancelled.v1") == []
    town.later(hours=24)
    await asked_times(site, 3)
    assert "If-None-Match" not in site.asked[2]  # a day later all is read: dates come into sight


async def test_what_a_facilitator_did_here_holds_until_the_date_changes(
    town: Town, site: Site
) -> None:
    held = await town.founded()
    days = [wall_time(town, days=n) for n in (3, 4, 5)]
    both = [event("a", days[0]), event("b", days[1])]
    site.answers["/a"] = http(calendar(*both, event("c", days[2])))
    await follow(town, held, site)
    await told_times(town, READ, 1)
    off, moved, gone = await meetings_ahead(town, held)
    await town.ask(CancelMeeting(code=off.code), held)
    elsewhere = days[1] + timedelta(hours=3)
    await town.ask(MoveMeeting(code=moved.code, starts=elsewhere, zone=moved.zone), held)

    site.answers["/a"] = http(calendar(event("a", days[0], "Other"), both[1]))
    town.later(hours=1.1)
    await told_times(town, READ, 2)
    site.answers["/a"] = http(calendar(*both, event("c", days[2])))
    town.later(hours=1.1)
    await told_times(town, READ, 3)

    held = await town.passport(LINDIWE)
    first = (await town.ask(ShowMeeting(code=off.code), held)).meeting
    second = (await town.ask(ShowMeeting(code=moved.code), held)).meeting
    third = (await town.ask(ShowMeeting(code=gone.code), held)).meeting
    assert first.status is MeetingStatus.CANCELLED
    assert second.starts == elsewhere
    assert (third.status, third.reason) == (MeetingStatus.SCHEDULED, "")
    assert len(await all_told(town, "scheduling.meeting-restored.v1")) == 1


async def test_far_dates_get_their_cards_two_weeks_before(town: Town, site: Site) -> None:
    held = await town.founded()
    site.answers["/a"] = http(
        calendar(event("a", wall_time(town, days=3)), event("b", wall_time(town, days=20)))
    )
    await follow(town, held, site)
    await told_times(town, READ, 1)
    near, far = await meetings_ahead(town, held)

    town.later(days=7)
    told = await told_times(town, "scheduling.meeting-announced.v1", 1)

    assert (near.announced, far.announced) == (True, False)
    assert (told["meeting"]["id"], told["meeting"]["announced"]) == (str(far.id), True)


async def test_a_reading_killed_halfway_or_done_twice_comes_to_the_same(
    town: Town, site: Site
) -> None:
    held = await town.founded()
    site.answers["/a"] = http(calendar(event("a", wall_time(town, days=3))))
    followed = await followed_once(town, held, site)
    site.answers["/a"] = http(
        calendar(event("b", wall_time(town, days=4)), event("c", wall_time(town, days=5)))
    )
    found = await NearReader(site).read(followed, (), town.clock.now())
    assert isinstance(found, CalendarDates)
    database = town.ledgers["scheduling"].database

    async with database.connect() as killed:
        await settle(followed, found, Work(killed, town.clock))
    titles = [m.starts for m in await meetings_ahead(town, held)]
    for _ in range(2):
        async with database.begin() as sql:
            work = Work(sql, town.clock)
            await settle(followed, found, work)
            await work.keep()

    assert titles == [wall_time(town, days=3)]
    assert [m.starts for m in await meetings_ahead(town, held)] == [
        wall_time(town, days=4),
        wall_time(town, days=5),
    ]
    counts = [(t["called"], t["cancelled"]) for t in await all_told(town, READ)]
    assert counts == [(1, 0), (2, 1)]


async def test_many_that_go_at_once_go_quietly_and_past_ones_stay(town: Town, site: Site) -> None:
    held = await town.founded()
    past = event("past", wall_time(town, hours=2))
    site.answers["/a"] = http(
        calendar(past, *(event(f"{n}", wall_time(town, days=n)) for n in range(2, 7)))
    )
    await follow(town, held, site)
    await told_times(town, READ, 1)

    site.answers["/a"] = http(calendar())
    town.later(hours=2.5)
    await seen_times(town, site, 2)
    assert len(await meetings_ahead(town, await town.passport(LINDIWE))) == 5 + 1  # one is on
    town.later(hours=1)
    told = await told_times(town, READ, 2)

    cancelled = await all_told(town, "scheduling.meeting-cancelled.v1")
    assert [each["quietly"] for each in cancelled] == [True] * 5
    assert (told["cancelled"], told["calendar"]["dates"]) == (5, 0)


async def test_a_calendar_that_is_empty_for_an_hour_calls_nothing_off(
    town: Town, site: Site
) -> None:
    held = await town.founded()
    whole = calendar(*(event(f"{n}", wall_time(town, days=n)) for n in range(2, 7)))
    site.answers["/a"] = http(whole)
    await follow(town, held, site)
    await told_times(town, READ, 1)

    for reading, body in enumerate([calendar(), whole, calendar(), whole], start=2):
        site.answers["/a"] = http(body)
        town.later(hours=1.1)
        await seen_times(town, site, reading)

    assert len(await meetings_ahead(town, await town.passport(LINDIWE))) == 5
    assert await all_told(town, "scheduling.meeting-cancelled.v1") == []


async def test_which_entries_were_left_out_is_for_facilitators_who_ask_and_no_private_one(
    town: Town, site: Site
) -> None:
    held = await town.founded()
    day = wall_time(town, days=3)
    all_day = [f"UID:{n}\nDTSTART;VALUE=DATE:{day:%Y%m%d}\nSUMMARY:Leave {n}" for n in range(5)]
    secret = f"UID:s\nCLASS:PRIVATE\nSUMMARY:Secret\nDTSTART:{day:%Y%m%dT%H%M%S}"
    site.answers["/a"] = http(calendar(*all_day, secret))
    await follow(town, held, site)
    told = await told_times(town, READ, 1)

    [listed] = (await town.ask(ListCalendars(), held)).calendars
    titles = {each.why: each.such_as for each in listed.left_out}
    assert titles["They last all day, so they begin at no hour."] == (
        *("Leave 0", "Leave 1", "Leave 2"),
    )
    assert titles["They are marked private."] == ()
    assert "Leave" not in str(told)


async def test_an_entry_used_again_for_a_later_day_is_another_meeting(
    town: Town, site: Site
) -> None:
    held = await town.founded()
    site.answers["/a"] = http(calendar(event("a", wall_time(town, hours=2), "First")))
    await follow(town, held, site)
    await told_times(town, READ, 1)
    [first] = await meetings_ahead(town, held)

    later = wall_time(town, days=9)
    site.answers["/a"] = http(calendar(event("a", later, "Second")))
    town.later(hours=6)
    await told_times(town, READ, 2)

    held = await town.passport(LINDIWE)
    [second] = await meetings_ahead(town, held)
    assert (second.title, second.starts) == ("Second", later)
    assert second.id != first.id
    before = (await town.ask(ShowMeeting(code=first.code), held)).meeting
    assert (before.title, before.starts) == ("First", first.starts)
