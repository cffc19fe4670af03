"""Maps the names that calendars give to time zones to IANA zones."""

import io
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_LONGEST_DEFINITION = 20_000
_LOOKED_AT = tuple(timedelta(weeks=week) for week in range(-4, 57))
_OFFSET = re.compile(r"\(?(?:utc|gmt)\s*([+-])(\d{1,2})(?::?00)?\)?", re.IGNORECASE)
_IN_OUTLOOK = re.compile(r"\((?:utc|gmt)[^)]*\)\s*(.+)", re.IGNORECASE)
_YEARLY = re.compile(r"RRULE:(?:.*;)?FREQ=YEARLY\b", re.IGNORECASE)

Offsets = tuple[timedelta | None, ...]


class Zones:
    """The zones of one file. `usual` is tried first if a definition fits several zones."""

    def __init__(self, definitions: Iterable[list[str]], usual: str, now: datetime) -> None:
        self._usual = usual
        self._moments = tuple(now.replace(tzinfo=None, fold=0) + each for each in _LOOKED_AT)
        self._defined = {_value(lines, "TZID"): lines for lines in definitions}
        self._known: dict[str, ZoneInfo | None] = {}

    def named(self, name: str) -> ZoneInfo | None:
        """The zone with a name: IANA's, Windows', or one that the file defines; else `None`."""
        name = _bare(name)
        if name not in self._known:
            zone = _by_name(name) or self._as_defined(name) or _by_words(name)
            self._known[name] = ZoneInfo(zone) if zone else None
        return self._known[name]

    def _as_defined(self, name: str) -> str:
        lines = self._defined.get(name)
        if not lines:
            return ""
        return _by_name(_value(lines, "X-LIC-LOCATION")) or self._like(lines)

    def _like(self, lines: list[str]) -> str:
        """A zone whose clocks agree with the definition all year; empty if there is none."""
        with suppress(ValueError, TypeError, KeyError, AttributeError, OverflowError):
            defined = _offsets_defined(lines, self._moments)
            if defined:
                there = (self._usual, *_likely())
                return next((z for z in there if _offsets(z, self._moments) == defined), "")
        return ""


def _bare(name: str) -> str:
    return name.strip().strip('"').strip()


def _value(lines: list[str], name: str) -> str:
    for line in lines:
        given, _, value = line.partition(":")
        if given.partition(";")[0].upper() == name:
            return _bare(value)
    return ""


@cache
def _all() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


@cache
def _windows() -> dict[str, str]:
    return {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


@cache
def _likely() -> tuple[str, ...]:
    """Zones to compare a definition with: of those alike now, the place with most people first."""
    table = resources.files("tzdata.zoneinfo").joinpath("zonenow.tab").read_text(encoding="utf-8")
    rows = [row.split("\t") for row in table.splitlines() if not row.startswith("#")]
    return (*(row[2] for row in rows), *sorted(set(WINDOWS_TO_OLSON.values())))


def _by_name(name: str) -> str:
    """The IANA name, even after a path: /mozilla.org/20050126_1/Africa/Johannesburg."""
    folded = name.casefold()
    parts = folded.strip("/").split("/")
    many = (3, 2, 1) if folded.startswith("tzone:") else (3, 2)
    tails = ("/".join(parts[-n:]) for n in many)
    for each in (folded, *tails):
        if each in _all():
            return _all()[each]
    return _windows().get(folded, "")


def _by_words(name: str) -> str:
    """The zone of "UTC+2", or of the first city in "(UTC+02:00) Harare, Pretoria" that has one."""
    if match := _OFFSET.fullmatch(name):
        hours = int(match[2])
        # IANA counts west as more.
        zone = f"Etc/GMT{'-' if match[1] == '+' else '+'}{hours}" if hours else "UTC"
        return zone if zone.casefold() in _all() else ""
    match = _IN_OUTLOOK.fullmatch(name)
    cities = match[1].split(",") if match else []
    return next(
        (_cities()[each] for city in cities if (each := _as_in_names(city)) in _cities()), ""
    )


@cache
def _cities() -> dict[str, str]:
    return {_as_in_names(name.rpartition("/")[2]): name for name in _all().values() if "/" in name}


def _as_in_names(city: str) -> str:
    return city.strip().replace(" ", "_").casefold()


def _offsets(zone: str, moments: tuple[datetime, ...]) -> Offsets:
    place = ZoneInfo(zone)
    return tuple(place.utcoffset(each) for each in moments)


def _offsets_defined(lines: list[str], moments: tuple[datetime, ...]) -> Offsets:
    """The offsets by the file's own definition; empty if that is too unusual to work out."""
    from dateutil.tz import tzical  # type: ignore[import-untyped]  # it has no types

    rules = [line for line in lines if line.upper().startswith("RRULE")]
    text = "\r\n".join(lines)
    if len(text) > _LONGEST_DEFINITION or not all(_YEARLY.match(rule) for rule in rules):
        return ()
    zone = tzical(io.StringIO(text)).get()
    return tuple(zone.utcoffset(each) for each in moments) if zone else ()
