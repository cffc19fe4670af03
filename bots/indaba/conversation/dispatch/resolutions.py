"""What an event can mean, for whoever does it."""

from dataclasses import dataclass

from indaba.contracts.ids import MeetingId
from indaba.contracts.linking import EndOverheard
from indaba.contracts.removal import Departure
from indaba.conversation.answer import Ask
from indaba.conversation.commands.intent import Intent
from indaba.conversation.dispatch.context import Meeting
from indaba.conversation.dispatch.tags import Tag
from indaba.conversation.store import Offer

NOT_YOURS = "That button is for the one who asked."
TOO_OLD = "That has been answered, or is too old. Nothing has changed."
TOO_OLD_TO_PICK = "That is too old to be picked. Nothing has changed. To go on, type again: {line}"
NOT_ENOUGH = (
    "That alone is not enough here, and nothing has changed. Pick it under my message, reply with "
    "it to that very message, or type: {word}"
)
NEARLY = (
    "I am not sure what you choose, so nothing has changed yet. Pick it under my message, or reply "
    "with its number."
)
NOTHING_WAITS = (
    "Nothing here waits for that now, and nothing has changed. To go on, type again: {line}. "
    "To answer for the next meeting, type for example: {coming}"
)
NOTHING_OPEN = "Nothing waits for you here, and nothing has changed."
NOT_WAITING = (
    "That message of mine waits for no answer, and nothing has changed. To say that you come to "
    "the next meeting, type: {coming}"
)
ASKED_ALONE = (
    "What I asked you alone you answer there, by its button. Nothing is done by what others read, "
    "and nothing has changed."
)
NOTHING_ASKED = (
    "I asked you nothing that this would answer, and nothing has changed. To say whether you come "
    "to a meeting, type for example: {coming}"
)
WAIT_FOR_NOTHING = (NOTHING_WAITS, NOT_WAITING, NOTHING_ASKED)


@dataclass(frozen=True, slots=True)
class Ignore:
    """Not for us."""


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence of the catalogue, and nothing else.

    With `about` it tells how to go on with a choice; `still_open` leaves that to be answered.
    """

    words: str
    about: Offer | None = None
    still_open: bool = False


@dataclass(frozen=True, slots=True)
class Perform:
    """Do what an intent says. Without `aloud`, only the doing counts.

    `reaction_on` is the meeting whose card was reacted to: then only what is no plain
    acknowledgement is said, by name.
    """

    intent: Intent
    reaction_on: MeetingId | None = None
    named: bool = False
    aloud: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """Read a typed line. `by_reaction`: a reaction on another platform's card meant it."""

    line: str
    by_reaction: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Check and do an intent given by name and values, as JSON."""

    asked: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with a question that was asked, given its answer."""

    question: Ask
    text: str


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back what they did here a moment ago; without such a thing it was said to others."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Do what a choice of ours carries."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class TagLine:
    """Keep a tagged line where a meeting is on; if none is, `otherwise` holds.

    Without `meeting` nothing is known of one: scheduling has to be asked, for it may have begun a
    moment ago. Where the tag is not `sure` (misspelt), the writer is asked first.
    """

    tag: Tag
    meeting: Meeting | None
    otherwise: "Resolution"
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Retag:
    """What was noted from a message follows its new words, where its writer changed them.

    `tag` is `None` if they carry no tag any more.
    """

    tag: Tag | None
    live: Meeting | None


@dataclass(frozen=True, slots=True)
class Overheard:
    """End the secrets of ours that others have read; then `otherwise` holds."""

    secrets: EndOverheard
    otherwise: "Resolution"


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take an answer by reaction back, unless another was given since."""

    meeting: MeetingId
    emoji: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody wrote in the thread of the meeting that is on: that counts, not what."""

    meeting: Meeting


@dataclass(frozen=True, slots=True)
class Part:
    """See whether somebody who went from a room is a member still."""

    how: Departure
    by: str


@dataclass(frozen=True, slots=True)
class Relocate:
    """Go on where people went, if the room was replaced."""

    successor: str


Resolution = (
    Ignore
    | Say
    | Perform
    | Command
    | Form
    | Resume
    | Undo
    | Pick
    | TagLine
    | Overheard
    | Retag
    | Withdraw
    | Notice
    | Part
    | Relocate
)
