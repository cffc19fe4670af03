from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.membership import MemberErased
from indaba.contracts.removal import MemberRemoved
from indaba.contracts.scheduling import RsvpChanged
from indaba.contracts.wire import Event
from indaba.ledger import Ledger, ledger
from workshop import do, rows, until


async def test_every_event_is_kept_as_long_as_its_contract_says(
    open_ledger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "SETTLED_SECONDS", 0)
    service: Ledger = await open_ledger("membership")
    day = timedelta(days=1)
    kinds: list[type[Event]] = [MemberErased, MemberRemoved, RsvpChanged]
    assert len({kind.kept for kind in kinds}) == len(kinds)
    for kind in kinds:
        await _told(service, kind, kind.kept - day)
        await _told(service, kind, kind.kept + day)

    await service.start()

    async def tidied() -> bool:
        return len(await rows(service, "SELECT 1 FROM ledger.journal")) <= len(kinds)

    await until(tidied)
    left = await rows(service, "SELECT wire, occurred_at FROM ledger.journal ORDER BY wire")
    assert [wire for wire, _ in left] == sorted(kind.wire for kind in kinds)
    kept = {kind.wire: kind.kept for kind in kinds}
    assert all(service.world.now() - told < kept[wire] for wire, told in left)


async def _told(service: Ledger, kind: type[Event], ago: timedelta) -> None:
    when = (service.world.now() - ago).isoformat()
    await do(
        service,
        "INSERT INTO ledger.journal (id, wire, occurred_at, envelope)"
        f" VALUES ('{uuid4()}', '{kind.wire}', '{when}', '{{}}')",
    )
