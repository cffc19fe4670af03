"""A service and a reader in processes of their own, as deployed, and a face that asks them."""

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID, uuid4

from drills.mortals import Mortal, Nursery
from indaba.bus import Bus, Outcome
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.passport import Role
from indaba.contracts.wire import Done
from indaba.ledger import Ledger, Work, migrations
from indaba.operate.local.engines import Engines
from indaba.process import logs, run
from indaba.process.passports import PassportControl
from indaba.process.world import RealWorld
from workshop import OFFICE, PUBLIC_KEY, do, envelope, passport

SERVICE, READER = "membership", "portal"
OLD_FASHIONED = 0.1
"""Seconds between two looks of an outbox that is polled."""

MOMENT = struct.Struct("!16sd")


def ledger_at(process: str, engines_urls: tuple[str, str], none: str, replica: str = "1") -> Ledger:
    """A ledger with the pauses it is deployed with."""
    database, bus_url = engines_urls
    world = RealWorld()
    bus = Bus(bus_url, process, world, replica=replica)
    return Ledger(process, database, Path(none), bus, world, PassportControl(PUBLIC_KEY))


async def leave(_: LeaveCommunity, work: Work) -> Done:
    member, community = work.passport.a_member(), work.passport.in_community()
    work.emit(MemberLeft(aggregate=member, version=1, community=community, member=member))
    return Done()


async def note(event: MemberLeft, work: Work) -> None:
    await work.connection.exec_driver_sql(f"INSERT INTO effects VALUES ('{event.member}')")


def serve(urls: tuple[str, str], none: str, replica: str, polled: bool) -> None:
    """Be the service until killed."""
    logs.configure(json=True, level=50)
    run.live(_serve(urls, none, replica, polled))


async def _serve(urls: tuple[str, str], none: str, replica: str, polled: bool) -> None:
    ledger = ledger_at(SERVICE, urls, none, replica)
    ledger.answer(LeaveCommunity, leave)
    if polled:

        async def wait(seconds: float) -> None:
            await asyncio.sleep(OLD_FASHIONED)

        ledger._relay.wake.wait = wait  # type: ignore[method-assign]
    await ledger.start()
    await asyncio.Event().wait()


def read(urls: tuple[str, str], none: str, told: Connection) -> None:
    """Be the reader until killed; tell the moment of each commit."""
    logs.configure(json=True, level=50)
    run.live(_read(urls, none, told))


async def _read(urls: tuple[str, str], none: str, told: Connection) -> None:
    ledger = ledger_at(READER, urls, none)
    ledger.on(MemberLeft, note)

    async def committed(work: Work) -> None:
        told.send_bytes(MOMENT.pack(work.correlation.bytes, time.perf_counter()))

    ledger._events.committed = committed
    await ledger.start()
    await asyncio.Event().wait()


class Stage:
    """Two processes at work, and a face in this one."""

    def __init__(self, engines: Engines, none: Path, context: Nursery) -> None:
        self.known: dict[UUID, float] = {}
        self._engines = engines
        self._none = str(none)
        self._context = context
        self._heard, told = context.Pipe(duplex=False)
        self._told = told
        self._more = asyncio.Event()
        self._mortals: list[Mortal] = []
        bus = engines.valkey.url
        self.face = Bus(bus, f"face{uuid4().hex[:6]}", RealWorld(), ask_again=10)
        self.face.expect_replies()

    async def begin(self, replicas: int = 1, *, polled: bool = False) -> None:
        """Start all, and wait until a request came through."""
        bus = self._engines.valkey.url
        service = (self._engines.postgres.url(SERVICE), bus)
        reader = (self._engines.postgres.url(READER), bus)
        for number in range(replicas):
            self._begin(serve, service, self._none, str(number), polled)
        self._begin(read, reader, self._none, self._told)
        asyncio.get_running_loop().add_reader(self._heard.fileno(), self._hear)
        await self.face.start()
        for _ in range(30):
            await self.ask()

    async def end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._heard.fileno())
        for mortal in self._mortals:
            mortal.kill()
        await self.face.stop()

    async def ask(self) -> UUID:
        """One request of somebody new; gives its correlation once it is answered."""
        asked = envelope(
            LeaveCommunity(),
            token=OFFICE.sign(passport(uuid4(), uuid4(), Role.MEMBER)),
            key=uuid4().hex,
            seconds=60,
        )
        reply = await self.face.ask(SERVICE, asked)
        assert reply.outcome is Outcome.ANSWERED, reply
        return asked.correlation

    async def until_known(self, asked: set[UUID], seconds: float = 60) -> None:
        """Wait until the reader has committed what came of all these."""
        async with asyncio.timeout(seconds):
            while not asked <= self.known.keys():
                self._more.clear()
                await self._more.wait()

    def _begin(self, live: object, *arguments: object) -> None:
        mortal = Mortal(self._context, live, *arguments)  # type: ignore[arg-type]
        mortal.begin()
        self._mortals.append(mortal)

    def _hear(self) -> None:
        while self._heard.poll():
            name, moment = MOMENT.unpack(self._heard.recv_bytes())
            self.known.setdefault(UUID(bytes=name), moment)
        self._more.set()


@asynccontextmanager
async def engines_at(folder: Path) -> AsyncIterator[tuple[Engines, Path]]:
    """Engines with two empty databases, and a folder without migrations."""
    engines = Engines(folder / "engines")
    await engines.start()
    none = folder / "none"
    none.mkdir()
    for name in (SERVICE, READER):
        await migrations.migrate(engines.postgres.url(name), none)
    urls = engines.postgres.url(READER), engines.valkey.url
    probe = ledger_at(READER, urls, str(none))
    await do(probe, "CREATE TABLE effects (member uuid)")
    await probe.database.dispose()
    try:
        yield engines, none
    finally:
        await engines.stop()
