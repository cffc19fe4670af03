"""What people do in chat, as a platform reports it. Nothing in it is trusted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator

from indaba.contracts.removal import Departure


@dataclass(frozen=True, slots=True)
class FileSent:
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
    file: FileSent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEvent:
    """One thing a person did in chat.

    `id` is the platform's own id of the event: the key under which it happens once. `thread` is
    the id of the thread's first message, empty in the room itself. `ephemeral` is a handle by which
    one answer reaches its asker alone, good for a quarter of an hour. `house` is what holds several
    rooms (a server), if there is such a thing.
    """

    id: str
    room: str
    account: str
    sent_at: datetime
    thread: str = ""
    direct: bool = False
    ephemeral: str = ""
    house: str = ""

    @property
    def target(self) -> str:
        """The message it is about; empty if it is about none."""
        return ""

    @property
    def alone(self) -> bool:
        """Whether nobody else reads what is said here: the asker and we alone are in it."""
        return self.direct or bool(self.ephemeral)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(ChatEvent):
    """Words. `addressed` is the text without prefix or mention, `None` if they are not for us.

    In a direct chat everything is meant for us. `mentions` are accounts that the text names besides
    us. `written` is a message pointed at, or this one with the file sent along.
    """

    kind: Literal["message"] = "message"
    text: str = ""
    addressed: str | None = None
    reply_to: str = ""
    mentions: tuple[str, ...] = ()
    written: Written | None = None

    @property
    def target(self) -> str:
        """The message replied to."""
        return self.reply_to


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(ChatEvent):
    """A message has other words now."""

    kind: Literal["edited"] = "edited"
    message: str
    text: str

    @property
    def target(self) -> str:
        """The message that was changed."""
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionAdded(ChatEvent):
    """An emoji under a message. `addressed` is the line it means on another platform's card."""

    kind: Literal["reaction"] = "reaction"
    message: str
    emoji: str
    addressed: str | None = None

    @property
    def target(self) -> str:
        """The message reacted to."""
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRemoved(ChatEvent):
    """Something was taken back: `event` is the reaction or the message."""

    kind: Literal["reaction-removed"] = "reaction-removed"
    event: str

    @property
    def target(self) -> str:
        """What was taken back."""
        return self.event


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotCast(ChatEvent):
    """A choice in a poll: the option's number, 0 for none."""

    kind: Literal["ballot"] = "ballot"
    poll: str
    option: int

    @property
    def target(self) -> str:
        """The message with the poll."""
        return self.poll


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandInvoked(ChatEvent):
    """A command or form: an intent by name and values as typed, none of it checked.

    `asked` is JSON as `asked_as_json` makes it; `written` a message pointed at or a file sent.
    """

    kind: Literal["command"] = "command"
    asked: str
    written: Written | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed(ChatEvent):
    """A choice that was pressed: the key of its post and its place under it."""

    kind: Literal["button"] = "button"
    post: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed(ChatEvent):
    """An account went from a room or its house, or was sent away; `by` is who did that."""

    kind: Literal["departed"] = "departed"
    how: Departure
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReplaced(ChatEvent):
    """A room was upgraded by its platform's own means: people are to go on in `successor`."""

    kind: Literal["replaced"] = "replaced"
    successor: str


WORDLESS = (Departed, RoomReplaced)
"""Nobody said anything: nothing is said back, whatever comes of it."""

AnyChatEvent = Annotated[
    MessageSent
    | MessageEdited
    | ReactionAdded
    | ReactionRemoved
    | BallotCast
    | CommandInvoked
    | ButtonPressed
    | Departed
    | RoomReplaced,
    Discriminator("kind"),
]
"""For reading events that were kept."""
