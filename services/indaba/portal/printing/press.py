"""Runs the process that draws PDFs: one at a time, each in a new process."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from indaba.contracts.refusal import Unavailable
from indaba.conversation.wording import off_discord
from indaba.portal.writing import Block
from indaba.process.outside.reader import ReadingProcess, Unreadable, reading

WORKER = reading("indaba.portal.printing.worker")
PATIENCE = 20.0
MOST_KEPT = 64
LONGEST_WORD = 30
_MAY_BREAK = "\u200b"


@dataclass(frozen=True, slots=True)
class Paper:
    """The content of the PDF. `link` is its source, `seen` that address as it is printed."""

    title: str
    community: str
    link: str
    seen: str
    day: str
    lang: str
    parts: tuple[Block, ...]


class Press:
    """Draws PDFs and caches the latest, each with the content it was drawn from."""

    def __init__(self, worker: Sequence[str] = WORKER, patience: float = PATIENCE) -> None:
        self._process = ReadingProcess(worker, patience)
        self._cache: OrderedDict[tuple[UUID, int], tuple[Paper, bytes]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def drawn(self, paper: Paper, meeting: UUID, version: int) -> bytes:
        """The PDF of a version of a meeting's highlights. Raises `Unavailable`."""
        async with self._one_at_a_time:
            cached = self._cache.get((meeting, version))
            if cached is not None and cached[0] == paper:
                return cached[1]
            drawn = await self._draw(paper)
            self._cache[meeting, version] = paper, drawn
            if len(self._cache) > MOST_KEPT:
                self._cache.popitem(last=False)
            return drawn

    async def _draw(self, paper: Paper) -> bytes:
        try:
            answer = await self._process.ask(asdict(_breakable(paper)))
        finally:
            await self._process.close()
        if isinstance(answer, Unreadable):
            raise Unavailable(answer.why)
        return base64.b64decode(answer["pdf"])


def _breakable(paper: Paper) -> Paper:
    """The paper with words that are too long for a line broken into pieces."""
    parts = tuple(Block(b.part, tuple(_in_pieces(line) for line in b.lines)) for b in paper.parts)
    facts = {name: getattr(paper, name) for name in ("link", "seen", "day", "lang")}
    title, community = _in_pieces(paper.title), _in_pieces(paper.community)
    return Paper(title=title, community=community, parts=parts, **facts)


def _in_pieces(line: str) -> str:
    words = off_discord(line).split(" ")
    return " ".join(
        word if len(word) <= LONGEST_WORD else _MAY_BREAK.join(_pieces(word)) for word in words
    )


def _pieces(word: str) -> list[str]:
    half = LONGEST_WORD // 2
    return [word[at : at + half] for at in range(0, len(word), half)]
