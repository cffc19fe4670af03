"""The words that the reader knows, by language, from the files in `words/`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from indaba.scheduling.model.reader.tokens import Token

_SHORTEST_MISSPELT, _LONG = 6, 9
ENGLISH, _ZONES = "en", "zones"
_SPOKEN_THERE = {"ZA": ("af", "zu", "xh"), "NA": ("af",)}
"""Languages that people of a country mix into English, whatever their own."""

_COUNTS = frozenset(
    {"weekday", "weekdays", "month", "number", "ordinal", "day", "easter_day", "meeting_day"},
)
"""Headings whose values are whole numbers."""


class Doubt(IntEnum):
    """How often a word is something else: never to speak of, often, or almost always."""

    NONE = 0
    WEAK = 1
    RARE = 2


class Entry(NamedTuple):
    """A phrase under one heading."""

    phrase: tuple[str, ...]
    heading: str
    value: str | int
    doubt: Doubt


class Lexicon:
    """Phrases of one or more languages, found by their first word."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_first: dict[str, list[Entry]] = {}
        self._by_heading: dict[str, set[str]] = {}
        for entry in dict.fromkeys(entries):
            self._by_first.setdefault(entry.phrase[0], []).append(entry)
            self._by_heading.setdefault(entry.heading, set()).add(entry.phrase[0])
        self._misspelt = [
            entry
            for entry in dict.fromkeys(entries)
            if len(entry.phrase) == 1
            and len(entry.phrase[0]) >= _SHORTEST_MISSPELT
            and (entry.heading in {"weekday", "month"} or entry.value == "fortnight")
        ]

    def at(self, tokens: Sequence[Token], place: int) -> list[Entry]:
        """The phrases that begin at a token, in no order."""
        return [
            entry
            for entry in self._by_first.get(tokens[place].text, ())
            if _stands(entry.phrase, tokens, place)
        ]

    def nearest(self, word: str) -> tuple[Entry, bool] | None:
        """A weekday, a month or a fortnight that the word is a misspelling of; else `None`.

        Only long words are tried, with one slip, or two in the longest; and whether it was one.
        """
        if len(word) < _SHORTEST_MISSPELT or word in self._by_first:
            return None
        from rapidfuzz.distance import DamerauLevenshtein

        slips = 2 if len(word) >= _LONG else 1
        near = [
            (DamerauLevenshtein.distance(word, entry.phrase[0], score_cutoff=slips), entry)
            for entry in self._misspelt
            if entry.phrase[0][0] == word[0]
        ]
        best = min(near, key=lambda each: each[0], default=None)
        return (best[1], best[0] == 1) if best and best[0] <= slips else None

    def words(self, heading: str) -> AbstractSet[str]:
        """The first words of all phrases under a heading, or under one of `word`."""
        return self._by_heading.get(heading, set())


def lexicon_for(locale: str) -> Lexicon:
    """The words for people of a locale: English, their own language, and their neighbours'."""
    parts = re.split("[-_.]", locale)
    spoken = {part.lower() for part in parts}
    spoken |= {tag for place in parts[1:] for tag in _SPOKEN_THERE.get(place, ())}
    return _lexicon(tuple(sorted(spoken & languages())))


@cache
def languages() -> frozenset[str]:
    """The languages that have a file of words besides English."""
    there = (files(__package__) / "words").iterdir()
    return frozenset(each.name.removesuffix(".toml") for each in there) - {ENGLISH, _ZONES}


@cache
def _lexicon(besides: tuple[str, ...]) -> Lexicon:
    return Lexicon([entry for tag in (ENGLISH, *besides) for entry in _entries(tag)])


@cache
def _entries(language: str) -> tuple[Entry, ...]:
    """What a language's file says."""
    text = (files(__package__) / "words" / f"{language}.toml").read_text(encoding="utf-8")
    headings = tomllib.loads(text)
    doubts = dict.fromkeys(headings.pop("weak", ()), Doubt.WEAK)
    doubts |= dict.fromkeys(headings.pop("rare", ()), Doubt.RARE)
    for first, second in headings.pop("compounds", ()):
        headings[f"{first}_{second}"] = _compounds(headings[first], headings[second])
    return tuple(
        Entry(
            tuple(phrase.split()),
            value if heading == "word" else heading,
            int(value) if heading in _COUNTS else value,
            doubts.get(phrase, Doubt.NONE),
        )
        for heading, by_value in headings.items()
        for value, phrases in by_value.items()
        for phrase in phrases
    )


def _compounds(
    first: Mapping[str, Sequence[str]], second: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The words of two headings written as one, each with both values."""
    return {
        f"{one} {other}": [a + b for a in firsts for b in seconds if " " not in a + b]
        for one, firsts in first.items()
        for other, seconds in second.items()
    }


def _stands(phrase: tuple[str, ...], tokens: Sequence[Token], place: int) -> bool:
    if len(phrase) == 1:
        return True
    there = tokens[place : place + len(phrase)]
    return tuple(token.text for token in there) == phrase
