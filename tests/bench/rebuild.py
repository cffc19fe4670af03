"""How fast a read model is built anew from a journal of a service."""

import time
from pathlib import Path
from uuid import uuid4

from indaba.bus import Bus
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CommunityFounded
from indaba.contracts.scheduling import MeetingScheduled, RsvpAnswer, RsvpChanged
from indaba.contracts.wire import Envelope, Event
from indaba.ledger import Ledger, migrations
from indaba.operate.local.engines import Engines
from indaba.portal.app import MIGRATIONS, wire
from indaba.process.passports import PassportControl
from indaba.process.world import RealWorld
from services.portal.conftest import AUTHOR, meeting_of
from workshop import PUBLIC_KEY

BATCH = 100
ANSWERS = 30


async def measured(folder: Path, meetings: int) -> float:
    """Events a second into the portal's copies: meetings, each with thirty answers."""
    engines = Engines(folder / "engines")
    await engines.start()
    url = engines.postgres.url("portal")
    await migrations.migrate(url, MIGRATIONS)
    world = RealWorld()
    bus = Bus(engines.valkey.url, "portal", world)
    ledger = Ledger("portal", url, MIGRATIONS, bus, world, PassportControl(PUBLIC_KEY))
    wire(ledger)
    told = [_told(event) for event in _events(meetings)]
    began = time.perf_counter()
    for first in range(0, len(told), BATCH):
        await ledger.hear(told[first : first + BATCH])
    rate = len(told) / (time.perf_counter() - began)
    await ledger.database.dispose()
    await engines.stop()
    return rate


def _events(meetings: int) -> list[Event]:
    community = CommunityId(uuid4())
    events: list[Event] = [
        CommunityFounded(
            aggregate=community,
            version=1,
            author=AUTHOR,
            name="Reading",
            purpose="",
            language="English",
            zone="Africa/Johannesburg",
            key="k3y",
            places=(),
        )
    ]
    for _ in range(meetings):
        meeting = meeting_of(community)
        events.append(MeetingScheduled(aggregate=meeting.id, version=1, meeting=meeting))
        for number in range(ANSWERS):
            changed = meeting.model_copy(update={"version": number + 2})
            events.append(
                RsvpChanged(
                    aggregate=meeting.id,
                    version=changed.version,
                    meeting=changed,
                    member=MemberId(uuid4()),
                    answer=RsvpAnswer.YES,
                )
            )
    return events


def _told(event: Event) -> Envelope:
    world = RealWorld()
    name, now = world.new_id(), world.now()
    return Envelope.around(event, id=name, occurred_at=now, correlation=name)
