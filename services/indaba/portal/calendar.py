"""The community's calendar as a feed that calendar apps follow (RFC 5545, RFC 7986).

The same meetings give the same bytes, so that an app that looks again learns that nothing changed.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from indaba.contracts.scheduling import MeetingStatus
from indaba.conversation.wording import Wording, plain
from indaba.portal.model import Community, Meeting
from indaba.portal.zones import described

if TYPE_CHECKING:
    from icalendar import Event

LOOK_AGAIN_AFTER = timedelta(hours=1)
TYPE = "text/calendar; charset=utf-8"


@lru_cache(maxsize=64)
def feed(community: Community, meetings: tuple[Meeting, ...], page: str) -> bytes:
    """The calendar file. `page` is the address of the community's page. Names nobody."""
    from icalendar import Calendar, vText

    calendar = Calendar()
    name = plain(community.name)
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Indaba//Portal//EN")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    # Given as plain text, the library would write names without escaping them.
    calendar.add("NAME", vText(name))
    calendar.add("X-WR-CALNAME", vText(name))
    calendar.add("X-WR-TIMEZONE", community.zone)
    calendar.add("URL", page)
    calendar.add("REFRESH-INTERVAL", LOOK_AGAIN_AFTER, {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for zone, first, last in _years(meetings):
        calendar.add_component(described(zone, first, last))
    for meeting in meetings:
        calendar.add_component(_event(meeting, name, page, Wording(community.tag)))
    return bytes(calendar.to_ical())


def _years(meetings: tuple[Meeting, ...]) -> list[tuple[str, int, int]]:
    """Each zone used, with the first and last year it is used in."""
    years: dict[str, list[int]] = {}
    for meeting in meetings:
        years.setdefault(meeting.zone, []).append(meeting.starts.year)
    return [(zone, min(used), max(used)) for zone, used in sorted(years.items())]


def _event(meeting: Meeting, name: str, page: str, wording: Wording) -> "Event":
    from icalendar import Event

    cancelled = meeting.status is MeetingStatus.CANCELLED
    event = Event()
    event.add("UID", f"{meeting.id}@indaba")
    event.add("DTSTAMP", _to_the_second(meeting.stamp))
    event.add("LAST-MODIFIED", _to_the_second(meeting.stamp))
    event.add("SEQUENCE", meeting.sequence)
    event.add("DTSTART", meeting.begins)
    event.add("DURATION", timedelta(minutes=meeting.minutes))
    event.add("SUMMARY", title_of(meeting, wording))
    event.add("DESCRIPTION", "\n".join(_words(meeting, name, page, wording)))
    event.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT")
    event.add("URL", page)
    return event


def title_of(meeting: Meeting, wording: Wording) -> str:
    """The title on one line; where its words are gone, the code."""
    return plain(meeting.title) or wording.say("Meeting {code}", code=meeting.code)


def _words(meeting: Meeting, name: str, page: str, wording: Wording) -> list[str]:
    say = wording.say
    return [
        *_state(meeting, wording),
        say("Community: {name}", name=name),
        say("Code: {code}", code=meeting.code),
        say("All meetings: {link}", link=page),
    ]


def _state(meeting: Meeting, wording: Wording) -> list[str]:
    say = wording.say
    if meeting.status is MeetingStatus.CLOSED:
        return [say("This meeting is over.")]
    if meeting.status is MeetingStatus.CANCELLED:
        why = plain(meeting.reason)
        because = [say("Why: {reason}", reason=why)] if why else []
        return [say("Called off: this meeting does not take place."), *because]
    line = f"!cop yes {meeting.code}"
    return [
        say(
            "Coming? React 👍, 🤔 or 👎 to the meeting’s card in your community’s room, or type "
            "there: {line} (or maybe, or no).",
            line=line,
        ),
        say("On Discord, mention the bot instead of typing !cop."),
    ]


def _to_the_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
