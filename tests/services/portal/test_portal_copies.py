import random
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import PassportIssued
from indaba.contracts.passport import Passport, Role
from indaba.contracts.scheduling import (
    CheckedIn,
    Counts,
    MeetingBlanked,
    MeetingCancelled,
    MeetingClosed,
    MeetingMoved,
    MeetingStatus,
    ReminderDue,
    RsvpAnswer,
    RsvpChanged,
    ScheduleMeeting,
)
from indaba.contracts.wire import Envelope, Event
from indaba.conversation.delivery.service_client import ask
from indaba.ledger.session import Session
from indaba.portal import app
from indaba.portal.store import Store
from indaba.scheduling import app as scheduling
from workshop import OFFICE, do, ledger_of, passport, rows, until

ROUNDS = 12


def _life(opened: Any, code: str) -> list[Event]:
    """All that is told about one meeting: called, answered, moved, reminded, called off."""
    first = opened.called(code=code).meeting
    member = MemberId(uuid4())

    def then(**changed: Any) -> dict[str, Any]:
        nonlocal first
        first = first.model_copy(update={"version": first.version + 1, **changed})
        return {"aggregate": first.id, "version": first.version, "meeting": first}

    told: list[Event] = [opened.called(id=first.id, code=code, version=1)]
    come = Counts(yes=1)
    told.append(RsvpChanged(**then(counts=come), member=member, answer=RsvpAnswer.YES))
    moved = first.starts + timedelta(hours=2)
    told.append(
        MeetingMoved(
            **then(
                starts=moved,
                starts_at=first.starts_at + timedelta(hours=2),
                moved_from=first.starts,
                sequence=1,
            )
        )
    )
    same = {"aggregate": first.id, "version": first.version, "meeting": first}
    told.append(ReminderDue(**same, reminder=uuid4(), members=(member,), until=opened.world.now()))
    told.append(CheckedIn(**then(counts=Counts(yes=1, checked_in=1)), member=member))
    told.append(MeetingBlanked(**then(title="", reason="")))
    off = then(status=MeetingStatus.CANCELLED, sequence=2)
    told.append(MeetingCancelled(**off))
    return told


async def _state(opened: Any) -> list[tuple[Any, ...]]:
    communities: list[tuple[Any, ...]] = await rows(
        opened.ledger, "SELECT * FROM communities ORDER BY id"
    )
    there = await rows(opened.ledger, "SELECT * FROM community_platforms ORDER BY 1")
    return communities + there + await rows(opened.ledger, "SELECT * FROM meetings ORDER BY id")


async def test_in_whatever_order_and_however_often_events_come_the_pages_are_the_same(
    open_portal: Any,
) -> None:
    opened = await open_portal()
    told: list[Event] = [
        opened.founded(),
        opened.founded(version=2, name="Reading in Soweto and Alexandra"),
        *_life(opened, "M7K2"),
        *_life(opened, "M7K3"),
    ]
    envelopes: list[Envelope] = []
    for event in told:
        opened.world.ahead += timedelta(seconds=7)
        envelopes.append(opened.wrapped(event))
    for envelope in envelopes:
        await opened.ledger.hear([envelope])
    expected = await _state(opened)
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        again = [*envelopes, *chance.choices(envelopes, k=10)]
        chance.shuffle(again)
        await do(opened.ledger, "TRUNCATE communities, community_platforms, meetings, ledger.inbox")
        while again:
            batch = [again.pop() for _ in range(min(len(again), chance.randint(1, 12)))]
            # Half of the repeats get past the inbox, as those of a replayed bus may.
            if chance.random() < 0.5:
                await do(opened.ledger, "TRUNCATE ledger.inbox")
            assert await opened.ledger._events.hear(batch) == {e.id for e in batch}
        assert await _state(opened) == expected, seed
    assert expected[0][2] == "Reading in Soweto and Alexandra"
    assert len(expected) == 4


