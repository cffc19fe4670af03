"""What is kept no longer is dealt with once, a few rows at a time, whatever ends in between."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from indaba.contracts import retention
from indaba.contracts.purposes import Purpose
from indaba.contracts.retention import Kept, Then
from indaba.ledger import Ledger, Work, keeping
from indaba.ledger.keeping import BATCH, Duty
from workshop import do, rows

LONG = timedelta(days=9)
ROW = Kept(
    "notes", "membership", "notes", "", "it was written", "a test", Then.DELETED, LONG,
    purpose=Purpose.RECORD,
)  # fmt: skip
NOTES = sa.Table(
    "notes",
    sa.MetaData(),
    sa.Column("id", sa.Uuid),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("dealt_with", sa.Integer, server_default="0"),
)


async def _count(over: Sequence[UUID], work: Work) -> None:
    dealt_with = NOTES.c.dealt_with + 1
    these = NOTES.update().where(NOTES.c.id.in_(over))
    await work.connection.execute(these.values(dealt_with=dealt_with))


async def _written(ledger: Ledger, *days_ago: int) -> None:
    notes = [{"id": uuid4(), "at": ledger.world.now() - timedelta(days)} for days in days_ago]
    async with ledger.database.begin() as connection:
        await connection.execute(NOTES.insert(), notes)


async def _opened(open_ledger: Any) -> Ledger:
    ledger: Ledger = await open_ledger("membership")
    await do(ledger, "CREATE TABLE notes (id uuid, at timestamptz, dealt_with int DEFAULT 0)")
    ledger.keeps(Duty(ROW, NOTES.c.at, NOTES.c.id, _count))
    return ledger


async def _dealt_with(ledger: Ledger) -> dict[int, int]:
    query = "SELECT dealt_with, count(*) FROM notes GROUP BY 1"
    return dict(await rows(ledger, query))


async def test_what_is_too_old_is_dealt_with_once_in_batches(open_ledger: Any) -> None:
    ledger = await _opened(open_ledger)
    await _written(ledger, *[20] * (2 * BATCH), *range(10, 30), 8, 1)

    await ledger.tidy()
    await ledger.tidy()

    assert await _dealt_with(ledger) == {1: 2 * BATCH + 20, 0: 2}


async def test_what_becomes_too_old_later_is_dealt_with_then(open_ledger: Any) -> None:
    ledger = await _opened(open_ledger)
    await _written(ledger, 20)
    await ledger.tidy()
    await _written(ledger, 10)

    await ledger.tidy()

    assert await _dealt_with(ledger) == {1: 2}


async def test_what_operators_want_shorter_is_dealt_with_sooner(
    open_ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await _opened(open_ledger)
    await _written(ledger, 10, 8, 4)
    monkeypatch.setattr(retention, "_SHORTER", {ROW.name: timedelta(days=5)})

    await ledger.tidy()

    assert await _dealt_with(ledger) == {1: 2, 0: 1}


async def test_two_copies_share_the_work(open_ledger: Any) -> None:
    ledger = await _opened(open_ledger)
    await _written(ledger, *[20] * (3 * BATCH))

    for _ in range(3):
        await asyncio.gather(ledger.tidy(), ledger.tidy())

    assert await _dealt_with(ledger) == {1: 3 * BATCH}


async def test_a_duty_that_fails_keeps_no_other_from_being_done(open_ledger: Any) -> None:
    ledger: Ledger = await open_ledger("membership")
    await do(ledger, "CREATE TABLE notes (id uuid, at timestamptz, dealt_with int DEFAULT 0)")

    async def fail(*_: object) -> None:
        raise LookupError

    other = replace(ROW, name="other")
    ledger.keeps(Duty(other, NOTES.c.at, NOTES.c.id, fail))
    ledger.keeps(Duty(ROW, NOTES.c.at, NOTES.c.id, _count))
    await _written(ledger, 20)

    with pytest.raises(LookupError):
        await ledger.tidy()
    assert await _dealt_with(ledger) == {1: 1}


async def test_a_batch_that_ends_amid_is_done_again_whole(
    open_ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await _opened(open_ledger)
    await _written(ledger, *[20] * BATCH)

    async def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "_reach", killed)
        with pytest.raises(ConnectionError):
            await ledger.tidy()
    assert await _dealt_with(ledger) == {0: BATCH}
    await ledger.tidy()

    assert await _dealt_with(ledger) == {1: BATCH}
