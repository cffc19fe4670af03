"""Time zones by what people call them: a country, a city, an abbreviation, "Eastern time".

The data are CLDR's, as babel has them: territories and their zones, metazones with their names, the
cities that zones are known by, Windows' own names, and which country a language is of. Large cities
that no zone is named for are listed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_LOCALES = ("en", "en_ZA", "en_GB", "en_AU", "en_IN", "en_CA", "en_NZ", "af", "zu", "xh")
_STEM = 4
_APOSTROPHES = re.compile("['\u2019\u2018]")
_SEASONS = tuple(datetime(2026, month, 15) for month in (1, 7))  # noqa: DTZ001 - in each zone
_DEMONYMS = ("ian", "an", "ese", "ish", "n", "i", "ean", "ic")
_CITIES = {
    "Africa/Johannesburg": (
        "joburg, jozi, jhb, cape town, kaapstad, durban, ethekwini, pretoria, tshwane, "
        "gqeberha, port elizabeth, bloemfontein, mangaung, east london, soweto, "
        "polokwane, mbombela, nelspruit, kimberley, pietermaritzburg, mahikeng, "
        "stellenbosch, sa, rsa, mzansi, gauteng, kwazulu natal, kzn, western cape, "
        "eastern cape, northern cape, free state, limpopo, mpumalanga, north west"
    ),
    "Asia/Kolkata": (
        "mumbai, bombay, delhi, new delhi, bengaluru, bangalore, chennai, madras, "
        "hyderabad, pune, ahmedabad, jaipur, lucknow, kochi, indian"
    ),
    "Europe/London": (
        "uk, britain, great britain, british, england, english, scotland, wales, "
        "birmingham, manchester, leeds, glasgow, edinburgh, cardiff, belfast, liverpool, "
        "bristol"
    ),
    "Europe/Berlin": "munich, hamburg, cologne, frankfurt, stuttgart, leipzig, bonn",
    "Africa/Lagos": "abuja, kano, ibadan, port harcourt",
    "Africa/Nairobi": "mombasa, kisumu",
    "Africa/Harare": "bulawayo",
    "Africa/Gaborone": "francistown",
    "Africa/Dar_es_Salaam": "dodoma, zanzibar, arusha",
    "Africa/Accra": "kumasi",
    "Africa/Lusaka": "kitwe, ndola, livingstone",
    "Africa/Mbabane": "swaziland, manzini",
    "Asia/Dubai": "uae, abu dhabi, emirates",
    "America/New_York": "boston, washington dc, philadelphia, miami, atlanta, nyc",
    "America/Chicago": "houston, dallas, austin",
    "America/Los_Angeles": "san francisco, seattle, san diego, california, la",
    "Europe/Lisbon": "portuguese, porto",
    "America/Toronto": "ottawa, montreal",
    "Europe/Amsterdam": "holland, rotterdam, the hague, dutch",
    "Europe/Zurich": "geneva, bern, swiss",
    "Europe/Paris": "lyon, marseille, french",
    "Europe/Madrid": "barcelona, spanish",
    "Europe/Rome": "milan, naples, turin",
    "Asia/Shanghai": "beijing, peking, guangzhou, shenzhen",
    "Asia/Tokyo": "osaka, kyoto",
    "Asia/Karachi": "lahore, islamabad",
    "Africa/Kinshasa": "drc",
}
_SHORT = {
    "sast": ("Africa/Johannesburg",),
    "cat": ("Africa/Maputo",),
    "eat": ("Africa/Nairobi",),
    "wat": ("Africa/Lagos",),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "cst": ("America/Chicago", "Asia/Shanghai"),
    "cet": ("Europe/Berlin", "Europe/Paris"),
    "cest": ("Europe/Berlin", "Europe/Paris"),
    "eet": ("Europe/Athens", "Africa/Cairo"),
    "est": ("America/New_York",),
    "pst": ("America/Los_Angeles", "Asia/Manila"),
    "mst": ("America/Denver", "America/Phoenix"),
    "jst": ("Asia/Tokyo",),
    "sgt": ("Asia/Singapore",),
    "gst": ("Asia/Dubai",),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "utc": ("Etc/UTC",),
    "gmt": ("Etc/UTC",),
    "z": ("Etc/UTC",),
    "georgia": ("Asia/Tbilisi", "America/New_York"),
    "washington": ("America/New_York", "America/Los_Angeles"),
    "zulu": ("Etc/UTC", "Africa/Johannesburg"),
    "usa": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
}


def zones_meant(text: str) -> tuple[str, ...]:
    """The zones that a name means, the best known first; none if it means none."""
    name = _plain(text)
    known = _by_name()
    for each in (name, f"{name} time", *_bare(name)):
        if each in known:
            return known[each]
    return ()


def zones_begun(text: str) -> tuple[str, ...]:
    """The zones of all names that begin so, for completion while typing."""
    begun = _plain(text)
    if not begun:
        return ()
    matches = (zones for name, zones in _by_name().items() if name.startswith(begun))
    return tuple(dict.fromkeys(zone for zones in matches for zone in zones))


def _bare(name: str) -> Iterator[str]:
    """What stands before "time" or after "the"."""
    bare = name.removeprefix("the ").removesuffix(" time").strip()
    if bare and bare != name:
        yield bare


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", bare))


@cache
def _by_name() -> Mapping[str, tuple[str, ...]]:
    """Every name, folded, with its zones; names that are given here come before CLDR's."""
    names: dict[str, tuple[str, ...]] = {}
    for zone, cities in _CITIES.items():
        names |= {_plain(city): (zone,) for city in cities.split(",")}
    names |= _SHORT
    gathered: dict[str, list[str]] = defaultdict(list)
    for name, zones in _in_cldr():
        if name:
            gathered[_plain(name)] += zones
    for name, zones in gathered.items():
        if name:
            names.setdefault(name, _best_known_first(zones))
    return names


