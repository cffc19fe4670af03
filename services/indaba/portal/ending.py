"""A calendar whose address has ended: one entry, today, that says so and what to do."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.refusal import hint
from indaba.conversation.wording import Wording
from indaba.portal.calendar import TYPE, begun
from indaba.portal.drawing import answered
from indaba.portal.hints import ANYWHERE, in_words

UID = "ended@indaba"


def ended(request: Request, now: datetime) -> Response:
    """The same whatever the address was, and whether it ever opened anything.

    Apps keep what they had when they are told of an error; this takes its place.
    """
    return answered(request, ended_calendar(now), TYPE, "calendar.ics", for_all=False)


def ended_calendar(now: datetime) -> bytes:
    """A valid calendar with one entry that lasts all of today."""
    from icalendar import Event

    wording = Wording()
    say, title = wording.say, wording.say("This calendar has ended")
    calendar, day = begun(title), now.date()
    event = Event()
    event.add("UID", UID)
    event.add("SUMMARY", title)
    event.add(
        "DESCRIPTION",
        say(
            "Its address opens nothing any more: it was closed, or replaced by a new one. For the "
            "new one, type in your community’s room: {line}. Then remove this calendar here.",
            line=in_words(hint("calendar"), ANYWHERE, wording),
        ),
    )
    event.add("DTSTART", day)
    event.add("DTEND", day + timedelta(days=1))
    event.add("DTSTAMP", datetime(day.year, day.month, day.day, tzinfo=now.tzinfo))
    event.add("TRANSP", "TRANSPARENT")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
