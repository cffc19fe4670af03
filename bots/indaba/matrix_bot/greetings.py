"""What a room is told when we come into it. Once, however often we are started."""

from datetime import timedelta

from indaba.contracts.refusal import hint
from indaba.conversation.answer import Answer, Items, Text
from indaba.conversation.commands.hints import typed
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.platform import ChatPlatform, Post, PostKind
from indaba.conversation.store import Draft, Store
from indaba.conversation.wording import Wording
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.matrix_bot.rooms import RoomFacts
from indaba.process.loops import Wake

GREETING_LASTS = timedelta(hours=24)


class Greetings:
    """Keeps greetings as posts, under a key of the room's own.

    `reads` says whether encrypted rooms are read.
    """

    def __init__(
        self, platform: ChatPlatform, ledger: Ledger, kept: Wake, *, reads: bool = False
    ) -> None:
        self._reads = reads
        self._platform = platform
        self._ledger = ledger
        self._kept = kept

    async def hello(self, room: str, facts: RoomFacts) -> None:
        """We came into a room. A space is left in peace, an encrypted room told what it means."""
        if facts.space:
            return
        if facts.encrypted and not self._reads:
            await self.encrypted(room)
            return
        sealed = (Text(Wording().say(_READS)),) if facts.encrypted else ()
        words = _to_one() if facts.direct else _to_all(self._platform.prefix)
        await self._keep(f"hello/{room}", room, Answer((*words.blocks, *sealed)))

    async def encrypted(self, room: str) -> None:
        """A room is encrypted, or has just become so."""
        words = Answer.of(Wording().say(_STILL_READS)) if self._reads else _cannot_read()
        await self._keep(f"encrypted/{room}", room, words)

    async def unreadable(self, room: str, event: str) -> None:
        """An encrypted message could not be read. The same event is said once."""
        say = Wording().say
        words = Answer.of(say(_UNREADABLE), say(_SAY_AGAIN), say(_OR_ELSE))
        await self._keep(f"unreadable/{event}", room, words)

    async def _keep(self, key: str, room: str, answer: Answer) -> None:
        world = self._ledger.world
        content = self._platform.draw(answer)[0]
        post = Post(key, PostKind.MESSAGE, room, content)
        draft = Draft(post, world.new_id(), world.now() + GREETING_LASTS, lane=1)
        async with self._ledger.database.begin() as connection:
            await Store(Session(connection, world.now())).posting.post(draft)
        self._kept.ring()


def _to_all(prefix: str) -> Answer:
    say = Wording().say
    lines = (
        say(
            "Somebody who runs this room sets up a community: {line}",
            line=typed(hint("setup"), prefix, INTENTS),
        ),
        say("Everybody sees what I can do: {line}", line=typed(hint("help"), prefix, INTENTS)),
    )
    return Answer((Text(say(_WHO)), Text(say(_KEEPS)), Items(lines)))


def _to_one() -> Answer:
    say = Wording().say
    words = "Here every message is for me, no sign is needed. Type: {line}"
    return Answer.of(say(_WHO), say(words, line=typed(hint("help"), "", INTENTS)))


def _cannot_read() -> Answer:
    say = Wording().say
    return Answer.of(say(_WHO), say(_ENCRYPTED), say(_INSTEAD))


_WHO = "Hello, I am Indaba. I help a community of practice to meet: dates, answers, reminders."
_KEEPS = (
    "I keep only what is addressed to me: commands, answers to my questions, and reactions to my "
    "messages. All other talk I forget at once."
)
_READS = (
    "This room is encrypted, and I read what is written in it from now on: its keys are kept where "
    "I run, and in the backups made there. What is addressed to me leaves the encryption: commands "
    "and answers are kept by Indaba as those from any other room."
)
_STILL_READS = (
    "This room is encrypted now, and I go on reading it: its keys are kept where I run, and in the "
    "backups made there. What is addressed to me leaves the encryption: commands and answers are "
    "kept by Indaba as those from any other room."
)
_UNREADABLE = (
    "I could not read an encrypted message here: the key to it did not reach me. I get keys only "
    "to what is written after I came in, and only from apps that send them to me."
)
_SAY_AGAIN = (
    "If it was for me, please send it again. If that does not help, look whether your app sends "
    "keys to verified devices only, and allow all devices in this room."
)
_OR_ELSE = (
    "A room without encryption works always. I say this once; other messages may be unread too."
)
_ENCRYPTED = (
    "This room is encrypted, and I cannot read encrypted messages: I was started without a folder "
    "for keys."
)
_INSTEAD = (
    "Please invite me to a room made without encryption, or ask whoever runs me to set that "
    "folder. Encryption cannot be switched off in a room that has it."
)
