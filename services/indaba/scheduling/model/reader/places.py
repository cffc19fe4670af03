"""The grammar of holidays, and the places by which they go: countries, regions, provinces."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.lattice import Edge, Lattice, Rule
from indaba.scheduling.model.reader.pieces import Avoiding
from indaba.scheduling.model.reader.tokens import Token, in_tokens
from indaba.scheduling.model.repeating.regions import (
    country_of,
    places_by_adjective,
    places_by_name,
)

PROVINCES = (
    "Eastern Cape",
    "Free State",
    "Gauteng",
    "KwaZulu-Natal",
    "Limpopo",
    "Mpumalanga",
    "Northern Cape",
    "North West",
    "Western Cape",
)
_COUNTRY_LETTERS, _LONGEST_PART = 2, 3
_NOT = "not|nor on|in|during|for? any? the?"


def _avoiding_public(*parts: Any) -> Avoiding:
    return Avoiding(school=False, place=parts[-1] or "")


def _avoiding_exactly(*parts: Any) -> Avoiding:
    """A country that is named by its letters is meant as a whole."""
    return Avoiding(school=False, place=parts[-1].upper(), exactly=True)


def _avoiding_of(*parts: Any) -> Avoiding:
    """Scottish holidays."""
    return Avoiding(school=False, place=parts[-2])


def _avoiding_school(*parts: Any) -> Avoiding:
    return Avoiding(school=True, place=parts[-1] or "")


HOLIDAYS = [
    Rule("letters_said", "( country_letters )", lambda _, letters, __: letters),
    Rule("place_said", "of|in the? country", lambda *s: s[-1]),
    Rule("province_said", "of|in the? province", lambda *s: s[-1]),
    Rule("avoid", f"{_NOT} public_holidays place_said?", _avoiding_public),
    Rule("avoid", f"{_NOT} public_holidays letters_said", _avoiding_exactly),
    Rule("avoid", f"{_NOT} of_country public_holidays|holidays", _avoiding_of),
    Rule("avoid", f"{_NOT} school_holidays province_said?", _avoiding_school),
    Rule("avoid", f"{_NOT} holidays", lambda *_: Avoiding(school=False, unsure=True)),
    Rule("avoid", "only? in|during? the? term_time only?", lambda *_: Avoiding(school=True)),
    Rule("avoid", "only? in|during the? term only?", lambda *_: Avoiding(school=True)),
]


def add_places(lattice: Lattice, tokens: Sequence[Token], asked: Asked) -> None:
    """Add the names of provinces and, if holidays are spoken of, of countries and regions."""
    texts = tuple(token.text for token in tokens)
    provinces = (*PROVINCES, asked.province) if asked.province else PROVINCES
    names = [(_phrase(name), "province", name) for name in provinces]
    if any(here["public_holidays"] or here["holidays"] for here in lattice.edges):
        names += _named(country_of(asked.place.key))
    for place, text in enumerate(texts):
        for phrase, heading, value in names:
            if phrase and text == phrase[0] and texts[place : place + len(phrase)] == phrase:
                lattice.edges[place][heading].append(Edge(place + len(phrase), value))
        if len(text) == _COUNTRY_LETTERS and text.isalpha():
            _add_letters(lattice, tokens, place)


def _add_letters(lattice: Lattice, tokens: Sequence[Token], place: int) -> None:
    """A country, or a country and a part of it: ZA, DE-BY."""
    here = lattice.edges[place]["country_letters"]
    here.append(Edge(place + 1, tokens[place].text))
    after = tokens[place + 1 : place + 3]
    if len(after) == 2 and after[0].text == "-" and len(after[1].text) <= _LONGEST_PART:  # noqa: PLR2004
        here.append(Edge(place + 3, f"{tokens[place].text}-{after[1].text}"))


@cache
def _phrase(name: str) -> tuple[str, ...]:
    return tuple(token.text for token in in_tokens(name).tokens)


@cache
def _named(country: str) -> list[tuple[tuple[str, ...], str, str]]:
    """What places are called by somebody in a country: a phrase, its heading, the place."""
    names = ((name, "country", place) for name, place in places_by_name(country).items())
    adjectives = ((name, "of_country", place) for name, place in places_by_adjective().items())
    return [(_phrase(name), heading, place) for name, heading, place in chain(names, adjectives)]
