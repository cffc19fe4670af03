"""A stage: everything of a bot except its platform, which is simulated here.

What people write takes the usual way: stored, resolved, performed, answered, drawn, posted.
Only the last step ends in a list, from which the play reads the answers.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

from indaba.contracts.membership import Place, Platform
from indaba.conversation.answer import Answer
from indaba.conversation.commands.intent import SLASH, asked_as_json
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.chat_events import (
    ButtonPressed,
    ChatEvent,
    CommandInvoked,
    FileSent,
    MessageSent,
    ReactionAdded,
    Written,
)
from indaba.conversation.delivery.platform import CannotRead, InRoom, Post, PostKind
from indaba.conversation.root import Conversation
from indaba.ledger import Ledger
from indaba.operate.local.demo.story import CHANNEL, MATRIX_ROOM, SERVER

PATIENCE_SECONDS = 30.0
PREFIX = "!cop "


class NoAnswer(Exception):  # noqa: N818 - a play that stands still
    """Nobody answered; `line` is what was said."""


class Playhouse:
    """Implements `ChatPlatform`: draws as its platform does, and stores what would be posted."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.has_buttons = platform is Platform.DISCORD
        self.prefix = SLASH if self.has_buttons else PREFIX
        self.hears_departures = True
        self.posted: dict[str, Post] = {}
        self.shown: dict[str, dict[str, Any]] = {}
        """What stands there now, by message."""

        self._ids: dict[str, str] = {}
        self._number = count(1)
        self._up = asyncio.Condition()

    def draw(self, answer: Answer) -> Sequence[dict[str, Any]]:
        """As the platform draws it."""
        if self.has_buttons:
            from indaba.discord_bot import render as discord

            return discord.contents(answer)
        from indaba.matrix_bot import render as matrix

        return matrix.contents(answer)

    async def post(self, post: Post) -> str:
        """Keep it; edits and reactions too. A key that was posted before is not posted again."""
        async with self._up:
            if post.key not in self._ids:
                self._ids[post.key] = f"{self.platform}-{next(self._number)}"
                self.posted[post.key] = post
                if post.kind is not PostKind.REACTION:
                    self.shown[post.target or self._ids[post.key]] = post.content
            self._up.notify_all()
        return self._ids[post.key]

    def message_of(self, key: str) -> str:
        """The id of the message that a post became."""
        return self._ids[key]

    async def has_power(self, room: str, account: str) -> bool:  # noqa: ARG002
        """Whoever sets up runs the room."""
        return True

    async def room_at(self, address: str) -> str:
        """Every address is a room."""
        return address

    async def may_edit(self, room: str, message: str, account: str) -> bool:  # noqa: ARG002
        """Nobody edits anything."""
        return False

    async def message_at(self, room: str, message: str) -> Written | None:  # noqa: ARG002
        """Nothing is pointed at."""
        return None

    async def open_file(self, file: FileSent) -> AsyncIterator[bytes]:  # noqa: ARG002
        """No files are sent."""
        raise CannotRead
        yield b""

    async def direct_room(self, account: str) -> str:  # noqa: ARG002
        """Nobody is written to in private."""
        return ""

    async def alone_with(self, room: str, account: str) -> bool:  # noqa: ARG002
        """Nobody but who asks reads on the stage."""
        return True

    async def invite_to_own_chat(self, account: str) -> bool:  # noqa: ARG002
        """No chats are opened."""
        return False

    async def is_in(self, place: Place, account: str) -> bool:  # noqa: ARG002
        """Nobody leaves the stage."""
        return True

    async def successor_of(self, room: str) -> str:  # noqa: ARG002
        """No room is replaced."""
        return ""

    async def people_called(self, room: str, name: str) -> Sequence[InRoom]:  # noqa: ARG002
        """Nobody is looked for by name on the stage."""
        return ()

    async def bridged_room(self, room: str) -> Place | None:  # noqa: ARG002
        """No bridges."""
        return None

    async def answer_to(self, event: ChatEvent) -> str:
        """The words of what is posted in answer. Raises `NoAnswer`."""
        keys = (f"{event.id}/0", f"{event.id}/ack")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._up:
                await self._up.wait_for(lambda: any(key in self.posted for key in keys))
        except TimeoutError:
            raise NoAnswer(str(event)) from None
        post = next(self.posted[key] for key in keys if key in self.posted)
        return "" if post.kind is PostKind.REACTION else words_of(post.content)


def words_of(content: dict[str, Any]) -> str:
    """The plain words of a message, of either platform."""
    return str(content.get("body") or content.get("content") or "")


class Stage:
    """One platform's bot on a ledger of its own."""

    def __init__(self, platform: Platform, ledger: Ledger, portal_url: str) -> None:
        self.house = Playhouse(platform)
        self.ledger = ledger
        conversation = Conversation(self.house, ledger, portal_url, alone=False)
        self._inbox = conversation.inbox

    async def says(self, account: str, line: str, *, privately: bool = False) -> str:
        """Somebody says a line; the words of the answer."""
        event = self._said(account, line, privately=privately)
        await self._inbox.hear([event])
        return await self.house.answer_to(event)

    async def agrees(self, account: str, line: str, *, privately: bool = False) -> str:
        """Somebody says a line and picks the first choice of the answer."""
        event = self._said(account, line, privately=privately)
        await self._inbox.hear([event])
        await self.house.answer_to(event)
        pick = self._pick(event)
        await self._inbox.hear([pick])
        return await self.house.answer_to(pick)

    def _said(self, account: str, line: str, *, privately: bool) -> ChatEvent:
        world = self.ledger.world
        key = str(world.new_id())
        if self.house.has_buttons:
            understood = read_line(line, INTENTS)
            if not isinstance(understood, Understood):
                raise NoAnswer(line)
            asked = asked_as_json(understood.intent, understood.filled)
            return CommandInvoked(
                id=key, room=CHANNEL, account=account, sent_at=world.now(), asked=asked,
                ephemeral=key, house=SERVER,
            )  # fmt: skip
        room = f"!{account[1:].partition(':')[0]}:private.invalid" if privately else MATRIX_ROOM
        text = line if privately else f"{PREFIX}{line}"
        return MessageSent(
            id=key, room=room, account=account, sent_at=world.now(), text=text, addressed=line,
            direct=privately,
        )  # fmt: skip

    def _pick(self, event: ChatEvent) -> ChatEvent:
        world = self.ledger.world
        key = str(world.new_id())
        if self.house.has_buttons:
            return ButtonPressed(
                id=key, room=event.room, account=event.account, sent_at=world.now(),
                post=f"{event.id}/0", place=1, ephemeral=key, house=SERVER,
            )  # fmt: skip
        return ReactionAdded(
            id=key, room=event.room, account=event.account, sent_at=world.now(),
            message=self.house.message_of(f"{event.id}/0"), emoji="✅", direct=event.direct,
        )  # fmt: skip