def _in_cldr() -> Iterator[tuple[str, Iterable[str]]]:
    from babel import Locale
    from babel.core import get_global

    territories = get_global("territory_zones").items()
    countries = {code: one_of_each_clock(_best_known_first(z)) for code, z in territories}
    by_metazone = _by_metazone()
    for locale in map(Locale.parse, _LOCALES):
        for code, zones in countries.items():
            yield str(locale.territories.get(code, "")), zones
        for metazone, names in locale.meta_zones.items():
            for width in names.values():
                for name in width.values():
                    yield str(name or ""), by_metazone.get(metazone, [])
        for zone, names in locale.time_zones.items():
            yield str(names.get("city", "")), [zone]
    for name, zone in get_global("windows_zone_mapping").items():
        yield name, [zone]


@cache
def _by_metazone() -> Mapping[str, list[str]]:
    from babel.core import get_global

    zones: dict[str, list[str]] = defaultdict(list)
    for zone, metazone in get_global("meta_zones").items():
        zones[metazone].append(zone)
    return zones


def zones_of_people(text: str) -> tuple[str, ...]:
    """The zones of the country whose people or language may be called so: German, Kenyan time."""
    from babel import Locale
    from babel.core import get_global

    name = next(_bare(_plain(text)), _plain(text))
    english, zones = Locale("en"), get_global("territory_zones")
    ends = [name.removesuffix(end) for end in _DEMONYMS if name.endswith(end)]
    stem = min(ends, key=len, default=name)
    countries = [
        code
        for code in zones
        if len(stem) >= _STEM and _plain(str(english.territories.get(code, ""))).startswith(stem)
    ]
    if not countries:
        spoken = [tag for tag, each in english.languages.items() if _plain(str(each)) == name]
        likely = (str(get_global("likely_subtags").get(tag, "")) for tag in spoken)
        countries = [tag.rpartition("_")[2] for tag in likely]
    each = (zone for code in countries for zone in zones.get(code, ()))
    return one_of_each_clock(_best_known_first(each))


def one_of_each_clock(zones: Iterable[str]) -> tuple[str, ...]:
    """The first zone of those whose clocks show the same, summer and winter."""
    clocks: dict[tuple[timedelta | None, ...], str] = {}
    for zone in zones:
        shown = tuple(ZoneInfo(zone).utcoffset(season) for season in _SEASONS)
        clocks.setdefault(shown, zone)
    return tuple(clocks.values())


def _best_known_first(zones: Iterable[str]) -> tuple[str, ...]:
    """Each zone that this machine knows once; first those that stand for all that keep its time."""
    from babel.core import get_global

    aliases, known = get_global("zone_aliases"), available_timezones()
    standing = set(get_global("windows_zone_mapping").values())
    ours = {*_CITIES, *(zone for zones in _SHORT.values() for zone in zones)}
    each = dict.fromkeys(aliases.get(zone, zone) for zone in zones)
    return tuple(sorted(each.keys() & known, key=lambda z: (z not in ours, z not in standing, z)))
