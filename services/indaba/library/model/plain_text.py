"""Makes what people and pages write safe to store and show."""

import unicodedata
from collections.abc import Iterable

LONGEST_TITLE = 200
LONGEST_SUMMARY = 2000
FIRST_WORDS = 80

_JOINERS = "\u200c\u200d"
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"


def one_line(text: str, most: int = LONGEST_TITLE) -> str:
    """The text in one line, without control characters, bidi overrides and invisible marks.

    Joiners stay, as emoji and some scripts need them. Empty if nothing is visible.
    """
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    line = " ".join("".join(filter(_is_allowed, spaced)).split())
    if not any(_is_visible(letter) for letter in line):
        return ""
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def paragraphs(text: str, most: int = LONGEST_SUMMARY) -> str:
    """The text line by line, each as in `one_line`, without empty lines."""
    lines = [line for raw in text.splitlines() if (line := one_line(raw, most))]
    whole = "\n".join(lines)
    return whole if len(whole) <= most else f"{whole[: most - 1].rstrip()}…"


def first_words(text: str) -> str:
    """The beginning of a text, in whole words if possible; at most 80 characters."""
    line = one_line(text, len(text) + 1)
    if len(line) <= FIRST_WORDS:
        return line
    begun, _, _ = line[:FIRST_WORDS].rpartition(" ")
    return f"{begun or line[: FIRST_WORDS - 1]}…"


def names(given: Iterable[str], most: int = 60) -> tuple[str, ...]:
    """Each name once, ignoring case, in the order given, without empty ones."""
    lines = {
        line.casefold(): line for raw in reversed(list(given)) if (line := one_line(raw, most))
    }
    return tuple(reversed(lines.values()))


def _is_allowed(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}


def _is_visible(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNPS" and letter not in _BLANK_LETTERS
