import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from clock import TestWorld, present
from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.library import PublishResource, ResourceFacts, SaveResource, ShowResource
from indaba.contracts.membership import CommunityFounded, IssueSignIn, PassportIssued
from indaba.contracts.openness import Openness
from indaba.contracts.publishing import Publication, PublicationChanged
from indaba.contracts.scheduling import (
    CheckIn,
    CloseMeeting,
    Counts,
    MeetingFacts,
    MeetingScheduled,
    MeetingStatus,
    ScheduleMeeting,
)
from indaba.contracts.wire import Envelope, Event
from indaba.ledger import Ledger
from indaba.ledger.migrations import migrate
from indaba.operate.local.engines import Engines
from indaba.operate.processes import Kind, of_kind
from indaba.portal.app import MIGRATIONS, Portal, wire
from indaba.portal.settings import PortalSettings
from indaba.process.file_store import FileStore
from indaba.process.health import health_routes
from indaba.process.run import Readiness
from indaba.process.world import uuid7
from services.town import Town, started, wired
from workshop import emptied, ledger_of, until

ZONE = "Africa/Johannesburg"
AUTHOR = MemberId(uuid4())


@dataclass
class Opened:
    """A portal that runs, a browser in front of it, and a way to tell it what happened."""

    portal: Portal
    ledger: Ledger
    world: TestWorld
    browser: httpx.AsyncClient
    key: str = "k3yOfReading"
    community: CommunityId = field(default_factory=lambda: CommunityId(uuid4()))
    found: list[Readiness] = field(default_factory=list)

    def wrapped(self, event: Event) -> Envelope:
        """Told now, by the turned clock; the id begins with the millisecond, as every id does."""
        now = self.world.now()
        name = uuid7(int(now.timestamp() * 1000), secrets.randbits(74))
        return Envelope.around(event, id=name, occurred_at=now, correlation=uuid4())

    async def hears(self, *events: Event) -> None:
        envelopes = [self.wrapped(event) for event in events]
        assert await self.ledger._events.hear(envelopes) == {e.id for e in envelopes}

    def founded(self, **changed: Any) -> CommunityFounded:
        facts: dict[str, Any] = {
            "aggregate": self.community,
            "version": 1,
            "author": AUTHOR,
            "name": "Reading in Soweto",
            "purpose": "Teachers who help children read for meaning.",
            "language": "English",
            "zone": ZONE,
            "key": self.key,
            "places": (),
        }
        return CommunityFounded(**{**facts, **changed})

    def published(self, version: int = 2, **changed: Any) -> PublicationChanged:
        """Page and calendar are open to the world, unless said otherwise."""
        facts = {"page": Openness.WORLD, "calendar": Openness.WORLD, **changed}
        return PublicationChanged(
            aggregate=self.community, version=version, publication=Publication(**facts)
        )

    def called(self, **changed: Any) -> MeetingScheduled:
        meeting = meeting_of(self.community, **changed)
        return MeetingScheduled(aggregate=meeting.id, version=meeting.version, meeting=meeting)

    async def page(self) -> httpx.Response:
        return await self.browser.get(f"/c/{self.key}")

    async def feed(self, **headers: str) -> httpx.Response:
        return await self.browser.get(f"/c/{self.key}/calendar.ics", headers=headers)


def in_days(days: float, zone: str = ZONE) -> datetime:
    """Wall time some days from now, on the full hour."""
    later = present().astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return later.replace(minute=0, second=0, microsecond=0, tzinfo=None, fold=0)


def meeting_of(community: UUID, **changed: Any) -> MeetingFacts:
    zone = changed.get("zone", ZONE)
    starts = changed.get("starts", in_days(3, zone))
    facts: dict[str, Any] = {
        "id": MeetingId(uuid4()),
        "community": community,
        "code": "M7K2",
        "version": 1,
        "author": AUTHOR,
        "title": "Reading circle",
        "starts": starts,
        "zone": zone,
        "minutes": 90,
        "starts_at": starts.replace(tzinfo=ZoneInfo(zone)),
        "status": MeetingStatus.SCHEDULED,
        "sequence": 0,
        "counts": Counts(),
    }
    return MeetingFacts(**{**facts, **changed})


FreshDatabase = Callable[..., Awaitable[str]]
OpenPortal = Callable[..., Awaitable[Opened]]


def browser_at(address: str) -> httpx.AsyncClient:
    """What is asked by plain HTTP needs no certificates, which take long to read."""
    return httpx.AsyncClient(base_url=address, timeout=30, verify=False)


@asynccontextmanager
async def portals(database: FreshDatabase, bus_url: str) -> AsyncIterator[OpenPortal]:
    """Each call of what this gives runs a portal on the real engines at a free port."""
    opened: list[Opened] = []

    async def open_one(
        *,
        port_fallback: bool = False,
        world: TestWorld | None = None,
        files: FileStore | None = None,
        **settings: Any,
    ) -> Opened:
        url = settings.get("database_url") or await database(MIGRATIONS)
        if "database_url" in settings:
            await migrate(url, MIGRATIONS)
        world = world or TestWorld()
        found = [Readiness("membership", ok=True)]
        ledger = ledger_of("portal", url, bus_url, migrations=MIGRATIONS, world=world)
        wire(ledger)

        async def readiness() -> Sequence[Readiness]:
            return found

        portal = Portal(
            ledger,
            PortalSettings(**{"port": 0, **settings, "database_url": url}),
            readiness,
            extra_routes=health_routes([]),
            port_fallback=port_fallback,
            files=files,
        )
        await portal.start()
        browser = browser_at(f"http://127.0.0.1:{portal.port}")
        one = Opened(portal, ledger, world, browser, found=found)
        opened.append(one)
        return one

    yield open_one
    for one in reversed(opened):
        await one.browser.aclose()
        await one.portal.stop()


