"""Requests that become facts in one service and are known in another, by us and by others."""

import asyncio
import json
import os
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from faststream.redis import RedisBroker, StreamSub
from redis.asyncio import Redis

from drills.mortals import Mortal, nursery
from indaba.bus import Bus, Outcome
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.passport import Role
from indaba.contracts.wire import Done
from indaba.ledger import Ledger, Work, migrations
from indaba.operate.engines import Engines
from indaba.process import logs
from workshop import OFFICE, do, envelope, ledger_of, passport

ROOT = Path(__file__).parents[2]
AT_ONCE = 60
OLD_FASHIONED = 0.1
"""Seconds between two looks of an outbox that is polled."""

Times = list[float]


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Times) -> "Spread":
        ordered = sorted(seconds)
        last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        return cls(statistics.median(ordered) * 1000, last * 1000)


class Pair:
    """A service, another that listens to it, and a face that asks; in this process."""

    def __init__(self, engines: Engines, none: Path, *, polled: bool = False) -> None:
        self.known: dict[UUID, float] = {}
        self._arrived = asyncio.Condition()
        self.service = self._ledger(engines, none, "membership")
        self.reader = self._ledger(engines, none, "portal")
        self.face = self.reader.bus
        self.face.expect_replies()
        self.service.answer(LeaveCommunity, leave)
        self.reader.on(MemberLeft, note)
        self.reader._listening.committed = self._noted
        if polled:
            self._poll()

    def _ledger(self, engines: Engines, none: Path, name: str) -> Ledger:
        url = engines.postgres.url(name)
        return ledger_of(name, url, engines.valkey.url, migrations=none)

    def _poll(self) -> None:
        """As outboxes are usually emptied: looked at every so often."""

        async def wait(seconds: float) -> None:
            await asyncio.sleep(OLD_FASHIONED)

        self.service._relay.wake.wait = wait  # type: ignore[method-assign]

    async def _noted(self, work: Work) -> None:
        async with self._arrived:
            assert work.cause
            self.known[work.correlation] = time.perf_counter()
            self._arrived.notify_all()

    async def start(self) -> None:
        await asyncio.gather(self.service.start(), self.reader.start())

    async def stop(self) -> None:
        await self.reader.stop()
        await self.service.stop()

    async def ask(self) -> UUID:
        """One request of somebody new; gives its correlation once it is answered."""
        asked = envelope(
            LeaveCommunity(),
            token=OFFICE.sign(passport(uuid4(), uuid4(), Role.MEMBER)),
            key=uuid4().hex,
            seconds=60,
        )
        reply = await self.face.ask("membership", asked)
        assert reply.outcome is Outcome.ANSWERED, reply
        return asked.correlation

    async def until_known(self, asked: set[UUID]) -> None:
        async with self._arrived:
            await self._arrived.wait_for(lambda: asked <= self.known.keys())


async def leave(_: LeaveCommunity, work: Work) -> Done:
    member, community = work.passport.a_member(), work.passport.in_community()
    work.tell(MemberLeft(aggregate=member, version=1, community=community, member=member))
    return Done()


async def note(event: MemberLeft, work: Work) -> None:
    await work.connection.exec_driver_sql(f"INSERT INTO effects VALUES ('{event.member}')")


@asynccontextmanager
async def engines_at(folder: Path) -> AsyncIterator[tuple[Engines, Path]]:
    """Engines with two empty databases, and a folder without migrations."""
    engines = Engines(folder / "engines")
    await engines.start()
    none = folder / "none"
    none.mkdir()
    for name in ("membership", "portal"):
        await migrations.migrate(engines.postgres.url(name), none)
    probe = ledger_of("portal", engines.postgres.url("portal"), engines.valkey.url, migrations=none)
    await do(probe, "CREATE TABLE effects (member uuid)")
    await probe.database.dispose()
    try:
        yield engines, none
    finally:
        await engines.stop()


