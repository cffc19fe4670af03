"""Discord waits three seconds for the first word to an interaction, whatever stands still here."""

import asyncio
import os
import re
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa

from drills.discord_stage import Stage, a_stage
from drills.mortals import nursery
from indaba.operate.local.engines import Engines
from wire.world import DEAD_AFTER, Interaction
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = 8


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(engines: Engines) -> AsyncIterator[Stage]:
    """A bot at work, in a process of its own, and a meeting to come."""
    with (
        nursery("drills.discord_stage") as context,
        tempfile.TemporaryDirectory(prefix="indaba-") as folder,
    ):
        async with a_stage(context, Path(folder), engines, people=PEOPLE, channels=1) as there:
            await there.bot_at_work()
            await there.call_a_meeting()
            yield there
            for bot in there.bots:
                bot.kill()


@asynccontextmanager
async def _services(stage: Stage) -> AsyncIterator[None]:
    for each in stage.services.values():
        each.freeze()
    try:
        yield
    finally:
        for each in stage.services.values():
            each.thaw()


@asynccontextmanager
async def _bus(stage: Stage) -> AsyncIterator[None]:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(stage._engines.valkey.url.removeprefix("unix://"))
        line.sendall(b"INFO server\r\n")
        found = re.search(rb"process_id:(\d+)", line.recv(10_000))
    assert found
    with _stopped([int(found[1])]):
        yield


@asynccontextmanager
async def _table(stage: Stage) -> AsyncIterator[None]:
    """Nothing that anybody does can be kept."""
    ledger = stage.ledger("discord_bot")
    async with ledger.database.begin() as connection:
        await connection.execute(sa.text("LOCK TABLE heard IN ACCESS EXCLUSIVE MODE"))
        yield
    await ledger.database.dispose()


@asynccontextmanager
async def _database(stage: Stage) -> AsyncIterator[None]:
    """Every connection to the bot's database stands still."""
    ledger = stage.ledger("discord_bot")
    own = "datname = current_database() AND pid <> pg_backend_pid()"
    pids = [pid for (pid,) in await rows(ledger, f"SELECT pid FROM pg_stat_activity WHERE {own}")]
    await ledger.database.dispose()
    with _stopped(pids):
        yield


@contextmanager
def _stopped(pids: Sequence[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


Still = Callable[[Stage], AbstractAsyncContextManager[None]]
STILL: Sequence[Still] = (_services, _bus, _table, _database)


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("still", STILL, ids=lambda still: still.__name__.strip("_"))
async def test_the_first_word_comes_in_time_whatever_stands_still(
    stage: Stage, still: Still
) -> None:
    room, people = stage.channels[0], list(stage.people)
    async with still(stage):
        typing = [
            await stage.discord.complete(room, people[0], "meeting show", "code", "frac"),
            await stage.discord.complete(room, people[1], "meeting new", "when", "tomorrow 18:00"),
        ]
        acting = [
            await stage.discord.slash(room, people[2], "meeting next"),
            await stage.discord.press(room, people[3], f"do:meeting yes {stage.code}", stage.card),
        ]
        await asyncio.sleep(DEAD_AFTER + 0.5)
        for each in (*typing, *acting):
            assert [at < DEAD_AFTER for at, _ in each.callbacks] == [True]

    async def all_are_answered() -> bool:
        return all(_is_answered(each) for each in acting)

    await until(all_are_answered, 30)
    assert [each.refused for each in (*typing, *acting)] == [[], [], [], []]


def _is_answered(one: Interaction) -> bool:
    return bool(one.edits or one.more)
