"""A calendar file to write in tests, and a real site on this machine that serves it."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from indaba.process.outside.fetching import NotRead, Rules, is_public
from indaba.scheduling.workflows.calendars.reader import CalendarReader, Unreadable
from indaba.scheduling.workflows.calendars.worker import answer


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


class Installation:
    """A real HTTP server on this machine, whose answers may be changed at any time.

    An answer with an ETag is not sent again to who knows it.
    """

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(asked)
            writer.write(self._answer(asked))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, asked: str) -> bytes:
        found = self.answers.get(asked.split()[1], http(b"", status="404 Not Found"))
        tag = next((ln for ln in asked.splitlines() if ln.startswith("If-None-Match: ")), "")
        known = tag.removeprefix("If-None-Match: ")
        if known and f"ETag: {known}\r\n".encode() in found:
            return http(b"", status="304 Not Modified")
        return found

    async def look_up(self, host: str, port: int) -> Iterable[str]:
        """All names are this machine; an address is itself."""
        return [host] if ":" in host or host[0].isdigit() else ["127.0.0.1"]

    @property
    def rules(self) -> Rules:
        """Only this machine's 127.0.0.1 counts as public."""
        return Rules(
            look_up=self.look_up,
            is_allowed=lambda address: address == "127.0.0.1" or is_public(address),
            ports=frozenset({self.port, 80, 443}),
            seconds=5,
        )

    def link(self, path: str) -> str:
        return f"http://district.example.org:{self.port}{path}"


class NearReader(CalendarReader):
    """Reads in this process, by the worker's own answer, under a site's rules."""

    def __init__(self, site: Installation) -> None:
        super().__init__()
        self._site = site

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any] | Unreadable:
        try:
            told = await answer(json.loads(json.dumps(question)), self._site.rules)
        except NotRead as no:
            return Unreadable(no.why, again=no.again)
        heard: dict[str, Any] = json.loads(json.dumps(told))
        return heard
