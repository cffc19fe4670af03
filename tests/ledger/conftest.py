from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from clock import TestWorld
from indaba.ledger import Ledger
from workshop import ledger_of

OpenLedger = Callable[..., Awaitable[Ledger]]


@pytest.fixture
async def open_ledger(
    database: Callable[..., Awaitable[str]], bus_url: str, tmp_path: Path
) -> AsyncIterator[OpenLedger]:
    """`await open_ledger("portal")` is a ledger on a fresh database, not yet started.

    The same name again is a further replica on the same database. All are stopped after the test.
    """
    none = tmp_path / "no-migrations"
    none.mkdir()
    urls: dict[str, str] = {}
    opened: list[Ledger] = []

    async def open_one(process: str, replica: str = "1", world: TestWorld | None = None) -> Ledger:
        if process not in urls:
            urls[process] = await database(none)
        ledger = ledger_of(
            process, urls[process], bus_url, migrations=none, replica=replica, world=world
        )
        opened.append(ledger)
        return ledger

    yield open_one
    for ledger in reversed(opened):
        await ledger.stop()
