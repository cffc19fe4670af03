import asyncio
import multiprocessing
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from indaba.bus import Outcome
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.passport import Role
from indaba.ledger import Ledger, Work
from ledger.mortal import STEPS, begin, leave, note
from workshop import PRIVATE_KEY, PUBLIC_KEY, do, envelope, ledger_of, passport, rows, until

HERE = Path(__file__).parent
MEMBERS = 20
Mortal = Callable[..., BaseProcess]


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    """`mortal(step, ...)` is a process of its own, from one that has loaded everything."""
    nursery = multiprocessing.get_context("forkserver")
    nursery.set_forkserver_preload(["ledger.mortal"])

    def born(*arguments: str) -> BaseProcess:
        process = nursery.Process(target=begin, args=arguments, daemon=True)
        process.start()
        return process

    with pytest.MonkeyPatch.context() as world:
        world.setenv("PYTHONPATH", str(HERE.parent), prepend=os.pathsep)
        world.setenv("PASSPORT_KEYS", f"{PRIVATE_KEY}|{PUBLIC_KEY}")
        yield born


async def _death(process: BaseProcess) -> int | None:
    """The exit code, once it has ended."""
    await asyncio.to_thread(process.join, 20)
    return process.exitcode


async def _prepared(
    process: str, database: Callable[..., Awaitable[str]], bus_url: str, folder: Path
) -> tuple[Ledger, str]:
    url = await database(folder)
    ledger = ledger_of(process, url, bus_url, migrations=folder)
    await do(ledger, "CREATE TABLE effects (member uuid)")
    return ledger, url


async def _effects(ledger: Ledger) -> Counter[UUID]:
    return Counter(member for (member,) in await rows(ledger, "SELECT member FROM effects"))


@pytest.mark.thorough(keep=3)
@pytest.mark.parametrize("step", STEPS)
async def test_a_service_killed_at_any_step_loses_nothing_and_does_nothing_twice(
    mortal: Mortal, database: Any, bus_url: str, tmp_path: Path, step: str
) -> None:
    service, url = await _prepared("membership", database, bus_url, tmp_path)
    reader, _ = await _prepared("portal", database, bus_url, tmp_path)
    reader.on(MemberLeft, note)
    reader.bus.expect_replies()
    await reader.start()
    first = mortal(step, "membership", url, bus_url, str(tmp_path))
    members = [uuid4() for _ in range(MEMBERS)]
    asked = [
        envelope(LeaveCommunity(), passport(uuid4(), m, Role.MEMBER), key=str(m), seconds=30)
        for m in members
    ]
    asking = asyncio.gather(*(reader.bus.ask("membership", e) for e in asked))
    died = await _death(first)
    second = mortal("", "membership", url, bus_url, str(tmp_path))
    try:
        replies = await asking

        async def all_noted() -> bool:
            return len(await _effects(reader)) == MEMBERS

        await until(all_noted, seconds=20)
        await asyncio.sleep(1)
        assert died == -9
        assert {reply.outcome for reply in replies} == {Outcome.ANSWERED}
        assert await _effects(service) == Counter(members)
        assert await _effects(reader) == Counter(members)
    finally:
        second.kill()
        second.join()
        await reader.stop()
        await service.database.dispose()


@pytest.mark.thorough(keep=2)
@pytest.mark.parametrize(
    "step",
    ["before the commit", "written, not committed", "replied, not acknowledged", "acknowledged"],
)
async def test_a_reader_killed_at_any_step_loses_nothing_and_does_nothing_twice(
    mortal: Mortal, database: Any, bus_url: str, tmp_path: Path, step: str
) -> None:
    teller, _ = await _prepared("membership", database, bus_url, tmp_path)
    reader, url = await _prepared("portal", database, bus_url, tmp_path)
    teller.answer(LeaveCommunity, leave)
    await teller.start()
    first = mortal(step, "portal", url, bus_url, str(tmp_path))
    members = [uuid4() for _ in range(MEMBERS)]
    for member in members:
        await _tell(teller, member)
        await asyncio.sleep(0.01)
    died = await _death(first)
    second = mortal("", "portal", url, bus_url, str(tmp_path))
    try:

        async def all_noted() -> bool:
            return len(await _effects(reader)) == MEMBERS

        await until(all_noted, seconds=20)
        await asyncio.sleep(1)
        assert died == -9
        assert await _effects(reader) == Counter(members)
    finally:
        second.kill()
        second.join()
        await teller.stop()
        await reader.database.dispose()


async def _tell(teller: Ledger, member: UUID) -> None:
    async with teller.database.begin() as connection:
        work = Work(connection, teller.world)
        who, community = MemberId(member), CommunityId(uuid4())
        work.emit(MemberLeft(aggregate=who, version=1, community=community, member=who))
        await work.keep()
    await teller._after_commit(work)
