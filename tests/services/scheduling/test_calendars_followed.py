import asyncio
import gzip
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from clock import TestWorld
from indaba.bus import Bus
from indaba.contracts.calendars import (
    CalendarFacts,
    CalendarId,
    CalendarState,
    FollowCalendar,
    ListCalendars,
    UnfollowCalendar,
)
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import IssueLinkCode, LinkAccount
from indaba.contracts.membership import AssignRole, EraseMe, PassportIssued, Platform
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.contracts.scheduling import (
    AnswerRsvp,
    CancelMeeting,
    ListMeetings,
    MeetingFacts,
    MeetingStatus,
    MoveMeeting,
    RsvpAnswer,
    ShowMeeting,
)
from indaba.ledger import Work
from indaba.membership import app as membership
from indaba.scheduling import app as scheduling
from indaba.scheduling.model.outside import Followed, Found
from indaba.scheduling.store.calendars import Calendars
from indaba.scheduling.workflows.calendars.applying import NOT_FOLLOWED, TAKEN_OUT
from indaba.scheduling.workflows.calendars.following import settle
from indaba.scheduling.workflows.calendars.reader import CalendarReader
from services.scheduling.outside_calendar import Installation, NearReader, calendar, event, http
from services.town import Town
from workshop import OFFICE, ledger_of, rows, until

LINDIWE, THANDI = "@lindiwe:example.org", "@thandi:example.org"
READ, NOT_READ = "scheduling.calendar-read.v1", "scheduling.calendar-not-read.v1"


@pytest.fixture(name="site")
async def _site() -> AsyncIterator[Installation]:
    site = Installation()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()


@pytest.fixture
async def town(
    templates: None,
    database: Callable[..., Awaitable[str]],
    bus_url: str,
    site: Installation,
) -> AsyncIterator[Town]:
    """Membership and scheduling, running; calendars are read from the site."""
    clock = TestWorld()
    wires: dict[str, Any] = {
        "membership": partial(membership.wire, office=OFFICE, erased_by=("scheduling",)),
        "scheduling": partial(scheduling.wire, read=NearReader(site).read),
    }
    ledgers = {}
    for name, wire in wires.items():
        url, there = await database(name), {"membership": membership, "scheduling": scheduling}
        folder = there[name].MIGRATIONS
        ledgers[name] = ledger_of(name, url, bus_url, migrations=folder, world=clock)
        wire(ledgers[name])
    face = Bus(bus_url, "face", clock)
    face.expect_replies()
    await asyncio.gather(*(ledger.start() for ledger in ledgers.values()), face.start())
    yield Town(face, clock, ledgers)
    await face.stop()
    for ledger in ledgers.values():
        await ledger.stop()


def _in(town: Town, **time: float) -> datetime:
    """Wall time in Johannesburg, so much from now, at the full hour."""
    johannesburg = town.clock.now() + timedelta(hours=2) + timedelta(**time)
    return johannesburg.replace(tzinfo=None, minute=0, second=0, microsecond=0)


async def _told(town: Town, wire: str) -> list[dict[str, Any]]:
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{wire}' ORDER BY id"
    return [body for (body,) in await rows(town.ledgers["scheduling"], query)]


async def _told_times(town: Town, wire: str, times: int) -> dict[str, Any]:
    async def so_often() -> bool:
        return len(await _told(town, wire)) >= times

    await until(so_often)
    told = await _told(town, wire)
    assert len(told) == times
    return told[-1]


async def _asked_times(site: Installation, times: int) -> None:
    async def so_often() -> bool:
        return len(site.asked) >= times

    await until(so_often)


async def _settled(town: Town) -> None:
    """What was asked for is applied: nothing is due and nothing is out on lease."""
    now = town.clock.now().isoformat()

    async def none_due() -> bool:
        due = f"due_at < '{now}'::timestamptz + interval '3 minutes'"
        query = f"SELECT count(*) FROM calendars_followed WHERE {due}"
        return await rows(town.ledgers["scheduling"], query) == [(0,)]

    await until(none_due)


async def _follow(
    town: Town, held: PassportIssued, site: Installation, path: str = "/a"
) -> CalendarFacts:
    return (await town.ask(FollowCalendar(link=site.link(path)), held)).calendar


async def _coming(town: Town, held: PassportIssued) -> list[MeetingFacts]:
    return list((await town.ask(ListMeetings(limit=50), held)).meetings)


