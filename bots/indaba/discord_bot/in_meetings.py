"""What people do on Discord during a meeting: that they write or join voice, and how they vote."""

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
from indaba.discord_bot.client import Api, Ballot, Change
from indaba.discord_bot.reading import READ_KINDS, Spot, clean, spot_of
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.process.loops import pause

MOST_NOTICED = 10_000
WATCH_SECONDS = 10.0

Meeting = tuple[UUID, str]
"""A meeting's id and its code."""


class InMeetings:
    """Notices that people are there. Their words are not used, and mostly not even sent to us."""

    def __init__(self, api: Api, ledger: Ledger, inbox: InboxWorker) -> None:
        self._api = api
        self._ledger = ledger
        self._inbox = inbox
        self._noticed: OrderedDict[tuple[UUID, str], None] = OrderedDict()

    async def wrote(self, message: discord.Message) -> None:
        """Count the author as present if the thread belongs to a meeting that is on."""
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
        """Count somebody in voice as present, if exactly one meeting is on in that server."""
        voice = self._api.channel(channel)
        if not isinstance(voice, discord.VoiceChannel | discord.StageChannel):
            return
        live = await self._live_in([str(c.id) for c in voice.guild.text_channels])
        if account != str(self._api.me) and live is not None:
            meeting, room = live
            spot = Spot(room, "", str(voice.guild.id))
            await self._notice(meeting, account, spot, Presence.VOICE)

    async def meeting_began(self, place: Place, meeting: MeetingFacts) -> None:
        """Count those who are already in a voice channel of that server as present."""
        guild = self._api.guild(place.house)
        if guild is not None:
            spot = Spot(place.room, "", place.house)
            await self._look_into_voice(guild, (meeting.id, meeting.code), spot)

    async def _look_into_voice(self, guild: discord.Guild, meeting: Meeting, spot: Spot) -> None:
        for channel in (*guild.voice_channels, *guild.stage_channels):
            for account in channel.voice_states:
                if account != self._api.me:
                    await self._notice(meeting, str(account), spot, Presence.VOICE)

    async def watch_voice(self) -> None:
        """Look regularly, for ever, who is in a voice channel while a meeting is on.

        Needed on shards whose copy may not hold the lease: only the copy that holds it calls
        `meeting_began`.
        """
        while True:
            await pause(WATCH_SECONDS)
            with suppress(Wait):
                await self._look_at_live_meetings()

    async def _look_at_live_meetings(self) -> None:
        async with self._ledger.reading.connect() as connection:
            live = await Store(Session(connection, self._ledger.world.now())).cards.live()
        for meeting, code, room in live:
            channel = self._api.channel(room)
            if isinstance(channel, discord.abc.GuildChannel):
                spot = Spot(room, "", str(channel.guild.id))
                await self._look_into_voice(channel.guild, (meeting, code), spot)

    async def chose(self, ballot: Ballot) -> None:
        """Store a vote for the dispatcher, if the poll is ours or may prove to be."""
        now = self._ledger.world.now()
        spot = self._spot(ballot.channel, ballot.house)
        async with self._ledger.reading.connect() as connection:
            store = Store(Session(connection, now))
            # People can vote before we have stored the id of the poll we posted. Open posts come
            # first: a poll that is stored in between is then found by its id.
            is_open = await store.posting.is_open(spot.room)
            if not is_open and await store.errands.vote_of(ballot.message) is None:
                return
        event = BallotCast(
            id=f"ballot/{ballot.message}/{ballot.account}/{ballot.option}/{now.timestamp():.3f}",
            room=spot.room,
            account=ballot.account,
            sent_at=now,
            thread=spot.thread,
            house=spot.house,
            poll=ballot.message,
            option=ballot.option,
        )
        await self._inbox.hear([event])

    async def changed(self, change: Change) -> None:
        """Store that a message to us was edited, or that any message was deleted."""
        message, account, text = change.message, change.account, change.text
        spot, now = self._spot(change.channel, change.house), self._ledger.world.now()
        common: dict[str, Any] = {
            "room": spot.room,
            "account": account,
            "sent_at": now,
            "thread": spot.thread,
            "house": spot.house,
            "direct": spot.direct,
        }
        moment = f"{message}/{now.timestamp():.3f}"
        if text is not None:
            mention = re.match(rf"\s*<@!?{self._api.me}>[\s,:]*", text)
            if mention is not None and account:
                words = clean(text[mention.end() :]).strip()
                edit = MessageEdited(id=f"edited/{moment}", message=message, text=words, **common)
                await self._inbox.hear([edit])
        elif await self._has_cards(spot.room):
            deletion = ReactionRemoved(id=f"reaction-removed/{moment}", event=message, **common)
            await self._inbox.hear([deletion])

    async def _notice(self, meeting: Meeting, account: str, spot: Spot, how: Presence) -> None:
        known = (meeting[0], account)
        if known in self._noticed:
            return
        event = CommandInvoked(
            id=f"noticed/{meeting[0]}/{account}",
            room=spot.room,
            account=account,
            sent_at=self._ledger.world.now(),
            asked=asked_as_json(Noticed, {"code": meeting[1], "how": how}),
            house=spot.house,
        )
        await self._inbox.hear([event])
        self._noticed[known] = None
        if len(self._noticed) > MOST_NOTICED:
            self._noticed.popitem(last=False)

    async def _live_thread(self, spot: Spot) -> Meeting | None:
        async with self._ledger.reading.connect() as connection:
            cards = Store(Session(connection, self._ledger.world.now())).cards
            card = await cards.card_on(spot.thread)
            live = await cards.live_in(spot.room) if card else None
        return card if card is not None and card == live else None

    async def _live_in(self, rooms: list[str]) -> tuple[Meeting, str] | None:
        """The meeting that is on in these rooms, with its room; `None` if there are several."""
        meetings: dict[Meeting, str] = {}
        async with self._ledger.reading.connect() as connection:
            cards = Store(Session(connection, self._ledger.world.now())).cards
            for room in rooms:
                live = await cards.live_in(room)
                if live is not None:
                    meetings.setdefault(live, room)
        return next(iter(meetings.items())) if len(meetings) == 1 else None

    async def _has_cards(self, room: str) -> bool:
        async with self._ledger.reading.connect() as connection:
            return await Store(Session(connection, self._ledger.world.now())).cards.any_in(room)

    def _spot(self, channel: str, house: str) -> Spot:
        there = self._api.channel(channel)
        guild = getattr(there, "guild", None)
        return spot_of(there, guild.id) if there and guild else Spot(channel, "", house)
