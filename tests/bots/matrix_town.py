"""A homeserver with people on it, and Indaba's Matrix bot with the services it asks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx

from bots.matrix_people import Person, SealedPerson, replied_to
from clock import TestWorld
from databases import lender
from indaba.bus import Bus
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    JoinCommunity,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.wire import Reply, Request
from indaba.conversation.delivery.service_client import ask
from indaba.conversation.root import MIGRATIONS
from indaba.ledger import Ledger
from indaba.library import app as library
from indaba.library.timers.page import Page
from indaba.library.timers.reader import Unreadable
from indaba.matrix_bot.app import MatrixBot
from indaba.matrix_bot.settings import MatrixBotSettings
from indaba.membership import app as membership
from indaba.membership.model.safeguarding import Safeguarding
from indaba.operate.local.engines import Engines, Synapse
from indaba.outcomes import app as outcomes
from indaba.process.file_store import FileStore
from indaba.scheduling import app as scheduling
from workshop import OFFICE, ledger_of, until, widened

R = TypeVar("R", bound=Reply)
PORTAL = "https://portal.example.org"
NO_SOONER = 0.15
"""No answer is there before; looking for it would only keep the homeserver from it."""
FOLDERS = {
    "membership": membership.MIGRATIONS,
    "scheduling": scheduling.MIGRATIONS,
    "library": library.MIGRATIONS,
    "outcomes": outcomes.MIGRATIONS,
    "matrix_bot": MIGRATIONS,
}


class Town:
    """A homeserver with services, where one bot after the other comes and goes."""

    def __init__(self, synapse: Synapse, engines: Engines, bus_url: str = "") -> None:
        self.synapse = synapse
        self.bus_url = bus_url or engines.valkey.url
        self.clock = TestWorld()
        self.http = httpx.AsyncClient(
            base_url=synapse.url, timeout=30, trust_env=False, verify=False
        )
        self.bots: list[MatrixBot] = []
        self.bot_account = ""
        self.lead_account = ""
        self._files = TemporaryDirectory()
        self.files = FileStore(Path(self._files.name), self.clock)
        self._engines = engines
        self._lender = lender(engines.postgres)
        self._databases: dict[str, str] = {}
        self._services: list[Ledger] = []
        self._face = Bus(self.bus_url, f"face{uuid4().hex[:8]}", self.clock, ask_again=0.5)
        self._token = ""
        self._warden = ""
        self.keys_folder = ""
        self._sealed: list[SealedPerson] = []

    @contextmanager
    def limits(self, most: Mapping[str, int]) -> Iterator[None]:
        """What some limits allow meanwhile, by name."""
        for ledger in self._services:
            counters = ledger._requests.limits.counters
            counters.update({n: replace(counters[n], most=most[n]) for n in most if n in counters})
        yield
        for ledger in self._services:
            widened(ledger)

    async def begin(self) -> None:
        for name in FOLDERS:
            await self._new_database(name)
        member_ledger = self._ledger("membership")
        self.lead_account = self.synapse.user_id(f"lead{uuid4().hex[:8]}")
        reports_to = Safeguarding.named([f"matrix:{self.lead_account}"])
        erased_by = ("scheduling", "matrix_bot")
        membership.wire(member_ledger, OFFICE, erased_by, reports_to=reports_to)
        scheduling_ledger = self._ledger("scheduling")
        scheduling.wire(scheduling_ledger)
        library_ledger, outcomes_ledger = self._ledger("library"), self._ledger("outcomes")
        library.wire(library_ledger, self.files, _no_web)
        outcomes.wire(outcomes_ledger)
        self._services = [member_ledger, scheduling_ledger, library_ledger, outcomes_ledger]
        for ledger in self._services:
            widened(ledger)
        self._face.expect_replies()
        await asyncio.gather(*(service.start() for service in self._services), self._face.start())

    async def expect_a_bot(self) -> None:
        """A bot of a new name, with nothing in its database."""
        self.bot_account = self.synapse.user_id(f"indaba{uuid4().hex[:8]}")
        self._token = await self._account(self.bot_account)
        await self._new_database("matrix_bot")

    async def farewell(self) -> None:
        while self.bots:
            await self.stop_bot()
        while self._sealed:
            await self._sealed.pop().leave_app()

    async def end(self) -> None:
        await asyncio.gather(*(service.stop() for service in self._services), self._face.stop())
        await self.http.aclose()
        for name in self._databases.values():
            await self._lender.take_back(name)
        self._files.cleanup()

    async def ask(self, request: Request[R], held: PassportIssued | None = None) -> R:
        """Ask the services as another face would."""
        return await ask(self._face, self.clock, request, self.clock.new_id(), passport=held)

    async def founded(self, owner: Person, room: str) -> PassportIssued:
        """A community in a room; gives its facilitator's passport."""
        place = Place(platform=Platform.MATRIX, room=room)
        return await self.ask(
            FoundCommunity(
                name="Maths teachers",
                purpose="Share what works in grade 9",
                language="English",
                zone="Africa/Johannesburg",
                place=place,
                posts_in=place,
                account=owner.account,
                has_power=True,
                adult=True,
                consent_version=CONSENT_VERSION,
            )
        )

    async def joined(self, person: Person, room: str) -> PassportIssued:
        place = Place(platform=Platform.MATRIX, room=room)
        return await self.ask(
            JoinCommunity(
                place=place, account=person.account, adult=True, consent_version=CONSENT_VERSION
            )
        )

    async def person(self, name: str) -> Person:
        account = self.synapse.user_id(f"{name}{uuid4().hex[:8]}")
        return Person(account, await self._account(account), self.http)

    async def lead(self) -> Person:
        """The safeguarding lead."""
        return Person(self.lead_account, await self._account(self.lead_account), self.http)

    async def sealed_person(self, name: str) -> SealedPerson:
        """Somebody whose app encrypts, and has told the homeserver its keys."""
        from nio import AsyncClient, AsyncClientConfig
        from nio.store import SqliteMemoryStore

        account = self.synapse.user_id(f"{name}{uuid4().hex[:8]}")
        await self._account(account)
        user, device = account.partition(":")[0].removeprefix("@"), f"APP{uuid4().hex[:6]}"
        token = await self.synapse.login(user, "bulungula", device)
        config = AsyncClientConfig(store=SqliteMemoryStore)
        app = AsyncClient(self.synapse.url, account, device, config=config)
        app.restore_login(account, device, token)
        person = SealedPerson(account, token, self.http, app)
        self._sealed.append(person)
        await person.look()
        return person

    def bot_as_person(self) -> Person:
        return Person(self.bot_account, self._token, self.http)

    def bot(self, replica: str = "1", **settings: Any) -> MatrixBot:
        given: dict[str, Any] = {
            "database_url": self._url("matrix_bot"),
            "homeserver": self.synapse.url,
            "user_id": self.bot_account,
            "access_token": self._token,
            "portal_url": PORTAL,
            "keys_folder": self.keys_folder,
        }
        return MatrixBot(
            MatrixBotSettings(**{**given, **settings}),
            self._ledger("matrix_bot", replica),
            self.files,
        )

    async def start_bot(self) -> MatrixBot:
        bot = self.bot()
        self.bots.append(bot)
        await bot.start()
        return bot

    async def stop_bot(self) -> None:
        await self.bots.pop().stop()

    async def new_device(self) -> None:
        """Log the bot in anew: the homeserver knows none of its transactions."""
        user = self.bot_account.partition(":")[0].removeprefix("@")
        self._token = await self.synapse.login(user, "bulungula", "NEW")

    async def room_with_bot(self, owner: Person, **settings: Any) -> str:
        """A room that the bot has come into and greeted."""
        room = await owner.open_room(self.bot_account, **settings)

        async def greeted() -> bool:
            return bool(await self.spoken(owner, room))

        await asyncio.sleep(NO_SOONER)
        await until(greeted, 20)
        return room

    async def limit(self, per_second: float, burst: int) -> None:
        path = f"/_synapse/admin/v1/users/{quote(self.bot_account)}/override_ratelimit"
        reply = await self.http.post(
            path,
            json={"messages_per_second": per_second, "burst_count": burst},
            headers={"Authorization": f"Bearer {await self._admin()}"},
        )
        assert reply.is_success, reply.text

    async def stock_limits(self) -> None:
        """Let the homeserver hold the bot back as it does with everybody."""
        path = f"/_synapse/admin/v1/users/{quote(self.bot_account)}/override_ratelimit"
        headers = {"Authorization": f"Bearer {await self._admin()}"}
        reply = await self.http.delete(path, headers=headers)
        assert reply.is_success, reply.text

    async def spoken(self, person: Person, room: str) -> list[dict[str, Any]]:
        """What the bot has said in a room, edits and reactions left out."""
        events = await person.events(room, self.bot_account)
        return [e for e in events if e["type"] == "m.room.message" and "body" in e["content"]]

    async def answers(self, person: Person, room: str, message: str) -> list[dict[str, Any]]:
        """The bot's replies to a message."""
        return [e for e in await self.spoken(person, room) if replied_to(e) == message]

    async def answer(self, person: Person, room: str, message: str) -> dict[str, Any]:
        """The one reply to a message, once it is there."""
        found: list[dict[str, Any]] = []

        async def answered() -> bool:
            found[:] = await self.answers(person, room, message)
            return bool(found)

        await asyncio.sleep(NO_SOONER)
        await until(answered, 20)
        assert len(found) == 1
        return found[0]

    async def answered_once(
        self, person: Person, room: str, messages: Sequence[str], seconds: float = 30
    ) -> None:
        """Each of the messages gets an answer, and none a second one."""
        counts = Counter[str]()

        async def all_answered() -> bool:
            await asyncio.sleep(0.3)  # reading whole rooms all the time starves the homeserver
            counts.clear()
            counts.update(replied_to(event) for event in await self.spoken(person, room))
            return set(messages) <= set(counts)

        await until(all_answered, seconds)
        last = await person.say(room, "!cop next")
        await self.answer(person, room, last)
        await all_answered()
        assert {message: counts[message] for message in messages} == dict.fromkeys(messages, 1)

    async def dealt_with(self, person: Person, room: str) -> None:
        """All that was said in a room before is heard and dealt with: a last command is."""
        last = await person.say(room, "!cop help")
        await self.answer(person, room, last)

    def _ledger(self, process: str, replica: str = "1") -> Ledger:
        return ledger_of(
            process,
            self._url(process),
            self.bus_url,
            migrations=FOLDERS[process],
            replica=replica,
            world=self.clock,
        )

    async def _new_database(self, process: str) -> None:
        if process in self._databases:
            await self._lender.take_back(self._databases[process])
        self._databases[process] = await self._lender.lend(FOLDERS[process])

    def _url(self, process: str) -> str:
        return self._engines.postgres.url(self._databases[process])

    async def _account(self, account: str) -> str:
        user = account.partition(":")[0].removeprefix("@")
        await self.synapse.register(user, "bulungula")
        token = await self.synapse.login(user, "bulungula", "PHONE")
        await self.synapse.lift_rate_limit(await self._admin(), account)
        return token

    async def _admin(self) -> str:
        if not self._warden:
            await self.synapse.register("warden", "bulungula", admin=True)
            self._warden = await self.synapse.login("warden", "bulungula", "DESK")
        return self._warden


async def _no_web(link: str) -> Page | Unreadable:
    return Unreadable("unreachable", again=True)


@asynccontextmanager
async def town_with_a_bot(
    engines: Engines, synapse: Synapse, bus_url: str = ""
) -> AsyncIterator[Town]:
    """A town whose bot is at work; both are gone afterwards."""
    there = Town(synapse, engines, bus_url)
    await there.begin()
    await there.expect_a_bot()
    await there.start_bot()
    yield there
    await there.farewell()
    await there.end()
