"""A Discord of our own on loopback, and what people do there."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from wire.buckets import Buckets
from wire.gateway import Gateway
from wire.rest import VERSION, Rest
from wire.world import (
    BUTTON,
    COMMAND,
    COMPLETION,
    Interaction,
    Json,
    World,
    member,
    snowflake,
    user,
)

AN_OPTION = {str: 3, int: 4, bool: 5}


class FakeDiscord:
    """The API and the gateway at one address."""

    def __init__(self, heartbeat: float = 1.0) -> None:
        self.world = World()
        self.buckets = Buckets()
        self.gateway = Gateway(self.world, heartbeat)
        self.rest = Rest(self.world, self.buckets, self.gateway)
        self.address = ""
        self._direct_messages: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        app = web.Application(client_max_size=64 << 20)
        app.add_routes([web.get("/gateway/", self.gateway.serve), *self.rest.routes()])
        self._direct_messages = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._direct_messages.setup()
        site = web.TCPSite(self._direct_messages, "127.0.0.1", 0, backlog=1024)
        await site.start()
        port = self._direct_messages.addresses[0][1]
        self.rest.base = f"http://127.0.0.1:{port}{VERSION}"
        self.address = self.gateway.address = f"ws://127.0.0.1:{port}/gateway/"

    async def stop(self) -> None:
        """Go."""
        if self._direct_messages is not None:
            await self.gateway.drop()
            await self._direct_messages.cleanup()

    async def connected(self, seconds: float = 20.0) -> None:
        """Wait until a bot listens."""
        async with asyncio.timeout(seconds):
            while not self.gateway.connected:
                await asyncio.sleep(0.02)

    async def say(self, channel: str, account: str, words: str) -> str:
        """Somebody writes; gives the message's id."""
        author = user(account, f"p{account}")
        made = self.world.message(channel, author, words)
        shown = self.rest._as_we_see(made)
        whose = member(author)
        del whose["user"]
        if made["guild_id"] not in self.gateway.away:
            await self.gateway.tell("MESSAGE_CREATE", shown | {"member": whose})
        return str(made["id"])

    async def mention(self, channel: str, account: str, words: str) -> str:
        """Somebody speaks to the bot; gives the message's id."""
        return await self.say(channel, account, f"<@{self.world.me}> {words}")

    async def slash(
        self, channel: str, account: str, line: str, **options: str | int | bool
    ) -> Interaction:
        """Somebody uses a command: its noun and its verb."""
        return await self._use(COMMAND, channel, account, _command(line, options))

    async def complete(
        self, channel: str, account: str, line: str, field: str, typed: str
    ) -> Interaction:
        """Somebody is typing an option of a command."""
        data = _command(line, {field: typed})
        data["options"][0]["options"][0]["focused"] = True
        return await self._use(COMPLETION, channel, account, data)

    async def press(self, channel: str, account: str, custom_id: str, message: Json) -> Interaction:
        """Somebody presses a button under a message."""
        data = {"custom_id": custom_id, "component_type": 2, "id": 1}
        return await self._use(BUTTON, channel, account, data, message=message)

    async def _use(
        self, kind: int, channel: str, account: str, data: Json, **more: Json
    ) -> Interaction:
        made = self.world.interaction(kind, account, channel)
        place = self.world.channels[channel]
        shown = {
            "id": made.id,
            "application_id": self.world.me,
            "type": kind,
            "data": data,
            "guild_id": place["guild_id"],
            "guild": {"id": place["guild_id"], "locale": "en-US", "features": []},
            "channel_id": channel,
            "channel": place,
            "member": member(user(account, f"p{account}")),
            "token": made.token,
            "version": 1,
            "locale": "en-US",
            "guild_locale": "en-US",
            "app_permissions": "0",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 0,
            "attachment_size_limit": 10 << 20,
            **more,
        }
        made.began = time.monotonic()
        await self.gateway.tell("INTERACTION_CREATE", shown)
        return made


@asynccontextmanager
async def a_discord(heartbeat: float = 1.0) -> AsyncIterator[FakeDiscord]:
    """One that runs."""
    fake = FakeDiscord(heartbeat)
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()


def _command(line: str, options: dict[str, str | int | bool]) -> Json:
    noun, _, verb = line.partition(" ")
    given = [
        {"name": name, "type": AN_OPTION[type(value)], "value": value}
        for name, value in options.items()
    ]
    verb = verb.replace(" ", "-")
    within = {"name": verb, "type": 1, "options": given}
    return {"id": str(snowflake()), "name": noun, "type": 1, "options": [within]}
