"""What a chat platform must be able to do for a conversation, and what it hands over."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from indaba.contracts.membership import Place, Platform
from indaba.conversation.answer import Answer
from indaba.conversation.delivery.chat_events import FileSent, Written


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
    code), empty if there is none; `retried` says that an earlier try was left open. With
    `ephemeral` it answers what bore that handle, for its asker alone. What is `only_for` an
    account is posted only where nobody beside them and us reads.
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
    ephemeral: str = ""
    only_for: str = ""

    @property
    def line(self) -> str:
        """What stands in one line: a room's posts, or what answers one asker alone.

        A room that is full, or slow, must not keep those waiting whom only they themselves hear.
        """
        return self.ephemeral or self.room


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


@dataclass(frozen=True, slots=True)
class InRoom:
    """Somebody in a room: their account, and the names they go by there."""

    account: str
    names: tuple[str, ...]


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
        """The id of the room at an address people type; empty if none is found now."""
        ...

    async def people_called(self, room: str, name: str) -> Sequence[InRoom]:
        """People in a room of whom a name begins so, in any case; bots and us left out.

        Raises `Wait`.
        """
        ...

    async def message_at(self, room: str, message: str) -> Written | None:
        """A message in a room; `None` if it is gone or may not be read. Raises `Wait`."""
        ...

    async def may_edit(self, room: str, message: str, account: str) -> bool:
        """Whether an account's other words for a message count: its writer's do. Raises `Wait`."""
        ...

    def open_file(self, file: FileSent) -> AsyncIterator[bytes]:
        """The bytes of a file, piece by piece. Raises `Wait`, or `CannotRead` for good."""
        ...

    async def direct_room(self, account: str) -> str:
        """A direct chat that we may open with an account by ourselves; empty if we may not.

        Raises `Wait`.
        """
        ...

    async def alone_with(self, room: str, account: str) -> bool:
        """Whether only an account and we read a chat: now, and what is said now also later.

        Asked anew before each post that is for one person. A chat that can be closed to those who
        come later is closed by this. Raises `Wait`.
        """
        ...

    async def invite_to_own_chat(self, account: str) -> bool:
        """Open a chat in which only an account and we read, because they have just asked for it.

        Whether one is open or offered. One that is still open to them is not offered twice.
        Raises `Wait`.
        """
        ...

    hears_departures: bool
    """Whether it tells at once who leaves a room; else they are looked for."""

    async def is_in(self, place: Place, account: str) -> bool:
        """Whether an account is in a room, or in the house that holds it; yes if we cannot see.

        Raises `Wait`.
        """
        ...

    async def successor_of(self, room: str) -> str:
        """The room that took the place of another, as both rooms say; empty if none.

        Raises `Wait`.
        """
        ...

    async def bridged_room(self, room: str) -> Place | None:
        """The room of another platform that a bridge makes one with this one. Raises `Wait`."""
        ...
