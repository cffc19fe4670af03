"""Published from memory, struck out later: what may happen in between."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import MemberLeft
from indaba.ledger import Ledger, Work, relay
from workshop import rows, until

STREAM = "{membership}.events"
OUTBOX = "SELECT count(*) FROM ledger.outbox"


async def _published(open_ledger: Any, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger whose one event is on the bus, and whose strike has yet to come; it stands still."""
    monkeypatch.setattr(relay, "STRIKE_SECONDS", 3600)
    ledger: Ledger = await open_ledger("membership")
    await ledger.start()
    ledger._relay._struck_at = ledger.world.now()
    async with ledger.database.begin() as connection:
        work = Work(connection, ledger.world)
        who = MemberId(uuid4())
        work.emit(MemberLeft(aggregate=who, version=1, community=CommunityId(uuid4()), member=who))
        await work.keep()
    await ledger._after_commit(work)

    async def on_the_bus() -> bool:
        return bool(await ledger.bus.client.xlen(STREAM) == 1)

    await until(on_the_bus)
    await ledger._loops.stop()
    await ledger.bus._loops.stop()
    assert await rows(ledger, OUTBOX) == [(1,)]
    return ledger


async def test_what_was_published_is_struck_out(
    open_ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await _published(open_ledger, monkeypatch)
    await ledger._relay._strike()
    assert await rows(ledger, OUTBOX) == [(0,)]


async def test_what_was_published_stays_when_the_bus_lost_it_and_another_noticed_first(
    open_ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await _published(open_ledger, monkeypatch)
    other: Ledger = await open_ledger("membership", "2")
    await ledger.bus.client.flushall()
    await other._relay.tell_again("another life")
    await ledger._relay._strike()
    assert await rows(ledger, OUTBOX) == [(1,)]


async def test_a_strike_waits_for_who_is_telling_again_at_this_moment(
    open_ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await _published(open_ledger, monkeypatch)
    async with ledger.database.begin() as telling_again:
        await ledger._relay._knows(telling_again, "another life")
        strike = asyncio.create_task(ledger._relay._strike())
        await asyncio.sleep(0.3)
        assert not strike.done()
    await strike
    assert await rows(ledger, OUTBOX) == [(1,)]
