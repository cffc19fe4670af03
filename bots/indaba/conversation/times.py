"""How a time is said in a room where everybody reads the same words."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from indaba.contracts.scheduling import MeetingFacts

if TYPE_CHECKING:
    from babel import Locale

FALLBACK = "en-ZA"

_DAY_FIRST = "EEEE d MMMM y"
_MONTH_FIRST = "EEEE, MMMM d, y"
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_ALL_IN_ONE_UNIT = 10**9


def say_when(starts: datetime, zone: str, locale: str = FALLBACK) -> str:
    """A naive wall time in an IANA zone, with its day, city and offset.

    Such as "Thursday 3 December 2026, 14:00 (Johannesburg, UTC+02:00)". Of a wall time that comes
    twice the first is said. A locale nobody knows is taken for en-ZA. Raises as `ZoneInfo` does.
    """
    return _said(starts.replace(tzinfo=ZoneInfo(zone), fold=0), zone, locale)


def say_start(meeting: MeetingFacts, locale: str = FALLBACK) -> str:
    """A meeting's start as `say_when` says it, with the offset that scheduling reckons with."""
    offset = meeting.starts - meeting.starts_at.astimezone(UTC).replace(tzinfo=None)
    return _said(meeting.starts.replace(tzinfo=timezone(offset)), meeting.zone, locale)


def say_for(starts_at: datetime, zone: str, locale: str = FALLBACK) -> str:
    """An aware instant as `say_when` would say it for somebody in `zone`."""
    return _said(starts_at.astimezone(ZoneInfo(zone)), zone, locale)


def how_long_until(starts_at: datetime, now: datetime, locale: str = FALLBACK) -> str:
    """Such as "in 3 days", "in 20 minutes", "20 minutes ago"; both aware.

    Minutes up to two hours, hours up to two days, then days; rounded to the nearest. Less than
    half a minute either way is "now".
    """
    from babel.dates import format_timedelta

    distance = starts_at - now
    if abs(distance) < _MINUTE / 2:
        return "now"
    return format_timedelta(
        distance,
        granularity=_unit(abs(distance)),
        threshold=_ALL_IN_ONE_UNIT,
        add_direction=True,
        locale=_locale(locale),
    )


def _unit(distance: timedelta) -> Literal["minute", "hour", "day"]:
    if distance < 2 * _HOUR:
        return "minute"
    return "hour" if distance < 2 * _DAY else "day"


def _said(local: datetime, zone: str, locale: str) -> str:
    from babel.dates import format_date, format_time

    tongue = _locale(locale)
    day = format_date(local.date(), _date_format(tongue), locale=tongue)
    hour = format_time(local.time(), "short", locale=tongue).replace("\u202f", " ")
    return f"{day}, {hour} ({_place(zone, tongue)}{_offset(local)})"


def _date_format(locale: "Locale") -> str:
    """English as people here write it, other languages as their own custom is."""
    if locale.language != "en":
        return "full"
    return _MONTH_FIRST if locale.territory == "US" else _DAY_FIRST


def say_zone(zone: str, locale: str = FALLBACK) -> str:
    """A zone as it is named everywhere: by its city, such as "Johannesburg"; else as it is known.

    What is said can be typed where a zone is asked for.
    """
    return _city(zone, _locale(locale)) or zone.removeprefix("Etc/")


def _place(zone: str, locale: "Locale") -> str:
    """The zone's city and a comma; empty for zones that are only an offset."""
    city = _city(zone, locale)
    return f"{city}, " if city else ""


def _city(zone: str, locale: "Locale") -> str:
    if "/" not in zone or zone.startswith("Etc/"):
        return ""
    from babel.dates import get_timezone_location

    try:
        return str(get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True))
    except KeyError:  # babel's thinnest locales, such as Venda, name no places
        return zone.rpartition("/")[2].replace("_", " ")


def _offset(local: datetime) -> str:
    """Such as "UTC+02:00"."""
    figures = f"{local:%z}"
    return f"UTC{figures[:3]}:{figures[3:5]}"


@lru_cache(maxsize=64)
def _locale(tag: str) -> "Locale":
    from babel import Locale, UnknownLocaleError

    try:
        known = Locale.parse(tag.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK, sep="-")
    # Babel takes English without a country for American English.
    return Locale.parse(FALLBACK, sep="-") if str(known) == "en" else known


def say_day(day: date, locale: str = FALLBACK) -> str:
    """A day, such as "1 October 2026"."""
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale=_locale(locale))
