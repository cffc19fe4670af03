"""A made-up Discord with a community on it; the bot and the services in processes of their own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import discord
import yarl
from discord.gateway import DiscordWebSocket

from drills.mortals import Mortal, Nursery, Step, die_around
from indaba.bus import Bus
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    JoinCommunity,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.scheduling import MeetingShown, ScheduleMeeting
from indaba.contracts.wire import Request
from indaba.conversation.delivery.service_client import ask
from indaba.conversation.root import MIGRATIONS
from indaba.discord_bot.app import DiscordBot
from indaba.discord_bot.client import Client
from indaba.discord_bot.gateway import Gateway
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.ledger import Ledger, migrations
from indaba.membership import app as membership
from indaba.operate.local.engines import Engines
from indaba.process import logs, run
from indaba.process.world import RealWorld
from indaba.scheduling import app as scheduling
from wire.discord_fake import FakeDiscord
from wire.world import Json, snowflake
from workshop import OFFICE, ledger_of, rows, until

FOLDERS = {
    "membership": membership.MIGRATIONS,
    "scheduling": scheduling.MIGRATIONS,
    "discord_bot": MIGRATIONS,
    "matrix_bot": MIGRATIONS,
}
SERVICES = ("membership", "scheduling")
ZOMBIE_SECONDS = 7.0
"""How long a silent gateway is borne: discord.py's own minute is long for a drill.

