"""The Discord bot's composition root."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import indaba.conversation
from indaba.contracts.erasure import DiscordBotErased
from indaba.contracts.membership import Platform
from indaba.conversation import reactions
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.cards.updater import CardUpdater
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.lease import Lease
from indaba.conversation.delivery.sender import PostSender
from indaba.conversation.delivery.service_client import Passports
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.conversation.dispatch.people import People
from indaba.conversation.store import Store
from indaba.discord_bot.catching_up import CatchingUp
from indaba.discord_bot.client import Api, Client, Gateway
from indaba.discord_bot.hearing import Hearing
from indaba.discord_bot.interactions import Interactions
from indaba.discord_bot.native_events import MirroringReactions, NativeEvents
from indaba.discord_bot.platform import DiscordPlatform
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.ledger import Ledger
from indaba.process.file_store import FileStore
from indaba.process.loops import pause
from indaba.process.run import Readiness

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"
HOUSEKEEPING_SECONDS = 3600.0


class DiscordBot:
    """The bot as a part of a process. `ledger` is its own, on a database at `MIGRATIONS`.

    `gateway` is how it reaches Discord; `shelf` where files that people send are kept, without it
    none is.
    """

    name = "discord_bot"

    def __init__(
        self,
        settings: DiscordBotSettings,
        ledger: Ledger,
        gateway: Gateway | None = None,
        files: FileStore | None = None,
    ) -> None:
        self._ledger = ledger
        self._lease = Lease(ledger.database)
        self.gateway = gateway or Gateway(settings.token)
        self._api = Api(self.gateway)
        self.platform = DiscordPlatform(self._api)
        self._wire(settings, files)

    async def start(self) -> None:
        """Begin. A Discord that is away is waited for in the background."""
        await self._ledger.start()

    async def stop(self) -> None:
        """End. What is in hand is done again at the next start."""
        await self._ledger.stop()

    async def ready(self) -> Readiness:
        """Ready when it hears and posts."""
        found = await self._ledger.ready()
        if not found.ok:
            return found
        if self._lease.standing_by:
            return Readiness(
                self.name, ok=False, why="another copy of this bot is at work; standing by"
            )
        trouble = self.gateway.trouble
        return Readiness(self.name, ok=not trouble, why=trouble)

    def _wire(self, settings: DiscordBotSettings, files: FileStore | None) -> None:
        ledger, platform = self._ledger, self.platform
        passports = Passports(ledger.bus, Platform.DISCORD, ledger.world)
        sender = PostSender(platform, ledger)
        people = People(platform, ledger, passports, settings.portal_url, files)
        inbox = InboxWorker(ledger, Dispatcher(platform, ledger, people), sender.wake)
        updater = CardUpdater(platform, ledger, passports, settings.portal_url)
        updater.written = sender.wake.ring
        sender.posted.append(updater.wake)
        direct_messages = DirectMessages(platform, ledger, passports, sender.wake)
        native = NativeEvents(self._api, ledger, passports, settings.portal_url)
        reacting = MirroringReactions(
            self.name, updater, direct_messages, passports, DiscordBotErased
        )
        reacting.native = native
        reactions.wire(ledger, reacting)
        ledger.bus.expect_replies()
        catching_up = CatchingUp(self._api, ledger, inbox)
        interactions = Interactions(self._api, ledger, inbox, passports)
        hearing = Hearing(self._api, self.gateway, ledger, inbox, interactions, catching_up)
        native.began = hearing.in_meetings.listened
        self.gateway.begin(partial(Client, hearing))
        self._at_work("listener", inbox.run)
        self._at_work("herald", updater.run)
        self._at_work("errands", direct_messages.run)
        self._at_work("postman", sender.run)
        self._at_work("measuring", sender.measure)
        self._at_work("events", native.run)
        self._at_work("catching-up", catching_up.run)
        self._at_work("gateway", self.gateway.run)
        ledger.background("lease", self._lease.run)
        ledger.background("forgetting", self._forget_old)

    def _at_work(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._ledger.background(name, partial(self._lease.while_held, run))

    async def _forget_old(self) -> None:
        while True:
            async with self._ledger.database.begin() as connection:
                await Store(connection, self._ledger.world.now()).forget_old()
            await pause(HOUSEKEEPING_SECONDS)
