"""Every process's handlers and reactions in one process: what is asked is answered at once.

The services, the portal and a bot's database, wired as deployed, on real databases. There is no
bus between them, so that what is measured is what a handler does, and its database.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import indaba.conversation
from bots.quiet_platform import Quiet
from clock import TestWorld
from indaba.bus import Bus, ReplyEnvelope
from indaba.contracts.erasure import MatrixBotErased
from indaba.contracts.membership import Platform
from indaba.contracts.passport import Passport
from indaba.contracts.wire import Envelope, Request
from indaba.conversation import reactions as talk
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.cards.updater import CardUpdater
from indaba.conversation.delivery.service_client import Passports
from indaba.ledger import Ledger, Work
from indaba.library import app as library
from indaba.membership import app as membership
from indaba.outcomes import app as outcomes
from indaba.portal import app as portal
from indaba.process.loops import Wake
from indaba.process.passports import PassportControl
from indaba.scheduling import app as scheduling
from services.town import REPORTS_TO
from workshop import OFFICE, PUBLIC_KEY, widened

MIGRATIONS: Mapping[str, Path] = {
    "membership": membership.MIGRATIONS,
    "scheduling": scheduling.MIGRATIONS,
    "library": library.MIGRATIONS,
    "outcomes": outcomes.MIGRATIONS,
    "portal": portal.MIGRATIONS,
    "matrix_bot": Path(indaba.conversation.__file__).parent / "migrations",
}
BATCH = 200


class Undone:
    """Stands for a database: one transaction at a time, of which nothing stays."""

    def __init__(self, database: AsyncEngine) -> None:
        self._database = database
        self._open: AsyncConnection | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Whatever begins within this sees what was done before in it."""
        async with self._database.connect() as connection:
            transaction = await connection.begin()
            self._open = connection
            try:
                yield
            finally:
                self._open = None
                await transaction.rollback()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        assert self._open is not None
        yield self._open


class Direct(Bus):
    """Asks the ledgers beside it, with nothing in between."""

    def __init__(self, clock: TestWorld) -> None:
        super().__init__("unix:///nowhere", "growth", clock)
        self.ledgers: dict[str, Ledger] = {}

    async def tell(self, context: str, envelopes: Sequence[Envelope]) -> None:
        """Nobody is there to hear it."""

    async def oldest_request(self) -> float:
        return 0.0

    async def behind(self) -> dict[str, int]:
        return {}

    async def ask(self, context: str, envelope: Envelope) -> ReplyEnvelope:
        return await self.ledgers[context]._requests.answer(envelope)


class Processes:
    """All of them. What one tells is kept in `told`, until `settle` brings it to the others."""

    def __init__(self, urls: Mapping[str, str], clock: TestWorld) -> None:
        self.clock = clock
        self.bus = Direct(clock)
        self.told: list[Envelope] = []
        self.ledgers: dict[str, Ledger] = {}
        for name, url in urls.items():
            bus = self.bus if name in ("portal", "matrix_bot") else Direct(clock)
            ledger = Ledger(name, url, MIGRATIONS[name], bus, clock, PassportControl(PUBLIC_KEY))
            _wires(self.bus)[name](ledger)
            widened(ledger)
            for part in (ledger._requests, ledger._events, ledger._timers):
                part.committed = self._remember
            self.ledgers[name] = self.bus.ledgers[name] = ledger

    async def settle(self) -> None:
        """Everybody hears what was told, and what is told because of that."""
        while self.told:
            told, self.told = self.told, []
            for begin in range(0, len(told), BATCH):
                await self.hear(told[begin : begin + BATCH])

    async def begin_release(self) -> None:
        """Each does what it does once per release."""
        for ledger in self.ledgers.values():
            if (step := ledger._new_release.step) is not None:
                async with ledger.database.begin() as connection:
                    work = Work(connection, self.clock)
                    assert await step(work, "") == ""
                    await work.keep()
                await self._remember(work)

    async def hear(self, envelopes: Sequence[Envelope]) -> None:
        for ledger in self.ledgers.values():
            assert await ledger._events.hear(envelopes) == {e.id for e in envelopes}, ledger.name

    @asynccontextmanager
    async def undone(self, *names: str) -> AsyncIterator[None]:
        """What is done and heard within this is undone at its end, in these databases, or all."""
        ledgers = {name: self.ledgers[name] for name in names or self.ledgers}
        parts = [part for one in ledgers.values() for part in (one._requests, one._events)]
        kept: list[tuple[Any, Any]] = [(part, part._database) for part in parts]
        stand_ins = {name: Undone(ledger.database) for name, ledger in ledgers.items()}
        async with AsyncExitStack() as stack:
            for stand_in in stand_ins.values():
                await stack.enter_async_context(stand_in.opened())
            for part, _ in kept:
                part._database = stand_ins[part._process]
            try:
                yield
            finally:
                self.told = []
                for part, database in kept:
                    part._database = database

    async def do(self, request: Request[Any], passport: Passport) -> dict[str, Any]:
        """Handle a request as its service does. Raises what the handler raises."""
        return await self.ledgers[request.context()]._requests._handle(
            self.envelope(request), passport
        )

    def envelope(self, request: Request[Any]) -> Envelope:
        now = self.clock.now()
        name = self.clock.new_id()
        return Envelope.around(
            request, id=name, occurred_at=now, correlation=name, expires_at=now.replace(year=9000)
        )

    async def close(self) -> None:
        for ledger in self.ledgers.values():
            await ledger.database.dispose()

    async def _remember(self, work: Work) -> None:
        self.told += work.emitted


def _wires(bus: Direct) -> dict[str, Callable[[Ledger], None]]:
    erased_by = ("scheduling", "library", "outcomes", "portal", "matrix_bot")
    return {
        "membership": partial(
            membership.wire, office=OFFICE, erased_by=erased_by, reports_to=REPORTS_TO
        ),
        "scheduling": scheduling.wire,
        "library": library.wire,
        "outcomes": outcomes.wire,
        "portal": portal.wire,
        "matrix_bot": partial(_bot, bus),
    }


def _bot(bus: Direct, ledger: Ledger) -> None:
    passports = Passports(bus, Platform.MATRIX, ledger.world)
    platform: Any = Quiet()
    updater = CardUpdater(platform, ledger, passports, "https://cop.example.org")
    direct_messages = DirectMessages(platform, ledger, passports, Wake(), "")
    talk.wire(
        ledger, talk.Reactions("matrix_bot", updater, direct_messages, passports, MatrixBotErased)
    )