It waits five seconds itself before it identifies anew, and hears nothing meanwhile.
"""


def serve(process: str, database_url: str, bus_url: str) -> None:
    """Be a service until killed."""
    logs.configure(json=True, level=50)
    run.live(_serve(process, database_url, bus_url))


async def _serve(process: str, database_url: str, bus_url: str) -> None:
    ledger = ledger_of(process, database_url, bus_url, migrations=FOLDERS[process])
    if process == "membership":
        membership.wire(ledger, OFFICE, ("scheduling", "discord_bot"))
    else:
        scheduling.wire(ledger)
    await ledger.start()
    await asyncio.Event().wait()


def live(
    database_url: str, bus_url: str, base: str, address: str, step: Step | None, replica: str
) -> None:
    """Be the Discord bot until killed, by its own hand at a step if one is given."""
    logs.configure(json=True, level=50)
    discord.http.Route.BASE = base
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
    if step is not None:
        die_around(step, SURVIVED)
    run.live(_live(database_url, bus_url, replica))


async def _live(database_url: str, bus_url: str, replica: str) -> None:
    folder = FOLDERS["discord_bot"]
    ledger = ledger_of("discord_bot", database_url, bus_url, migrations=folder, replica=replica)
    settings = DiscordBotSettings(database_url=database_url, token="a token", portal_url="")
    await DiscordBot(settings, ledger, Impatient("a token")).start()
    await asyncio.Event().wait()


class Impatient(Gateway):
    """A gateway that notices sooner that nothing comes any more."""

    def begin(self, make: Callable[[], Client]) -> None:
        def made() -> Client:
            client = make()
            client._connection.heartbeat_timeout = ZOMBIE_SECONDS
            return client

        super().begin(made)


SURVIVED = 3


class Stage:
    """One community in several channels of one server, whose services can be made to stand still.

    The bot is not there until it is asked for.
    """

    def __init__(self, context: Nursery, engines: Engines, discord_fake: FakeDiscord) -> None:
        self.discord = discord_fake
        self.world = RealWorld()
        self.guild = ""
        self.channels: list[str] = []
        self.card: Json = {}
        self.code = ""
        self.people: dict[str, PassportIssued] = {}
        self.services: dict[str, Mortal] = {}
        self.bots: list[Mortal] = []
        self.databases: dict[str, str] = {}
        self.quiet_seconds = 2.0
        self._context = context
        self._engines = engines
        self.bus_url = engines.valkey.url
        self.face = Bus(engines.valkey.url, f"face{uuid4().hex[:8]}", self.world, ask_again=0.5)

    async def begin(self) -> None:
        """Databases, and the services."""
        for name, folder in FOLDERS.items():
            await migrations.migrate(self._engines.postgres.url(name), folder)
            self.databases[name] = f"stage_{uuid4().hex[:12]}"
            await self._engines.postgres.clone(name, self.databases[name])
        for name in SERVICES:
            mortal = Mortal(self._context, serve, name, self.url(name), self._engines.valkey.url)
            self.services[name] = mortal
            mortal.begin()
        self.face.expect_replies()
        await self.face.start()

    async def end(self) -> None:
        for mortal in self.services.values():
            mortal.kill()
        await self.face.stop()
        for name in self.databases.values():
            await self._engines.postgres.drop(name)

    def url(self, process: str) -> str:
        return self._engines.postgres.url(self.databases[process])

    def ledger(self, process: str) -> Ledger:
        """A ledger to look into a database with; it takes part in nothing."""
        return ledger_of(
            process, self.url(process), self._engines.valkey.url, migrations=FOLDERS[process]
        )

    def bot(self, step: Step | None = None, replica: str = "1") -> Mortal:
        fake = self.discord
        given = (self.url("discord_bot"), self._engines.valkey.url, fake.rest.base, fake.address)
        return Mortal(self._context, live, *given, step, replica)

    async def bot_at_work(self, step: Step | None = None) -> Mortal:
        """A bot that listens."""
        bot = self.bot(step)
        self.bots.append(bot)
        # The connection of one that was killed may look alive for another moment.
        await self.discord.gateway.drop()
        bot.begin()
        await self.discord.connected()
        return bot

    async def ask(self, request: Request[Any], held: PassportIssued | None = None) -> Any:
        new_id = self.world.new_id()
        return await ask(self.face, self.world, request, new_id, passport=held, key=uuid4().hex)

    async def populate(self, channels: int, people: int) -> None:
        """Channels, and a community that lives in the first of them, with a meeting to come."""
        there = self.discord.world
        self.guild = there.guild()
        self.channels = [there.channel(self.guild, f"maths-{n}") for n in range(channels)]
        place = Place(platform=Platform.DISCORD, room=self.channels[0], house=self.guild)
        owner = str(snowflake())
        self.people[owner] = await self.ask(
            FoundCommunity(
                name="Maths teachers",
                purpose="Share what works in grade 9",
                language="English",
                zone="Africa/Johannesburg",
                place=place,
                posts_in=place,
                account=owner,
                has_power=True,
                adult=True,
                consent_version=CONSENT_VERSION,
            )
        )
        gate = asyncio.Semaphore(20)

        async def join(account: str) -> None:
            wish = JoinCommunity(
                place=place, account=account, adult=True, consent_version=CONSENT_VERSION
            )
            async with gate:
                self.people[account] = await self.ask(wish)

        await asyncio.gather(*(join(str(snowflake())) for _ in range(people)))

    async def call_a_meeting(self) -> None:
        """A meeting in three days; waits for its card."""
        owner = next(iter(self.people.values()))
        day = (datetime.now() + timedelta(days=3)).replace(hour=14, minute=0, second=0)  # noqa: DTZ005 - a wall time
        wish = ScheduleMeeting(
            title="Fractions", starts=day.replace(microsecond=0), zone="Africa/Johannesburg"
        )
        shown: MeetingShown = await self.ask(wish, owner)
        self.code = shown.meeting.code
        there = self.discord.world

        async def up() -> bool:
            cards = [m for m in there.said_in(self.channels[0]) if "Fractions" in m["content"]]
            self.card = cards[0] if cards else {}
            return bool(cards) and self.card["id"] in there.channels

        await until(up, 20)

    async def rsvps(self) -> set[str]:
        """The accounts that have said that they come, as scheduling knows it."""
        ledger = self.ledger("scheduling")
        kept = await rows(ledger, "SELECT member FROM rsvps WHERE answer = 'yes'")
        await ledger.database.dispose()
        members = {p.passport.member: account for account, p in self.people.items()}
        return {members[member] for (member,) in kept}

    async def mention(
        self, count: int, words: str = "meeting next", channels: int = 1000
    ) -> list[str]:
        """People speak to the bot, in some channels in turn; gives the messages' ids."""
        rooms = self.channels[:channels]
        accounts = list(self.people)
        return [
            await self.discord.mention(rooms[n % len(rooms)], accounts[n % len(accounts)], words)
            for n in range(count)
        ]

    def answers(self, messages: Iterable[str]) -> Counter[str]:
        """How often each of these was answered by now."""
        there = self.discord.world
        counts = Counter(
            m["message_reference"]["message_id"]
            for channel in self.channels
            for m in there.said_in(channel)
            if "message_reference" in m
        )
        return Counter({message: counts[message] for message in messages})

    async def answered(self, messages: Sequence[str], seconds: float = 60.0) -> Counter[str]:
        """How often each was answered once all are, or the time is over; and a little later."""

        async def all_are() -> bool:
            return all(self.answers(messages).values())

        try:
            await until(all_are, seconds)
        except TimeoutError:
            return self.answers(messages)
        await asyncio.sleep(self.quiet_seconds)
        return self.answers(messages)


@asynccontextmanager
async def a_stage(
    context: Nursery, folder: Path, given: Engines | None, people: int, channels: int
) -> AsyncIterator[Stage]:
    """All of it, with the bot not there yet."""
    engines = given or Engines(folder / "engines")
    if given is None:
        await engines.start()
    fake = FakeDiscord()
    await fake.start()
    stage = Stage(context, engines, fake)
    try:
        await stage.begin()
        await stage.populate(channels, people)
        yield stage
    finally:
        await stage.end()
        await fake.stop()
        if given is None:
            await engines.stop()
