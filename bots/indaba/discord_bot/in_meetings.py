"""What people do on Discord while a meeting is on: that they write or speak, and how they vote."""

import re
from collections import OrderedDict
from contextlib import suppress
from typing import Any
from uuid import UUID

import discord

from indaba.contracts.membership import Place
from indaba.contracts.scheduling import MeetingFacts, Presence
from indaba.conversation.commands.intent import asked_as_json
from indaba.conversation.commands.topics.noting import Noticed
from indaba.conversation.delivery.chat_events import (
    BallotCast,
    CommandInvoked,
    MessageEdited,
    ReactionRemoved,
)
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.store import Store
from indaba.discord_bot.client import Api, Ballot
from indaba.discord_bot.reading import READ_KINDS, Spot, clean, spot_of
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.process.loops import pause

MOST_NOTICED = 10_000
LOOK_AROUND = 10.0
"""Seconds."""

Meeting = tuple[UUID, str]


class InMeetings:
    """Notices people, never their words: those are not even shown to us."""

    def __init__(self, api: Api, ledger: Ledger, inbox: InboxWorker) -> None:
        self._api = api
        self._ledger = ledger
        self._inbox = inbox
        self._noticed: OrderedDict[tuple[UUID, str], None] = OrderedDict()

    async def wrote(self, message: discord.Message) -> None:
        """Somebody wrote in the thread of the meeting that is on."""
        author = message.author
        if author.bot or message.webhook_id or message.type not in READ_KINDS:
            return
        spot = spot_of(message.channel, message.guild.id if message.guild else None)
        if not spot.thread:
            return
        meeting = await self._live_thread(spot)
        if meeting is not None:
            await self._notice(meeting, str(author.id), spot, Presence.WROTE)

    async def spoke(self, channel: str, account: str) -> None:
        """Somebody is in a voice channel of a server where one meeting is on."""
        voice = self._api.channel(channel)
        if not isinstance(voice, discord.VoiceChannel | discord.StageChannel):
            return
        found = await self._live_in([str(c.id) for c in voice.guild.text_channels])
        if account != str(self._api.me) and found is not None:
            meeting, room = found
            spot = Spot(room, "", str(voice.guild.id))
            await self._notice(meeting, account, spot, Presence.VOICE)

    async def listened(self, place: Place, meeting: MeetingFacts) -> None:
        """A meeting began: who is in a voice channel of that server already is there."""
        guild = self._api.guild(place.house)
        if guild is not None:
            spot = Spot(place.room, "", place.house)
            await self._look_into_voice(guild, (meeting.id, meeting.code), spot)

    async def _look_into_voice(self, guild: discord.Guild, meeting: Meeting, spot: Spot) -> None:
        for channel in (*guild.voice_channels, *guild.stage_channels):
            for account in channel.voice_states:
                if account != self._api.me:
                    await self._notice(meeting, str(account), spot, Presence.VOICE)

    async def look_around(self) -> None:
        """Look, for ever, who is in a voice channel while a meeting is on.

        For shards of a copy that may not be the one that brings up native events, where a meeting's
        beginning is acted on.
        """
        while True:
            await pause(LOOK_AROUND)
            with suppress(Wait):
                await self._look_around()

    async def _look_around(self) -> None:
        async with self._ledger.database.connect() as connection:
            live = await Store(Session(connection, self._ledger.world.now())).cards.live()
        for meeting, code, room in live:
            channel = self._api.channel(room)
            if isinstance(channel, discord.abc.GuildChannel):
                spot = Spot(room, "", str(channel.guild.id))
                await self._look_into_voice(channel.guild, (meeting, code), spot)

    async def chose(self, ballot: Ballot) -> None:
        """Keep a choice in a poll of ours, or in what may yet prove one, for the desk."""
        now = self._ledger.world.now()
        spot = self._spot(ballot.channel, ballot.house)
        async with self._ledger.database.connect() as connection:
            store = Store(Session(connection, now))
            # People are quicker than our note of what we posted. Looked at first: what is noted in
            # between is found below.
            is_open = await store.posting.is_open(spot.room)
            if not is_open and await store.errands.vote_of(ballot.message) is None:
                return
        cast = BallotCast(
            id=f"ballot/{ballot.message}/{ballot.account}/{ballot.option}/{now.timestamp():.3f}",
            room=spot.room,
            account=ballot.account,
            sent_at=now,
            thread=spot.thread,
            house=spot.house,
            poll=ballot.message,
            option=ballot.option,
        )
        await self._inbox.hear([cast])

    async def changed(self, channel: str, message: str, account: str, text: str | None) -> None:
        """A message that was for us has other words, or a message is gone."""
        spot, now = self._spot(channel, ""), self._ledger.world.now()
        common: dict[str, Any] = {
            "room": spot.room,
            "account": account,
            "sent_at": now,
            "thread": spot.thread,
            "house": spot.house,
        }
        moment = f"{message}/{now.timestamp():.3f}"
        if text is not None:
            begun = re.match(rf"\s*<@!?{self._api.me}>[\s,:]*", text)
            if begun is not None and account:
                words = clean(text[begun.end() :]).strip()
                edited = MessageEdited(id=f"edited/{moment}", message=message, text=words, **common)
                await self._inbox.hear([edited])
        elif await self._has_cards(spot.room):
            gone = ReactionRemoved(id=f"reaction-removed/{moment}", event=message, **common)
            await self._inbox.hear([gone])

    async def _notice(self, meeting: Meeting, account: str, spot: Spot, how: Presence) -> None:
        known = (meeting[0], account)
        if known in self._noticed:
            return
        noticed = CommandInvoked(
            id=f"noticed/{meeting[0]}/{account}",
            room=spot.room,
            account=account,
            sent_at=self._ledger.world.now(),
            asked=asked_as_json(Noticed, {"code": meeting[1], "how": how}),
            house=spot.house,
        )
        await self._inbox.hear([noticed])
        self._noticed[known] = None
        if len(self._noticed) > MOST_NOTICED:
            self._noticed.popitem(last=False)

    async def _live_thread(self, spot: Spot) -> Meeting | None:
        async with self._ledger.database.connect() as connection:
            cards = Store(Session(connection, self._ledger.world.now())).cards
            card = await cards.card_on(spot.thread)
            live = await cards.live_in(spot.room) if card else None
        return card if card is not None and card == live else None

    async def _live_in(self, rooms: list[str]) -> tuple[Meeting, str] | None:
        """The meeting that is on in one of these rooms; none where several are."""
        found: dict[Meeting, str] = {}
        async with self._ledger.database.connect() as connection:
            cards = Store(Session(connection, self._ledger.world.now())).cards
            for room in rooms:
                live = await cards.live_in(room)
                if live is not None:
                    found.setdefault(live, room)
        return next(iter(found.items())) if len(found) == 1 else None

    async def _has_cards(self, room: str) -> bool:
        async with self._ledger.database.connect() as connection:
            return await Store(Session(connection, self._ledger.world.now())).cards.any_in(room)

    def _spot(self, channel: str, house: str) -> Spot:
        there = self._api.channel(channel)
        guild = getattr(there, "guild", None)
        return spot_of(there, guild.id) if there and guild else Spot(channel, "", house)
