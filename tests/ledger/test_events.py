import asyncio
import random
from typing import Any
from uuid import UUID, uuid4

from clock import TestWorld
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import MemberJoined, MemberLeft
from indaba.contracts.refusal import Unavailable
from indaba.contracts.wire import Envelope
from indaba.ledger import Ledger, Work
from workshop import do, rows, until

WORLD = TestWorld()


def _left(member: UUID | None = None) -> MemberLeft:
    who = MemberId(member or uuid4())
    return MemberLeft(aggregate=who, version=1, community=CommunityId(uuid4()), member=who)


def _wrapped(event: MemberLeft) -> Envelope:
    return Envelope.around(
        event, id=WORLD.new_id(), occurred_at=WORLD.now(), correlation=WORLD.new_id()
    )


async def _tell(ledger: Ledger, *events: MemberLeft | MemberJoined) -> None:
    """As a handler would: journal and outbox in one transaction."""
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        for event in events:
            work.emit(event)
        await work.keep()
    await ledger._after_commit(work)


async def _noting(ledger: Ledger) -> Ledger:
    """Reacts to `MemberLeft` by noting the member, once per reaction."""
    await do(ledger, "CREATE TABLE IF NOT EXISTS noted (member uuid)")

    async def note(event: MemberLeft, work: Work) -> None:
        statement = "INSERT INTO noted VALUES ('" + str(event.member) + "')"
        await work.connection.exec_driver_sql(statement)

    ledger.on(MemberLeft, note)
    return ledger


async def _noted(ledger: Ledger) -> list[UUID]:
    return sorted(member for (member,) in await rows(ledger, "SELECT member FROM noted"))


