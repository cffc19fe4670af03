"""No order is promised: whatever comes first, late or twice, the figures are the same."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from indaba.contracts import library as lib
from indaba.contracts import scheduling as s
from indaba.contracts.holding import CheckInCorrected
from indaba.contracts.ids import CommunityId, MeetingId, MemberId, ResourceId
from indaba.contracts.linking import MembersMerged, MembersParted
from indaba.contracts.membership import (
    CommunityFounded,
    MemberDescribed,
    MemberErased,
    MemberJoined,
    MemberLeft,
)
from indaba.contracts.wire import Envelope, Event
from indaba.ledger import Work
from indaba.ledger.ledger import NotHeard
from indaba.outcomes import app
from indaba.outcomes.store import Store
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOME = CommunityId(UUID(int=900))
START = datetime(2026, 10, 6, 14, tzinfo=UTC)
TABLES = "communities, memberships, members, meetings, check_ins, resources, uses, ledger.merged"


class Ear:
    """Notes what outcomes listens to."""

    def __init__(self) -> None:
        self.by_event: dict[type[Event], Callable[[Any, Work], Awaitable[None]]] = {}

    def on(
        self,
        event: type[Event],
        reaction: Callable[[Any, Work], Awaitable[None]],
        *,
        gathers: bool = False,
    ) -> None:
        self.by_event[event] = reaction

    def answer(self, *_: object, **__: object) -> None:
        """Requests are not looked at here."""


def somebody(number: int) -> MemberId:
    return MemberId(UUID(int=number))


def meeting(week: int, version: int, status: s.MeetingStatus) -> s.MeetingFacts:
    at = START + timedelta(weeks=week)
    return s.MeetingFacts(
        id=MeetingId(UUID(int=100 + week)), community=HOME, code=f"M2A{week + 2}",
        version=version, author=somebody(1), title=f"Week {week}", starts=at.replace(tzinfo=None),
        zone="Etc/UTC", minutes=60, starts_at=at, status=status, sequence=0,
    )  # fmt: skip


def resource(number: int, version: int, status: lib.ResourceStatus) -> lib.ResourceFacts:
    return lib.ResourceFacts(
        id=ResourceId(UUID(int=200 + number)), community=HOME, code=f"R2A{number + 2}",
        version=version, author=somebody(number % 3 + 1), status=status,
        kind=lib.ResourceKind.TOOL, title="", saved_at=START,
    )  # fmt: skip


def happened() -> list[Event]:
    """Nine people, three meetings of which one is called off, six resources of which one goes."""
    told: list[Event] = [
        CommunityFounded(
            aggregate=HOME, version=1, author=somebody(1), name="n", purpose="", language="en",
            zone="Etc/UTC", key="k", places=(),
        )
    ]  # fmt: skip
    for n in range(1, 10):
        who = somebody(n)
        facts = {"aggregate": who, "member": who}
        told.append(MemberJoined(**facts, version=1, community=HOME, consent_version="1"))
        for version, organisation in ((2, "early"), (3, f"org{n % 2}")):
            told.append(
                MemberDescribed(
                    **facts, version=version, category=None, organisation=organisation, province=""
                )
            )
    told.append(MemberLeft(aggregate=somebody(9), version=4, member=somebody(9), community=HOME))
    for week, came in enumerate(((1, 2, 3, 4, 5, 6), (1, 2, 3, 7), (1, 2, 8))):
        told.append(s.MeetingScheduled.of(meeting(week, 1, s.MeetingStatus.SCHEDULED)))
        for at, n in enumerate(came):
            now = meeting(week, 2 + at, s.MeetingStatus.SCHEDULED)
            told.append(s.CheckedIn.of(now, member=somebody(n)))
        # Nine was put in by mistake; the first was taken out, and put back.
        for version, event, n in (
            (9, s.CheckedIn, 9), (10, CheckInCorrected, 9),
            (11, CheckInCorrected, 1), (12, s.CheckedIn, 1),
        ):  # fmt: skip
            told.append(
                event.of(meeting(week, version, s.MeetingStatus.CLOSED), member=somebody(n))
            )
        told.append(s.MeetingClosed.of(meeting(week, 20, s.MeetingStatus.CLOSED)))
    told.append(s.MeetingScheduled.of(meeting(3, 1, s.MeetingStatus.SCHEDULED)))
    told.append(s.MeetingCancelled.of(meeting(3, 2, s.MeetingStatus.CANCELLED)))
    told += _resources()
    return told + _merged_and_parted()


def _merged_and_parted() -> list[Event]:
    """Three was taken for four, for a while; eight turns out to be two: a newcomer no more."""
    mistaken = {"aggregate": somebody(3), "member": somebody(4), "gone": somebody(3)}
    return [
        MembersMerged(**mistaken, version=9, undo_until=START + timedelta(days=7)),
        MembersParted(**mistaken, version=10),
        MembersMerged(aggregate=somebody(8), version=9, member=somebody(2), gone=somebody(8)),
    ]


def _resources() -> list[Event]:
    told: list[Event] = []
    for number in range(6):
        there = resource(number, 1, lib.ResourceStatus.PUBLISHED)
        told.append(lib.ResourceSaved(aggregate=there.id, version=1, resource=there))
        for version, how in ((2, lib.HowUsed.DID_NOT_WORK), (3, lib.HowUsed.USED)):
            now = resource(number, version, lib.ResourceStatus.PUBLISHED)
            told.append(
                lib.ResourceUsed(
                    aggregate=now.id, version=version, resource=now, how=how,
                    member=somebody(number + 1), use=UUID(int=number),
                )
            )  # fmt: skip
    gone = resource(5, 9, lib.ResourceStatus.WITHDRAWN)
    return [*told, lib.ResourceWithdrawn(aggregate=gone.id, version=9, resource=gone)]


async def facts_after(town: Town, told: list[Event]) -> Any:
    ear, ledger = Ear(), town.ledgers["outcomes"]
    app.wire(ear)  # type: ignore[arg-type]
    async with ledger.database.begin() as connection:
        await connection.execute(sa.text(f"TRUNCATE {TABLES}, ledger.links, ledger.changes"))
        for event in told:
            work = Work(connection, town.clock)
            await ear.by_event[type(event)](event, work)
            await work.keep()
        return await Store(Work(connection, town.clock)).facts(HOME)


@pytest.mark.thorough(keep=2)
@pytest.mark.parametrize("seed", range(6))
async def test_in_any_order_and_twice_the_facts_are_the_same(town: Town, seed: int) -> None:
    town.clock.set_to(START + timedelta(days=60))
    told = happened()
    in_order = await facts_after(town, told)
    assert [len(m.present) for m in in_order.meetings] == [6, 4, 2]
    assert in_order.members == 7
    assert len(in_order.resources) == 5

    chance = random.Random(seed)
    mixed = told + chance.sample(told, len(told) // 2)
    chance.shuffle(mixed)

    assert await facts_after(town, mixed) == in_order


async def test_who_was_two_and_leaves_is_a_member_no_more(town: Town) -> None:
    town.clock.set_to(START + timedelta(days=60))
    left = MemberLeft(aggregate=somebody(2), version=9, member=somebody(2), community=HOME)
    for told in ([*happened(), left], [left, *happened()]):
        assert (await facts_after(town, told)).members == 6


def _envelope(town: Town, event: Event) -> Envelope:
    name = town.clock.new_id()
    now = town.clock.now()
    return Envelope.around(event, id=name, occurred_at=now, correlation=name)


async def all_rows(town: Town) -> dict[str, list[Any]]:
    """Every row of the read copy, in order."""
    async with town.ledgers["outcomes"].database.connect() as connection:
        return {
            table: sorted(map(str, (await connection.execute(sa.text(f"TABLE {table}"))).all()))
            for table in TABLES.split(", ")
        }


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("most", [2, 7, 100])
@pytest.mark.parametrize("seed", range(4))
async def test_in_batches_in_any_order_and_twice_all_rows_are_as_one_by_one(
    town: Town, seed: int, most: int
) -> None:
    town.clock.set_to(START + timedelta(days=60))
    ledger, chance = town.ledgers["outcomes"], random.Random(seed)
    await facts_after(town, happened())
    one_by_one = await all_rows(town)
    told = [_envelope(town, event) for event in happened()]
    mixed = told + chance.sample(told, len(told) // 2)
    chance.shuffle(mixed)
    async with ledger.database.begin() as connection:
        await connection.execute(sa.text(f"TRUNCATE {TABLES}, ledger.links, ledger.changes"))

    while mixed:
        batch = [mixed.pop() for _ in range(min(len(mixed), chance.randint(1, most)))]
        await ledger.hear(batch)

    assert await all_rows(town) == one_by_one


async def test_a_bad_event_in_a_batch_keeps_none_of_the_others_out(town: Town) -> None:
    town.clock.set_to(START + timedelta(days=60))
    ledger = town.ledgers["outcomes"]
    await facts_after(town, happened())
    one_by_one = await all_rows(town)
    async with ledger.database.begin() as connection:
        await connection.execute(sa.text(f"TRUNCATE {TABLES}, ledger.links, ledger.changes"))
    told = [_envelope(town, event) for event in happened()]
    bad = told[3].model_copy(update={"id": town.clock.new_id(), "body": {"not": "this"}})

    with pytest.raises(NotHeard):
        await ledger.hear([*told[:20], bad, *told[20:]])

    assert await all_rows(town) == one_by_one


async def test_an_erasure_in_a_batch_forgets_what_was_gathered_before_it(town: Town) -> None:
    town.clock.set_to(START + timedelta(days=60))
    ledger, erasure = town.ledgers["outcomes"], UUID(int=77)
    gone = MemberErased(aggregate=somebody(5), version=99, member=somebody(5), erasure=erasure)

    # Without the merge, the last that happened: before that, too, all rows are written.
    await ledger.hear([_envelope(town, event) for event in (*happened()[:-1], gone)])

    left = [row for rows in (await all_rows(town)).values() for row in rows]
    assert len(left) > 40
    assert not [row for row in left if str(somebody(5)) in row]
