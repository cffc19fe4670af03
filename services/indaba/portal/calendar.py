"""Calendar feeds of a community and of one member (RFC 5545, RFC 7986).

The same meetings give the same bytes, so that an app that asks again learns that nothing changed.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from indaba.conversation.wording import Wording, plain
from indaba.portal.entries import Setting, mine, single
from indaba.portal.model import Answered, Community, Meeting, Repeating
from indaba.portal.repeating import of_all, years
from indaba.portal.zones import described

if TYPE_CHECKING:
    from icalendar import Calendar, Event

LOOK_AGAIN_AFTER = timedelta(hours=1)
TYPE = "text/calendar; charset=utf-8"


@lru_cache(maxsize=64)
def feed(
    community: Community,
    meetings: tuple[Meeting, ...],
    page: str,
    series: tuple[Repeating, ...] = (),
    *,
    for_members: bool = False,
) -> bytes:
    """The community’s calendar file. Names nobody.

    Without `page`, it has no link to the community's page.
    """
    setting = _setting(community, page, for_members=for_members)
    calendar = begun(setting.name, community.zone, page)
    used = [(meeting.zone, meeting.starts.year) for meeting in meetings]
    for repeating in series:
        used += years(repeating)
    events = [*of_all(series, setting), *(single(meeting, setting) for meeting in meetings)]
    return _file(calendar, used, events)


def my_feed(community: Community, answered: tuple[Answered, ...], page: str) -> bytes:
    """A member's calendar file: meetings they answered with yes or maybe. Names nobody."""
    setting = _setting(community, page, for_members=True)
    name = setting.wording.say("My meetings: {name}", name=setting.name)
    calendar = begun(name, community.zone, page)
    used = [(one.meeting.zone, one.meeting.starts.year) for one in answered]
    return _file(calendar, used, [mine(one, setting) for one in answered])


def _setting(community: Community, page: str, *, for_members: bool) -> Setting:
    name, wording = plain(community.name), Wording(community.tag)
    return Setting(name, page, wording, community.platforms, for_members)


def begun(name: str, zone: str = "", page: str = "") -> "Calendar":
    """A calendar without entries."""
    from icalendar import Calendar, vText

    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Indaba//Portal//EN")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
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
    calendar: "Calendar", used: Iterable[tuple[str, int]], events: Iterable["Event"]
) -> bytes:
    """The file with its events and its zones, each for the years in which it is used."""
    by_zone: dict[str, list[int]] = {}
    for zone, year in used:
        by_zone.setdefault(zone, []).append(year)
    for zone, in_years in sorted(by_zone.items()):
        calendar.add_component(described(zone, min(in_years), max(in_years)))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())
