"""A town that follows a calendar: what is asked, and what is told of it."""

from datetime import datetime, timedelta
from typing import Any

from indaba.contracts.calendars import CalendarFacts, FollowCalendar
from indaba.contracts.membership import PassportIssued
from indaba.contracts.scheduling import ListMeetings, MeetingFacts
from indaba.ledger import Work
from indaba.scheduling.model.outside import Followed
from indaba.scheduling.store.calendars import Calendars
from services.site import Site
from services.town import Town
from workshop import rows, until

LINDIWE, THANDI = "@lindiwe:example.org", "@thandi:example.org"
READ, NOT_READ = "scheduling.calendar-read.v1", "scheduling.calendar-not-read.v1"


def wall_time(town: Town, **time: float) -> datetime:
    """Wall time in Johannesburg, so much from now, at the full hour."""
    johannesburg = town.clock.now() + timedelta(hours=2) + timedelta(**time)
    return johannesburg.replace(tzinfo=None, minute=0, second=0, microsecond=0)


async def all_told(town: Town, wire: str) -> list[dict[str, Any]]:
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{wire}' ORDER BY id"
    return [body for (body,) in await rows(town.ledgers["scheduling"], query)]


async def told_times(town: Town, wire: str, times: int) -> dict[str, Any]:
    async def so_often() -> bool:
        return len(await all_told(town, wire)) >= times

    await until(so_often)
    told = await all_told(town, wire)
    assert len(told) == times
    return told[-1]


async def asked_times(site: Site, times: int) -> None:
    async def so_often() -> bool:
        return len(site.asked) >= times

    await until(so_often)


async def seen_times(town: Town, site: Site, times: int) -> None:
    """The calendar was read so often, and what it said is applied."""
    await asked_times(site, times)
    await settled(town)


async def settled(town: Town) -> None:
    """What was asked for is applied: nothing is due and nothing is out on lease."""
    now = town.clock.now().isoformat()

    async def none_due() -> bool:
        due = f"due_at < '{now}'::timestamptz + interval '3 minutes'"
        query = f"SELECT count(*) FROM calendars_followed WHERE {due}"
        return await rows(town.ledgers["scheduling"], query) == [(0,)]

    await until(none_due)


async def follow(town: Town, held: PassportIssued, site: Site, path: str = "/a") -> CalendarFacts:
    return (await town.ask(FollowCalendar(link=site.link(path)), held)).calendar


async def meetings_ahead(town: Town, held: PassportIssued) -> list[MeetingFacts]:
    return list((await town.ask(ListMeetings(limit=50), held)).meetings)


async def followed_once(town: Town, held: PassportIssued, site: Site) -> Followed:
    followed = await follow(town, held, site)
    await told_times(town, READ, 1)
    async with town.ledgers["scheduling"].database.begin() as sql:
        found = await Calendars(Work(sql, town.clock)).alone(followed.id)
    assert found is not None
    return found
