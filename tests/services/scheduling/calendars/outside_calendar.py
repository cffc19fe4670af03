"""A calendar file to write in tests, and a reader of the site that serves it."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from indaba.process.outside.fetching import NotRead
from indaba.scheduling.workflows.calendars.reader import CalendarReader, Unreadable
from indaba.scheduling.workflows.calendars.worker import answer
from services.site import Site


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar file; an event is its lines, with `UID:a` before them where it names none."""
    told = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y\nX-WR-CALNAME:District\n{head}{told}"
    return f"{text}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def event(uid: str, starts: datetime, title: str = "Workshop", *lines: str) -> str:
    """An event of an hour in Johannesburg."""
    ends = starts + timedelta(hours=1)
    zone = "TZID=Africa/Johannesburg"
    more = "\n".join(lines)
    return (
        f"UID:{uid}\nSUMMARY:{title}\nDTSTART;{zone}:{starts:%Y%m%dT%H%M%S}\n"
        f"DTEND;{zone}:{ends:%Y%m%dT%H%M%S}\n{more}"
    )


def http(body: bytes, more: str = "", status: str = "200 OK") -> bytes:
    length = f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\n{more}{length}\r\n".encode() + body


class NearReader(CalendarReader):
    """Reads in this process, by the worker's own answer, under a site's rules."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any] | Unreadable:
        try:
            told = await answer(json.loads(json.dumps(question)), self._site.rules)
        except NotRead as no:
            return Unreadable(no.why, again=no.again)
        heard: dict[str, Any] = json.loads(json.dumps(told))
        return heard
