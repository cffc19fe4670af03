"""FastStream's own subscribers on a Redis stream, put through kills: what they handle."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
from faststream.redis import RedisBroker, StreamSub

from drills.mortals import Mortal, Nursery, moments
from indaba.operate.local.engines import Engines

STREAM, GROUP = "messages", "readers"
SECONDS = 20.0


def live(bus_url: str, sockets: str, claims: str) -> None:
    """Handle messages as the documentation shows it, until killed."""
    asyncio.run(_live(bus_url, sockets, claims == "True"))


async def _live(bus_url: str, sockets: str, claims: bool) -> None:
    quiet: Any = None  # FastStream takes None for silence, its types do not say so
    broker = RedisBroker(bus_url, logger=quiet)
    pool = await asyncpg.create_pool(host=sockets, user="portal", database="portal")
    failed: set[int] = set()

    async def handle(number: int) -> None:
        if number % 100 == 0 and number not in failed:
            failed.add(number)
            raise RuntimeError(number)
        await pool.execute("INSERT INTO effects VALUES ($1)", number)

    new = StreamSub(STREAM, group=GROUP, consumer="one")
    broker.subscriber(stream=new)(handle)
    if claims:
        left = StreamSub(STREAM, group=GROUP, consumer="one", min_idle_time=300)
        broker.subscriber(stream=left)(handle)
    await broker.start()
    await asyncio.Event().wait()


async def drill(
    context: Nursery, folder: Path, messages: int, kills: int, seed: int, *, claims: bool
) -> str:
    """One line: how many of the messages were handled, and how many twice."""
    engines = Engines(folder)
    await engines.start()
    session = await asyncpg.connect(
        host=str(engines.postgres.sockets), user="portal", database="portal"
    )
    await session.execute("CREATE TABLE effects (number int)")
    reader = Mortal(context, live, engines.valkey.url, str(engines.postgres.sockets), str(claims))
    reader.begin()
    try:
        async with asyncio.TaskGroup() as storm:
            storm.create_task(_publish(engines.valkey.url, messages))
            storm.create_task(reader.live_through(moments(Random(seed), kills, SECONDS)))
        await asyncio.sleep(5)
        rows = await session.fetch("SELECT number FROM effects")
    finally:
        reader.kill()
        await session.close()
        await engines.stop()
        shutil.rmtree(folder, ignore_errors=True)
    times = Counter(row["number"] for row in rows)
    twice = sum(1 for count in times.values() if count > 1)
    which = "with a claiming subscriber" if claims else "default subscriber"
    return f"FastStream, {which}: {len(times)} of {messages} handled, {twice} twice, {kills} kills"


async def _publish(bus_url: str, messages: int) -> None:
    quiet: Any = None
    broker = RedisBroker(bus_url, logger=quiet)
    await broker.connect()
    # The group is there before the first message, so that the peer misses none of them.
    await asyncio.sleep(3)
    pause = (SECONDS - 4) / messages
    for number in range(messages):
        await broker.publish(number, stream=STREAM)
        await asyncio.sleep(pause)
    await broker.stop()
