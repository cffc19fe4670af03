"""What the inbox holds at each age, of every request there is, however long nobody looked."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts import spoken
from indaba.contracts.confidential import is_between_us, keys_in
from indaba.contracts.wire import Request
from indaba.ledger import Ledger, inbox, keeping, tables
from workshop import rows

MINUTES, HOURS = timedelta(minutes=11), timedelta(hours=3)
AGES = (timedelta(minutes=9), MINUTES, HOURS, timedelta(hours=25), timedelta(days=4, minutes=1))
ANSWERED, EMPTY, GONE = "answered", "empty", "gone"


def _due(kind: type[Request[Any]] | None, age: timedelta) -> str:
    """What is left of a request of a kind at an age; of an event without a kind."""
    if age > timedelta(days=4) or (kind and kind.forgotten_soon and age >= MINUTES):
        return GONE
    opens = kind and keys_in(kind.reply()) and is_between_us(kind.reply())
    if kind is None or age > timedelta(days=1) or (opens and age >= MINUTES):
        return EMPTY
    return ANSWERED


def _expected() -> Iterator[tuple[str, timedelta, str]]:
    for age in AGES:
        yield f"event/{age}", age, _due(None, age)
        for kind in spoken(Request):
            yield f"{kind.wire}/{age}", age, _due(kind, age)


async def _asked(ledger: Ledger) -> None:
    now, told = ledger.world.now(), {"member": uuid4(), "reply": {"said": "yes"}}
    async with ledger.database.begin() as sql:
        for key, age, _ in _expected():
            given = {} if key.startswith("event/") else told
            await sql.execute(tables.inbox.insert().values(key=key, done_at=now - age, **given))


async def _left(ledger: Ledger) -> dict[str, str]:
    empty = "CASE WHEN reply IS NULL AND member IS NULL THEN 'empty' ELSE 'answered' END"
    return dict(await rows(ledger, f"SELECT key, {empty} FROM ledger.inbox"))


async def test_every_request_keeps_what_it_may_and_no_more(open_ledger: Any) -> None:
    ledger: Ledger = await open_ledger("membership")
    await _asked(ledger)

    await ledger.tidy()

    assert await _left(ledger) == {key: due for key, _, due in _expected() if due != GONE}


async def test_killed_amid_any_batch_it_ends_the_same(
    open_ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger: Ledger = await open_ledger("membership")
    await _asked(ledger)
    monkeypatch.setattr(inbox, "AT_ONCE", 50)
    ledger._keeping.duties[:] = inbox.duties()
    reach, calls = keeping._reach, count()

    async def killed_at_every_second(*given: Any) -> None:
        if next(calls) % 2:
            raise ConnectionError
        await reach(*given)

    monkeypatch.setattr(keeping, "_reach", killed_at_every_second)
    deaths = 0
    while await _died(ledger):
        deaths += 1

    assert deaths > 10
    assert await _left(ledger) == {key: due for key, _, due in _expected() if due != GONE}


async def _died(ledger: Ledger) -> bool:
    try:
        await ledger.tidy()
    except ConnectionError:
        return True
    return False
