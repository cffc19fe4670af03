"""Links that fill in a new entry in Google's and Outlook's web calendars.

They carry what the meeting's page shows, and name nobody. A site learns it only from those who tap.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlencode

from indaba.conversation.wording import Wording, plain
from indaba.portal.entries import title_of
from indaba.portal.model import Meeting

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.office.com/calendar/0/deeplink/compose"


class Adding(NamedTuple):
    """One link for each."""

    google: str
    outlook: str


def adding(meeting: Meeting, link: str, wording: Wording) -> Adding:
    """The links for a meeting; `link` is the address of its page."""
    begins = meeting.begins.astimezone(UTC)
    ends = begins + timedelta(minutes=meeting.minutes)
    title, place = title_of(meeting, wording), plain(meeting.where)
    about = wording.say("About this meeting: {link}", link=link)
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{begins:%Y%m%dT%H%M%SZ}/{ends:%Y%m%dT%H%M%SZ}",
        "details": about,
        "location": place,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": _iso(begins),
        "enddt": _iso(ends),
        "body": about,
        "location": place,
    }
    return Adding(_link(GOOGLE, google), _link(OUTLOOK, outlook))


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _link(address: str, fields: dict[str, str]) -> str:
    # Outlook shows a plus sign where others read a space.
    return f"{address}?{urlencode(fields, quote_via=quote)}"
