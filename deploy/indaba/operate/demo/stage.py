"""A stage: everything of a bot but its platform, whose part is played here.

What people say goes the way it always goes: heard, understood, asked, answered, drawn, posted.
Only the last step ends in a list, where the play finds what it was told.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

import indaba.conversation.reactions
from indaba.contracts.erasure import DiscordBotErased, MatrixBotErased
from indaba.contracts.membership import Place, Platform
from indaba.conversation.answer import Answer
from indaba.conversation.desk import Desk
from indaba.conversation.errands import Runner
from indaba.conversation.herald import Herald
from indaba.conversation.intent import SLASH, asked_as_json
from indaba.conversation.line import Understood, read_line
from indaba.conversation.listener import Listener
from indaba.conversation.people import People
from indaba.conversation.platform import CannotRead, FileSaid, Kind, Post, PostKind, Said, Written
from indaba.conversation.postman import Postman
from indaba.conversation.services import Passports
from indaba.conversation.topics import INTENTS
from indaba.ledger import Ledger
from indaba.operate.demo.story import CHANNEL, MATRIX_ROOM, SERVER

PATIENCE_SECONDS = 30.0
PREFIX = "!cop "


class NoAnswer(Exception):  # noqa: N818 - a play that stands still
    """Nobody answered; `line` is what was said."""


class Playhouse:
    """Implements `ChatPlatform`: draws as its platform does, and keeps what would be posted."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.has_buttons = platform is Platform.DISCORD
        self.prefix = SLASH if self.has_buttons else PREFIX
        self.posted: dict[str, Post] = {}
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
        """Keep it; edits and reactions too."""
        async with self._up:
            self.posted[post.key] = post
            self._up.notify_all()
        return f"{self.platform}-{next(self._number)}"

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

    async def open_file(self, file: FileSaid) -> AsyncIterator[bytes]:  # noqa: ARG002
        """No files are sent."""
        raise CannotRead
        yield b""

    async def direct_room(self, account: str) -> str:  # noqa: ARG002
        """Nobody is written to in private."""
        return ""

    async def twin_of(self, room: str) -> Place | None:  # noqa: ARG002
        """No bridges."""
        return None

    async def answer_to(self, said: Said) -> str:
        """The words of what is posted in answer. Raises `NoAnswer`."""
        keys = (f"{said.id}/0", f"{said.id}/ack")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._up:
                await self._up.wait_for(lambda: any(key in self.posted for key in keys))
        except TimeoutError:
            raise NoAnswer(said.addressed or said.asked or str(said.picked)) from None
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
        passports = Passports(ledger.bus, platform, ledger.world)
        postman = Postman(self.house, ledger)
        people = People(self.house, ledger, passports, portal_url, None)
        self._listener = Listener(ledger, Desk(self.house, ledger, people), postman.wake)
        herald = Herald(self.house, ledger, passports, portal_url)
        herald.written = postman.wake.ring
        postman.posted.append(herald.wake)
        erased = DiscordBotErased if self.house.has_buttons else MatrixBotErased
        reactions = indaba.conversation.reactions
        runner = Runner(self.house, ledger, passports, postman.wake)
        reactions.wire(ledger, reactions.Reactions(ledger.name, herald, runner, passports, erased))
        ledger.bus.expect_replies()
        for name, run in (
            ("listener", self._listener.run),
            ("herald", herald.run),
            ("errands", runner.run),
            ("postman", postman.run),
        ):
            ledger.loop(name, run)

    async def says(self, account: str, line: str, *, privately: bool = False) -> str:
        """Somebody says a line; the words of the answer."""
        said = self._said(account, line, privately=privately)
        await self._listener.hear([said])
        return await self.house.answer_to(said)

    async def agrees(self, account: str, line: str, *, privately: bool = False) -> str:
        """Somebody says a line and picks the first choice of the answer."""
        said = self._said(account, line, privately=privately)
        await self._listener.hear([said])
        await self.house.answer_to(said)
        pick = self._pick(said)
        await self._listener.hear([pick])
        return await self.house.answer_to(pick)

    def _said(self, account: str, line: str, *, privately: bool) -> Said:
        world = self.ledger.world
        key = str(world.new_id())
        if self.house.has_buttons:
            understood = read_line(line, INTENTS)
            if not isinstance(understood, Understood):
                raise NoAnswer(line)
            asked = asked_as_json(understood.intent, understood.filled)
            return Said(
                key, Kind.MESSAGE, CHANNEL, account, "", world.now(), asked=asked, whisper=key,
                house=SERVER,
            )  # fmt: skip
        room = f"!{account[1:].partition(':')[0]}:private.invalid" if privately else MATRIX_ROOM
        text = line if privately else f"{PREFIX}{line}"
        return Said(
            key, Kind.MESSAGE, room, account, text, world.now(), addressed=line, direct=privately
        )

    def _pick(self, said: Said) -> Said:
        world = self.ledger.world
        key = str(world.new_id())
        if self.house.has_buttons:
            return Said(
                key, Kind.MESSAGE, said.room, said.account, "", world.now(),
                picked=(f"{said.id}/0", 1), whisper=key, house=SERVER,
            )  # fmt: skip
        return Said(
            key, Kind.MESSAGE, said.room, said.account, "1", world.now(), direct=said.direct
        )