async def test_events_told_before_a_readers_first_start_reach_it(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    await teller.start()
    events = [_left() for _ in range(5)]
    await _tell(teller, *events)
    await asyncio.sleep(0.3)
    reader = await _noting(await open_ledger("portal"))
    await reader.start()

    async def all_there() -> bool:
        return await _noted(reader) == sorted(e.member for e in events)

    await until(all_there)


async def test_a_duplicate_has_one_effect(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    reader = await _noting(await open_ledger("portal"))
    await teller.start()
    await reader.start()
    one, other = _wrapped(_left()), _wrapped(_left())
    for batch in ([one, one], [one], [other, one]):
        await teller.bus.tell("membership", batch)

    async def both_there() -> bool:
        return len(await _noted(reader)) >= 2

    await until(both_there)
    await asyncio.sleep(0.5)
    assert await _noted(reader) == sorted(UUID(e.body["member"]) for e in (one, other))


async def test_a_reaction_that_fails_is_tried_again_until_it_goes_well(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    reader: Ledger = await open_ledger("portal")
    tries: list[UUID] = []

    async def shaky(event: MemberLeft, work: Work) -> None:
        tries.append(event.member)
        if len(tries) < 3:
            raise KeyError("not yet")

    reader.on(MemberLeft, shaky)
    await teller.start()
    await reader.start()
    await _tell(teller, _left())

    async def tried_thrice() -> bool:
        return len(tries) == 3

    await until(tried_thrice)
    await asyncio.sleep(0.6)
    assert len(tries) == 3
    assert await rows(reader, "SELECT * FROM ledger.dead_letters") == []
    assert await rows(reader, "SELECT * FROM ledger.attempts") == []


async def test_a_reaction_that_never_goes_well_becomes_a_dead_letter_and_holds_nobody_up(
    open_ledger: Any,
) -> None:
    teller: Ledger = await open_ledger("membership")
    reader: Ledger = await open_ledger("portal")
    bad = uuid4()
    await do(reader, "CREATE TABLE noted (member uuid)")

    async def picky(event: MemberLeft, work: Work) -> None:
        if event.member == bad:
            raise ValueError("never")
        await work.connection.exec_driver_sql(f"INSERT INTO noted VALUES ('{event.member}')")

    reader.on(MemberLeft, picky)
    await teller.start()
    await reader.start()
    good = [_left(), _left(), _left()]
    await _tell(teller, good[0], _left(bad), *good[1:])

    async def buried() -> bool:
        return bool(await rows(reader, "SELECT * FROM ledger.dead_letters"))

    await until(buried, seconds=20)
    [(kind, handler, attempts)] = await rows(
        reader, "SELECT kind, handler, attempts FROM ledger.dead_letters"
    )
    assert (kind, handler, attempts) == ("event", MemberLeft.wire, 5)
    assert await _noted(reader) == sorted(e.member for e in good)

    async def nothing_pending() -> bool:
        pending = await reader.bus.client.xpending("{membership}.events", "portal")
        return bool(pending["pending"] == 0)

    await until(nothing_pending)


async def test_what_is_away_does_not_count_as_an_attempt(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    reader: Ledger = await open_ledger("portal")
    tries: list[int] = []

    async def away(event: MemberLeft, work: Work) -> None:
        tries.append(1)
        if len(tries) < 8:
            raise Unavailable("later")

    reader.on(MemberLeft, away)
    await teller.start()
    await reader.start()
    await _tell(teller, _left())

    async def came_through() -> bool:
        return len(tries) == 8

    await until(came_through, seconds=20)
    assert await rows(reader, "SELECT * FROM ledger.dead_letters") == []


async def test_a_malformed_entry_is_dropped_and_its_neighbours_are_heard(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    reader = await _noting(await open_ledger("portal"))
    await teller.start()
    event = _left()
    client = teller.bus.client
    for odd in ({"__data__": b"\xff\x00{"}, {"x": "y"}, {"__data__": b'{"id": 7}'}):
        await client.xadd("{membership}.events", odd)
    await _tell(teller, event)
    for odd in ({"__data__": b"[]"}, {"__data__": b"\x89BIN\r\n\x1a\nxx"}):
        await client.xadd("{membership}.events", odd)
    await reader.start()
    later = _left()
    await _tell(teller, later)

    async def both_there() -> bool:
        return await _noted(reader) == sorted((event.member, later.member))

    await until(both_there)


async def test_a_dead_replicas_messages_are_taken_over_by_another(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    await teller.start()
    first = await _noting(await open_ledger("portal", replica="1"))
    stuck = asyncio.Event()

    async def hang(event: MemberLeft, work: Work) -> None:
        stuck.set()
        await asyncio.sleep(3600)

    first.on(MemberLeft, hang)
    await first.start()
    event = _left()
    await _tell(teller, event)
    await stuck.wait()
    await _die(first)
    second = await _noting(await open_ledger("portal", replica="2"))
    await second.start()

    async def taken_over() -> bool:
        return await _noted(second) == [event.member]

    await until(taken_over)


async def _die(ledger: Ledger) -> None:
    """Stop without finishing or acknowledging anything, as a killed process would."""
    for reader in ledger.bus._readers:
        for subscriber in reader._subscribers:
            for task in subscriber.tasks:
                task.cancel()
    await ledger._loops.stop()
    await ledger.bus._loops.stop()


async def test_an_emptied_bus_hears_the_last_two_days_again(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    early = await _noting(await open_ledger("portal"))
    await teller.start()
    await early.start()
    events = [_left() for _ in range(7)]
    await _tell(teller, *events[:4])

    async def four() -> bool:
        return len(await _noted(early)) == 4

    await until(four)
    await teller.bus.client.flushall()
    late = await _noting(await open_ledger("outcomes"))
    await late.start()
    await _tell(teller, *events[4:])

    async def all_everywhere() -> bool:
        wanted = sorted(e.member for e in events)
        return await _noted(early) == wanted and await _noted(late) == wanted

    await until(all_everywhere, seconds=20)


async def test_any_order_and_any_repeats_give_the_same(open_ledger: Any) -> None:
    teller: Ledger = await open_ledger("membership")
    reader = await _noting(await open_ledger("portal"))
    await teller.start()
    await reader.start()
    chance = random.Random(7)
    envelopes = [_wrapped(_left()) for _ in range(40)]
    sent = [*envelopes, *chance.choices(envelopes, k=60)]
    chance.shuffle(sent)
    for start in range(0, len(sent), 13):
        await teller.bus.tell("membership", sent[start : start + 13])

    async def all_there() -> bool:
        return await _noted(reader) == sorted(UUID(e.body["member"]) for e in envelopes)

    await until(all_there)
    await asyncio.sleep(0.4)
    assert len(await _noted(reader)) == 40


async def test_events_are_held_back_while_a_reader_is_ten_thousand_behind(
    open_ledger: Any,
) -> None:
    teller: Ledger = await open_ledger("membership")
    await teller.start()
    client = teller.bus.client
    await client.xgroup_create("{membership}.events", "slow", id="0", mkstream=True)
    async with client.pipeline(transaction=False) as pipe:
        for _ in range(10_000):
            pipe.xadd("{membership}.events", {"__data__": b"{}"})
        await pipe.execute()
    await asyncio.sleep(0.6)  # relays look twice a second
    await _tell(teller, _left())
    await asyncio.sleep(0.5)
    held = await rows(teller, "SELECT count(*) FROM ledger.outbox")
    await client.xreadgroup("slow", "s", {"{membership}.events": ">"}, count=10_000, noack=True)

    async def let_go() -> bool:
        return await rows(teller, "SELECT count(*) FROM ledger.outbox") == [(0,)]

    assert held == [(1,)]
    await until(let_go)
