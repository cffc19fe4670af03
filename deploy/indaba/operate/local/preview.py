"""`indaba discord-preview`: the real bot and services on a simulated Discord, seen in a browser.

For people without a token. The simulation is simcord's: it shows one channel as Discord would, to
one of two people, and nothing leaves this machine.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord
import simcord

from indaba.discord_bot.app import DiscordBot
from indaba.discord_bot.gateway import Gateway
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.process.file_store import FileStore

if TYPE_CHECKING:
    from indaba.ledger import Ledger
    from indaba.operate.console import Console
    from indaba.process.settings import ProcessSettings

REFRESH_SECONDS = 1.0
ZONE = "Africa/Johannesburg"
BOT = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
    add_reactions=True,
    attach_files=True,
    use_application_commands=True,
    manage_events=True,
)
FACILITATOR = discord.Permissions(manage_guild=True, manage_events=True)


class Rehearsal(Gateway):
    """A gateway to a Discord that connects by itself."""

    async def run(self) -> None:
        """Nothing to do: the simulation calls us."""
        await asyncio.Event().wait()


class Rehearsed(DiscordBot):
    """The bot, on a Discord that is simulated while it runs."""

    def __init__(
        self,
        settings: DiscordBotSettings,
        ledger: "Ledger",
        files: FileStore,
        shown: contextlib.AsyncExitStack,
        saying: "Console",
    ) -> None:
        super().__init__(settings, ledger, Rehearsal(settings.token), files)
        self._shown = shown
        self._saying = saying

    async def start(self) -> None:
        """Begin, and show the simulation."""
        await super().start()
        await self._shown.enter_async_context(simulated(self.gateway, self._saying))


def rehearsed(
    common: "ProcessSettings",
    database_url: str,
    portal_url: str,
    shown: contextlib.AsyncExitStack,
    saying: "Console",
) -> Rehearsed:
    """The bot without a token. What shows it is ended by `shown`."""
    from indaba.operate.processes import ledger_of

    own = DiscordBotSettings(database_url=database_url, token="none", portal_url=portal_url)  # noqa: S106 - none is needed
    ledger = ledger_of("discord_bot", common, own)
    return Rehearsed(own, ledger, FileStore(common.files_folder), shown, saying)


@contextlib.asynccontextmanager
async def simulated(gateway: Gateway, saying: "Console") -> AsyncIterator[str]:
    """A server with a channel and two people, shown in a browser; its address while it lasts."""
    if gateway.client is None:
        raise RuntimeError(gateway)
    approved = discord.Intents.all()
    approved.members = approved.presences = approved.message_content = False
    world = simcord.Env(gateway.client, approved_intents=approved)
    world.backend.clock.advance((datetime.now(UTC) - world.now()).total_seconds())
    await world.start()
    try:
        guild = world.create_guild("Indaba preview")
        guild.roles["TestBot"]._role.permissions = BOT.value  # noqa: SLF001 - simcord has no other way
        channel = guild.create_text_channel("maths-circle")
        runs = guild.create_role("facilitators", permissions=FACILITATOR)
        people = [
            guild.add_member(world.create_user("facilitator"), roles=[runs]),
            guild.add_member(world.create_user("member"), roles=[]),
        ]
        async with world.preview(
            channel, viewers=people, layout="channel", timezone=ZONE
        ) as preview:
            keeping = asyncio.create_task(_keep_fresh(preview, world))
            saying.fact("Discord, simulated", preview.url)
            yield str(preview.url)
            keeping.cancel()
    finally:
        await world.shutdown()


async def _keep_fresh(preview: "simcord.Preview", world: simcord.Env) -> None:
    """What the bot posts by itself is seen a second later; the simulation's clock goes on."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        with contextlib.suppress(Exception):  # somebody is acting at this moment: next time
            world.backend.clock.advance((datetime.now(UTC) - world.now()).total_seconds())
            await preview.refresh()
