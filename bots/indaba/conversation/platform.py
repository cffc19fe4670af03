"""What a chat platform must be able to do for a conversation, and what it hands over."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from indaba.contracts.membership import Place, Platform
from indaba.conversation.answer import Answer


class Kind(StrEnum):
    """What somebody did in chat."""

    MESSAGE = "message"
    REACTION = "reaction"
    REACTION_REMOVED = "reaction-removed"
    EDITED = "edited"
    BALLOT = "ballot"


@dataclass(frozen=True, slots=True)
class FileSaid:
    """A file that somebody sent. `handle` is how its platform finds it again; `size` is bytes.

    What it is called and said to be are the sender's words, and not believed.
    """

    handle: str
    name: str
    media_type: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A message as somebody wrote it, when another points at it."""

    message: str
    account: str
    text: str
    written_at: datetime
    file: FileSaid | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a person did in chat, as a platform heard it. Nothing in it is trusted.

    `id` is the platform's own id of the event: the key under which it happens once. `thread` is
    the id of the thread's first message, empty in the room itself; `about` the message replied or
    reacted to. `addressed` is the text with prefix or mention taken off, `None` where it was not
    meant for us; in a direct chat everything is. For reactions `text` is the emoji, and `addressed`
    the line that it means on what another platform of ours posted. An edit has the new text, and
    the message it changes in `about`; what is taken back is named there too, and the poll that a
    ballot is for: its `text` is the number chosen, 0 for none. `mentions` are
    accounts that the text names besides us.

    Platforms with forms and buttons say more. `asked` is an intent by name and values as typed,
    JSON as `intent_to_json` makes it but nothing in it checked; `picked` the key and place of a
    choice that was pressed. `whisper` is a handle by which one answer reaches its asker alone, good
    for a quarter of an hour. `house` is what holds several rooms (a server), where there is such a
    thing; `written` a message pointed at, or a file sent along.
    """

    id: str
    kind: Kind
    room: str
    account: str
    text: str
    said_at: datetime
    thread: str = ""
    about: str = ""
    addressed: str | None = None
    direct: bool = False
    asked: str = ""
    picked: tuple[str, int] | None = None
    whisper: str = ""
    house: str = ""
    written: Written | None = None
    mentions: tuple[str, ...] = ()


class PostKind(StrEnum):
    """What is posted."""

    MESSAGE = "message"
    EDIT = "edit"
    REACTION = "reaction"


@dataclass(frozen=True, slots=True)
class Post:
    """One thing to post.

    `key` is the same however often it is tried: a platform that is handed a key again within a
    day gives the id of what it posted before, and posts nothing.

    `content` is what `draw` made (messages and edits), or `{"emoji": ...}` for a reaction on the
    message `target`. An edit replaces `target`. `code` is a word found in the text (a card's short
    code), empty where there is none; `retried` says that an earlier try was left open. With
    `whisper` it answers what bore that handle, for its asker alone.
    """

    key: str
    kind: PostKind
    room: str
    content: dict[str, Any] = field(repr=False)
    thread: str = ""
    reply_to: str = ""
    target: str = ""
    code: str = ""
    created_at: datetime | None = None
    retried: bool = False
    whisper: str = ""

    @property
    def line(self) -> str:
        """What stands in one line: a room's posts, or what answers one asker alone.

        A room that is full, or slow, must not keep those waiting whom only they themselves hear.
        """
        return self.whisper or self.room


class Wait(Exception):  # noqa: N818 - not an error: a limit to be honoured
    """The platform asks to wait, or cannot be reached. The post stays, and is tried again."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"wait {after}")
        self.after = after


class Limited(Wait):
    """The platform asks to wait because it was asked too often."""


class CannotPost(Exception):  # noqa: N818 - read by operators
    """The platform will never take this post (we left the room, lack the level, it is too big)."""


class CannotRead(Exception):  # noqa: N818 - read by operators
    """The platform will never give this file (it is gone, or too large)."""


class ChatPlatform(Protocol):
    """A platform's half of the conversation. It draws and posts; it decides nothing.

    It hands over only what people wrote: never its own messages, notices, other bots, bridges'
    ghosts, edits, or what was written before it came into the room. It mentions nobody but those
    named in `Answer.mentions`, and escapes every word it is given.
    """

    platform: Platform
    prefix: str
    """What a command begins with in a room, such as `!cop `."""

    has_buttons: bool
    """Whether choices are pressed; else they are reactions, seeded under the message."""

    def draw(self, answer: Answer) -> Sequence[dict[str, Any]]:
        """The answer as contents of posts, one after the other, usually one; files come last."""
        ...

    async def post(self, post: Post) -> str:
        """Post; gives the id of the message. Raises `Wait` or `CannotPost`."""
        ...

    async def has_power(self, room: str, account: str) -> bool:
        """Whether an account runs a room that we are in. Raises `Wait`."""
        ...

    async def room_at(self, address: str) -> str:
        """The id of the room at an address people type; empty where none is found now."""
        ...

    async def message_at(self, room: str, message: str) -> Written | None:
        """A message in a room; `None` where it is gone or may not be read. Raises `Wait`."""
        ...

    async def may_edit(self, room: str, message: str, account: str) -> bool:
        """Whether an account's other words for a message count: its writer's do. Raises `Wait`."""
        ...

    def open_file(self, file: FileSaid) -> AsyncIterator[bytes]:
        """The bytes of a file, piece by piece. Raises `Wait`, or `CannotRead` for good."""
        ...

    async def direct_room(self, account: str) -> str:
        """A direct chat that we may open with an account by ourselves; empty where we may not.

        Raises `Wait`.
        """
        ...

    async def twin_of(self, room: str) -> Place | None:
        """The room of another platform that a bridge makes one with this one. Raises `Wait`."""
        ...
