"""Processes of a simulated town: real ledgers, wired as in production, each to die at any step."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any
from unittest.mock import patch

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.bus.reader import Reader
from indaba.contracts.membership import MemberDescribed
from indaba.contracts.scheduling import ScheduleMeeting
from indaba.ledger import Ledger, Work, requests
from indaba.ledger import ledger as ledgers
from indaba.membership import app as membership
from indaba.outcomes import app as outcomes
from indaba.portal import app as portal
from indaba.scheduling import app as scheduling
from simulation.acts import POISON
from simulation.steps import Activity, Conductor
from simulation.wire import SimulatedBus, Wire
from simulation.world import CONTROL, OFFICE, SimulatedWorld
from workshop import widened

SERVICES: dict[str, ModuleType] = {
    "membership": membership,
    "scheduling": scheduling,
    "outcomes": outcomes,
    "portal": portal,
}
ERASED_BY = ("scheduling", "outcomes", "portal")
Databases = Mapping[str, AsyncEngine]


class Poisoned(Exception):  # noqa: N818 - what a planted mistake raises
    """A mistake that does not pass."""


class Replica:
    """One process of a service: born, killed, born again with nothing in its head."""

    def __init__(self, service: str, number: int, world: SimulatedWorld, wire: Wire) -> None:
        self.service = service
        self.number = number
        self.name = f"{service}-{number}"
        self.lives = 0
        self.alive = False
        self._world = world
        self._wire = wire
        self.ledger: Ledger
        self.bus: SimulatedBus
        self.busy: dict[str, Activity] = {}
        self.polls: set[str] = set()

    def be_born(self) -> None:
        """Begin as a process does: nothing known, everything to be looked at once."""
        self.alive = True
        self.lives += 1
        self.busy = {}
        self.polls = {"epoch", "relay", "timers"}
        self.bus = SimulatedBus(self._wire, self.service, self._world, str(self.number))
        self.ledger = Ledger(
            self.service,
            self.service,
            SERVICES[self.service].MIGRATIONS,
            self.bus,
            self._world,
            CONTROL,
        )
        if self.service == "membership":
            membership.wire(self.ledger, OFFICE, ERASED_BY)
        else:
            SERVICES[self.service].wire(self.ledger)
        widened(self.ledger)
        _count(self.ledger)
        self.ledger.take_part()

    def wants(self, loop: str) -> bool:
        """Whether a loop of the process has a reason to run, and does not run already."""
        doing = self.busy.get(loop)
        if doing is not None and not doing.over:
            return False
        if loop == "epoch":
            return loop in self.polls
        wake = self.ledger._relay.wake if loop == "relay" else self.ledger._timers.wake
        return loop in self.polls or wake._event.is_set()

    def begin(self, loop: str, conductor: Conductor) -> Activity:
        """Run one round of a loop."""
        self.polls.discard(loop)
        work = {"epoch": self._look, "relay": self._relay, "timers": self._fire}[loop]
        self.busy[loop] = conductor.begin(f"{self.name} {loop}", self.service, self, work())
        return self.busy[loop]

    def take(self, reader: Reader, entries: list[bytes], conductor: Conductor) -> Activity:
        """Handle entries of a stream."""
        opened = [self._wire.open(reader.stream, entry) for entry in entries]
        said = " ".join(entry.decode() for entry in entries)
        return conductor.begin(
            f"{self.name} {reader.stream} {said}", self.service, self, reader._take(opened)
        )

    async def _look(self) -> None:
        await self.bus.look()

    async def _relay(self) -> None:
        self.ledger._relay.wake._event.clear()
        await self.ledger._relay._publish_or_wait()

    async def _fire(self) -> None:
        self.ledger._timers.wake._event.clear()
        while await self.ledger._timers.fire_one():
            pass


@contextmanager
def on(databases: Databases) -> Iterator[None]:
    """Replicas share their service's connections, and who tries again does so at once."""
    with (
        patch.object(ledgers, "_engine", databases.__getitem__),
        patch.object(requests, "PAUSES", (0, 0)),
    ):
        yield


def _count(ledger: Ledger) -> None:
    """Have each thing done leave a row in the transaction that does it."""
    handlers, reactions = ledger._requests.handlers, ledger._events.reactions
    for wire, handler in handlers.items():
        handlers[wire] = partial(_answered, handler)
    for wire, reaction in reactions.items():
        reactions[wire] = partial(_reacted, reaction, ledger.name)
    for kind, fire in ledger._timers._handlers.items():
        ledger._timers._handlers[kind] = partial(_fired, fire, kind)


async def _answered(handler: Callable[..., Awaitable[Any]], request: Any, work: Work) -> Any:
    reply = await handler(request, work)
    if isinstance(request, ScheduleMeeting) and request.title == POISON:
        raise Poisoned
    await _leave_row(work.connection, "request", str(work.cause))
    return reply


async def _reacted(
    reaction: Callable[..., Awaitable[None]], reader: str, event: Any, work: Work
) -> None:
    if reader == "outcomes" and isinstance(event, MemberDescribed) and event.province == POISON:
        raise Poisoned
    await reaction(event, work)
    await _leave_row(work.connection, "event", str(work.cause))


async def _fired(
    fire: Callable[..., Awaitable[None]], kind: str, body: dict[str, Any], work: Work
) -> None:
    await fire(body, work)
    lead = body.get("lead", "")
    await _leave_row(work.connection, "timer", f"{kind}/{body.get('meeting', '')}/{lead}")


async def _leave_row(connection: AsyncConnection, kind: str, key: str) -> None:
    await connection.exec_driver_sql("INSERT INTO effects VALUES ($1, $2)", (kind, key))
