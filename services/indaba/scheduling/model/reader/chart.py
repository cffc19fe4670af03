"""From a line to the ways it can be covered by pieces."""

import re
from collections.abc import Sequence
from functools import cache, cached_property

from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.clocks import CLOCKS, LENGTHS, RANGES
from indaba.scheduling.model.reader.covering import Covering, Piece, coverings, pieces_of
from indaba.scheduling.model.reader.days import day_rules
from indaba.scheduling.model.reader.lattice import Edge, Lattice, Rule
from indaba.scheduling.model.reader.lexicon import lexicon_for
from indaba.scheduling.model.reader.pieces import ByRule
from indaba.scheduling.model.reader.places import HOLIDAYS, add_places
from indaba.scheduling.model.reader.rhythms import BOUNDS, LISTS, PROMISES, RHYTHMS
from indaba.scheduling.model.reader.tokens import Line
from indaba.scheduling.model.reader.zones import ZONES, add_zones

_RULE = re.compile(r"(?:by the rule )?(?:rrule:)?(freq=[a-z0-9=;,+-]*)", re.IGNORECASE)


class Chart:
    """A line with all that was found in it."""

    def __init__(self, line: Line, asked: Asked, *, repeats: bool) -> None:
        self.line = line
        self.words = lexicon_for(asked.locale)
        self.lattice = lattice = Lattice(line.tokens, self.words)
        add_zones(lattice, line)
        if repeats:
            add_places(lattice, line.tokens, asked)
        for rules in _grammar(asked.month_first, repeats):
            lattice.apply(rules)
        if repeats:
            _add_rules(lattice, line)

    @cached_property
    def begun(self) -> list[list[Piece]]:
        """The pieces that begin at each token."""
        return pieces_of(self.line, self.lattice)

    def unknown(self, way: Covering) -> list[str]:
        """The words that no piece of a covering took."""
        places = (place for first, last in way.stretches for place in range(first, last))
        return [self.line.tokens[place].text for place in places]

    def guessed(self, way: Covering) -> list[str]:
        """The questions about misspelt words that the pieces of a covering take."""
        return [
            f'Do you mean "{word}" by "{self.line.tokens[place].text}"?'
            for place, word in self.lattice.guesses.items()
            if any(piece.first <= place < piece.last for piece in way.pieces)
        ]

    def coverings(self, *, titled: bool) -> list[Covering]:
        """The cheapest ways to cover the line, the cheapest first; one at least."""
        known = self.words.words("filler" if titled else "connector")
        fillers = [token.text in known for token in self.line.tokens]
        return coverings(self.line, self.begun, fillers, titled=titled)


@cache
def _grammar(month_first: bool, repeats: bool) -> tuple[Sequence[Rule], ...]:
    single = (CLOCKS, RANGES, ZONES, LENGTHS, day_rules(month_first=month_first))
    return (*single, LISTS, RHYTHMS, BOUNDS, HOLIDAYS, PROMISES) if repeats else single


def _add_rules(lattice: Lattice, line: Line) -> None:
    """Rules of RFC 5545, which a line may hold as they are."""
    for match in _RULE.finditer(line.typed):
        rule = match[1].strip(",").upper()
        if inside := line.within(match.start(), match.end()):
            lattice.edges[inside.start]["rule"].append(Edge(inside.stop, ByRule(rule)))
