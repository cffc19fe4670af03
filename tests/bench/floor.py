"""The least that such work costs, and FastStream as it comes: nothing is recovered."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from faststream.redis import RedisBroker, StreamSub
from redis.asyncio import Redis

from indaba.operate.local.engines import Engines

AT_ONCE = 60

FLOOR_TABLES = """
CREATE TABLE IF NOT EXISTS bench_inbox (key text PRIMARY KEY, reply jsonb);
CREATE TABLE IF NOT EXISTS bench_journal (id uuid PRIMARY KEY, envelope jsonb);
CREATE TABLE IF NOT EXISTS bench_outbox (id uuid PRIMARY KEY);
CREATE TABLE IF NOT EXISTS bench_marks (n int, step int);
"""


class _Floor:
    """The same commits, by hand: nothing is checked, nothing is recovered, nothing is logged."""

    def __init__(self, redis: Any, service: Any, reader: Any, count: int) -> None:
        self._redis, self._service, self._reader = redis, service, reader
        self._left = count
        self.done = asyncio.Event()
        self.replies: dict[str, asyncio.Future[None]] = {}

    async def answer(self, number: int) -> None:
        """One of six workers of the service."""
        while True:
            found = await self._redis.xreadgroup(
                "s", f"s{number}", {"bench.requests": ">"}, count=1, block=1000
            )
            for entry, fields in found[0][1] if found else []:
                await self._commit(fields[b"key"].decode())
                await self._redis.xack("bench.requests", "s", entry)
                await self._redis.xdel("bench.requests", entry)

    async def _commit(self, key: str) -> None:
        event, body = uuid4(), json.dumps({"member": key, "community": key})
        async with self._service.acquire() as sql, sql.transaction():
            await sql.execute("INSERT INTO bench_inbox VALUES ($1, '{}')", key)
            await sql.execute("INSERT INTO bench_journal VALUES ($1, $2)", event, body)
            await sql.execute("INSERT INTO bench_outbox VALUES ($1)", event)
        await self._redis.publish("bench.replies", key)
        async with self._service.acquire() as sql, sql.transaction():
            await sql.execute("DELETE FROM bench_outbox WHERE id = $1", event)
            await self._redis.xadd("bench.events", {"key": key, "body": body})

    async def listen(self) -> None:
        while True:
            found = await self._redis.xreadgroup(
                "r", "r1", {"bench.events": ">"}, count=100, block=1000
            )
            entries = found[0][1] if found else []
            if not entries:
                continue
            async with self._reader.acquire() as sql, sql.transaction():
                for _, fields in entries:
                    key = fields[b"key"].decode()
                    await sql.execute("INSERT INTO bench_inbox VALUES ($1)", f"e/{key}")
                    await sql.execute("INSERT INTO effects VALUES ($1)", UUID(key))
            await self._redis.xack("bench.events", "r", *(entry for entry, _ in entries))
            self._left -= len(entries)
            if self._left <= 0:
                self.done.set()

    async def hear_replies(self) -> None:
        channel = self._redis.pubsub()
        await channel.subscribe("bench.replies")
        async for message in channel.listen():
            if message["type"] == "message":
                self.replies[message["data"].decode()].set_result(None)


async def bare(engines: Engines, count: int) -> float:
    redis = Redis.from_url(engines.valkey.url)
    service, reader = [
        await asyncpg.create_pool(engines.postgres.url(n).replace("+asyncpg", ""), max_size=10)
        for n in ("membership", "portal")
    ]
    for pool in (service, reader):
        await pool.execute(FLOOR_TABLES)
    for stream, group in (("bench.requests", "s"), ("bench.events", "r")):
        await redis.xgroup_create(stream, group, id="0", mkstream=True)
    floor = _Floor(redis, service, reader, count)
    work = [asyncio.create_task(floor.answer(n)) for n in range(6)]
    work += [asyncio.create_task(floor.listen()), asyncio.create_task(floor.hear_replies())]
    await asyncio.sleep(0.2)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            key = str(uuid4())
            floor.replies[key] = asyncio.get_running_loop().create_future()
            await redis.xadd("bench.requests", {"key": key})
            await floor.replies[key]

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    await asyncio.wait_for(floor.done.wait(), 60)
    rate = count / (time.perf_counter() - began)
    for task in work:
        task.cancel()
    # A driver that is cancelled amid its own clean-up may swallow it.
    await asyncio.wait(work, timeout=2)
    for pool in (service, reader):
        pool.terminate()
    await redis.aclose()
    return rate


async def faststream(engines: Engines, count: int) -> float:
    """Its default stream subscriber: a commit, an event, another commit."""
    pool = await asyncpg.create_pool(
        engines.postgres.url("portal").replace("+asyncpg", ""), max_size=10
    )
    quiet: Any = None
    broker = RedisBroker(engines.valkey.url, logger=quiet)
    done, seen = asyncio.Event(), list[int]()

    @broker.subscriber(stream=StreamSub("fs.requests", group="s", consumer="s"), max_workers=6)
    async def first(n: int) -> None:
        await pool.execute("INSERT INTO bench_marks VALUES ($1, 1)", n)
        await broker.publish(n, stream="fs.events")

    @broker.subscriber(stream=StreamSub("fs.events", group="r", consumer="r"), max_workers=6)
    async def second(n: int) -> None:
        await pool.execute("INSERT INTO bench_marks VALUES ($1, 2)", n)
        seen.append(n)
        if len(seen) >= count:
            done.set()

    await broker.start()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> None:
        async with gate:
            await broker.publish(n, stream="fs.requests")

    await asyncio.sleep(0.3)
    began = time.perf_counter()
    await asyncio.gather(*(one(n) for n in range(count)))
    with suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), 60)
    rate = len(seen) / (time.perf_counter() - began)
    await broker.stop()
    await pool.close()
    return rate
