"""A calendar whose address has ended: one entry, today, that says what to do."""

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
    """The same for every such address, whether or not it ever worked.

    If apps get an error, they keep their old copy. This file replaces it.
    """
    return answered(request, ended_calendar(now), TYPE, "calendar.ics", for_all=False)


def ended_calendar(now: datetime) -> bytes:
    """A valid calendar with one all-day entry, today."""
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
