"""A document about a meeting, read from its lines with `# `, `## ` and `- ` marks."""

from dataclasses import dataclass
from enum import StrEnum

from indaba.conversation.wording import plain

_BARE = {"#", "##", "-"}


class Part(StrEnum):
    """What a part of a document is."""

    HEADING = "heading"
    LIST = "list"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph, one line each; or a list, one line an item. Safe to show."""

    part: Part
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """The parts of a document in their order. Its own title (`# `) is left out."""
    found: list[Block] = []
    for line in map(str.strip, text.splitlines()):
        part, words = _read(line)
        if not words or line in _BARE or line.startswith("# "):
            continue
        if part is Part.LIST and found and found[-1].part is Part.LIST:
            found[-1] = Block(part, (*found[-1].lines, words))
        else:
            found.append(Block(part, (words,)))
    return tuple(found)


def _read(line: str) -> tuple[Part, str]:
    if line.startswith("## "):
        return Part.HEADING, plain(line.removeprefix("## "))
    if line.startswith("- "):
        return Part.LIST, plain(line.removeprefix("- "))
    return Part.WORDS, plain(line)
