"""The Discord bot's composition root."""

from functools import partial

from indaba.conversation.root import Conversation
from indaba.discord_bot.catching_up import CatchingUp
from indaba.discord_bot.client import Api, Client, Gateway
from indaba.discord_bot.hearing import Hearing
from indaba.discord_bot.interactions import Interactions
from indaba.discord_bot.native_events import MirroringReactions, NativeEvents
from indaba.discord_bot.platform import DiscordPlatform
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.ledger import Ledger
from indaba.process.file_store import FileStore
from indaba.process.run import Readiness


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
        self.gateway = gateway or Gateway(settings.token)
        self._api = Api(self.gateway)
        self.platform = DiscordPlatform(self._api)
        self._conversation = self._wire(settings, files)

    async def start(self) -> None:
        """Begin. A Discord that is away is waited for in the background."""
        await self._ledger.start()

    async def stop(self) -> None:
        """End. What is in hand is done again at the next start."""
        await self._ledger.stop()

    async def ready(self) -> Readiness:
        """Ready when it hears and posts."""
        return await self._conversation.ready(self.gateway.trouble)

    def _wire(self, settings: DiscordBotSettings, files: FileStore | None) -> Conversation:
        ledger = self._ledger
        conversation = Conversation(
            self.platform, ledger, settings.portal_url, files=files, reacting=MirroringReactions
        )
        inbox, passports = conversation.inbox, conversation.passports
        native = NativeEvents(self._api, ledger, passports, settings.portal_url)
        if isinstance(conversation.reactions, MirroringReactions):
            conversation.reactions.native = native
        catching_up = CatchingUp(self._api, ledger, inbox)
        interactions = Interactions(self._api, ledger, inbox, passports)
        hearing = Hearing(self._api, self.gateway, ledger, inbox, interactions, catching_up)
        native.began = hearing.in_meetings.listened
        self.gateway.begin(partial(Client, hearing))
        conversation.at_work("events", native.run)
        conversation.at_work("catching-up", catching_up.run)
        conversation.at_work("gateway", self.gateway.run)
        return conversation
