"""Days on which a series has no date: public holidays and school holidays.

Public holidays come from the `holidays` library, for a country or a part of it (ZA, DE-BY). School
holidays are the days outside the terms that somebody imported. If a term was imported several
times, amended dates count before gazetted ones, and those before proposed ones; of the same
standing, the last import counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from indaba.contracts.series import Term
from indaba.scheduling.model.repeating.refusals import UnknownHolidays

ANY_PROVINCE = "any"
"""The school holidays of all provinces with known terms: one of them is enough to avoid a day."""

STANDING = ("proposed", "gazetted", "amended")
"""The standing of a term's dates, the weakest first."""

SCHOOL_HOLIDAYS = "school holidays"
LAST_TERM_OF_A_YEAR = 3
_LANGUAGE = "en_US"


@dataclass(frozen=True, slots=True)
class Avoid:
    """What a series avoids, as `Avoided` in the contract. Empty: nothing of that kind."""

    public_holidays: str = ""
    province: str = ""

    def check(self) -> None:
        """Raise `UnknownHolidays` for a place whose public holidays are not known."""
        if self.public_holidays and not is_known_place(self.public_holidays):
            raise UnknownHolidays(self.public_holidays)


@dataclass(frozen=True, slots=True)
class Avoided:
    """Why a day is avoided, empty if it is not. `unknown` says that no terms are known for it."""

    why: str = ""
    unknown: bool = False


class Calendar:
    """The known school terms. Building it takes one pass over them; each day is then cheap."""

    def __init__(self, terms: tuple[Term, ...] = ()) -> None:
        best: dict[tuple[str, int, int], Term] = {}
        for term in terms:
            key = (_plain(term.province), term.year, term.number)
            if key not in best or _standing(term) >= _standing(best[key]):
                best[key] = term
        self._terms: dict[str, list[Term]] = {}
        for (province, _, _), term in best.items():
            self._terms.setdefault(province, []).append(term)
        for known in self._terms.values():
            known.sort(key=lambda term: term.first)

    def avoided(self, day: date, avoid: Avoid) -> Avoided:
        """Whether a day is avoided, and why. Raises `UnknownHolidays`."""
        name = public_holiday(day, avoid.public_holidays) if avoid.public_holidays else ""
        if name or not avoid.province:
            return Avoided(name)
        in_terms = [self._in_term(day, terms) for terms in self._of(avoid.province)]
        if False in in_terms:
            return Avoided(SCHOOL_HOLIDAYS)
        return Avoided(unknown=True not in in_terms)

    def _of(self, province: str) -> Iterator[list[Term]]:
        if province == ANY_PROVINCE:
            yield from self._terms.values()
        elif _plain(province) in self._terms:
            yield self._terms[_plain(province)]

    def _in_term(self, day: date, terms: list[Term]) -> bool | None:
        """Whether a day is in a term; `None` outside the known terms, and between distant years."""
        before = [term for term in terms if term.first <= day]
        later = [term for term in terms if term.first > day]
        if before and day <= before[-1].last:
            return True
        if before and before[-1].year == day.year:
            ended = before[-1].number >= LAST_TERM_OF_A_YEAR
            return False if ended or later else None
        return False if later and (later[0].year, later[0].number) == (day.year, 1) else None


def public_holiday(day: date, place: str) -> str:
    """The holiday's English name; empty on other days."""
    return _holidays(place.upper(), day.year).get(day, "")


def is_known_place(place: str) -> bool:
    """Whether public holidays are known for a place, such as ZA or DE-BY."""
    country, _, part = place.upper().partition("-")
    known = _known_places()
    return country in known and (not part or part in known[country])


def country_of(zone: str) -> str:
    """The two-letter country of an IANA zone; empty if there is none."""
    from babel.core import get_global

    country = _zones_of_countries().get(zone) or get_global("zone_territories").get(zone, "")
    return country if country.isalpha() and country != "ZZ" else ""


@lru_cache(maxsize=1)
def _known_places() -> dict[str, list[str]]:
    import holidays

    return dict(holidays.list_supported_countries(include_aliases=True))


@lru_cache(maxsize=1)
def _zones_of_countries() -> dict[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


@lru_cache(maxsize=256)
def _holidays(place: str, year: int) -> dict[date, str]:
    import holidays

    if not is_known_place(place):
        raise UnknownHolidays(place)
    country, _, part = place.partition("-")
    days = holidays.country_holidays(country, part or None, years=year, language=_LANGUAGE)
    return dict(days.items())


def _plain(province: str) -> str:
    return " ".join(province.casefold().split())


def _standing(term: Term) -> int:
    return STANDING.index(term.status) if term.status in STANDING else -1
