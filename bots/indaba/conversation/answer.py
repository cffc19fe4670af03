"""What is said back: a tiny document that every platform can draw.

All words in it are plain text, already in the asker's language and safe to show as text; a platform
escapes them for its own markup and never reads markup in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from indaba.contracts.ids import MeetingId

if TYPE_CHECKING:
    from indaba.conversation.commands.intent import Intent


ANYBODY = "*"
"""Whoever is in the room."""


class Audience(StrEnum):
    """Who hears an answer.

    `ASKER` is beside the question, where others may read it; what is for them `ALONE` is posted
    only where no second person reads, now or later.
    """

    ROOM = "room"
    ASKER = "asker"
    ALONE = "alone"


class Style(StrEnum):
    """How a choice looks. At most one `MAIN` per answer; `DANGER` for what cannot be undone."""

    MAIN = "main"
    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True)
class Text:
    """One paragraph."""

    words: str


@dataclass(frozen=True)
class Facts:
    """Labels with values, in reading order."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Items:
    """A list, one line each."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """Something to pick: its intent is done when somebody picks it.

    The emoji is extra: the label alone must be enough.
    """

    label: str
    emoji: str
    intent: Intent
    style: Style = Style.PLAIN


@dataclass(frozen=True)
class Choices:
    """What can be picked, at most 25."""

    options: tuple[Choice, ...]


@dataclass(frozen=True)
class Poll:
    """A vote as the platform's own poll: its answers are numbered from 1 in this order."""

    question: str
    options: tuple[str, ...]
    vote: UUID
    minutes: int


@dataclass(frozen=True)
class Picture:
    """A PNG and what it shows in words."""

    data: bytes = field(repr=False)
    alt: str


@dataclass(frozen=True)
class File:
    """A file to take home."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Ask:
    """A question: the next message by the same person in the same place answers `field`.

    `intent` is the intent's name, `filled` what is known so far (JSON-ready), `why` says what was
    wrong with the last answer and is empty on the first try, `before` the part of an answer that is
    known already. Hand it to `intent.resume`.
    """

    intent: str
    filled: dict[str, object]
    field: str
    question: str
    why: str = ""
    before: str = ""


Block = Text | Facts | Items | Choices | Poll | Picture | File | Ask


@dataclass(frozen=True)
class Answer:
    """What is said back.

    `card` names the meeting whose card this answer draws or belongs to. `loud` asks the platform to
    notify people, `mentions` are the accounts to name (nobody else is ever pinged). `ack` says that
    the `sign` on the asker's message is enough where the platform can set one. Choices
    are for the asker, or for the account `offered_to`, or for `ANYBODY`. `otherwise` is what is
    said instead of an answer for somebody `ALONE` where they are not. `typed` says that choices are
    picked by words, too: not where others would read these.
    """

    blocks: tuple[Block, ...]
    audience: Audience = Audience.ASKER
    card: MeetingId | None = None
    loud: bool = False
    mentions: tuple[str, ...] = ()
    ack: bool = False
    sign: str = "✅"
    offered_to: str = ""
    otherwise: tuple[Text, ...] = ()
    typed: bool = True

    @classmethod
    def of(cls, *words: str, audience: Audience = Audience.ASKER) -> Answer:
        """An answer of paragraphs only."""
        return cls(tuple(Text(each) for each in words), audience)

    def choices(self) -> tuple[Choice, ...]:
        """Every choice in it, in order."""
        return tuple(c for b in self.blocks if isinstance(b, Choices) for c in b.options)

    def question(self) -> Ask | None:
        """The question it asks back, if it does."""
        return next((b for b in self.blocks if isinstance(b, Ask)), None)

    def poll(self) -> Poll | None:
        """The poll in it, if there is one."""
        return next((b for b in self.blocks if isinstance(b, Poll)), None)

    def text(self) -> str:
        """All of it as plain lines: a body for clients that draw nothing."""
        return "\n".join(line for block in self.blocks for line in _lines(block))


def _lines(block: Block) -> tuple[str, ...]:  # noqa: C901, PLR0911 - one case per block
    match block:
        case Text(words):
            return (words,)
        case Facts(rows):
            return tuple(f"{label}: {value}" for label, value in rows)
        case Items(lines):
            return tuple(f"- {line}" for line in lines)
        case Choices(options):
            return tuple(f"{c.emoji} {c.label}".strip() for c in options)
        case Poll(question, options):
            numbered = (f"{n}. {option}" for n, option in enumerate(options, start=1))
            return (question, *numbered)
        case Picture(_, alt):
            return (alt,)
        case File(name):
            return (name,)
        case Ask(question=question, why=why):
            return (why, question) if why else (question,)
