"""Days on which a series has no date: public holidays and school holidays.

Public holidays come from the `holidays` library, for a country or a part of it (ZA, DE-BY). School
holidays are the days outside the terms that somebody imported. If a term was imported several
times, amended dates count before gazetted ones, and those before proposed ones; of the same
standing, the last import counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from indaba.contracts.series import Term
from indaba.scheduling.model.repeating.refusals import UnknownHolidays
from indaba.scheduling.model.repeating.regions import is_known_place

ANY_PROVINCE = "any"
"""The school holidays of all provinces with known terms: one of them is enough to avoid a day."""

STANDING = ("proposed", "gazetted", "amended")
"""The standing of a term's dates, the weakest first."""

SCHOOL_HOLIDAYS = "school holidays"
MOST_TERMS = 4
"""In a year; some countries have three."""

LONGEST_SCHOOL_HOLIDAYS = timedelta(weeks=12)
"""Between the last term of a year and the first of the next. Longer, and a term is missing."""

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
        """Whether a day is in a term; `None` where a term may be missing."""
        before = [term for term in terms if term.first <= day]
        later = [term for term in terms if term.first > day]
        if before and day <= before[-1].last:
            return True
        if later and (later[0].year, later[0].number) == (day.year, 1):
            return False
        if not before or before[-1].year != day.year:
            return None
        is_holiday = _is_holiday_between(before[-1], later[0] if later else None)
        return False if is_holiday else None


def _is_holiday_between(term: Term, following: Term | None) -> bool:
    """Whether the days after a term are holidays, and not a term that nobody has imported."""
    if term.number >= MOST_TERMS:
        return True
    if following is None:
        return False
    is_next = following.year == term.year and following.number == term.number + 1
    return is_next or (
        following.number == 1 and following.first - term.last <= LONGEST_SCHOOL_HOLIDAYS
    )


def public_holiday(day: date, place: str) -> str:
    """The holiday's English name; empty on other days."""
    return _holidays(place.upper(), day.year).get(day, "")


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
