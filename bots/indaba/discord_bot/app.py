"""The Discord bot's composition root."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import indaba.conversation
from indaba.contracts.erasure import DiscordBotErased
from indaba.contracts.membership import Platform
from indaba.conversation import reactions
from indaba.conversation.desk import Desk
from indaba.conversation.errands import Runner
from indaba.conversation.herald import Herald
from indaba.conversation.lease import Lease
from indaba.conversation.listener import Listener
from indaba.conversation.people import People
from indaba.conversation.postman import Postman
from indaba.conversation.services import Passports
from indaba.conversation.store import Store
from indaba.discord_bot.catching_up import CatchingUp
from indaba.discord_bot.client import Api, Client, Gateway
from indaba.discord_bot.hearing import Hearing
from indaba.discord_bot.interactions import Interactions
from indaba.discord_bot.native_events import MirroringReactions, NativeEvents
from indaba.discord_bot.platform import DiscordPlatform
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.ledger import Ledger
from indaba.process.loops import pause
from indaba.process.run import Readiness
from indaba.process.shelf import Shelf

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
        shelf: Shelf | None = None,
    ) -> None:
        self._ledger = ledger
        self._lease = Lease(ledger.database)
        self.gateway = gateway or Gateway(settings.token)
        self._api = Api(self.gateway)
        self.platform = DiscordPlatform(self._api)
        self._wire(settings, shelf)

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

    def _wire(self, settings: DiscordBotSettings, shelf: Shelf | None) -> None:
        ledger, platform = self._ledger, self.platform
        passports = Passports(ledger.bus, Platform.DISCORD, ledger.world)
        postman = Postman(platform, ledger)
        people = People(platform, ledger, passports, settings.portal_url, shelf)
        listener = Listener(ledger, Desk(platform, ledger, people), postman.wake)
        herald = Herald(platform, ledger, passports, settings.portal_url)
        herald.written = postman.wake.ring
        postman.posted.append(herald.wake)
        runner = Runner(platform, ledger, passports, postman.wake)
        native = NativeEvents(self._api, ledger, passports, settings.portal_url)
        reacting = MirroringReactions(self.name, herald, runner, passports, DiscordBotErased)
        reacting.native = native
        reactions.wire(ledger, reacting)
        ledger.bus.expect_replies()
        catching_up = CatchingUp(self._api, ledger, listener)
        interactions = Interactions(self._api, ledger, listener, passports)
        hearing = Hearing(self._api, self.gateway, ledger, listener, interactions, catching_up)
        native.began = hearing.in_meetings.listened
        self.gateway.begin(partial(Client, hearing))
        self._at_work("listener", listener.run)
        self._at_work("herald", herald.run)
        self._at_work("errands", runner.run)
        self._at_work("postman", postman.run)
        self._at_work("measuring", postman.measure)
        self._at_work("events", native.run)
        self._at_work("catching-up", catching_up.run)
        self._at_work("gateway", self.gateway.run)
        ledger.loop("lease", self._lease.run)
        ledger.loop("forgetting", self._forget_old)

    def _at_work(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._ledger.loop(name, partial(self._lease.while_held, run))

    async def _forget_old(self) -> None:
        while True:
            async with self._ledger.database.begin() as connection:
                await Store(connection, self._ledger.world.now()).forget_old()
            await pause(HOUSEKEEPING_SECONDS)
