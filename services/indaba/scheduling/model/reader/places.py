"""Places by which holidays go: the asker's country, and provinces whose terms are known by name."""

from collections.abc import Sequence
from functools import cache

from indaba.scheduling.model.reader.asked import Asked
from indaba.scheduling.model.reader.lattice import Edge, Lattice
from indaba.scheduling.model.reader.tokens import Token, in_tokens
from indaba.scheduling.model.repeating.avoiding import country_of

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


def add_places(lattice: Lattice, tokens: Sequence[Token], asked: Asked) -> None:
    """Add the country's name, a country's letters, and the names of provinces."""
    texts = tuple(token.text for token in tokens)
    letters = country_of(asked.place.key)
    names = [(phrase, "country", letters) for phrase in _country_phrases(letters)]
    provinces = (*PROVINCES, asked.province) if asked.province else PROVINCES
    names += [(_phrase(name), "province", name) for name in provinces]
    for place, text in enumerate(texts):
        for phrase, heading, value in names:
            if phrase and text == phrase[0] and texts[place : place + len(phrase)] == phrase:
                lattice.edges[place][heading].append(Edge(place + len(phrase), value))
        if len(text) == _COUNTRY_LETTERS and text.isalpha():
            _add_letters(lattice, tokens, place)


def country_name(letters: str) -> str:
    """The country's English name; empty if there is none."""
    from babel import Locale

    return Locale("en").territories.get(letters, "") if letters else ""


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
def _country_phrases(letters: str) -> tuple[tuple[str, ...], ...]:
    name = country_name(letters)
    return (_phrase(name),) if name else ()
