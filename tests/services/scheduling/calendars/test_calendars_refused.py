import gzip
import sys
from collections.abc import Callable

import pytest

from indaba.contracts.calendars import CalendarId, CalendarState, FollowCalendar, ListCalendars
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.refusal import Refused
from indaba.scheduling.model.outside import CalendarDates, Followed
from indaba.scheduling.workflows.calendars.reader import CalendarReader
from services.scheduling.calendars.following import (
    LINDIWE,
    NOT_READ,
    READ,
    all_told,
    asked_times,
    follow,
    meetings_ahead,
    settled,
    told_times,
    wall_time,
)
from services.scheduling.calendars.outside_calendar import calendar, event, http
from services.site import Site
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.thorough(keep=2)
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            lambda: http(b"", "Location: http://10.0.0.1/a.ics\r\n", "302 Found"),
            "not on the public",
        ),
        (
            lambda: http(b"", "Location: http://169.254.169.254/\r\n", "302 Found"),
            "not on the public",
        ),
        (lambda: http(b"<!doctype html><p>Sign in"), "not a calendar file"),
        (lambda: http(b"", status="404 Not Found"), "nothing at that address"),
        (lambda: http(b"", status="403 Forbidden"), "not public"),
        (lambda: http(b"", status="503 Busy"), "error (503)"),
        (
            lambda: http(calendar(*(f"UID:{n}\nDTSTART:20990101T100000Z" for n in range(50_000)))),
            "more than 5,000 entries that are not over",
        ),
        (
            lambda: http(calendar(*(f"UID:{n}\nDTSTART:20990101T100000Z" for n in range(5_001)))),
            "more than 5,000 entries",
        ),
        (
            lambda: http(
                gzip.compress(b"BEGIN:VCALENDAR\r\n" + b"X" * 300_000_000),
                "Content-Encoding: gzip\r\n",
            ),
            "larger than 48 megabytes",
        ),
        (lambda: http(calendar("UID:a\nDTSTART:20270101T100000Z")[:-20]), "Only a part"),
        (
            lambda: http(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VTODO\r\nEND:VCALENDAR"),
            "Only a part",
        ),
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
    town: Town, site: Site, answer: Callable[[], bytes], why: str
) -> None:
    held = await town.founded()
    site.answers["/a"] = answer()

    await follow(town, held, site)
    told = await told_times(town, NOT_READ, 1)

    assert why in told["calendar"]["why"]
    assert told["calendar"]["state"] == "failing"
    assert await meetings_ahead(town, held) == []


async def test_a_private_address_is_refused_at_once_or_when_it_is_read(town: Town) -> None:
    held = await town.founded()

    with pytest.raises(Refused) as no_address:
        await town.ask(FollowCalendar(link="file:///etc/passwd"), held)
    await town.ask(FollowCalendar(link="webcal://192.168.1.1/a.ics"), held)
    told = await told_times(town, NOT_READ, 1)

    assert no_address.value.told == "bad-address"
    assert "not on the public internet" in told["calendar"]["why"]


async def test_one_that_stops_working_is_told_once_and_its_meetings_stay(
    town: Town, site: Site
) -> None:
    held = await town.founded()
    good = http(calendar(event("a", wall_time(town, days=30))))
    site.answers["/a"] = good
    await follow(town, held, site)
    await told_times(town, READ, 1)

    site.answers["/a"] = http(b"", status="500 Broken")
    for asked, hours in ((2, 1.1), (3, 0.2), (4, 0.6), (5, 2.1), (6, 6.1)):
        town.later(hours=hours)
        await asked_times(site, asked)
        await settled(town)
        # What passes by itself is nobody's worry: they hear of it after the third time.
        assert len(await all_told(town, NOT_READ)) == (asked > 3)
    told = await told_times(town, NOT_READ, 1)
    held = await town.passport(LINDIWE)
    [listed] = (await town.ask(ListCalendars(), held)).calendars
    site.answers["/a"] = good
    town.later(hours=24.1)
    await told_times(town, READ, 2)

    held = await town.passport(LINDIWE)
    [again] = (await town.ask(ListCalendars(), held)).calendars
    assert "500" in told["calendar"]["why"]
    assert (listed.state, listed.dates) == (CalendarState.FAILING, 1)
    assert (again.state, again.why, again.dates) == (CalendarState.FOLLOWED, "", 1)


async def test_a_file_that_came_only_in_part_takes_nothing_out(town: Town, site: Site) -> None:
    held = await town.founded()
    body = calendar(event("a", wall_time(town, days=3)), event("b", wall_time(town, days=4)))
    site.answers["/a"] = http(body)
    await follow(town, held, site)
    await told_times(town, READ, 1)

    unreadable = event("b", wall_time(town, days=4)).replace("T", "X")
    site.answers["/a"] = http(body[: len(body) // 2])
    town.later(hours=1.1)
    await asked_times(site, 2)
    await settled(town)
    site.answers["/a"] = http(calendar(event("a", wall_time(town, days=3)), unreadable))
    town.later(hours=1.1)
    await asked_times(site, 3)
    await settled(town)

    assert await all_told(town, "scheduling.meeting-cancelled.v1") == []


async def test_the_worker_process_reads_calendars(site: Site, town: Town) -> None:
    now = town.clock.now()
    site.answers["/a"] = http(calendar(event("a", wall_time(town, days=3))))
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

    assert isinstance(found, CalendarDates)
    assert [date.starts for date in found.dates] == [wall_time(town, days=3)]
    assert getattr(slow, "why", "") == "too much to work out"
