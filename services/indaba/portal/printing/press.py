"""Drawing paper from outside: one at a time, each in a process that ends after it."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from indaba.contracts.refusal import Unavailable
from indaba.portal.writing import Block
from indaba.process.outside.reader import ReadingProcess, Unreadable, reading

WORKER = reading("indaba.portal.printing.worker")
PATIENCE = 20.0
MOST_KEPT = 64
LONGEST_WORD = 30
_MAY_BREAK = "\u200b"


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the page. `link` is where it comes from, `seen` the same as words."""

    title: str
    community: str
    link: str
    seen: str
    day: str
    lang: str
    parts: tuple[Block, ...]


class Press:
    """Draws paper as PDF, and keeps the latest by what they were drawn from."""

    def __init__(self, worker: Sequence[str] = WORKER, patience: float = PATIENCE) -> None:
        self._process = ReadingProcess(worker, patience)
        self._kept: OrderedDict[tuple[UUID, int], tuple[Paper, bytes]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def drawn(self, paper: Paper, meeting: UUID, version: int) -> bytes:
        """The PDF of a version of a meeting's highlights. Raises `Unavailable`."""
        async with self._one_at_a_time:
            kept = self._kept.get((meeting, version))
            if kept is not None and kept[0] == paper:
                return kept[1]
            drawn = await self._draw(paper)
            self._kept[meeting, version] = paper, drawn
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return drawn

    async def _draw(self, paper: Paper) -> bytes:
        try:
            found = await self._process.ask(asdict(_breakable(paper)))
        finally:
            await self._process.close()
        if isinstance(found, Unreadable):
            raise Unavailable(found.why)
        return base64.b64decode(found["pdf"])


def _breakable(paper: Paper) -> Paper:
    """With words that are too long for a line in pieces."""
    parts = tuple(Block(b.part, tuple(_in_pieces(line) for line in b.lines)) for b in paper.parts)
    facts = {name: getattr(paper, name) for name in ("link", "seen", "day", "lang")}
    title, community = _in_pieces(paper.title), _in_pieces(paper.community)
    return Paper(title=title, community=community, parts=parts, **facts)


def _in_pieces(line: str) -> str:
    return " ".join(
        word if len(word) <= LONGEST_WORD else _MAY_BREAK.join(_pieces(word))
        for word in line.split(" ")
    )


def _pieces(word: str) -> list[str]:
    half = LONGEST_WORD // 2
    return [word[at : at + half] for at in range(0, len(word), half)]
