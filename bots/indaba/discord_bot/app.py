"""The Discord bot's composition root."""

from collections.abc import Sequence
from functools import partial

from indaba.conversation.root import Conversation
from indaba.discord_bot.catching_up import CatchingUp
from indaba.discord_bot.client import Api, Client
from indaba.discord_bot.departures import Departures
from indaba.discord_bot.gateway import Gateway
from indaba.discord_bot.hearing import Hearing
from indaba.discord_bot.interactions import Interactions
from indaba.discord_bot.native_events import MirroringReactions, NativeEvents
from indaba.discord_bot.pace import BESIDE, Pace
from indaba.discord_bot.platform import DiscordPlatform
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.discord_bot.shards import Shards, Starts
from indaba.ledger import Ledger
from indaba.process.file_store import FileStore
from indaba.process.loops import Act
from indaba.process.run import Readiness


class DiscordBot:
    """The bot as a part of a process. `ledger` is the bot's own, on a migrated database.

    `gateway` is the connection to Discord. Files that people send are stored in `files`; without
    it they are not stored at all.
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
        self._api = Api(self.gateway, self._other_gateways)
        self.platform = DiscordPlatform(self._api)
        self.conversation = Conversation(
            self.platform, ledger, settings.portal_url, files=files, reacting=MirroringReactions
        )
        self._pace = Pace(part=lambda: 1.0 if self.conversation.is_at_work else BESIDE)
        starts = Starts(ledger.database, self.conversation.inbox, settings.shards)
        self.gateway.before = starts.first
        self._shards = Shards(
            ledger.database,
            lambda: self.conversation.is_at_work,
            starts,
            self.gateway,
            self._another_shard,
        )
        self._wire(settings)

    async def start(self) -> None:
        """Start the background loops. Does not wait for Discord, which may be away."""
        await self._ledger.start()

    async def stop(self) -> None:
        """Stop. Work in progress is done again at the next start."""
        await self._ledger.stop()

    async def ready(self) -> Readiness:
        """Ready while this copy receives events and, if it holds the lease, posts."""
        has_shards = bool(self._shards.gateways)
        own = "" if self.conversation.stands_by else self.gateway.trouble
        return await self.conversation.ready(own or self._shards.trouble, beside=has_shards)

    def _wire(self, settings: DiscordBotSettings) -> None:
        conversation = self.conversation
        native = NativeEvents(self._api, self._ledger, conversation.passports, settings.portal_url)
        if isinstance(conversation.reactions, MirroringReactions):
            conversation.reactions.native = native
        loops, hearing = self._shard(self.gateway)
        native.on_live = hearing.in_meetings.meeting_began
        conversation.at_work("events", native.run)
        departures = Departures(self.platform, self._ledger, conversation)
        conversation.at_work("departures", departures.run)
        for name, run in loops.items():
            conversation.at_work(name, run)
        self._ledger.background("shards", self._shards.run)

    def _shard(self, gateway: Gateway) -> tuple[dict[str, Act], Hearing]:
        """What one shard needs to receive events: its loops by name, and its `Hearing`."""
        inbox, api = self.conversation.inbox, Api(gateway, self._other_gateways)
        catching_up = CatchingUp(api, self._ledger, inbox)
        interactions = Interactions(api, self._ledger, inbox, self.conversation.passports)
        hearing = Hearing(api, gateway, self._ledger, inbox, interactions, catching_up)
        gateway.begin(partial(Client, hearing, self._pace))
        return {"catching-up": catching_up.run, "gateway": gateway.run}, hearing

    def _another_shard(self, gateway: Gateway) -> list[Act]:
        loops, hearing = self._shard(gateway)
        return [*loops.values(), hearing.in_meetings.watch_voice]

    def _other_gateways(self) -> Sequence[Gateway]:
        return self._shards.gateways
