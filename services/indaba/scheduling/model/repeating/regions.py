"""Places by which public holidays go: countries and their regions, as letters and as people say.

A place is a country, or a region of one: ZA, DE-BY. Where a country's regions differ and nobody
says which is meant, it is asked back once; then what the community chose last is meant.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

_LETTERS_OF_A_REGION = 4
"""A shorter name of a region is its letters."""

_MOST_OFFERED = 4
_ABBREVIATED_ZONE = re.compile(r"[A-Z]{2}T(\d[A-Z]{3})?|[A-Z]{3}\d[A-Z]{3}")
"""EST, CST6CDT and the like: times, not places."""


def country_of(zone: str) -> str:
    """The two-letter country of an IANA zone, also by an older name; empty if there is none."""
    from babel.core import get_global

    own = _zones_of_countries()
    newer = get_global("zone_aliases").get(zone, zone)
    if zone not in own and _ABBREVIATED_ZONE.fullmatch(zone):
        return ""
    territories = get_global("zone_territories")
    country = own.get(zone) or own.get(newer) or territories.get(zone) or territories.get(newer, "")
    return country if country.isalpha() and country != "ZZ" else ""


def is_known_place(place: str) -> bool:
    """Whether public holidays are known for a place."""
    country, _, part = place.upper().partition("-")
    known = _known_places()
    return country in known and (not part or part in known[country])


def country_name(letters: str) -> str:
    """The country's English name; empty if there is none."""
    from babel import Locale

    return Locale("en").territories.get(letters, "") if letters else ""


def places_meant(country: str, chosen: str = "") -> tuple[str, ...]:
    """The places that may be meant where only a country is known; `chosen` is what was before.

    More than one, or a country whose regions differ, is asked back.
    """
    options = _options(country)
    is_chosen = chosen in options or ("-" in chosen and is_known_place(chosen))
    return (chosen,) if is_chosen and chosen.partition("-")[0] == country else options


@cache
def regions_differ(country: str) -> bool:
    """Whether a region has public holidays that the country as a whole does not have."""
    import holidays

    if not is_known_place(country):
        return False
    years = range(2026, 2029)
    whole = set(holidays.country_holidays(country, years=years))
    regions = _known_places()[country]
    return any(set(holidays.country_holidays(country, r, years=years)) != whole for r in regions)


def place_words(place: str) -> str:
    """Such as " in Scotland", where that has one meaning; else its letters, as in " (ZA)"."""
    name = _said_as().get(place, "") if "-" in place else ""
    return f" in {name}" if name else f" ({place})"


def places_by_name(country: str) -> Mapping[str, str]:
    """Names of places in small letters, as they are meant by somebody in a country."""
    own = {name.casefold(): f"{country}-{region}" for name, region in _own_regions(country)}
    return {**_names_anywhere(), **own}


@cache
def places_by_adjective() -> Mapping[str, str]:
    """As in "Scottish bank holidays"."""
    adjectives: Mapping[str, str] = _named()["adjectives"]
    return adjectives


@cache
def _options(country: str) -> tuple[str, ...]:
    regions = _known_places().get(country, [])
    if len(regions) > _MOST_OFFERED or not regions_differ(country):
        return (country,)
    return tuple(f"{country}-{region}" for region in regions)


@cache
def _names_anywhere() -> Mapping[str, str]:
    from babel import Locale

    territories = Locale("en").territories.items()
    countries = {name.casefold(): letters for letters, name in territories if letters.isalpha()}
    regions = {name.casefold(): place for name, place in _named()["names"].items()}
    return {**countries, **regions}


@cache
def _said_as() -> Mapping[str, str]:
    """The name by which each place is called, if it has one that is read in any country."""
    anywhere, names = _names_anywhere(), reversed(_named()["names"].items())
    return {place: name for name, place in names if anywhere[name.casefold()] == place}


@cache
def _own_regions(country: str) -> tuple[tuple[str, str], ...]:
    """The names of a country's regions, with their letters."""
    import holidays

    if not is_known_place(country):
        return ()
    kind = type(holidays.country_holidays(country))
    aliases: Mapping[str, str] = getattr(kind, "subdivisions_aliases", {})
    known = _known_places()[country]
    return tuple(
        (name, region)
        for name, region in aliases.items()
        if len(name) >= _LETTERS_OF_A_REGION and region in known
    )


@cache
def _named() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("regions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _known_places() -> dict[str, list[str]]:
    import holidays

    return dict(holidays.list_supported_countries(include_aliases=True))


@cache
def _zones_of_countries() -> dict[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
