"""How fast a read model is built anew: through the bus, and beside it a bare copy of its rows."""

import asyncio
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import sqlalchemy as sa

from indaba.bus import Bus
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CommunityFounded, MemberJoined
from indaba.contracts.scheduling import (
    CheckedIn,
    MeetingScheduled,
    RsvpAnswer,
    RsvpChanged,
)
from indaba.contracts.wire import Envelope, Event
from indaba.ledger import Ledger, migrations
from indaba.ledger.ledger import MOST_GATHERED
from indaba.operate.local.engines import Engines
from indaba.operate.processes import PROCESSES
from indaba.outcomes import app as outcomes
from indaba.portal import app as portal
from indaba.process.passports import PassportControl
from indaba.process.world import RealWorld
from services.portal.conftest import AUTHOR, meeting_of
from workshop import PUBLIC_KEY

BATCH = MOST_GATHERED
CAME = 30
"""Members who come to each meeting, or answer whether they will."""

Events = Callable[[int], list[Event]]


@dataclass(frozen=True)
class Model:
    """A read model: how it is wired, what it is told, and where most of its rows are."""

    wire: Callable[[Ledger], None]
    events: Events
    rows: str
    others: str


async def measured(folder: Path, meetings: int) -> dict[str, dict[str, float]]:
    """Events a second into each read model, in one run; `copied` is the floor.

    That is as many rows a second as a bare `COPY` of a model's rows and of their inbox marks puts
    into tables like those, in transactions of as many.
    """
    engines = Engines(folder / "engines")
    await engines.start()
    try:
        return {name: await _one(engines, name, model, meetings) for name, model in MODELS.items()}
    finally:
        await engines.stop()


async def _one(engines: Engines, name: str, model: Model, meetings: int) -> dict[str, float]:
    world = RealWorld()
    events = [_told(event, world) for event in model.events(meetings)]
    # These are not the reader's: in a process of its own it has none of them to look through.
    gc.collect()
    gc.freeze()
    await migrations.migrate(engines.postgres.url(name), PROCESSES[name].migrations)
    ledger = _ledger(engines, name, world)
    model.wire(ledger)
    by_hand = await _heard(ledger, events)
    copied = await _copied(engines.postgres.url(name), model.rows)
    async with ledger.database.begin() as connection:
        await connection.execute(sa.text(f"TRUNCATE {model.rows}, {model.others}, ledger.inbox"))
    await ledger.database.dispose()
    through = await _through_the_bus(engines, name, model, events)
    gc.unfreeze()
    return {"through the bus": through, "by hand": by_hand, "copied": copied}


def _ledger(engines: Engines, name: str, world: RealWorld) -> Ledger:
    bus = Bus(engines.valkey.url, name, world)
    url, control = engines.postgres.url(name), PassportControl(PUBLIC_KEY)
    return Ledger(name, url, PROCESSES[name].migrations, bus, world, control)


async def _heard(ledger: Ledger, events: Sequence[Envelope]) -> float:
    began = time.perf_counter()
    for first in range(0, len(events), BATCH):
        await ledger.hear(events[first : first + BATCH])
    return len(events) / (time.perf_counter() - began)


async def _through_the_bus(
    engines: Engines, name: str, model: Model, events: Sequence[Envelope]
) -> float:
    """From the start of a process, with all events lying on the bus, to the last one's commit."""
    world = RealWorld()
    owners = Bus(engines.valkey.url, "owners", world)
    await owners.start()
    await owners.client.flushall()
    ledger = _ledger(engines, name, world)
    model.wire(ledger)
    await _published(owners, events)
    began = time.perf_counter()
    await ledger.start()
    while await _count(ledger) < len(events):
        await asyncio.sleep(0.02)
    rate = len(events) / (time.perf_counter() - began)
    await ledger.stop()
    await owners.stop()
    return rate


async def _published(bus: Bus, events: Sequence[Envelope]) -> None:
    for first in range(0, len(events), BATCH):
        batch = events[first : first + BATCH]
        for context in {envelope.wire.split(".", 1)[0] for envelope in batch}:
            await bus.tell(context, [e for e in batch if e.wire.startswith(f"{context}.")])


async def _count(ledger: Ledger) -> int:
    async with ledger.database.connect() as connection:
        found = await connection.execute(sa.text("SELECT count(*) FROM ledger.inbox"))
        return int(found.scalar_one())


async def _copied(url: str, table: str) -> float:
    """Rows a second, each with its mark: what is there in the end, and nothing reckoned."""
    sql = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        rows = [tuple(row) for row in await sql.fetch(f"TABLE {table}")]
        marks = [(f"event/{uuid4()}", datetime.now(UTC)) for _ in rows]
        await sql.execute(f"CREATE TABLE floor_rows (LIKE {table} INCLUDING ALL)")
        await sql.execute("CREATE TABLE floor_marks (LIKE ledger.inbox INCLUDING ALL)")
        began = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            async with sql.transaction():
                these, those = rows[first : first + BATCH], marks[first : first + BATCH]
                named = ("key", "done_at")
                await sql.copy_records_to_table("floor_marks", records=those, columns=named)
                await sql.copy_records_to_table("floor_rows", records=these)
        rate = len(rows) / (time.perf_counter() - began)
        await sql.execute("DROP TABLE floor_rows, floor_marks")
        return rate
    finally:
        await sql.close()


def _founded(community: CommunityId) -> CommunityFounded:
    return CommunityFounded(
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


def _check_ins(meetings: int) -> list[Event]:
    """A community of thirty, its meetings, and who came to each."""
    community = CommunityId(uuid4())
    events: list[Event] = [_founded(community)]
    members = [MemberId(uuid4()) for _ in range(CAME)]
    events += [
        MemberJoined(aggregate=m, version=1, member=m, community=community, consent_version="1")
        for m in members
    ]
    for _ in range(meetings):
        meeting = meeting_of(community)
        events.append(MeetingScheduled.of(meeting))
        for number, member in enumerate(members):
            now = meeting.model_copy(update={"version": number + 2})
            events.append(CheckedIn.of(now, member=member))
    return events


def _answers(meetings: int) -> list[Event]:
    """A community, its meetings, and thirty answers to each."""
    community = CommunityId(uuid4())
    events: list[Event] = [_founded(community)]
    for _ in range(meetings):
        meeting = meeting_of(community)
        events.append(MeetingScheduled(aggregate=meeting.id, version=1, meeting=meeting))
        for number in range(CAME):
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


def _told(event: Event, world: RealWorld) -> Envelope:
    name, now = world.new_id(), world.now()
    return Envelope.around(event, id=name, occurred_at=now, correlation=name)


MODELS = {
    "outcomes": Model(outcomes.wire, _check_ins, "check_ins", "communities, memberships, meetings"),
    "portal": Model(portal.wire, _answers, "answers", "communities, meetings, community_platforms"),
}
