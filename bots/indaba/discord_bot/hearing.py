"""Handles what arrives from Discord, and registers our commands there."""

from typing import Any

import discord

from indaba.contracts.removal import Departure
from indaba.conversation.commands.intent import asked_as_json
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.interest import Interested
from indaba.conversation.delivery.chat_events import CommandInvoked, Departed
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.store import Store
from indaba.conversation.store.digests import INTERESTED, digest
from indaba.discord_bot import commands
from indaba.discord_bot.catching_up import CatchingUp
from indaba.discord_bot.client import Api, Ballot, Change, Refused
from indaba.discord_bot.gateway import LOST, Gateway
from indaba.discord_bot.in_meetings import InMeetings
from indaba.discord_bot.interactions import Interactions
from indaba.discord_bot.reading import message_sent
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.process import logs


class Hearing:
    """Implements `Ears`: stores chat events in the inbox, for the dispatcher."""

    def __init__(
        self,
        api: Api,
        gateway: Gateway,
        ledger: Ledger,
        inbox: InboxWorker,
        interactions: Interactions,
        catching_up: CatchingUp,
    ) -> None:
        self._api = api
        self._gateway = gateway
        self._ledger = ledger
        self._inbox = inbox
        self._interactions = interactions
        self._catching_up = catching_up
        self.in_meetings = InMeetings(api, ledger, inbox)

    async def connected(self) -> None:
        """Register our commands if they changed, and catch up with what was missed."""
        self._gateway.trouble = ""
        try:
            await self._tell_commands()
        except (Refused, Wait) as error:
            self._gateway.trouble = "Discord did not take the commands; they may be old"
            self._log().error("commands.not-told", error=str(error)[:80])
        self._catching_up.begin()

    def began_anew(self) -> None:
        """Discord does not repeat what happened since the last connection."""
        self._catching_up.began_anew()

    def appeared(self, guild: discord.Guild) -> None:
        """Catch up with what was missed on a server that has become available."""
        self._catching_up.appeared(guild)

    def lost(self) -> None:
        """The connection is lost for now."""
        self._gateway.trouble = LOST

    def resumed(self) -> None:
        """The connection is back. Discord sends what happened meanwhile."""
        self._gateway.trouble = ""

    async def interaction(self, interaction: discord.Interaction) -> None:
        """Handle a command, button, form or completion."""
        await self._interactions.take(interaction)

    async def message(self, message: discord.Message) -> None:
        """Store a message if it is for us; otherwise note only that its author was there."""
        event = message_sent(message, self._api.me, self._ledger.world.now())
        channel = message.channel.id
        if event is None:
            self._catching_up.seen(channel, message.id)
            await self.in_meetings.wrote(message)
            return
        with self._catching_up.taking(channel, message.id):
            await self._inbox.hear([event], self._catching_up.position_at(channel, message.id))

    async def changed(self, change: Change) -> None:
        """Update what was noted from a message that was edited or deleted."""
        await self.in_meetings.changed(change)

    async def chose(self, ballot: Ballot) -> None:
        """Count a vote in a poll of ours."""
        await self.in_meetings.chose(ballot)

    async def spoke(self, channel: str, account: str) -> None:
        """Count somebody in a voice channel as present in the meeting that is on."""
        await self.in_meetings.spoke(channel, account)

    async def banned(self, house: str, account: str, *, lifted: bool) -> None:
        """Let the ban hold for the communities of the server too."""
        world = self._ledger.world
        departed = Departed(
            id=f"ban/{world.new_id()}",
            room="",
            account=account,
            sent_at=world.now(),
            house=house,
            how=Departure.UNBANNED if lifted else Departure.BANNED,
        )
        await self._inbox.hear([departed])

    async def interested(self, house: str, event: str, account: str) -> None:
        """Treat Interested on a native event of ours as a command where the meeting's card is."""
        now = self._ledger.world.now()
        async with self._ledger.reading.connect() as connection:
            store = Store(Session(connection, now))
            meeting = await store.mirrors.meeting_of(house, event)
            places = await store.cards.places_of(meeting) if meeting else {}
        room = next((room for room in places if self._is_in(room, house)), "")
        if not room:
            return
        command = CommandInvoked(
            id=f"interested/{event}/{digest(INTERESTED, account)}",
            room=room,
            account=account,
            sent_at=now,
            asked=asked_as_json(Interested, {"meeting": str(meeting)}),
            house=house,
        )
        await self._inbox.hear([command])

    async def _tell_commands(self) -> None:
        payload = commands.payload(INTENTS)
        version, place = commands.digest_of(payload), f"discord/commands/{self._api.application}"
        if await self._inbox.position(place) == version:
            return
        path = "/applications/{application_id}/commands"
        await self._api.call("PUT", path, payload, where={"application_id": self._api.application})
        await self._inbox.hear([], (place, version))

    def _is_in(self, room: str, house: str) -> bool:
        channel = self._api.channel(room)
        return isinstance(channel, discord.abc.GuildChannel) and str(channel.guild.id) == house

    def _log(self) -> Any:
        return logs.get(process="discord_bot")
