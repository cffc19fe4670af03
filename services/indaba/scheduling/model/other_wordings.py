"""The last resort for wordings and languages that our own grammar does not know."""

import re
from datetime import datetime, timedelta
from functools import partial

LONGEST = 60
"""Longer texts are not tried: the library's time grows with them."""

_SPEAKS_OF_A_TIME = re.compile(r"[0-9]\s*[:.h]\s*[0-9]|[0-9]\s*(?:[ap]\.?m|h|uhr)\b", re.IGNORECASE)
_MARKUP = re.compile(r"[<>@{}\[\]\\]")
_ENGLISH = "en"
_DATE = ("day", "month")


def in_other_words(
    text: str, today: datetime, locale: str, *, month_first: bool
) -> datetime | None:
    """What the text may mean as naive wall time, said at wall time `today`; a guess, never sure.

    Empty where the text names no time of day and no day, or the library finds nothing. The first
    call takes about a second, for it loads the library's languages.
    """
    if len(text) > LONGEST or _MARKUP.search(text) or not _SPEAKS_OF_A_TIME.search(text):
        return None
    parse = partial(_parsed, text, locale=locale, order="MDY" if month_first else "DMY")
    return parse(today, needs=_DATE) or _weekday(parse(today), parse(today + timedelta(days=1)))


def _weekday(found: datetime | None, a_day_later: datetime | None) -> datetime | None:
    """What was found, if a weekday was named: then it is the same weekday when said tomorrow."""
    if found is None or a_day_later is None or found.weekday() != a_day_later.weekday():
        return None
    return found


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
    found = dateparser.parse(text, languages=_languages(locale), settings=settings)
    return found.replace(tzinfo=None) if isinstance(found, datetime) else None


def _languages(locale: str) -> list[str]:
    """English, and the locale's language where the library knows it."""
    from dateparser.data.languages_info import language_order

    language = re.split("[-_]", locale, maxsplit=1)[0].lower()
    return [known for known in dict.fromkeys((language, _ENGLISH)) if known in language_order]
