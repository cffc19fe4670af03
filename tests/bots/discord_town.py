"""A simulated Discord with people on it, and Indaba's Discord bot with the services it asks."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import simcord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.results import InteractionResult

from clock import TestWorld, present
from databases import lender
from indaba.conversation.root import MIGRATIONS
from indaba.discord_bot.app import DiscordBot
from indaba.discord_bot.gateway import Gateway
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.ledger import Ledger
from indaba.library import app as library
from indaba.membership import app as membership
from indaba.membership.model.safeguarding import Safeguarding
from indaba.operate.local.engines import Engines
from indaba.outcomes import app as outcomes
from indaba.process.file_store import FileStore
from indaba.scheduling import app as scheduling
from workshop import OFFICE, ledger_of, rows, until, widened

PORTAL = "https://portal.example.org"
FOLDERS = {
    "membership": membership.MIGRATIONS,
    "scheduling": scheduling.MIGRATIONS,
    "library": library.MIGRATIONS,
    "outcomes": outcomes.MIGRATIONS,
    "discord_bot": MIGRATIONS,
}
PATIENCE = 10.0
ABOUT = "Maths teachers: we improve maths lessons together"
HELPER = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    add_reactions=True,
    attach_files=True,
    use_application_commands=True,
    manage_events=True,
    send_polls=True,
    connect=True,
)


class Rehearsal(Gateway):
    """A gateway to a Discord that connects by itself."""

    async def run(self) -> None:
        await asyncio.Event().wait()


class Town:
    """One simulated Discord after the other, with services that stay."""

    def __init__(self, engines: Engines) -> None:
        self.clock = TestWorld()
        self.bot: DiscordBot | None = None
        self.env: simcord.Env
        self.asked: list[simcord.HttpLogEntry] = []
        self._engines = engines
        self._lender = lender(engines.postgres)
        self._databases: dict[str, str] = {}
        self.services: dict[str, Ledger] = {}
        self._files = Path(tempfile.mkdtemp(prefix="indaba-"))
        self.files = FileStore(self._files, self.clock)

    async def begin(self) -> None:
        for name in FOLDERS:
            await self._new_database(name)
        self.services = {name: self._ledger(name) for name in FOLDERS if name != "discord_bot"}
        self._wire_membership()
        scheduling.wire(self.services["scheduling"])
        library.wire(self.services["library"], self.files)
        outcomes.wire(self.services["outcomes"])
        await asyncio.gather(*(service.start() for service in self.services.values()))

    def _wire_membership(self, *leads: str) -> None:
        reports_to = Safeguarding.named(leads)
        erased_by = ("scheduling", "discord_bot")
        membership.wire(self.services["membership"], OFFICE, erased_by, reports_to=reports_to)
        widened(self.services["membership"])

    async def name_leads(self, *leads: MemberActor) -> None:
        """Operators name who receives reports, and start membership anew."""
        await self.services["membership"].stop()
        self.services["membership"] = self._ledger("membership")
        self._wire_membership(*(f"discord:{lead.id}" for lead in leads))
        await self.services["membership"].start()

    async def restart_scheduling(self) -> None:
        """Another process takes over."""
        await self.services["scheduling"].stop()
        self.services["scheduling"] = self._ledger("scheduling")
        scheduling.wire(self.services["scheduling"])
        await self.services["scheduling"].start()

    async def open(self) -> None:
        """A new Discord, with a bot that has nothing in its database."""
        await self._new_database("discord_bot")
        client = await self._begin_bot()
        ordinary = discord.Intents.all()
        ordinary.members = ordinary.presences = ordinary.message_content = False
        self.env = simcord.Env(client, approved_intents=ordinary)
        begun = (present() - self.env.now()).total_seconds()
        self.env.backend.clock.advance(begun)
        await self.env.start()

    async def close(self) -> None:
        self.asked += self.env.http_requests
        await self.env.shutdown()
        await self.stop_bot()

    async def end(self) -> None:
        await asyncio.gather(*(service.stop() for service in self.services.values()))
        for name in self._databases.values():
            await self._lender.take_back(name)
        shutil.rmtree(self._files)

    async def stop_bot(self) -> None:
        if self.bot is not None:
            await self.bot.stop()
            self.bot = None

    async def restart_bot(self, meanwhile: Callable[[], Any] | None = None) -> None:
        """Another process takes over; `meanwhile` nobody listens.

        What is up is noted before: this Discord knows no nonces, and its clock stands still.
        """
        if self.bot is not None:
            await until(self._all_is_noted)
        await self.stop_bot()
        if meanwhile is not None:
            subscribers = self.env.backend.subscribers
            deaf, subscribers[:] = list(subscribers), []
            await meanwhile()
            subscribers[:] = deaf
        await self.env.restart_bot(await self._begin_bot())

    async def _all_is_noted(self) -> bool:
        assert self.bot is not None
        tried = "tried_at IS NOT NULL AND sent_at IS NULL AND given_up IS NULL"
        return not await rows(self.bot._ledger, f"SELECT 1 FROM posts WHERE {tried}")

    async def _begin_bot(self) -> discord.Client:
        gateway = Rehearsal("a token")
        own = DiscordBotSettings(
            database_url=self._url("discord_bot"), token="a token", portal_url=PORTAL
        )
        self.bot = DiscordBot(own, self._ledger("discord_bot"), gateway, self.files)
        await self.bot.start()
        assert gateway.client is not None
        return gateway.client

    def server(self) -> GuildHandle:
        """A server where the bot has what its invitation asks for."""
        guild = self.env.create_guild("School")
        permit(guild, HELPER)
        return guild

    def person(self, guild: GuildHandle, name: str, *, runs: bool = False) -> MemberActor:
        powers = discord.Permissions(manage_guild=True, manage_events=True)
        roles = [guild.create_role(f"{name}s", permissions=powers)] if runs else []
        return guild.add_member(self.env.create_user(name), roles=roles)

    async def founded(self) -> tuple[ChannelHandle, MemberActor]:
        """A community in a channel, and its facilitator."""
        guild = self.server()
        channel = guild.create_text_channel("maths")
        lindiwe = self.person(guild, "lindiwe", runs=True)
        preview = await self.slash(
            lindiwe,
            channel,
            "cop setup",
            about=ABOUT,
            language="English",
            zone="Johannesburg",
            where="here",
        )
        await self.press(lindiwe, preview, "I am 18 or older, I agree, set it up ✅")
        await self.said(channel, "begins here")
        return channel, lindiwe

    async def joined(self, channel: ChannelHandle, name: str) -> MemberActor:
        person = self.person(server_of(channel), name)
        preview = await self.slash(person, channel, "cop join")
        await self.press(person, preview, "I am 18 or older, I agree, let me in ✅")
        return person

    async def called(
        self, channel: ChannelHandle, by: MemberActor, title: str = "Fractions"
    ) -> discord.Message:
        """A meeting tomorrow; gives its card."""
        preview = await self.slash(by, channel, "meeting new", title=title, when="tomorrow 18:00")
        await self.press(by, preview, "Call the meeting ✅")
        return await self.said(channel, "Who comes")

    async def mirrored(self, channel: ChannelHandle) -> Any:
        """The native event of a server, once the bot knows it."""
        assert self.bot is not None
        ledger = self.bot._ledger

        async def known() -> bool:
            return bool(await rows(ledger, "SELECT 1 FROM mirrors WHERE event <> ''"))

        await until(known)
        [event] = server_of(channel)._guild.scheduled_events.values()
        return event

    async def slash(
        self, who: MemberActor, channel: ChannelHandle, command: str, **options: Any
    ) -> InteractionResult:
        """Use a command and wait for the answer."""
        return await self.answered(await who.slash(channel, command, **options))

    async def press(self, who: MemberActor, shown: Any, label: str) -> InteractionResult:
        """Press a button under an answer or message and wait for what comes of it."""
        message = shown.response if isinstance(shown, InteractionResult) else shown
        assert message is not None
        before = message.content
        result = await who.click(message, label=label)
        response = result.response
        if response is not None and response.id == message.id:
            # What only its asker sees is replaced by what comes of it.
            await self.until(lambda: response.content != before)
            return result
        return await self.answered(result)

    async def answered(self, result: InteractionResult) -> InteractionResult:
        """Wait until there is more to see than that it was heard."""
        assert result.acknowledged
        if result.modal is None:
            await self.until(lambda: bool(result.response and result.response.content))
        return result

    async def said(self, channel: ChannelHandle, words: str) -> discord.Message:
        """The newest message in a channel with these words, once it is there."""
        found: list[discord.Message] = []

        def there() -> bool:
            found[:] = [m for m in channel.history() if words in m.content]
            return bool(found)

        await self.until(there)
        return found[-1]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is true; fails with all that happened where it never is."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not true():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(self.env.transcript()[-6000:]) from None

    def _ledger(self, process: str) -> Ledger:
        return ledger_of(
            process,
            self._url(process),
            self._engines.valkey.url,
            migrations=FOLDERS[process],
            world=self.clock,
        )

    async def _new_database(self, process: str) -> None:
        if process in self._databases:
            await self._lender.take_back(self._databases[process])
        self._databases[process] = await self._lender.lend(FOLDERS[process])

    def _url(self, process: str) -> str:
        return self._engines.postgres.url(self._databases[process])


def server_of(channel: ChannelHandle) -> GuildHandle:
    assert channel.guild is not None
    return channel.guild


def permit(guild: GuildHandle, permissions: discord.Permissions) -> None:
    """Let the bot do this and nothing else on a server, and all others no more."""
    guild.roles["TestBot"]._role.permissions = permissions.value
    ordinary = permissions & ~discord.Permissions(manage_events=True)
    guild.roles["@everyone"]._role.permissions = ordinary.value


def words(result: InteractionResult) -> str:
    assert result.response is not None
    return result.response.content


def labels(message: Any) -> list[str]:
    """The buttons under a message."""
    rows = message.components
    raw = [row.to_dict() if hasattr(row, "to_dict") else row for row in rows]
    return [button["label"] for row in raw for button in row["components"]]


def code_in(text: str) -> str:
    found = re.search(r"\bM[2-9][2-9A-HJKMNP-Z]{2,6}\b", text)
    assert found, text
    return found.group()
