"""Reads mentions that were missed while disconnected, from the channels' history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import discord

from indaba.conversation.delivery.chat_events import ChatEvent
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.platform import Wait
from indaba.discord_bot.client import Api, Refused, ask_discord
from indaba.discord_bot.reading import message_sent
from indaba.ledger import Ledger
from indaba.process import logs
from indaba.process.loops import Wake, in_parts

REACHES_BACK = timedelta(days=14)
MOST_MISSED = 200
PAUSE_SECONDS = 5.0
NONE_YET = 1 << 64
"""Greater than every message id."""


class CatchingUp:
    """Reads missed messages: at most two weeks and 200 messages back, several channels at a time.

    A channel's position is the newest message before which nothing is missing. Live messages move
    it only once the channel has caught up, because they would hide what was missed. Direct messages
    are not read back: Discord does not list direct channels.
    """

    def __init__(self, api: Api, ledger: Ledger, inbox: InboxWorker) -> None:
        self._api = api
        self._ledger = ledger
        self._inbox = inbox
        self._wake = Wake()
        self._wanted = False
        self._behind = self._everywhere = True
        self._gaps: set[int] = set()
        self._due: set[int] = set()
        """Channels still to be read. One that falls behind while it is being read comes back."""

        self._in_hand: dict[int, set[int]] = defaultdict(set)
        self._seen: dict[int, int] = {}

    def began_anew(self) -> None:
        """A new connection has begun: Discord does not repeat what happened since the last one."""
        self._behind = True

    def begin(self) -> None:
        """Read all channels, because messages may have been missed in any of them."""
        self._wanted = self._everywhere = True
        self._wake.ring()

    def appeared(self, guild: discord.Guild) -> None:
        """Read a server's channels: it was unavailable, or we have just joined it.

        Does nothing while a connection begins, since `begin` then reads every server.
        """
        if not self._behind:
            self._lack(channel.id for channel in _channels_of(guild))

    @contextmanager
    def taking(self, channel: int, message: int) -> Iterator[None]:
        """Mark a message as being stored. If storing fails, no later message hides it."""
        self._in_hand[channel].add(message)
        try:
            yield
        except Exception:
            self._lack([channel])
            raise
        finally:
            self._in_hand[channel].discard(message)
            if not self._in_hand[channel]:
                del self._in_hand[channel]

    def _lack(self, channels: Iterable[int]) -> None:
        ids = set(channels)
        self._gaps |= ids
        self._due |= ids
        self._wanted = True
        self._wake.ring()

    def position_at(self, channel: int, message: int) -> tuple[str, str] | None:
        """The channel's position once this message is stored; `None` while messages are missing."""
        if self._behind or channel in self._gaps or message > self._oldest_in_hand(channel):
            return None
        self._seen.pop(channel, None)
        return _place(channel), str(message)

    def seen(self, channel: int, message: int) -> None:
        """Note a message that was not for us, so that it is not read again."""
        if not self._behind and channel not in self._gaps:
            self._seen[channel] = message

    async def run(self) -> None:
        """For ever: catch up when needed, and store how far each channel has been read."""
        while True:
            if self._wanted:
                await self._catch_up()
            await self._note_what_was_seen()
            await self._wake.wait(PAUSE_SECONDS)

    async def _note_what_was_seen(self) -> None:
        seen, self._seen = self._seen, {}
        places = [
            (_place(channel), str(min(message, self._oldest_in_hand(channel) - 1)))
            for channel, message in seen.items()
            if channel not in self._gaps
        ]
        if places:
            await self._inbox.read_up_to(places)

    def _oldest_in_hand(self, channel: int) -> int:
        return min(self._in_hand.get(channel, ()), default=NONE_YET)

    async def _catch_up(self) -> None:
        self._wanted = False
        try:
            channels = list(_channels(self._api.client))
        except Wait:
            self._wanted = True
            return
        if self._everywhere:
            everywhere = {channel.id for channel in channels}
            self._gaps |= everywhere
            self._due |= everywhere
            self._behind = self._everywhere = False
        await in_parts([[partial(self._fill, each)] for each in channels if each.id in self._due])

    async def _fill(self, channel: Any) -> None:
        """Read one channel. A passing fault is logged, and the channel is read again later."""
        self._due.discard(channel.id)
        try:
            await self._read(channel)
        except Refused as refused:
            self._log().warning("channel.not-read", code=refused.code)
        except Exception as error:  # noqa: BLE001 - one channel must not stop all others
            self._due.add(channel.id)
            self._wanted = True
            self._log().warning("channel.not-read", error=type(error).__name__)
        if channel.id not in self._due:
            self._gaps.discard(channel.id)

    async def _read(self, channel: Any) -> None:
        now = self._ledger.world.now()
        since, newest = await self._since(channel, now), channel.last_message_id or 0
        if newest > since and _may_read(channel):
            missed = await ask_discord(lambda: _missed(channel, since, self._api.me, now))
            await self._inbox.hear(missed, (_place(channel.id), str(newest)))

    async def _since(self, channel: Any, now: datetime) -> int:
        """The message id after which to read a channel: never from before we joined the server."""
        came = channel.guild.me.joined_at or now
        earliest = discord.utils.time_snowflake(max(came, now - REACHES_BACK))
        return max(int(await self._inbox.position(_place(channel.id)) or 0), earliest)

    def _log(self) -> Any:
        return logs.get(process="discord_bot")


async def _missed(channel: Any, since: int, me: int, now: datetime) -> list[ChatEvent]:
    """Messages to us with an id greater than `since`, oldest first."""
    missed: list[ChatEvent] = []
    async for message in channel.history(limit=MOST_MISSED, oldest_first=False):
        if message.id <= since:
            break
        event = message_sent(message, me, now)
        if event is not None:
            missed.append(event)
    return missed[::-1]


def _place(channel: int) -> str:
    return f"discord/{channel}"


def _channels(client: discord.Client) -> Iterator[Any]:
    for guild in client.guilds:
        yield from _channels_of(guild)


def _channels_of(guild: discord.Guild) -> Iterator[Any]:
    yield from guild.text_channels
    yield from guild.threads


def _may_read(channel: Any) -> bool:
    may = channel.permissions_for(channel.guild.me)
    return bool(may.view_channel and may.read_message_history)
