"""Loaded by maubot in an environment of its own, never by Indaba: answers as its guide shows."""

from maubot import MessageEvent, Plugin  # type: ignore[import-not-found]
from maubot.handlers import event  # type: ignore[import-not-found]
from mautrix.types import EventType  # type: ignore[import-not-found]


class Echo(Plugin):  # type: ignore[misc]
    @event.on(EventType.ROOM_MESSAGE)  # type: ignore[untyped-decorator]
    async def answer(self, said: MessageEvent) -> None:
        if said.sender != self.client.mxid and said.content.body.startswith("!cop"):
            await said.reply("echo")
