"""Connects a service's handlers to requests, events and timers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from indaba.bus import Bus
from indaba.bus.bus import BUS_ERRORS
from indaba.contracts import spoken
from indaba.contracts.keeping import EVENTS, MARKS
from indaba.contracts.wire import KEPT_FOR_A_TERM, Envelope, Event, Reply, Request
from indaba.ledger import inbox, merging, migrations, tables
from indaba.ledger.events import EventProcessor
from indaba.ledger.failures import Failures, is_passing
from indaba.ledger.keeping import Duty, Keeping
from indaba.ledger.lag import Lag
from indaba.ledger.limits import Counter
from indaba.ledger.new_release import NewRelease
from indaba.ledger.reading import only_reading
from indaba.ledger.relay import Relay
from indaba.ledger.requests import RequestProcessor
from indaba.ledger.sealed_replies import SealedReplies
from indaba.ledger.session import Session
from indaba.ledger.timers import TimerHandler, Timers
from indaba.ledger.work import Work
from indaba.ledger.zone_data import Step, ZoneData
from indaba.process import logs
from indaba.process.loops import Loops, pause
from indaba.process.passports import PassportControl
from indaba.process.run import Readiness
from indaba.process.sealing import Seal
from indaba.process.world import World

Q = TypeVar("Q", bound=Request[Reply])
E = TypeVar("E", bound=Event)

HOUSEKEEPING_SECONDS = 600.0
MOST_EVENTS, MOST_GATHERED = 100, 500
"""Events in one transaction; more if their rows are gathered, which takes fewer statements."""

SETTLED_SECONDS = 10.0
"""Housekeeping begins this long after the start, when people are waiting for answers."""


class NotHeard(Exception):  # noqa: N818 - read by operators
    """Events handed to `Ledger.hear` failed. The text names them and the process."""

    def __init__(self, process: str, wires: Sequence[str]) -> None:
        super().__init__(f"{process} could not take in: {', '.join(sorted(set(wires)))}")


class Ledger:
    """One process's database and its place on the bus.

    Promises to a handler: its state, events, timers and inbox mark commit together or not at all;
    it runs again only if none of that was committed; its events are published at least once.
    """

    def __init__(  # noqa: PLR0913 - one composition root per process calls this
        self,
        process: str,
        database_url: str,
        migrations_folder: Path,
        bus: Bus,
        world: World,
        control: PassportControl,
        *,
        retry_pause: timedelta = timedelta(seconds=1),
    ) -> None:
        self.name = process
        self.world = world
        self.bus = bus
        self.database = _engine(database_url)
        self.reading = only_reading(self.database)
        self._migrations = migrations_folder
        self._failures = Failures(process, self.database, world, retry_pause)
        self._requests = RequestProcessor(process, self.database, world, control, self._failures)
        self._events = EventProcessor(process, self.database, world, self._failures)
        self._relay = Relay(process, self.database, bus, world)
        self._timers = Timers(process, self.database, world, self._failures)
        self._zone_data = ZoneData(process, self.database, world)
        self._new_release = NewRelease(process, self.database, world)
        self._keeping = Keeping(self.database, world)
        self.keeps(*inbox.duties())
        self._lag = Lag(process, self.reading, bus, world)
        self._loops = Loops(process)
        self._own_loops: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        self._up = False
        for part in (self._requests, self._events, self._timers, self._keeping):
            part.committed = self._after_commit

    def seal_keys(self, seal: Seal) -> None:
        """Close keys in stored replies with this. First of all: `answer` looks for it."""
        self._requests.sealed = SealedReplies(seal)

    def answer(
        self,
        request: type[Q],
        handler: Callable[[Q, Work], Awaitable[Reply]],
        *,
        writes: bool = False,
    ) -> None:
        """Answer requests of a type with a handler. Raises `TypeError` if a key lay in clear.

        Questions are answered without a transaction, except those whose handler `writes`.
        """
        self._requests.sealed.check(request)
        if writes:
            self._requests.writing.add(request.wire)
        self._requests.handlers[request.wire] = handler

    def limit(self, counter: Counter) -> None:
        """Keep within a limit what requests keep that declare it."""
        self._requests.limits.counters[counter.limit.name] = counter

    def on(
        self,
        event: type[E],
        reaction: Callable[[E, Work], Awaitable[None]],
        *,
        gathers: bool = False,
    ) -> None:
        """React to events of a type.

        A reaction that `gathers` only calls `work.keep_newest`: its rows are written together with
        those of other events, and before any reaction that does not gather.
        """
        self._events.reactions[event.wire] = reaction
        if gathers:
            self._events.gathering.add(event.wire)

    def on_timer(self, kind: str, handler: TimerHandler) -> None:
        """Call `handler` when a timer of a kind is due."""
        self._timers.on_timer(kind, handler)

    def keeps(self, *duties: Duty) -> None:
        """Carry out rows of the table of what is kept, and how long, whenever there is time."""
        self._keeping.duties.extend(duties)

    def derive(self, step: Step) -> None:
        """Repeat `step` until it has finished, before anything else, when zone data has changed."""
        self._zone_data.steps.append(step)

    def on_new_release(self, step: Step) -> None:
        """Repeat `step` until it has finished, before anything else, when a release is new."""
        self._new_release.step = step

    @property
    def answers(self) -> list[str]:
        """Wire names of the requests it answers, sorted."""
        return sorted(self._requests.handlers)

    @property
    def listens_to(self) -> list[str]:
        """Wire names of the events it reacts to, sorted."""
        return sorted(self._events.reactions)

    def background(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a loop of the process's own while the ledger runs. It is restarted if it fails."""
        self._own_loops.append((name, run))

    async def start(self) -> None:
        """Check the schema, then start the bus, relay, timers and loops. Waits for absent engines.

        Raises `SchemaUnknown` if the database is at another schema.
        """
        await self._wait_for_database()
        await migrations.require_current(self.database, self.name, self._migrations)
        await self._zone_data.settle()
        await self._new_release.settle()
        self.take_part()
        await self.bus.start()
        self._loops.begin("relay", self._relay.run)
        self._loops.begin("timers", self._timers.run)
        self._loops.begin("housekeeping", self._keep_house)
        self._loops.begin("keeping-up", self._lag.run)
        for name, run in self._own_loops:
            self._loops.begin(name, run)
        self._up = True

    def take_part(self) -> None:
        """Register with the bus what it answers and listens to. Call once, before it starts."""
        if self._requests.handlers:
            self.bus.answer(self.name, self._requests.answer)
        self.bus.listen(self._at_a_time(), self._events.hear)
        self.bus.on_loss = self._relay.tell_again

    def _at_a_time(self) -> dict[str, int]:
        """The most events to read at once, by context."""
        wires = sorted(self._events.reactions)
        gathered = {_context(wire) for wire in self._events.gathering}
        return {c: MOST_GATHERED if c in gathered else MOST_EVENTS for c in map(_context, wires)}

    async def hear(self, envelopes: Sequence[Envelope]) -> None:
        """React to events that are handed in instead of read from the bus, while nothing else runs.

        Events handled before change nothing. Raises `NotHeard` if a reaction fails.
        """
        done = await self._events.hear(envelopes)
        if missed := [e.wire for e in envelopes if e.id not in done]:
            raise NotHeard(self.name, missed)

    async def do_due(self, kind: str) -> None:
        """Fire all due timers of one kind, while nothing else runs."""
        while await self._timers.fire_one(kind):
            pass

    async def stop(self) -> None:
        """Stop taking messages, finish those in hand, and close the connections."""
        self._up = False
        await self._loops.stop()
        await self.bus.stop()
        await self.database.dispose()

    async def ready(self) -> Readiness:
        """Ready once started, while the bus and the database answer."""
        if not self._up:
            return Readiness(self.name, ok=False, why="starting")
        if not await self.bus.reachable():
            return Readiness(self.name, ok=False, why="the bus does not answer")
        if not await self._database_answers():
            return Readiness(self.name, ok=False, why="the database does not answer")
        return Readiness(self.name, ok=True)

    async def _after_commit(self, work: Work) -> None:
        if work.emitted:
            self._relay.hand_over(work.emitted)
        if work.timers_set:
            self._timers.wake.ring()
        if work.erased and self._up:
            with suppress(*BUS_ERRORS):  # the bus drops old entries within the hour in any case
                await self.bus.forget(self.name)

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(2), self.reading.connect() as connection:
                await connection.execute(sa.text("SELECT 1"))
        except Exception as error:
            if isinstance(error, TimeoutError) or is_passing(error):
                return False
            raise
        return True

    async def _wait_for_database(self) -> None:
        is_logged = False
        while not await self._database_answers():
            if not is_logged:
                logs.get(process=self.name).warning("database.awaited")
            is_logged = True
            await asyncio.sleep(0.5)

    async def _keep_house(self) -> None:
        await asyncio.sleep(SETTLED_SECONDS)
        while True:
            await self.tidy()
            await pause(HOUSEKEEPING_SECONDS)

    async def tidy(self) -> None:
        """Drop and unlink what is kept no longer, and measure how much there is. Idempotent."""
        async with self.database.begin() as connection:
            await _forget_journal(connection, self.world.now())
            await merging.forget_old(Session(connection, self.world.now()))
        async with self.reading.connect() as connection:
            await self._requests.limits.measure(Session(connection, self.world.now()))
        await self._failures.forget_old(self.world.now() - MARKS.long)
        await self._keeping.carry_out()


async def _forget_journal(connection: AsyncConnection, now: datetime) -> None:
    """Drop events older than their contract allows."""
    journal = tables.journal
    by_age: dict[timedelta, list[str]] = {}
    for contract in spoken(Event):
        by_age.setdefault(_kept(contract), []).append(contract.wire)
    for age, wires in by_age.items():
        past = journal.c.occurred_at < now - age
        await connection.execute(journal.delete().where(journal.c.wire.in_(wires), past))


def _kept(contract: type[Event]) -> timedelta:
    """How long the journal holds it: what is kept for a term, as long as the table says here."""
    return min(contract.kept, EVENTS.long) if contract.kept == KEPT_FOR_A_TERM else contract.kept


def _engine(url: str) -> AsyncEngine:
    """At most ten connections. The one used last comes first, as its statements are prepared."""
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=0,
        pool_use_lifo=True,
        pool_recycle=1800,
        hide_parameters=True,
    )


def _context(wire: str) -> str:
    """The context in a wire name."""
    return wire.split(".", 1)[0]
