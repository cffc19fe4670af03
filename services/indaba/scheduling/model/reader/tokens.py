"""A line as tokens: figures, words and marks in one spelling, each with its place in the line."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

MOST_TOKENS = 100
"""A line of more is not read."""

_ONE_MARK = {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2013": "-", "\u2014": "-"}
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+(?:'[^\W\d_]+)*|'[ns](?![^\W\d_])|[^\s]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


class Token(NamedTuple):
    """One token. `start` and `end` are places in the line as typed; `glued` has no space before.

    `accented` was typed with letters beyond ASCII.
    """

    text: str
    start: int
    end: int
    glued: bool
    accented: bool = False

    @property
    def is_figures(self) -> bool:
        """Whether it is a number in figures."""
        return self.text.isdecimal()

    @property
    def is_word(self) -> bool:
        """Whether it begins with a letter."""
        return self.text[0].isalpha() or self.text[0] == "'"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as typed, and its tokens in order."""

    typed: str
    tokens: tuple[Token, ...]

    def within(self, start: int, end: int) -> range:
        """The tokens that lie wholly between two places of the typed line; they are neighbours."""
        inside = [n for n, t in enumerate(self.tokens) if start <= t.start and t.end <= end]
        return range(inside[0], inside[-1] + 1) if inside else range(0)

    def words(self, first: int, last: int) -> str:
        """The typed text from one token to before another, without space around it."""
        if first >= last:
            return ""
        return self.typed[self.tokens[first].start : self.tokens[last - 1].end].strip()


def in_tokens(typed: str) -> Line:
    """The line in tokens.

    They are in lower case, without accents and characters that cannot be seen, and with figures of
    any script in those of Europe.
    """
    letters, places = _one_spelling(typed)
    tokens = []
    for match in _TOKEN.finditer(letters):
        glued = match.start() > 0 and not letters[match.start() - 1].isspace()
        first, last = places[match.start()], places[match.end() - 1] + 1
        accented = not typed[first:last].isascii()
        tokens.append(Token(match[0], first, last, glued, accented))
    return Line(typed, tuple(tokens))


def _one_spelling(text: str) -> tuple[str, list[int]]:
    """The text in one spelling, and where each of its letters comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, typed in enumerate(text):
        for letter in _plain(typed):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


def _plain(typed: str) -> str:
    if typed.isascii():
        return typed.casefold() if typed.isprintable() else " "
    kind = unicodedata.category(typed)
    if kind in _UNSEEN:
        return " "
    if kind == "Nd":
        return str(unicodedata.digit(typed))
    if kind == "No" and "\u2044" in (part := unicodedata.normalize("NFKD", typed)):
        # ½ stands apart from the figure before it: 1½ is not eleven halves.
        return f" {part.replace(chr(0x2044), '/')}"
    plain = unicodedata.normalize("NFKD", typed.casefold())
    letters = (_ONE_MARK.get(c, c) for c in plain if not unicodedata.combining(c))
    return "".join(letters)
