"""Finds every phrase of a grammar in a line, at every place: the chart of the reader.

A grammar is a list of layers, each a list of rules such as::

    Rule("clock", "hh ~: ~mm", make)

A rule's phrase names headings of the lexicon, shapes of figures, marks and the results of rules
before it. `a|b` is one or the other, `a?` may be missing, `~a` has no space before it. `make` gets
what each part stands for (`None` for one that is missing) and returns a value, or `None` where the
parts do not go together. Places are tried from the last to the first, so a rule may name its own
result further on. All results are kept, however they overlap: `covering` chooses.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from indaba.scheduling.model.reader.lexicon import Doubt, Lexicon
from indaba.scheduling.model.reader.tokens import Token

Make = Callable[..., Any]
_MINUTES = 60
_CLOCK_DIGITS = frozenset({3, 4})
_LONGEST_NUMBER = 6


class Number(NamedTuple):
    """A whole number, and with how many figures it was typed; 0 for one in words."""

    value: int
    figures: int = 0


class Edge(NamedTuple):
    """Something found: it ends before the token `end`. `doubt` is that of its only word."""

    end: int
    value: Any
    doubt: Doubt = Doubt.NONE


class _Part(NamedTuple):
    names: tuple[str, ...]
    optional: bool
    glued: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One phrase of a grammar; see the module's text."""

    name: str
    phrase: str
    make: Make
    parts: tuple[_Part, ...] = field(init=False)
    begins: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        parts = tuple(_part(each) for each in self.phrase.split())
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "begins", frozenset(_begins(parts)))


class Lattice:
    """All that was found in a line, by name and by the token where it begins.

    `guesses` are the words that badly misspelt ones were taken for, by their places.
    """

    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon) -> None:
        self.tokens = tokens
        self.guesses: dict[int, str] = {}
        self.edges: list[dict[str, list[Edge]]] = [defaultdict(list) for _ in tokens]
        for place, token in enumerate(tokens):
            here = self.edges[place]
            if token.is_figures:
                _add_figures(here, token.text, place + 1)
            elif not token.is_word or token.text == "'":
                here[token.text].append(Edge(place + 1, token.text))
            if near := lexicon.nearest(token.text) if token.is_word else None:
                guess, clear = near
                if not clear:
                    self.guesses[place] = guess.phrase[0]
                _add_entry(here, guess.heading, guess.value, place + 1, Doubt.NONE)
            for entry in lexicon.at(tokens, place):
                doubt = Doubt.NONE if token.accented else entry.doubt
                _add_entry(here, entry.heading, entry.value, place + len(entry.phrase), doubt)

    def at(self, name: str, place: int) -> Sequence[Edge]:
        """What of a name begins at a token."""
        return self.edges[place].get(name, ()) if place < len(self.edges) else ()

    def apply(self, rules: Sequence[Rule]) -> None:
        """Add what a layer of rules finds. Rules see the results of those before them."""
        for rule in rules:
            for place in reversed(range(len(self.edges))):
                here = self.edges[place]
                if rule.begins.isdisjoint(here):
                    continue
                for end, values, doubt in list(self._matches(rule.parts, 0, place)):
                    made = rule.make(*values)
                    if made is not None:
                        alone = doubt if end == place + 1 else Doubt.NONE
                        here[rule.name].append(Edge(end, made, alone))

    def _matches(
        self, parts: tuple[_Part, ...], at: int, place: int
    ) -> Iterator[tuple[int, tuple[Any, ...], Doubt]]:
        if at == len(parts):
            yield place, (), Doubt.NONE
            return
        part = parts[at]
        if place < len(self.edges) and (self.tokens[place].glued or not part.glued):
            here = self.edges[place]
            for name in part.names:
                for edge in here.get(name, ()):
                    for end, values, doubt in self._matches(parts, at + 1, edge.end):
                        yield end, (edge.value, *values), doubt or edge.doubt
        if part.optional:
            for end, values, doubt in self._matches(parts, at + 1, place):
                yield end, (None, *values), doubt


def _begins(parts: tuple[_Part, ...]) -> Iterator[str]:
    """What a phrase can begin with."""
    for part in parts:
        yield from part.names
        if not part.optional:
            return


def _part(text: str) -> _Part:
    glued = text.startswith("~")
    names = text.removeprefix("~")
    optional = names.endswith("?")
    return _Part(
        tuple(names.removesuffix("?").split("|")) if names != "|" else ("|",), optional, glued
    )


def _add_entry(
    here: dict[str, list[Edge]], heading: str, value: str | int, end: int, doubt: Doubt
) -> None:
    if heading == "number":
        number = Number(int(value))
        for shape in _shapes_in_words(number.value):
            here[shape].append(Edge(end, number))
    else:
        here[heading].append(Edge(end, value, doubt))


def _shapes_in_words(value: int) -> Iterator[str]:
    """What a number in words may be: an hour, minutes after one, a ten that a figure follows."""
    yield "num"
    if value <= 12:  # noqa: PLR2004 - hours that people say in words
        yield from ("hh", "hour_word")
    if 10 <= value < _MINUTES:  # noqa: PLR2004 - fewer are said with an o before them
        yield "minutes_word"
    if value < 10:  # noqa: PLR2004 - one figure
        yield "ones"
    elif value % 10 == 0 and 20 <= value < _MINUTES:  # noqa: PLR2004
        yield "tens"


def _add_figures(here: dict[str, list[Edge]], text: str, end: int) -> None:
    """The shapes that a figure has: an hour, minutes, a year, hours and minutes together."""
    if len(text) > _LONGEST_NUMBER:
        here["too_long"].append(Edge(end, text))
        return
    number = Number(int(text), len(text))
    here["num"].append(Edge(end, number))
    if len(text) <= len("12"):
        here["hh"].append(Edge(end, number))
    if len(text) == len("30"):
        here["mm"].append(Edge(end, number))
    if len(text) == len("2026") and text[:2] in {"19", "20"}:
        here["yyyy"].append(Edge(end, number))
    if len(text) in _CLOCK_DIGITS and int(text[-2:]) < _MINUTES and int(text[:-2]) < 24:  # noqa: PLR2004
        here["hhmm"].append(Edge(end, number))