async def test_dates_of_a_followed_calendar_become_meetings(town: Town, site: Installation) -> None:
    held = await town.founded()
    starts = _in(town, days=3)
    site.answers["/a"] = http(
        calendar(
            event("a", starts, "Fractions", "LOCATION:Room 4", "ATTENDEE:mailto:x@example.org"),
            event("b", starts + timedelta(days=2), "Halves"),
            f"UID:c\nDTSTART;VALUE=DATE:{starts:%Y%m%d}\nSUMMARY:Holiday",
        )
    )

    followed = await _follow(town, held, site)
    told = await _told_times(town, READ, 1)
    coming = await _coming(town, held)

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
    assert left_out == {"count": 1, "why": "They last all day, so they begin at no hour."}
    [listed] = (await town.ask(ListCalendars(), held)).calendars
    assert (listed.state, listed.number, listed.host) == (
        CalendarState.FOLLOWED,
        1,
        "district.example.org",
    )
    assert "example.org:" not in listed.model_dump_json()


async def test_changes_and_removals_follow_and_answers_stay(town: Town, site: Installation) -> None:
    held = await town.founded()
    starts = _in(town, days=3)
    days = [starts + timedelta(days=n) for n in range(3)]
    site.answers["/a"] = http(
        calendar(*(event(f"{n}", day, f"Old {n}") for n, day in enumerate(days)))
    )
    await _follow(town, held, site)
    await _told_times(town, READ, 1)
    moved, renamed, removed = await _coming(town, held)
    await town.ask(AnswerRsvp(code=moved.code, answer=RsvpAnswer.YES), held)

    later = days[0] + timedelta(hours=2)
    site.answers["/a"] = http(calendar(event("0", later, "Old 0"), event("1", days[1], "New")))
    town.later(hours=1, minutes=1)
    told = await _told_times(town, READ, 2)

    held = await town.passport(LINDIWE)
    first = (await town.ask(ShowMeeting(code=moved.code), held)).meeting
    second = (await town.ask(ShowMeeting(code=renamed.code), held)).meeting
    third = (await town.ask(ShowMeeting(code=removed.code), held)).meeting
    assert (first.starts, first.moved_from, first.counts.yes) == (later, days[0], 1)
    assert (second.title, second.starts) == ("New", days[1])
    assert (third.status, third.reason) == (MeetingStatus.CANCELLED, TAKEN_OUT)
    assert (told["called"], told["changed"], told["cancelled"]) == (0, 2, 1)
    assert len(await _told(town, "scheduling.meeting-moved.v1")) == 1
    assert len(await _told(town, "scheduling.meeting-changed.v1")) == 1


