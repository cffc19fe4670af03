"""Requests and events while every process and engine is killed: each has its effect once."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from drills import bare_faststream
from drills.mortals import Mortal, Nursery, moments, nursery
from drills.verdict import Verdict
from indaba.bus import Bus, Outcome
from indaba.bus.streams import events_of
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Unavailable
from indaba.contracts.wire import Done
from indaba.ledger import Ledger, Work, migrations
from indaba.operate.local.engines import Engines
from indaba.process import logs, run
from indaba.process.world import RealWorld
from workshop import OFFICE, do, envelope, ledger_of, passport, rows

PROCESSES = ("membership", "portal", "scheduling")
READERS = ("portal", "scheduling")
PATIENCE = 40.0
IN_FLIGHT = 60


@dataclass(frozen=True)
class Scale:
    """How much: requests over so many seconds, kills of each process, kills of the bus."""

    requests: int
    seconds: float
    kills: int
    bus_kills: int
    peer_messages: int


FULL = Scale(requests=2000, seconds=90, kills=20, bus_kills=2, peer_messages=2000)
SHORT = Scale(requests=150, seconds=6, kills=3, bus_kills=1, peer_messages=0)


@dataclass
class Told:
    """What the askers were told, by member."""

    done: Counter[UUID] = field(default_factory=Counter)
    not_done: set[UUID] = field(default_factory=set)
    unsure: set[UUID] = field(default_factory=set)


class Stumble(Exception):  # noqa: N818 - what a handler trips over, once
    """A fault that passes."""


_stumbled: set[UUID] = set()


def _stumble(member: UUID) -> None:
    """One in a hundred goes wrong the first time."""
    if member.int % 100 == 0 and member not in _stumbled:
        _stumbled.add(member)
        raise Stumble


async def leave(_: LeaveCommunity, work: Work) -> Done:
    member = work.passport.a_member()
    await work.connection.exec_driver_sql(f"INSERT INTO effects VALUES ('{member}')")
    _stumble(member)
    community = work.passport.in_community()
    work.emit(MemberLeft(aggregate=member, version=1, community=community, member=member))
    return Done()


async def note(event: MemberLeft, work: Work) -> None:
    await work.connection.exec_driver_sql(f"INSERT INTO effects VALUES ('{event.member}')")
    _stumble(event.member)


def live(process: str, database_url: str, bus_url: str, folder: str) -> None:
    """Be a service or a reader until killed."""
    logs.configure(json=True, level=50)
    run.live(_live(process, database_url, bus_url, folder))


async def _live(process: str, database_url: str, bus_url: str, folder: str) -> None:
    ledger = ledger_of(process, database_url, bus_url, migrations=Path(folder))
    if process == "membership":
        ledger.answer(LeaveCommunity, leave)
    else:
        ledger.on(MemberLeft, note)
    await ledger.start()
    await asyncio.Event().wait()


async def drill(scale: Scale, seed: int, where: Path | None = None) -> Verdict:
    """Put the bus, the ledger and the engines through it."""
    began = time.monotonic()
    logs.configure(json=True, level=50)
    with (
        nursery("drills.bus_truth", "drills.bare_faststream") as context,
        tempfile.TemporaryDirectory(prefix="indaba-", dir=where) as folder,
    ):
        verdict = await _ours(context, Path(folder), scale, Random(seed))
        beside = await _peers(context, Path(folder) / "peers", scale, seed)
    seconds = time.monotonic() - began
    return Verdict(**{**vars(verdict), "beside": beside, "seconds": seconds})


async def _peers(context: Nursery, folder: Path, scale: Scale, seed: int) -> tuple[str, ...]:
    if not scale.peer_messages:
        return ()
    messages, kills = scale.peer_messages, scale.kills
    default = await bare_faststream.drill(
        context, folder / "default", messages, kills, seed, claims=False
    )
    claiming = await bare_faststream.drill(
        context, folder / "claiming", messages, kills, seed, claims=True
    )
    return default, claiming


async def _ours(context: Nursery, folder: Path, scale: Scale, random: Random) -> Verdict:
    async with _town(folder) as (engines, ledgers):
        mortals = {
            name: Mortal(
                context,
                live,
                name,
                engines.postgres.url(name),
                engines.valkey.url,
                str(folder / "none"),
            )
            for name in PROCESSES
        }
        for mortal in mortals.values():
            mortal.begin()
        try:
            told, copies = await _storm(engines, mortals, scale, random)
            effects = await _settled(ledgers, told)
        finally:
            for mortal in mortals.values():
                mortal.kill()
        deaths = sum(mortal.deaths for mortal in mortals.values())
        return _verdict(told, effects, copies, deaths, scale)


@asynccontextmanager
async def _town(folder: Path) -> AsyncIterator[tuple[Engines, dict[str, Ledger]]]:
    """Engines, and ledgers to look into the databases with; they take part in nothing."""
    engines = Engines(folder / "engines")
    await engines.start()
    none = folder / "none"
    none.mkdir(parents=True)
    ledgers = {}
    for name in PROCESSES:
        url = engines.postgres.url(name)
        await migrations.migrate(url, none)
        ledgers[name] = ledger_of(name, url, engines.valkey.url, migrations=none)
        await do(ledgers[name], "CREATE TABLE effects (member uuid)")
    try:
        yield engines, ledgers
    finally:
        for ledger in ledgers.values():
            await ledger.database.dispose()
        await engines.stop()


async def _storm(
    engines: Engines, mortals: dict[str, Mortal], scale: Scale, random: Random
) -> tuple[Told, int]:
    """Ask all the time while things are killed; gives what was told, and how many copies made."""
    told = Told()
    faces = [await _face(engines.valkey.url, f"face{number}") for number in (1, 2)]
    copier = _Copier(engines.valkey.url, Random(random.random()))
    copying = asyncio.create_task(copier.run())
    async with asyncio.TaskGroup() as storm:
        storm.create_task(_ask_all(faces, told, scale, random))
        storm.create_task(_break_engines(engines, scale, random))
        for mortal in mortals.values():
            storm.create_task(mortal.live_through(moments(random, scale.kills, scale.seconds)))
    copying.cancel()
    for face in faces:
        await face.stop()
    return told, copier.made


async def _face(url: str, name: str) -> Bus:
    face = Bus(url, name, RealWorld(), ask_again=0.5)
    face.expect_replies()
    await face.start()
    return face


async def _ask_all(faces: list[Bus], told: Told, scale: Scale, random: Random) -> None:
    """Each request at its moment; one in ten a second time by another face, with the same key."""
    gate = asyncio.Semaphore(IN_FLIGHT)
    pause = scale.seconds / scale.requests
    began = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as asking:
        for number in range(scale.requests):
            left = began + number * pause - asyncio.get_running_loop().time()
            await asyncio.sleep(max(0.0, left))
            member = UUID(int=random.getrandbits(128), version=4)
            twice = faces if random.random() < 0.1 else faces[:1]
            for face in twice:
                asking.create_task(_ask(face, member, told, gate))


async def _ask(face: Bus, member: UUID, told: Told, gate: asyncio.Semaphore) -> None:
    held = passport(UUID(int=1), member, Role.MEMBER)
    asked = envelope(LeaveCommunity(), key=str(member), token=OFFICE.sign(held), seconds=PATIENCE)
    async with gate:
        try:
            reply = await face.ask("membership", asked)
        except Unavailable:
            told.not_done.add(member)
            return
    if reply.outcome is Outcome.ANSWERED:
        told.done[member] += 1
    elif reply.outcome is Outcome.EXPIRED:
        told.unsure.add(member)
    else:
        told.not_done.add(member)


class _Copier:
    """Puts one in ten events on the bus once more, as a relay does that died in between."""

    def __init__(self, url: str, random: Random) -> None:
        self._url = url
        self._random = random
        self.made = 0

    async def run(self) -> None:
        client = Redis.from_url(self._url)
        stream, last = events_of("membership"), "0"
        while True:
            with suppress(RedisError, OSError):
                for entry, fields in await client.xrange(stream, f"({last}", "+", count=100):
                    last = entry.decode()
                    if self._random.random() < 0.1:
                        await client.xadd(stream, fields)
                        self.made += 1
                if not await client.exists(stream):
                    last = "0"
            await asyncio.sleep(0.2)


async def _break_engines(engines: Engines, scale: Scale, random: Random) -> None:
    """Kill the bus, the last time with its data; and start the database anew once."""
    last = 0.0
    for number, moment in enumerate(moments(random, scale.bus_kills + 1, scale.seconds)):
        await asyncio.sleep(max(0.0, moment - last))
        last = moment
        if number == 1:
            await engines.postgres.stop()
            await engines.postgres.start()
            continue
        await _kill_bus(engines, with_data=scale.bus_kills in (number, 1))


async def _kill_bus(engines: Engines, *, with_data: bool) -> None:
    valkey = engines.valkey
    assert valkey.pid is not None
    os.kill(valkey.pid, signal.SIGKILL)
    await valkey.stop()
    if with_data:
        shutil.rmtree(valkey.folder / "appendonlydir", ignore_errors=True)
    await valkey.start()


async def _settled(ledgers: dict[str, Ledger], told: Told) -> dict[str, Counter[UUID]]:
    """The effects, once nothing changes any more and all is there, or half a minute is over."""
    until = time.monotonic() + 30
    for ledger in ledgers.values():
        await ledger.database.dispose()  # its connections are from before the database's restart
    while True:
        effects = {name: await _effects(ledger) for name, ledger in ledgers.items()}
        done = effects["membership"].keys()
        if time.monotonic() > until:
            return effects
        if told.done.keys() <= done and all(effects[r].keys() >= done for r in READERS):
            break
        await asyncio.sleep(0.5)
    # What comes a second time comes soon.
    await asyncio.sleep(3)
    return {name: await _effects(ledger) for name, ledger in ledgers.items()}


async def _effects(ledger: Ledger) -> Counter[UUID]:
    return Counter(member for (member,) in await rows(ledger, "SELECT member FROM effects"))


def _verdict(
    told: Told, effects: dict[str, Counter[UUID]], copies: int, deaths: int, scale: Scale
) -> Verdict:
    done = effects["membership"]
    faults = [f"told done, not done: {m}" for m in told.done if not done[m]]
    faults += [f"told not done, but done: {m}" for m in told.not_done if done[m]]
    faults += [f"told neither: {m}" for m in told.unsure]
    for name, found in effects.items():
        faults += [f"{name}: twice: {m}" for m, times in found.items() if times != 1]
        faults += [f"{name}: lost: {m}" for m in done.keys() - found.keys()]
        faults += [f"{name}: from nowhere: {m}" for m in found.keys() - done.keys()]
    once = sum(1 for m in done if all(found[m] == 1 for found in effects.values()))
    return Verdict(
        name="bus truth",
        promised="each request has one effect and its asker is told so, or none and is told that; "
        "each event has one effect in every reader",
        tried=f"{scale.requests} requests, one in ten asked twice, {copies} events copied, one in "
        f"a hundred handlers failing once, {deaths} kills of three processes, {scale.bus_kills} of "
        "Valkey (the last with its data deleted), PostgreSQL started anew",
        survived=f"{once} with one effect in service and both readers, {len(told.not_done)} told "
        f"not done, {len(faults)} faults",
        faults=tuple(faults),
        figures={"once": once, "kills": deaths, "copies": copies},
    )
