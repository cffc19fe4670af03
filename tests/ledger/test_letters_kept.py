from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.ids import MemberId
from indaba.contracts.membership import DescribeMe, MyProfile
from indaba.contracts.passport import Role
from indaba.ledger import Ledger, Work
from indaba.ledger.erasure import erase
from workshop import envelope, passport, rows


async def test_a_dead_letter_holds_nothing_personal_and_goes_with_its_member(
    open_ledger: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    service: Ledger = await open_ledger("membership")

    async def stumble(request: DescribeMe, work: Work) -> MyProfile:
        raise KeyError(request.organisation, work.now)

    service.answer(DescribeMe, stumble)
    await service.start()
    face: Ledger = await open_ledger("face")
    face.bus.expect_replies()
    await face.start()
    member = MemberId(uuid4())
    said = DescribeMe(organisation="Canary school", province="Gauteng")
    await face.bus.ask("membership", envelope(said, passport(uuid4(), member, Role.MEMBER)))
    before = await rows(service, "SELECT letter::text FROM ledger.dead_letters")
    async with service.database.begin() as connection:
        await erase(Work(connection, service.world), member)

    assert len(before) == 1
    assert "Canary" not in before[0][0]
    assert "Canary" not in capsys.readouterr().out
    assert await rows(service, "SELECT * FROM ledger.dead_letters") == []
