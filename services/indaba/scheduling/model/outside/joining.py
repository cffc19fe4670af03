"""The link by which people join a meeting, from wherever a calendar program puts it."""

import re

from indaba.process.outside.addresses import BadAddress, address

JOIN = (
    *("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL"),
    *("X-MICROSOFT-ONLINEMEETINGEXTERNALLINK", "LOCATION", "DESCRIPTION", "URL"),
)
"""The properties that may have it, the most likely first."""

_WRITTEN_FREELY = frozenset({"LOCATION", "DESCRIPTION", "URL"})
LONGEST_LINK = 400
_VALUE = re.compile(r'[A-Za-z0-9-]+(?:;(?:[^:"]|"[^"]*")*)?:(.*)')
_LINK = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,nN])")
_HOSTS = (
    *("zoom.us", "zoomgov.com", "teams.microsoft.com", "teams.live.com", "meet.google.com"),
    *("webex.com", "meet.jit.si", "8x8.vc", "whereby.com", "gotomeeting.com", "meet.goto.com"),
    *("gotomeet.me", "bluejeans.com", "join.skype.com", "chime.aws", "call.element.io"),
    *("meeting.zoho.com", "meet.starleaf.com", "lifesizecloud.com", "dialpad.com"),
)
_ROOMS = re.compile(r"/(bigbluebutton|b|call|meet|jitsi)/", re.IGNORECASE)


def join_link(name: str, line: str) -> str:
    """The link in an unfolded line of a property in `JOIN`; empty if it has none to join by.

    What people write freely is only believed where the link leads to a place for meetings.
    """
    match = _VALUE.fullmatch(line.strip())
    links = _LINK.findall(_ESCAPED.sub(_plain, match[1])) if match else []
    if name in _WRITTEN_FREELY:
        links = [link for link in links if _is_for_meetings(link)]
    return next((link for each in links if (link := _checked(each))), "")


def _plain(match: re.Match[str]) -> str:
    return " " if match[1] in "nN" else match[1]


def _is_for_meetings(link: str) -> bool:
    host, _, path = link.partition("://")[2].partition("/")
    host = host.rpartition("@")[2].partition(":")[0].lower()
    known = any(host == each or host.endswith(f".{each}") for each in _HOSTS)
    return known or _ROOMS.search(f"/{path}") is not None


def _checked(link: str) -> str:
    """The link as it is kept; empty if it is no public address, or longer than a link is."""
    bare = link.rstrip(".,;:!?)]}>")
    try:
        return address(bare).link if len(bare) <= LONGEST_LINK else ""
    except BadAddress:
        return ""
