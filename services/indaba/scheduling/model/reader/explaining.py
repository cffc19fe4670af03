"""Says which words of a line gave what, for whoever reports a fault."""

from typing import NamedTuple

from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.chart import Chart
from indaba.scheduling.model.reader.quoted import quotations
from indaba.scheduling.model.reader.tokens import MOST_TOKENS, in_tokens

TITLE, NOBODY = "title", "nobody's"


class Owner(NamedTuple):
    """Words as typed, and what they were taken for."""

    words: str
    kind: str


def owners(text: str, asked: Asked, *, title: str = "") -> list[Owner]:
    """The owners of the words by the cheapest covering, in the line's order.

    Words that no piece takes are the title's if there can be one, else nobody's.
    """
    quoted = None if title else next(quotations(text), None)
    line = in_tokens(quoted.rest if quoted else text)
    if len(line.tokens) > MOST_TOKENS:
        return []
    titled = not (title or quoted)
    way = Chart(line, asked, repeats=True).coverings(titled=titled)[0]
    found = [
        (piece.first, Owner(line.words(piece.first, piece.last), piece.name))
        for piece in way.pieces
    ]
    for number, (first, last) in enumerate(way.stretches):
        kind = TITLE if titled and not number else NOBODY
        found.append((first, Owner(line.words(first, last), kind)))
    owned = [owner for _, owner in sorted(found)]
    return [Owner(quoted.title, TITLE), *owned] if quoted else owned