@pytest.fixture
def bus_url(engines: Engines) -> str:
    """The shared Valkey, emptied."""
    return emptied(engines.valkey.url)


@pytest.fixture
async def open_portal(database: FreshDatabase, bus_url: str) -> AsyncIterator[OpenPortal]:
    """`await open_portal()` runs a portal on the real engines at a free port."""
    async with portals(database, bus_url) as open_one:
        yield open_one


@pytest.fixture
async def reading(open_portal: OpenPortal) -> Opened:
    return await told_of_one(open_portal)


async def told_of_one(open_portal: OpenPortal) -> Opened:
    """A portal that has heard of one community, whose page and calendar are published."""
    opened = await open_portal()
    await opened.hears(opened.founded(), opened.published())
    return opened


PEOPLE = tuple(
    f"@{name}:example.org" for name in ("thandi", "sipho", "naledi", "pieter", "ayesha", "bongi")
)


@dataclass
class Lively:
    """A town with a portal in it: a community, its library and its meetings, all real."""

    town: Town
    opened: Opened
    files: FileStore
    facilitator: PassportIssued

    @property
    def key(self) -> str:
        assert self.facilitator.community
        return self.facilitator.community.key

    @property
    def browser(self) -> httpx.AsyncClient:
        return self.opened.browser

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        """A page of the community, by what follows its address."""
        return await self.browser.get(f"/c/{self.key}{path}", headers=headers)

    async def link(self, account: str = "@lindiwe:example.org") -> str:
        """A fresh sign-in link for somebody."""
        held = await self.town.passport(account)
        return f"/sign-in/{(await self.town.ask(IssueSignIn(), held)).secret}"

    async def sign_in(self, account: str = "@lindiwe:example.org") -> None:
        answer = await self.browser.post(await self.link(account))
        assert answer.status_code == 303

    async def saved(self, account: str = "@lindiwe:example.org", **said: Any) -> ResourceFacts:
        held = await self.town.passport(account)
        return (await self.town.ask(SaveResource(**said), held)).resource

    async def filed(self, content: bytes, name: str, **said: Any) -> ResourceFacts:
        async def chunks() -> AsyncIterator[bytes]:
            yield content

        return await self.saved(file=await self.files.put(chunks(), name=name), **said)

    async def publish(self, code: str, account: str = "@lindiwe:example.org") -> None:
        """A resource, to the world."""
        held = await self.town.passport(account)
        shown = await self.town.ask(ShowResource(code=code), held)
        await self.town.ask(PublishResource(code=code, seen=shown.resource.seen_as()), held)

    async def met(self, title: str, *accounts: str) -> None:
        """A meeting that was called, held with these people, and closed."""
        now = self.town.clock.now().astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
        starts = (now + timedelta(minutes=10)).replace(second=0, microsecond=0)
        call = ScheduleMeeting(title=title, starts=starts, zone=ZONE, minutes=30)
        held = await self.town.passport("@lindiwe:example.org")
        code = (await self.town.ask(call, held)).meeting.code
        for account in accounts:
            await self.town.ask(CheckIn(code=code), await self.town.passport(account))
        self.town.later(minutes=45)
        held = await self.town.passport("@lindiwe:example.org")
        await self.town.ask(CloseMeeting(code=code), held)

    async def term(self) -> None:
        """Three meetings: six people, then four of them and one more, then three of those."""
        for account in PEOPLE:
            await self.town.joined(account)
        away_from_the_end_of_a_term(self.town)
        await self.met("Fractions that children can hold in their hands", *PEOPLE)
        await self.met("Discussing comprehension strategies", *PEOPLE[:4], "@lindiwe:example.org")
        await self.met("What we tried since", *PEOPLE[:3])


def away_from_the_end_of_a_term(town: Town) -> None:
    """All of a term in one day needs a day that is not its last."""
    now = present().astimezone(ZoneInfo(ZONE))
    if (now + timedelta(days=1)).month != now.month:
        town.later(days=2)


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", TestWorld())


@asynccontextmanager
async def four_services(
    database: FreshDatabase, bus_url: str, files: FileStore
) -> AsyncIterator[Town]:
    """All services, running; the library has a file store of its own."""
    clock, own = TestWorld(), {"files": files}
    ledgers = await wired(of_kind(Kind.SERVICE), database, bus_url, clock, library=own)
    async with started(ledgers, bus_url, clock) as there:
        yield there


@pytest.fixture
async def town(database: FreshDatabase, bus_url: str, files: FileStore) -> AsyncIterator[Town]:
    async with four_services(database, bus_url, files) as there:
        yield there


@pytest.fixture
def portal_settings() -> dict[str, Any]:
    """Settings of the portal in `lively`, for tests that want others."""
    return {}


@pytest.fixture
async def lively(
    town: Town, open_portal: OpenPortal, files: FileStore, portal_settings: dict[str, Any]
) -> Lively:
    """A community whose page is open; nobody is signed in."""
    return await open_to_all(town, open_portal, files, **portal_settings)


async def open_to_all(
    town: Town, open_portal: OpenPortal, files: FileStore, **settings: Any
) -> Lively:
    return await welcomed(town, await open_portal(world=town.clock, files=files, **settings), files)


async def welcomed(town: Town, opened: Opened, files: FileStore) -> Lively:
    """A community that is founded now and published, once the portal shows it."""
    one = Lively(town, opened, files, await town.founded())
    await town.published()

    async def heard() -> bool:
        return (await one.get()).status_code == 200

    await until(heard)
    return one
