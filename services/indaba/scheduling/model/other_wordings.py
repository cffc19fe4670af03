"""Reads times in wordings and languages that our own grammar does not know."""

import re
from datetime import datetime, timedelta
from functools import partial

LONGEST = 60
"""Longer texts are not tried, as the library's time grows with their length."""

_SPEAKS_OF_A_TIME = re.compile(r"[0-9]\s*[:.h]\s*[0-9]|[0-9]\s*(?:[ap]\.?m|h|uhr)\b", re.IGNORECASE)
_MARKUP = re.compile(r"[<>@{}\[\]\\]")
_ENGLISH = "en"
_DATE = ("day", "month")


def in_other_words(
    text: str, today: datetime, locale: str, *, month_first: bool
) -> datetime | None:
    """A guess at what the text means, as naive wall time; `today` is the wall time now.

    `None` if the text names no time of day or no day, or if the library finds nothing. The first
    call takes about a second, in which the library loads its languages.
    """
    if len(text) > LONGEST or _MARKUP.search(text) or not _SPEAKS_OF_A_TIME.search(text):
        return None
    parse = partial(_parsed, text, locale=locale, order="MDY" if month_first else "DMY")
    return parse(today, needs=_DATE) or _weekday(parse(today), parse(today + timedelta(days=1)))


def _weekday(guess: datetime | None, a_day_later: datetime | None) -> datetime | None:
    """The guess, if a weekday was named: read a day later, it gives the same weekday."""
    if guess is None or a_day_later is None or guess.weekday() != a_day_later.weekday():
        return None
    return guess


def _parsed(
    text: str, today: datetime, *, locale: str, order: str, needs: tuple[str, ...] = ()
) -> datetime | None:
    import dateparser

    settings = {
        "RELATIVE_BASE": today,
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": order,
        "RETURN_AS_TIMEZONE_AWARE": False,
        "REQUIRE_PARTS": list(needs),
        "PARSERS": ["relative-time", "absolute-time"],
    }
    guess = dateparser.parse(text, languages=_languages(locale), settings=settings)
    return guess.replace(tzinfo=None) if isinstance(guess, datetime) else None


def _languages(locale: str) -> list[str]:
    """English, and the locale's language if the library knows it."""
    from dateparser.data.languages_info import language_order

    language = re.split("[-_]", locale, maxsplit=1)[0].lower()
    return [known for known in dict.fromkeys((language, _ENGLISH)) if known in language_order]
