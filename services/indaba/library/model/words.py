"""Words as they are searched for: without case and accents, and with misspellings corrected."""

import re
import unicodedata
from collections.abc import Collection

LIKE_ENOUGH = 80.0
SHORTEST_MISSPELLED = 4
_WORD = re.compile(r"[^\W_]+")
_MARKS = range(0x0300, 0x0370)


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in order, in the form that is searched for."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if ord(letter) not in _MARKS)
    return tuple(_WORD.findall(unicodedata.normalize("NFC", bare)))


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that a misspelled one most likely means; `None` if none is close.

    Short words and those with digits are never corrected. Two letters that changed places are near
    in any word.
    """
    if len(word) < SHORTEST_MISSPELLED or any(letter.isdigit() for letter in word):
        return None
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import DamerauLevenshtein

    match = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH)
    if match:
        return match[0]
    same_letters = (each for each in sorted(known) if sorted(each) == sorted(word))
    swapped = (each for each in same_letters if DamerauLevenshtein.distance(word, each) == 1)
    return next(swapped, None)
