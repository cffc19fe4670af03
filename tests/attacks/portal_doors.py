"""All doors of the portal, taken from the application itself, with something behind each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from starlette.routing import Route

from indaba.contracts.library import Quoted, SaveResource
from indaba.contracts.membership import IssueSignIn, PassportIssued
from indaba.contracts.openness import fingerprint
from indaba.contracts.record import (
    ApproveMinutes,
    EditHighlights,
    NoteKind,
    PublishHighlights,
    ShareHighlights,
    TakeNote,
)
from indaba.contracts.scheduling import CheckIn, CloseMeeting, ScheduleMeeting
from services.portal.conftest import Lively, browser_at
from workshop import until

SAFE = {"GET", "HEAD"}
OUTSIDE = "evil.example"


def routes(lively: Any) -> list[Route]:
    """Every route that the running portal has."""
    portal = lively.portal if hasattr(lively, "portal") else lively.opened.portal
    found = [r for r in portal._app.routes if isinstance(r, Route)]
    assert len(found) == len(portal._app.routes)
    return found


def doors(lively: Any, method: str) -> Iterator[Route]:
    for route in routes(lively):
        if method in (route.methods or SAFE):
            yield route


@dataclass(frozen=True)
class House:
    """A community with something to find at each of its doors.

    `secrets` are words for its members alone; `own` is the secret of its facilitator's calendar.
    """

    account: str
    key: str
    meeting: str
    message: str
    file: str
    own: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(f"{what}-of-{self.key}" for what in ("minutes", "message", "file"))

    def filled(self, route: Route, other: "House | None" = None, /, **given: str) -> list[str]:
        """The paths of a door with all that may stand in it; codes from `other` where given.

        A parameter that nobody has thought of fails here: say what an attacker would put there.
        """
        of = other or self
        known = {
            "key": [self.key],
            "secret": [of.own],
            "term": ["2026-4"],
            "digest": ["0" * 16],
            "code": [of.meeting] if "/meetings/" in route.path else [of.message, of.file],
            **{name: [value] for name, value in given.items()},
        }
        paths = [route.path]
        for name in route.param_convertors:
            paths = [p.replace(f"{{{name}}}", value) for p in paths for value in known[name]]
        return paths


async def house(lively: Lively, account: str, room: str) -> House:
    """Found a community and put something behind each of its doors."""
    town = lively.town
    held = await town.founded(account, room)
    assert held.community
    key, starts = held.community.key, town.clock.now().replace(tzinfo=None, microsecond=0)
    call = ScheduleMeeting(title="Fractions", starts=starts + timedelta(hours=3), zone="UTC")
    code = (await town.ask(call, held)).meeting.code
    town.later(hours=3, minutes=10)
    held = await town.passport(account, room)
    await town.ask(CheckIn(code=code), held)
    await town.ask(CloseMeeting(code=code), held)
    note = TakeNote(code=code, kind=NoteKind.DECISION, text=f"minutes-of-{key}")
    await town.ask(note, held)
    await town.ask(ApproveMinutes(code=code), held)
    await town.ask(EditHighlights(code=code, text="- For everybody"), held)
    shown = await town.ask(ShareHighlights(code=code), held)
    seen = fingerprint(shown.text, shown.short)
    await town.ask(PublishHighlights(code=code, seen=seen), held)
    await town.published(account=account, room=room)
    message, file = await _saved(lively, held, key)
    one = House(account, key, code, message, file, "")
    await until(lambda: _told(lively, one))
    own = await _own(lively, account, room, key)
    return House(account, key, code, message, file, own)


async def _saved(lively: Lively, held: PassportIssued, key: str) -> tuple[str, str]:
    async def chunks() -> AsyncIterator[bytes]:
        yield f"<html>file-of-{key}<script>alert(1)</script>".encode()

    member, now = held.passport.member, lively.town.clock.now()
    assert member
    quote = Quoted(text=f"message-of-{key}", author=member, message="$1", said_at=now)
    message = await lively.town.ask(SaveResource(title="Said", quote=quote), held)
    shelved = await lively.files.put(chunks(), name="page.html")
    file = await lively.town.ask(SaveResource(title="A file", file=shelved), held)
    return message.resource.code, file.resource.code


async def _told(lively: Lively, one: House) -> bool:
    page = await lively.browser.get(f"/c/{one.key}/meetings/{one.meeting}")
    return "For everybody" in page.text and "for members" in page.text


async def _own(lively: Lively, account: str, room: str, key: str) -> str:
    async with browser(lively) as mine:
        await sign_in(lively, mine, account, room)
        made = await mine.post(f"/c/{key}/mine", data={"do": "make"})
    return made.text.partition(f"/c/{key}/mine/")[2].partition(".ics")[0]


def browser(lively: Any) -> httpx.AsyncClient:
    """Another browser in front of the same portal."""
    return browser_at(str(lively.browser.base_url))


async def sign_in(lively: Any, where: httpx.AsyncClient, account: str, room: str) -> str:
    """Sign in with a fresh link; gives the link."""
    held = await lively.town.passport(account, room)
    link = f"/sign-in/{(await lively.town.ask(IssueSignIn(), held)).secret}"
    assert (await where.post(link)).status_code == 303
    return link


async def raw(lively: Any, request: bytes, seconds: float = 10) -> bytes:
    """What the portal answers to these very bytes."""
    base = lively.portal if hasattr(lively, "portal") else lively.opened.portal
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection("127.0.0.1", base.port)
        writer.write(request)
        await writer.drain()
        found = await reader.read(1 << 20)
        writer.close()
    return found
