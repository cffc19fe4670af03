"""Following and unfollowing external calendars."""

from dataclasses import replace

from indaba.contracts.calendars import (
    CalendarFollowed,
    CalendarId,
    CalendarsListed,
    CalendarUnfollowed,
    FollowCalendar,
    ListCalendars,
    UnfollowCalendar,
)
from indaba.ledger import Work
from indaba.scheduling.model.outside import (
    MOST_CALENDARS,
    Followed,
    NoSuchCalendar,
    TooManyCalendars,
    calendar_address,
)
from indaba.scheduling.store.calendars import Calendars
from indaba.scheduling.workflows.calendars.applying import call_off_all
from indaba.scheduling.workflows.calendars.following import read_soon


async def follow_calendar(request: FollowCalendar, work: Work) -> CalendarFollowed:
    """Follow a calendar: it is read now, and every hour from then on. Raises `TooManyCalendars`."""
    author, community = work.passport.a_facilitator(), work.passport.in_community()
    link = calendar_address(request.link)
    store = Calendars(work)
    there = await store.of(community, alone=True)
    calendar = next((each for each in there if each.link == link), None)
    same = await store.alone(calendar.id) if calendar else None
    if same is None and len(there) >= MOST_CALENDARS:
        raise TooManyCalendars
    numbers = {each.number for each in there}
    followed = same or Followed(
        id=CalendarId(work.world.new_id()),
        community=community,
        number=min(set(range(1, MOST_CALENDARS + 1)) - numbers),
        author=author,
        link=link,
        zone=work.passport.zone,
        due_at=work.now,
        correlation=work.correlation,
    )
    followed = replace(followed, due_at=work.now, correlation=work.correlation)
    await store.keep(followed)
    await read_soon(followed, work)
    return CalendarFollowed(calendar=followed.facts(await store.count(followed.id)))


async def unfollow_calendar(request: UnfollowCalendar, work: Work) -> CalendarUnfollowed:
    """Stop following a calendar. Its meetings to come are cancelled, unless they are to be kept.

    Raises `NoSuchCalendar`.
    """
    store = Calendars(work)
    there = await store.of(work.passport.in_community())
    followed = await store.alone(_named(request, there).id)
    if followed is None:
        raise NoSuchCalendar([each.number for each in there])
    cancelled = 0 if request.keep_meetings else await call_off_all(followed, work)
    facts = followed.facts(await store.count(followed.id))
    await store.forget(followed.id)
    return CalendarUnfollowed(calendar=facts, cancelled=cancelled)


def _named(request: UnfollowCalendar, there: list[Followed]) -> Followed:
    """The calendar meant: by number, or the only one. Raises `NoSuchCalendar`."""
    named = request.calendar is not None or request.number is not None
    meant = [
        each
        for each in there
        if not named or each.id == request.calendar or each.number == request.number
    ]
    if len(meant) != 1:
        raise NoSuchCalendar([each.number for each in there])
    return meant[0]


async def list_calendars(request: ListCalendars, work: Work) -> CalendarsListed:  # noqa: ARG001 - all of them
    """List the community's followed calendars."""
    store = Calendars(work)
    there = await store.of(work.passport.in_community())
    shown = [each.facts(await store.count(each.id), with_titles=True) for each in there]
    return CalendarsListed(calendars=tuple(shown))
