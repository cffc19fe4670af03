import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.membership import CommunityFounded
from indaba.contracts.scheduling import (
    Counts,
    MeetingFacts,
    MeetingScheduled,
    MeetingStatus,
)
from indaba.contracts.wire import Envelope, Event
from indaba.ledger import Ledger
from indaba.ledger.migrations import migrate
from indaba.operate.engines import Engines
from indaba.portal.app import MIGRATIONS, Portal, wire
from indaba.portal.settings import PortalSettings
from indaba.process.health import health_routes
from indaba.process.run import Readiness
from indaba.process.world import uuid7
from workshop import TurnedClock, ledger_of

ZONE = "Africa/Johannesburg"
AUTHOR = MemberId(uuid4())


@dataclass
class Opened:
    """A portal that runs, a browser in front of it, and a way to tell it what happened."""

    portal: Portal
    ledger: Ledger
    world: TurnedClock
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
        assert await self.ledger._listening.hear(envelopes) == {e.id for e in envelopes}

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

    def called(self, **changed: Any) -> MeetingScheduled:
        meeting = meeting_of(self.community, **changed)
        return MeetingScheduled(aggregate=meeting.id, version=meeting.version, meeting=meeting)

    async def page(self) -> httpx.Response:
        return await self.browser.get(f"/c/{self.key}")

    async def feed(self, **headers: str) -> httpx.Response:
        return await self.browser.get(f"/c/{self.key}/calendar.ics", headers=headers)


def in_days(days: float, zone: str = ZONE) -> datetime:
    """Wall time some days from now, on the full hour."""
    later = datetime.now(ZoneInfo(zone)) + timedelta(days=days)
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


OpenPortal = Callable[..., Awaitable[Opened]]


@pytest.fixture
async def open_portal(
    engines: Engines, database: Callable[..., Awaitable[str]], bus_url: str
) -> AsyncIterator[OpenPortal]:
    """`await open_portal()` runs a portal on the real engines at a free port."""
    opened: list[Opened] = []
    template = "portal"
    await migrate(engines.postgres.url(template), MIGRATIONS)

    async def open_one(*, port_fallback: bool = False, **settings: Any) -> Opened:
        url = settings.get("database_url")
        if url is None:
            url = await database(template)
        else:
            await migrate(url, MIGRATIONS)
        world, found = TurnedClock(), [Readiness("membership", ok=True)]
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
        )
        await portal.start()
        browser = httpx.AsyncClient(base_url=f"http://127.0.0.1:{portal.port}", timeout=30)
        one = Opened(portal, ledger, world, browser, found=found)
        opened.append(one)
        return one

    yield open_one
    for one in reversed(opened):
        await one.browser.aclose()
        await one.portal.stop()


@pytest.fixture
async def reading(open_portal: OpenPortal) -> Opened:
    """A portal that has heard of one community."""
    opened = await open_portal()
    await opened.hears(opened.founded())
    return opened
