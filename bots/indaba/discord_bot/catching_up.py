"""Mentions made while nobody listened, read back from the channels' history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import discord

from indaba.conversation.listener import Listener
from indaba.conversation.platform import Said, Wait
from indaba.discord_bot.client import Api, Refused, asked
from indaba.discord_bot.reading import said_in
from indaba.ledger import Ledger
from indaba.process import logs
from indaba.process.loops import Wake

REACHES_BACK = timedelta(days=14)
MOST_MISSED = 200
PAUSE_SECONDS = 5.0
LOOK_SECONDS = 3600.0


class CatchingUp:
    """Reads what was missed, two weeks and 200 messages back in each channel.

    Direct messages are not among it: Discord does not say which there are.
    """

    def __init__(self, api: Api, ledger: Ledger, listener: Listener) -> None:
        self._api = api
        self._ledger = ledger
        self._listener = listener
        self._wake = Wake()
        self._wanted = False
        self._gaps: set[int] = set()

    def begin(self) -> None:
        """Something may have been missed anywhere."""
        self._wanted = True
        self._wake.ring()

    def missed(self, channel: int) -> None:
        """Something in this channel was not kept: until it is, no later message hides it."""
        self._gaps.add(channel)
        self.begin()

    def position_at(self, channel: int, message: int) -> tuple[str, str] | None:
        """How far a channel is read once this message is kept; `None` where something lacks."""
        return None if channel in self._gaps else (_place(channel), str(message))

    async def run(self) -> None:
        """Catch up whenever there is reason to, for ever."""
        while True:
            if self._wanted:
                await self._catch_up()
            await self._wake.wait(PAUSE_SECONDS if self._wanted else LOOK_SECONDS)

    async def _catch_up(self) -> None:
        self._wanted = False
        try:
            channels = list(_channels(self._api.client))
        except Wait:
            self._wanted = True
            return
        for channel in channels:
            try:
                await self._read(channel)
            except Refused as refused:
                self._log().warning("channel.not-read", code=refused.code)
            except Exception as error:  # noqa: BLE001 - one channel must not stop all others
                self._wanted = True
                self._log().warning("channel.not-read", error=type(error).__name__)

    async def _read(self, channel: Any) -> None:
        now = self._ledger.world.now()
        since, newest = await self._since(channel, now), channel.last_message_id or 0
        if newest > since and _may_read(channel):
            missed = await asked(lambda: _missed(channel, since, self._api.me, now))
            await self._listener.hear(missed, (_place(channel.id), str(newest)))
        self._gaps.discard(channel.id)

    async def _since(self, channel: Any, now: datetime) -> int:
        """The id from which on a channel is to be read; never from before we came."""
        came = channel.guild.me.joined_at or now
        earliest = discord.utils.time_snowflake(max(came, now - REACHES_BACK))
        return max(int(await self._listener.position(_place(channel.id)) or 0), earliest)

    def _log(self) -> Any:
        return logs.get(process="discord_bot")


async def _missed(channel: Any, since: int, me: int, now: datetime) -> list[Said]:
    """What was said to us after an id, oldest first."""
    found: list[Said] = []
    async for message in channel.history(limit=MOST_MISSED, oldest_first=False):
        if message.id <= since:
            break
        said = said_in(message, me, now)
        if said is not None:
            found.append(said)
    return found[::-1]


def _place(channel: int) -> str:
    return f"discord/{channel}"


def _channels(client: discord.Client) -> Iterator[Any]:
    for guild in client.guilds:
        yield from guild.text_channels
        yield from guild.threads


def _may_read(channel: Any) -> bool:
    may = channel.permissions_for(channel.guild.me)
    return bool(may.view_channel and may.read_message_history)
