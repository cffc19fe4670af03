"""Calendar feeds of a community and of one member (RFC 5545, RFC 7986).

The same meetings give the same bytes all month, so that an app that asks again learns that nothing
changed.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from indaba.conversation.wording import Wording, plain
from indaba.portal.entries import Reader, Setting, mine, single
from indaba.portal.model import Answered, Community, Meeting, Repeating
from indaba.portal.repeating import of_all, zones_used
from indaba.portal.zones import described

if TYPE_CHECKING:
    from icalendar import Calendar, Event

Used = tuple[str, int]
"""A zone and a year in which it is used."""

LOOK_AGAIN_AFTER = timedelta(hours=1)
TYPE = "text/calendar; charset=utf-8"


@lru_cache(maxsize=64)
def feed(
    community: Community,
    meetings: tuple[Meeting, ...],
    page: str,
    series: tuple[Repeating, ...] = (),
    *,
    reader: Reader,
) -> bytes:
    """The community’s calendar file. Names nobody.

    Without `page`, it has no link to the community's page.
    """
    setting = _setting(community, page, reader)
    used = [(meeting.zone, meeting.starts.year) for meeting in meetings]
    for repeating in series:
        used += zones_used(repeating)
    events = [*of_all(series, setting), *(single(meeting, setting) for meeting in meetings)]
    return _file(begun(setting.name, community.zone, page), used, events, setting)


def my_feed(
    community: Community,
    answered: tuple[Answered, ...],
    page: str,
    *,
    reader: Reader,
) -> bytes:
    """A member's calendar file: meetings they answered with yes or maybe. Names nobody."""
    setting = _setting(community, page, reader)
    name = setting.wording.say("My meetings: {name}", name=setting.name)
    used = [(one.meeting.zone, one.meeting.starts.year) for one in answered]
    events = [mine(one, setting) for one in answered]
    return _file(begun(name, community.zone, page), used, events, setting)


def one(meeting: Meeting, community: Community, page: str, *, is_member: bool) -> bytes:
    """A file with one meeting, which a calendar app takes in and does not follow."""
    # Such a copy is never read anew, so its zone is told as it is when the meeting takes place.
    setting = _setting(community, page, Reader.at(meeting.starts, is_member=is_member))
    used = [(meeting.zone, meeting.starts.year)]
    return _file(_begun(), used, [single(meeting, setting)], setting)


def _setting(community: Community, page: str, reader: Reader) -> Setting:
    wording = Wording(community.tag)
    return Setting(plain(community.name), page, wording, reader, community.platforms)


def _begun() -> "Calendar":
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Indaba//Portal//EN")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    return calendar


def begun(name: str, zone: str = "", page: str = "") -> "Calendar":
    """A calendar to follow, without entries."""
    from icalendar import vText

    calendar = _begun()
    # The library does not escape names given as plain strings.
    calendar.add("NAME", vText(name))
    calendar.add("X-WR-CALNAME", vText(name))
    if zone:
        calendar.add("X-WR-TIMEZONE", zone)
    if page:
        calendar.add("URL", page)
    calendar.add("REFRESH-INTERVAL", LOOK_AGAIN_AFTER, {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    return calendar


def _file(
    calendar: "Calendar", used: Iterable[Used], events: Iterable["Event"], setting: Setting
) -> bytes:
    """The file with its events and, unless times are in UTC, its zones from when they are used."""
    first_years: dict[str, int] = {}
    for zone, year in used:
        first_years[zone] = min(year, first_years.get(zone, year))
    for zone, year in sorted(first_years.items() if not setting.reader.one_by_one else ()):
        calendar.add_component(described(zone, year, setting.reader.month))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())
