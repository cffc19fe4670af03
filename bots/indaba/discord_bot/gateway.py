"""Keeps one connection to Discord: one shard, or all servers if there are no shards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import discord

from indaba.discord_bot.client import Client
from indaba.process import logs

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
CONNECTING = "connecting to Discord"
LOST = "Discord cannot be reached; trying again"
NOT_ACCEPTED = (
    "Discord does not accept the bot's token. "
    "Make a new one in the developer portal and set INDABA_DISCORD_BOT_TOKEN."
)


class NoStartsLeft(Exception):  # noqa: N818 - a refusal, read by operators
    """Discord lets the bot begin no more connections until `after` has passed."""

    def __init__(self, after: timedelta) -> None:
        minutes = -(-int(after.total_seconds()) // 60)
        super().__init__(
            "Discord lets this bot begin no more connections for now: those of a day are used up. "
            f"Waiting {minutes} min"
        )
        self.after = after


async def _at_once(client: Client) -> None:
    """Wait for nothing."""


class Gateway:
    """Keeps one client connected. `trouble` is the reason in words if it is not, else empty."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._make: Callable[[], Client] | None = None
        self.client: Client | None = None
        self.before: Callable[[Client], Awaitable[None]] = _at_once
        """Awaited with the logged-in client before it connects. May raise `NoStartsLeft`."""

        self.trouble = CONNECTING

    def another(self) -> "Gateway":
        """A gateway with the same token, for another shard."""
        return type(self)(self._token)

    def begin(self, make: Callable[[], Client]) -> None:
        """Set how clients are made, and make the first. Must precede `run`."""
        self._make = make
        self.client = make()

    async def run(self) -> None:
        """Stay connected for ever. discord.py resumes by itself; if it gives up, connect anew."""
        pause = FIRST_PAUSE
        while self._make is not None:
            self.client = client = self._make()
            began = asyncio.get_running_loop().time()
            held_off = await self._connected(client)
            if asyncio.get_running_loop().time() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            await asyncio.sleep(max(pause, held_off))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _connected(self, client: Client) -> float:
        """Connect, and stay so until it ends. Returns the seconds to wait before another try."""
        try:
            await client.login(self._token)
            await self.before(client)
            await client.connect()
        except discord.LoginFailure:
            self.trouble = NOT_ACCEPTED
        except NoStartsLeft as limit:
            self.trouble = str(limit)
            return limit.after.total_seconds()
        except Exception as error:  # noqa: BLE001 - 2.7.1 raises AttributeError and more
            self.trouble = LOST
            logs.get(process="discord_bot").warning("gateway.lost", error=type(error).__name__)
        finally:
            await client.close()
        return 0.0