async def test_what_did_not_change_is_not_sent_and_nothing_is_told(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    body = calendar(event("a", _in(town, days=3)))
    site.answers["/a"] = http(
        body, 'ETag: "one"\r\nLast-Modified: Mon, 23 Nov 2026 10:00:00 GMT\r\n'
    )
    await _follow(town, held, site)
    await _told_times(town, READ, 1)

    town.later(hours=1, minutes=1)
    await _asked_times(site, 2)
    await _settled(town)

    assert 'If-None-Match: "one"' in site.asked[1]
    assert "If-Modified-Since: Mon, 23 Nov 2026 10:00:00 GMT" in site.asked[1]
    assert len(await _told(town, READ)) == 1
    assert await _told(town, "scheduling.meeting-cancelled.v1") == []
    town.later(hours=24)
    await _asked_times(site, 3)
    assert "If-None-Match" not in site.asked[2]  # a day later all is read: dates come into sight


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (http(b"", "Location: http://10.0.0.1/a.ics\r\n", "302 Found"), "not on the public"),
        (http(b"", "Location: http://169.254.169.254/\r\n", "302 Found"), "not on the public"),
        (http(b"<!doctype html><p>Sign in"), "not a calendar file"),
        (http(b"", status="404 Not Found"), "nothing at that address"),
        (http(b"", status="403 Forbidden"), "not public"),
        (http(b"", status="503 Busy"), "error (503)"),
        (
            http(calendar(*(f"UID:{n}\nDTSTART:20270101T100000Z" for n in range(50_000)))),
            "larger than 2 megabytes",
        ),
        (
            http(calendar(*(f"UID:{n}\nDTSTART:20270101T100000Z" for n in range(5_001)))),
            "more than 5,000 entries",
        ),
        (
            http(
                gzip.compress(b"BEGIN:VCALENDAR\r\n" + b"X" * 300_000_000),
                "Content-Encoding: gzip\r\n",
            ),
            "larger than 2 megabytes",
        ),
        (http(calendar("UID:a\nDTSTART:20270101T100000Z")[:-20]), "Only a part"),
        (http(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VTODO\r\nEND:VCALENDAR"), "Only a part"),
    ],
    ids=[
        "private-redirect",
        "cloud-redirect",
        "html",
        "lost",
        "forbidden",
        "busy",
        "fifty-thousand",
        "too-many",
        "bomb",
        "cut-off",
        "nonsense",
    ],
)
async def test_what_cannot_be_followed_is_refused_with_the_reason(
    town: Town, site: Installation, answer: bytes, why: str
) -> None:
    held = await town.founded()
    site.answers["/a"] = answer

    await _follow(town, held, site)
    told = await _told_times(town, NOT_READ, 1)

    assert why in told["calendar"]["why"]
    assert told["calendar"]["state"] == "failing"
    assert await _coming(town, held) == []


async def test_a_private_address_is_refused_at_once_or_when_it_is_read(town: Town) -> None:
    held = await town.founded()

    with pytest.raises(Refused) as no_address:
        await town.ask(FollowCalendar(link="file:///etc/passwd"), held)
    await town.ask(FollowCalendar(link="webcal://192.168.1.1/a.ics"), held)
    told = await _told_times(town, NOT_READ, 1)

    assert no_address.value.told == "bad-address"
    assert "not on the public internet" in told["calendar"]["why"]


async def test_one_that_stops_working_is_told_once_and_its_meetings_stay(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    good = http(calendar(event("a", _in(town, days=30))))
    site.answers["/a"] = good
    await _follow(town, held, site)
    await _told_times(town, READ, 1)

    site.answers["/a"] = http(b"", status="500 Broken")
    for asked, hours in ((2, 1.1), (3, 0.2), (4, 0.6), (5, 2.1), (6, 6.1)):
        town.later(hours=hours)
        await _asked_times(site, asked)
        await _settled(town)
        # What passes by itself is nobody's worry: they hear of it after the third time.
        assert len(await _told(town, NOT_READ)) == (asked > 3)
    told = await _told_times(town, NOT_READ, 1)
    held = await town.passport(LINDIWE)
    [listed] = (await town.ask(ListCalendars(), held)).calendars
    site.answers["/a"] = good
    town.later(hours=24.1)
    await _told_times(town, READ, 2)

    held = await town.passport(LINDIWE)
    [again] = (await town.ask(ListCalendars(), held)).calendars
    assert "500" in told["calendar"]["why"]
    assert (listed.state, listed.dates) == (CalendarState.FAILING, 1)
    assert (again.state, again.why, again.dates) == (CalendarState.FOLLOWED, "", 1)


async def test_what_a_facilitator_did_here_holds_until_the_date_changes(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    days = [_in(town, days=n) for n in (3, 4, 5)]
    both = [event("a", days[0]), event("b", days[1])]
    site.answers["/a"] = http(calendar(*both, event("c", days[2])))
    await _follow(town, held, site)
    await _told_times(town, READ, 1)
    off, moved, gone = await _coming(town, held)
    await town.ask(CancelMeeting(code=off.code), held)
    elsewhere = days[1] + timedelta(hours=3)
    await town.ask(MoveMeeting(code=moved.code, starts=elsewhere, zone=moved.zone), held)

    site.answers["/a"] = http(calendar(event("a", days[0], "Other"), both[1]))
    town.later(hours=1.1)
    await _told_times(town, READ, 2)
    site.answers["/a"] = http(calendar(*both, event("c", days[2])))
    town.later(hours=1.1)
    await _told_times(town, READ, 3)

    held = await town.passport(LINDIWE)
    first = (await town.ask(ShowMeeting(code=off.code), held)).meeting
    second = (await town.ask(ShowMeeting(code=moved.code), held)).meeting
    third = (await town.ask(ShowMeeting(code=gone.code), held)).meeting
    assert first.status is MeetingStatus.CANCELLED
    assert second.starts == elsewhere
    assert (third.status, third.reason) == (MeetingStatus.SCHEDULED, "")
    assert len(await _told(town, "scheduling.meeting-restored.v1")) == 1


async def test_a_file_that_came_only_in_part_takes_nothing_out(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    body = calendar(event("a", _in(town, days=3)), event("b", _in(town, days=4)))
    site.answers["/a"] = http(body)
    await _follow(town, held, site)
    await _told_times(town, READ, 1)

    unreadable = event("b", _in(town, days=4)).replace("T", "X")
    site.answers["/a"] = http(body[: len(body) // 2])
    town.later(hours=1.1)
    await _asked_times(site, 2)
    await _settled(town)
    site.answers["/a"] = http(calendar(event("a", _in(town, days=3)), unreadable))
    town.later(hours=1.1)
    await _asked_times(site, 3)
    await _settled(town)

    assert await _told(town, "scheduling.meeting-cancelled.v1") == []


async def test_far_dates_get_their_cards_two_weeks_before(town: Town, site: Installation) -> None:
    held = await town.founded()
    site.answers["/a"] = http(
        calendar(event("a", _in(town, days=3)), event("b", _in(town, days=20)))
    )
    await _follow(town, held, site)
    await _told_times(town, READ, 1)
    near, far = await _coming(town, held)

    town.later(days=7)
    told = await _told_times(town, "scheduling.meeting-announced.v1", 1)

    assert (near.announced, far.announced) == (True, False)
    assert (told["meeting"]["id"], told["meeting"]["announced"]) == (str(far.id), True)


async def test_who_stops_following_has_its_meetings_called_off_or_kept(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    site.answers["/a"] = http(calendar(event("a", _in(town, days=3), "Off")))
    site.answers["/b"] = http(calendar(event("a", _in(town, days=4), "Kept")))
    first, second = await _follow(town, held, site), await _follow(town, held, site, "/b")
    await _told_times(town, READ, 2)

    with pytest.raises(Refused) as which:
        await town.ask(UnfollowCalendar(), held)
    off, _ = await _coming(town, held)
    gone = await town.ask(UnfollowCalendar(number=first.number), held)
    kept = await town.ask(UnfollowCalendar(calendar=second.id, keep_meetings=True), held)

    assert which.value.told == "no-such-calendar"
    assert (gone.cancelled, kept.cancelled) == (1, 0)
    assert [m.title for m in await _coming(town, held)] == ["Kept"]
    called_off = (await town.ask(ShowMeeting(code=off.code), held)).meeting
    assert called_off.reason == NOT_FOLLOWED
    assert (await town.ask(ListCalendars(), held)).calendars == ()


async def test_ten_calendars_at_most_and_each_once_for_facilitators_only(
    town: Town, site: Installation
) -> None:
    held, member = await town.founded(), await town.joined(THANDI)
    site.answers |= {f"/{n}": http(calendar()) for n in range(11)}
    numbers = [(await _follow(town, held, site, f"/{n}")).number for n in range(10)]
    again = await _follow(town, held, site, "/3")

    with pytest.raises(Refused) as full:
        await _follow(town, held, site, "/10")
    refused = []
    for request in (FollowCalendar(link=site.link("/a")), UnfollowCalendar(), ListCalendars()):
        with pytest.raises(Refused) as no:
            await town.ask(request, member)
        refused.append(no.value.told)

    assert (numbers, again.number) == (list(range(1, 11)), 4)
    assert full.value.told == "too-many-calendars"
    assert refused == ["not-allowed"] * 3


async def _one(town: Town, held: PassportIssued, site: Installation) -> Followed:
    followed = await _follow(town, held, site)
    await _told_times(town, READ, 1)
    async with town.ledgers["scheduling"].database.begin() as sql:
        found = await Calendars(Work(sql, town.clock)).alone(followed.id)
    assert found is not None
    return found


async def test_a_reading_killed_halfway_or_done_twice_comes_to_the_same(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    site.answers["/a"] = http(calendar(event("a", _in(town, days=3))))
    followed = await _one(town, held, site)
    site.answers["/a"] = http(
        calendar(event("b", _in(town, days=4)), event("c", _in(town, days=5)))
    )
    found = await NearReader(site).read(followed, (), town.clock.now())
    assert isinstance(found, Found)
    database = town.ledgers["scheduling"].database

    async with database.connect() as killed:
        await settle(followed, found, Work(killed, town.clock))
    titles = [m.starts for m in await _coming(town, held)]
    for _ in range(2):
        async with database.begin() as sql:
            work = Work(sql, town.clock)
            await settle(followed, found, work)
            await work.keep()

    assert titles == [_in(town, days=3)]
    assert [m.starts for m in await _coming(town, held)] == [_in(town, days=4), _in(town, days=5)]
    counts = [(t["called"], t["cancelled"]) for t in await _told(town, READ)]
    assert counts == [(1, 0), (2, 1)]


@pytest.mark.parametrize("personal", [False, True])
async def test_whoever_is_erased_leaves_no_name_and_the_titles_come_back(
    town: Town, site: Installation, personal: bool
) -> None:
    held, _ = await town.founded(), await town.joined(THANDI)
    promote = AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR)
    await town.ask(promote, held)
    thandi = await town.passport(THANDI)
    path = "/thandi%40example.org/a" if personal else "/a"
    site.answers[path] = http(calendar(event("a", _in(town, days=3), "Fractions")))
    followed = await _follow(town, thandi, site, path)
    await _told_times(town, READ, 1)

    await town.ask(EraseMe(), thandi)
    await _told_times(town, "scheduling.erasure-answered.v1", 1)
    if not personal:
        await _told_times(town, READ, 2)
    listed = (await town.ask(ListCalendars(), held)).calendars
    titles = [m.title for m in await _coming(town, held)]

    assert titles == ([""] if personal else ["Fractions"])
    assert [c.id for c in listed] == ([] if personal else [followed.id])
    assert followed.author not in [c.author for c in listed]


async def test_the_worker_process_reads_calendars(site: Installation, town: Town) -> None:
    now = town.clock.now()
    site.answers["/a"] = http(calendar(event("a", _in(town, days=3))))
    endless = "DTSTART:16010101T000000Z\nRRULE:FREQ=DAILY;COUNT=999999999"
    site.answers["/slow"] = http(calendar(*(f"UID:{n}\n{endless}" for n in range(99))))
    program = (
        "from indaba.process.outside import fetching;"
        "from indaba.scheduling.workflows.calendars import worker;"
        "worker.Rules = lambda seconds: fetching.Rules(is_allowed=bool, ports=None);"
        "worker.main()"
    )
    reader = CalendarReader((sys.executable, "-c", program))

    def ask(path: str) -> Followed:
        link = site.link(path).replace("district.example.org", "localhost")
        new = town.clock.new_id()
        return Followed(
            id=CalendarId(new),
            community=CommunityId(new),
            number=1,
            author=MemberId(new),
            link=link,
            zone="UTC",
            due_at=now,
            correlation=new,
        )

    found = await reader.read(ask("/a"), (), now)
    slow = await reader.read(ask("/slow"), (), now)
    await reader.close()

    assert isinstance(found, Found)
    assert [date.starts for date in found.dates] == [_in(town, days=3)]
    assert getattr(slow, "why", "") == "too much to work out"


async def test_many_that_go_at_once_go_quietly_and_past_ones_stay(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    past = event("past", _in(town, hours=2))
    site.answers["/a"] = http(
        calendar(past, *(event(f"{n}", _in(town, days=n)) for n in range(2, 7)))
    )
    await _follow(town, held, site)
    await _told_times(town, READ, 1)

    site.answers["/a"] = http(calendar())
    town.later(hours=2.5)
    told = await _told_times(town, READ, 2)

    cancelled = await _told(town, "scheduling.meeting-cancelled.v1")
    assert [each["quietly"] for each in cancelled] == [True] * 5
    assert (told["cancelled"], told["calendar"]["dates"]) == (5, 0)


async def test_an_entry_used_again_for_a_later_day_is_another_meeting(
    town: Town, site: Installation
) -> None:
    held = await town.founded()
    site.answers["/a"] = http(calendar(event("a", _in(town, hours=2), "First")))
    await _follow(town, held, site)
    await _told_times(town, READ, 1)
    [first] = await _coming(town, held)

    later = _in(town, days=9)
    site.answers["/a"] = http(calendar(event("a", later, "Second")))
    town.later(hours=6)
    await _told_times(town, READ, 2)

    held = await town.passport(LINDIWE)
    [second] = await _coming(town, held)
    assert (second.title, second.starts) == ("Second", later)
    assert second.id != first.id
    before = (await town.ask(ShowMeeting(code=first.code), held)).meeting
    assert (before.title, before.starts) == ("First", first.starts)


async def test_what_one_follows_the_other_account_does(town: Town, site: Installation) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    site.answers["/a"] = http(calendar(event("a", _in(town, days=3))))
    await _follow(town, held, site)
    await _told_times(town, READ, 1)
    code = (await town.ask(IssueLinkCode(), thandi)).code

    await town.ask(LinkAccount(code=code, platform=Platform.MATRIX, account=LINDIWE))

    async def is_thandis() -> bool:
        found = (await town.ask(ListCalendars(), await town.passport(THANDI))).calendars
        return [c.author for c in found] == [thandi.passport.member]

    await until(is_thandis)