async def open_loop(pair: Pair, rate: int, seconds: float) -> Spread:
    """Requests at fixed moments, whether or not those before are answered; until known there."""
    count = int(rate * seconds)
    began = time.perf_counter() + 0.2
    due: dict[UUID, float] = {}

    async def one(number: int) -> None:
        moment = began + number / rate
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        due[await pair.ask()] = moment

    await asyncio.gather(*(one(number) for number in range(count)))
    await asyncio.wait_for(pair.until_known(set(due)), 60)
    return Spread.of([pair.known[who] - moment for who, moment in due.items()][rate // 2 :])


def syncs(page: Path, count: int = 400) -> Spread:
    """Bare fdatasync of 4 KiB."""
    times: Times = []
    with page.open("wb") as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(os.urandom(4096))
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
            time.sleep(0.002)
    return Spread.of(times)


async def latencies(folder: Path, seconds: float) -> dict[str, Any]:
    """Ours and a polled outbox's, at 50 and 200 requests a second."""
    found: dict[str, Any] = {}
    async with engines_at(folder) as (engines, none):
        for rate in (50, 200):
            for polled in (False, True):
                pair = Pair(engines, none, polled=polled)
                await pair.start()
                spread = await open_loop(pair, rate, seconds)
                await pair.stop()
                found[f"{rate}/s {'polled' if polled else 'ours'}"] = vars(spread)
        found["fdatasync"] = vars(await asyncio.to_thread(syncs, folder / "page"))
    return found


async def throughput(folder: Path, count: int) -> dict[str, float]:
    """Events a second end to end: ours, the bare floor, and others."""
    async with engines_at(folder) as (engines, none):
        found = {
            "ours": await _ours(engines, none, count),
            "bare asyncpg and redis": await _floor(engines, count),
            "FastStream default": await _faststream(engines, count),
        }
        for name in ("taskiq", "procrastinate"):
            found[name] = await _peer(engines, name, count)
        found["ours again"] = await _ours(engines, none, count)
        return found


async def _ours(engines: Engines, none: Path, count: int) -> float:
    pair = Pair(engines, none)
    await pair.start()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> UUID:
        async with gate:
            return await pair.ask()

    began = time.perf_counter()
    asked = await asyncio.gather(*(one() for _ in range(count)))
    await asyncio.wait_for(pair.until_known(set(asked)), 60)
    rate = count / (time.perf_counter() - began)
    await pair.stop()
    return rate


FLOOR_TABLES = """
CREATE TABLE IF NOT EXISTS bench_inbox (key text PRIMARY KEY, reply jsonb);
CREATE TABLE IF NOT EXISTS bench_journal (id uuid PRIMARY KEY, envelope jsonb);
CREATE TABLE IF NOT EXISTS bench_outgoing (id uuid PRIMARY KEY);
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
            await sql.execute("INSERT INTO bench_outgoing VALUES ($1)", event)
        await self._redis.publish("bench.replies", key)
        async with self._service.acquire() as sql, sql.transaction():
            await sql.execute("DELETE FROM bench_outgoing WHERE id = $1", event)
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


async def _floor(engines: Engines, count: int) -> float:
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
    await asyncio.gather(*work, return_exceptions=True)
    for pool in (service, reader):
        await pool.close()
    await redis.aclose()
    return rate


async def _faststream(engines: Engines, count: int) -> float:
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


async def _peer(engines: Engines, name: str, count: int) -> float:
    """In an environment of its own; 0 where that is not here."""
    python = ROOT / ".venv-bench" / "bin" / "python"
    if not python.exists():
        return 0.0
    postgres = engines.postgres.url("portal").replace("+asyncpg", "")
    given = [name, postgres, engines.valkey.url, str(count)]
    process = await asyncio.create_subprocess_exec(
        python, Path(__file__).with_name("peers.py"), *given, stdout=subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 240)
    return float(said.decode().strip().splitlines()[-1]) if process.returncode == 0 else 0.0


def live(name: str, database_url: str, bus_url: str, none: str, replica: str) -> None:
    """Be the service in a process of its own until killed."""
    logs.configure(json=True, level=50)
    asyncio.run(_live(name, database_url, bus_url, none, replica))


async def _live(name: str, database_url: str, bus_url: str, none: str, replica: str) -> None:
    ledger = ledger_of(name, database_url, bus_url, migrations=Path(none), replica=replica)
    ledger.answer(LeaveCommunity, leave)
    await ledger.start()
    await asyncio.Event().wait()


async def replicas(folder: Path, count: int) -> dict[str, float]:
    """Requests a second answered by one process of a service, and by two."""
    found = {}
    with nursery("bench.durable") as context:
        async with engines_at(folder) as (engines, none):
            url = engines.postgres.url("membership")
            for number in (1, 2):
                copies = [
                    Mortal(context, live, "membership", url, engines.valkey.url, str(none), str(n))
                    for n in range(number)
                ]
                for copy in copies:
                    copy.begin()
                found[f"{number} process{'es' if number > 1 else ''}"] = await _asked(
                    engines.valkey.url, count
                )
                for copy in copies:
                    copy.kill()
    return found


async def _asked(bus_url: str, count: int) -> float:
    from indaba.process.world import RealWorld

    face = Bus(bus_url, f"face{uuid4().hex[:6]}", RealWorld(), ask_again=5)
    face.expect_replies()
    await face.start()
    gate = asyncio.Semaphore(AT_ONCE)
    make: Callable[[], Any] = lambda: envelope(  # noqa: E731 - the same four words twice
        LeaveCommunity(),
        token=OFFICE.sign(passport(uuid4(), uuid4(), Role.MEMBER)),
        key=uuid4().hex,
        seconds=60,
    )

    async def one() -> None:
        async with gate:
            reply = await face.ask("membership", make())
            assert reply.outcome is Outcome.ANSWERED

    await asyncio.gather(*(one() for _ in range(50)))
    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    rate = count / (time.perf_counter() - began)
    await face.stop()
    return rate
