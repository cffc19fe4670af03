"""What a room is told when we come into it. Once, however often we are started."""

from datetime import timedelta

from indaba.conversation.answer import Answer, Items, Text
from indaba.conversation.platform import ChatPlatform, Post, PostKind
from indaba.conversation.store import Draft, Store
from indaba.conversation.wording import Wording
from indaba.ledger import Ledger
from indaba.matrix_bot.rooms import RoomFacts
from indaba.process.loops import Wake

GREETING_LASTS = timedelta(hours=24)


class Greetings:
    """Keeps greetings as posts, under a key of the room's own."""

    def __init__(self, platform: ChatPlatform, ledger: Ledger, kept: Wake) -> None:
        self._platform = platform
        self._ledger = ledger
        self._kept = kept

    async def hello(self, room: str, facts: RoomFacts) -> None:
        """We came into a room. A space is left in peace, an encrypted room told what it means."""
        if facts.space:
            return
        if facts.encrypted:
            await self.encrypted(room)
            return
        words = _to_one() if facts.direct else _to_all(self._platform.prefix)
        await self._keep(f"hello/{room}", room, words)

    async def encrypted(self, room: str) -> None:
        """A room is encrypted, or has just become so."""
        await self._keep(f"encrypted/{room}", room, _cannot_read())

    async def _keep(self, key: str, room: str, answer: Answer) -> None:
        world = self._ledger.world
        content = self._platform.draw(answer)[0]
        post = Post(key, PostKind.MESSAGE, room, content)
        draft = Draft(post, world.new_id(), world.now() + GREETING_LASTS, lane=1)
        async with self._ledger.database.begin() as connection:
            await Store(connection, world.now()).posting.post(draft)
        self._kept.ring()


def _to_all(prefix: str) -> Answer:
    say = Wording().say
    lines = (
        say("Somebody who runs this room sets up a community: {line}", line=f"{prefix}setup"),
        say("Everybody sees what I can do: {line}", line=f"{prefix}help"),
    )
    return Answer((Text(say(_WHO)), Text(say(_KEEPS)), Items(lines)))


def _to_one() -> Answer:
    say = Wording().say
    return Answer.of(say(_WHO), say("Here every message is for me, no sign is needed. Type: help"))


def _cannot_read() -> Answer:
    say = Wording().say
    return Answer.of(say(_WHO), say(_ENCRYPTED), say(_INSTEAD))


_WHO = "Hello, I am Indaba. I help a community of practice to meet: dates, answers, reminders."
_KEEPS = (
    "I keep only what is addressed to me: commands, answers to my questions, and reactions to my "
    "messages. All other talk I forget at once."
)
_ENCRYPTED = (
    "This room is encrypted, and I cannot read encrypted messages yet; a later release will."
)
_INSTEAD = (
    "Until then please invite me to a room made without encryption. "
    "It cannot be switched off in a room that has it."
)