async def test_a_meeting_heard_of_before_its_community_waits_for_it(open_portal: Any) -> None:
    opened = await open_portal()
    await opened.hears(opened.called())
    assert (await opened.page()).status_code == 404
    await opened.hears(opened.published(), opened.founded())
    assert "Reading circle" in (await opened.page()).text


async def test_communities_see_their_own_meetings_only(reading: Any) -> None:
    other = CommunityId(uuid4())
    await reading.hears(
        reading.founded(aggregate=other, key="anotherKey", name="Maths"),
        reading.called(title="Reading circle"),
    )
    assert "Reading circle" in (await reading.page()).text
    for path in ("/c/anotherKey", "/c/anotherKey/calendar.ics"):
        assert "Reading circle" not in (await reading.browser.get(path)).text


@pytest.mark.parametrize(
    ("kind", "status", "days", "there"),
    [
        (MeetingCancelled, MeetingStatus.CANCELLED, 32, True),
        (MeetingCancelled, MeetingStatus.CANCELLED, 34, False),
        (MeetingClosed, MeetingStatus.CLOSED, 92, True),
        (MeetingClosed, MeetingStatus.CLOSED, 94, False),
    ],
)
async def test_calendars_keep_past_meetings_for_a_while(
    reading: Any, kind: Any, status: MeetingStatus, days: int, there: bool
) -> None:
    over = reading.called().meeting.model_copy(update={"version": 2, "status": status})
    await reading.hears(kind(aggregate=over.id, version=2, meeting=over))
    reading.world.ahead = timedelta(days=days)
    assert ("Reading circle" in (await reading.feed()).text) is there
    async with reading.ledger.database.begin() as connection:
        await Store(Session(connection, reading.world.now())).forget_old()
    kept = await rows(reading.ledger, "SELECT id FROM meetings")
    assert (kept == [(over.id,)]) is there


async def test_what_scheduling_tells_reaches_the_page(
    reading: Any, database: Any, bus_url: str
) -> None:
    url = await database(scheduling.MIGRATIONS)
    ledger = ledger_of("scheduling", url, bus_url, migrations=scheduling.MIGRATIONS)
    scheduling.wire(ledger)
    await ledger.start()
    try:
        held: Passport = passport(reading.community, uuid4(), Role.FACILITATOR)
        starts = reading.called().meeting.starts
        request = ScheduleMeeting(title="From far away", starts=starts, zone="Africa/Johannesburg")
        await ask(
            reading.ledger.bus,
            reading.world,
            request,
            reading.world.new_id(),
            passport=PassportIssued(token=OFFICE.sign(held), passport=held),
        )

        async def shown() -> bool:
            return "From far away" in (await reading.page()).text

        await until(shown)
    finally:
        await ledger.stop()


async def test_the_portal_keeps_no_authors(reading: Any) -> None:
    called = reading.called()
    await reading.hears(called)
    kept = await _state(reading)
    assert str(called.meeting.author) not in str(kept)


def test_the_door_plate_names_all_it_listens_to() -> None:
    import indaba.portal
    from clock import TestWorld
    from indaba.bus import Bus

    bus = Bus("redis://localhost:1", "portal", TestWorld())
    ledger = _Heard(bus)
    app.wire(ledger)  # type: ignore[arg-type]
    plate = " ".join((indaba.portal.__doc__ or "").split())
    listed = plate.partition("Listens to: ")[2].split(", ")
    assert listed == sorted(ledger.heard)


class _Heard:
    """Notes what a process would listen to."""

    def __init__(self, bus: Any) -> None:
        self.bus = bus
        self.heard: list[str] = []

    def on(self, event: type[Event], _: Any, *, gathers: bool = False) -> None:
        self.heard.append(event.wire)

    def background(self, *_: Any) -> None:
        return


async def test_the_tables_are_those_the_migration_makes(reading: Any) -> None:
    from indaba.portal import tables

    async with reading.ledger.database.connect() as connection:
        for table in tables.ALL:
            found = await connection.run_sync(
                lambda c, name=table.name: {k["name"] for k in sa.inspect(c).get_columns(name)}
            )
            assert found == set(table.columns.keys())
    assert Path(app.MIGRATIONS).is_dir()
