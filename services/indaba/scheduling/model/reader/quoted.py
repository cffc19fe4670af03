"""Finds the title that somebody put in quotation marks."""

from collections.abc import Iterator
from typing import NamedTuple

_DOUBLE = frozenset('"\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02')
_SINGLE = frozenset("'\u2018\u2019\u201a\u201b")
_BEFORE = frozenset(" \t\n:=(")
_AFTER = frozenset(" \t\n.,;:!?)")


class Quoted(NamedTuple):
    """A quotation and the line without it, at the same length."""

    title: str
    rest: str


def quotations(line: str) -> Iterator[Quoted]:
    """The ways to read the first quotation of a line, likeliest first; none without marks.

    Any mark of a family closes what another opened, as phones mix them up. Double marks close at
    the first that can; for single ones, which are apostrophes too, every closing one is a way.
    """
    opening = next((n for n in range(len(line)) if _opens(line, n)), None)
    if opening is None:
        return
    family = _DOUBLE if line[opening] in _DOUBLE else _SINGLE
    closing = [n for n in range(opening + 2, len(line)) if _closes(line, n, family)]
    ways = closing[:1] if family is _DOUBLE else reversed(closing)
    for end in ways:
        title = " ".join(line[opening + 1 : end].split())
        blank = " " * (end + 1 - opening)
        if title:
            yield Quoted(title, line[:opening] + blank + line[end + 1 :])


def _opens(line: str, at: int) -> bool:
    stands = at == 0 or line[at - 1] in _BEFORE
    follows = at + 1 < len(line) and not line[at + 1].isspace()
    return line[at] in _DOUBLE | _SINGLE and stands and follows


def _closes(line: str, at: int, family: frozenset[str]) -> bool:
    ends = at + 1 == len(line) or line[at + 1] in _AFTER
    return line[at] in family and not line[at - 1].isspace() and ends
