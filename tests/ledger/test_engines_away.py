import asyncio
import os
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from indaba.bus import Outcome
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Unavailable
from indaba.ledger import Ledger, migrations
from ledger.mortal import leave, note
from workshop import do, envelope, ledger_of, passport, rows, until


async def test_a_bus_that_is_away_is_said_so_and_all_goes_on_when_it_is_back(
    database: Any, fresh_valkey: Any, tmp_path: Path
) -> None:
    valkey = await fresh_valkey()
    ledgers: list[Ledger] = []
    for name in ("membership", "portal"):
        url = await database()
        await migrations.migrate(url, tmp_path)
        ledgers.append(ledger_of(name, url, valkey.url, migrations=tmp_path))
        await do(ledgers[-1], "CREATE TABLE effects (member uuid)")
    service, face = ledgers
    service.answer(LeaveCommunity, leave)
    face.on(MemberLeft, note)
    face.bus.expect_replies()
    await asyncio.gather(service.start(), face.start())
    held = passport(uuid4(), uuid4(), Role.MEMBER)

    await valkey.stop()
    assert "bus" in (await face.ready()).why
    with pytest.raises(Unavailable, match="a little later"):
        await face.bus.ask("membership", envelope(LeaveCommunity(), held, seconds=1))
    await valkey.start()
    reply = await face.bus.ask("membership", envelope(LeaveCommunity(), held, seconds=20))

    async def heard() -> bool:
        return len(await rows(face, "SELECT * FROM effects")) == 1

    assert reply.outcome is Outcome.ANSWERED
    await until(heard, seconds=20)
    assert (await face.ready()).ok
    for ledger in reversed(ledgers):
        await ledger.stop()


@pytest.mark.thorough
async def test_a_bus_that_stands_still_while_we_begin_is_waited_for(
    database: Any, fresh_valkey: Any, tmp_path: Path
) -> None:
    valkey = await fresh_valkey()
    url = await database()
    await migrations.migrate(url, tmp_path)
    service = ledger_of("membership", url, valkey.url, migrations=tmp_path)
    service.answer(LeaveCommunity, leave)
    client: Any = await service.bus._broker.connect()
    make_group, made = client.xgroup_create, list[str]()

    async def then_stand_still(*given: Any, **named: Any) -> Any:
        """After FastStream has made sure of the group, before it says that it reads."""
        try:
            return await make_group(*given, **named)
        finally:
            made.append("group")
            if len(made) == 2:
                os.kill(valkey.pid, signal.SIGSTOP)
                asyncio.get_running_loop().call_later(4, os.kill, valkey.pid, signal.SIGCONT)

    client.xgroup_create = then_stand_still
    await asyncio.wait_for(service.start(), 30)
    assert len(made) >= 2
    assert (await service.ready()).ok
    await service.stop()
