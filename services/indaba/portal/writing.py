"""Parses documents about meetings, which have lines with `# `, `## ` and `- ` marks."""

from dataclasses import dataclass
from enum import StrEnum

from indaba.conversation.wording import plain

_BARE = {"#", "##", "-"}


class Part(StrEnum):
    """The kinds of parts of a document."""

    HEADING = "heading"
    LIST = "list"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or paragraph of one line, or a list with one item a line. Safe to show."""

    part: Part
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """The parts of a document, in order, without its own title (`# `)."""
    parts: list[Block] = []
    for line in map(str.strip, text.splitlines()):
        part, words = _read(line)
        if not words or line in _BARE or line.startswith("# "):
            continue
        if part is Part.LIST and parts and parts[-1].part is Part.LIST:
            parts[-1] = Block(part, (*parts[-1].lines, words))
        else:
            parts.append(Block(part, (words,)))
    return tuple(parts)


def _read(line: str) -> tuple[Part, str]:
    if line.startswith("## "):
        return Part.HEADING, plain(line.removeprefix("## "))
    if line.startswith("- "):
        return Part.LIST, plain(line.removeprefix("- "))
    return Part.WORDS, plain(line)
