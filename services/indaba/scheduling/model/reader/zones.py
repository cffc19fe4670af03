"""The grammar of time zones: a city, an abbreviation, or hours from UTC, after a time of day."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import available_timezones

from indaba.scheduling.model.reader.lattice import Edge, Lattice, Number, Rule
from indaba.scheduling.model.reader.pieces import Instant, Range, SomeClock, Zoned
from indaba.scheduling.model.reader.tokens import Line, in_tokens

_MOST_HOURS_EAST, _MOST_HOURS_WEST = 14, 12
_Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""Zones with the phrases that stand for them, by the first word of each."""

_MARK = re.compile(r"<t:(\d{9,11})(?::[tTdDfFR])?>")


def _zoned(when: SomeClock | Range | None, *rest: object) -> Zoned:
    return Zoned(when, next(each for each in rest if isinstance(each, tuple)))


def _from_utc(*parts: object) -> tuple[str, ...] | None:
    """The zone at so many whole hours from UTC; others have a name of their own."""
    sign = next(each for each in parts if each in {"+", "-"})
    numbers = [each.value for each in parts if isinstance(each, Number)]
    hours, minutes = (numbers[0], numbers[1] if len(numbers) > 1 else 0)
    if hours > _MOST_HOURS_EAST:
        hours, minutes = divmod(hours, 100)
    most = _MOST_HOURS_EAST if sign == "+" else _MOST_HOURS_WEST
    if minutes or hours > most:
        return None
    return (f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "Etc/UTC",)


def _west_of_utc(clock: SomeClock, *rest: object) -> Zoned | None:
    zones = _from_utc(*rest)
    return Zoned(clock, zones) if zones else None


ZONES = [
    Rule("offset", "utc ~+|- ~num", _from_utc),
    Rule("offset", "utc ~+|- ~hh ~: ~mm", _from_utc),
    Rule("offset", "~+ ~hh ~: ~mm", _from_utc),
    Rule("offset", "~+ ~hhmm", _from_utc),
    Rule("zoned", "clock|at_clock|range zone_short|offset", _zoned),
    Rule("zoned", "clock|at_clock|range zone_short|city zone_time", _zoned),
    Rule("zoned", "clock|at_clock|range city", _zoned),
    Rule("zoned", "iso_clock ~- ~hh ~: ~mm", _west_of_utc),
    Rule("zoned", "clock|at_clock|range ( zone_short|offset )", _zoned),
    Rule("zoned", "clock|at_clock|range zone_place zone_time", _zoned),
    Rule("zone", "zone_short|city|zone_place zone_time", lambda *rest: _zoned(None, *rest)),
]


def add_zones(lattice: Lattice, line: Line) -> None:
    """Add cities that zones are named for, abbreviations, and Discord's own marks for a time."""
    texts = tuple(token.text for token in line.tokens)
    short = _abbreviations()
    for place, text in enumerate(texts):
        here = lattice.edges[place]
        if text in short:
            here["zone_short"].append(Edge(place + 1, short[text]))
        if text in {"utc", "gmt"}:
            here["utc"].append(Edge(place + 1, text))
        for heading, known in (("zone_place", _places()), ("city", _cities())):
            for phrase, zone in known.get(text, ()):
                if texts[place : place + len(phrase)] == phrase:
                    here[heading].append(Edge(place + len(phrase), (zone,)))
    _add_marks(lattice, line)


def _add_marks(lattice: Lattice, line: Line) -> None:
    for match in _MARK.finditer(line.typed):
        inside = line.within(match.start(), match.end())
        at = datetime.fromtimestamp(int(match[1]), UTC)
        lattice.edges[inside.start]["instant"].append(Edge(inside.stop, Instant(at)))


@cache
def _named() -> Mapping[str, Any]:
    text = (files(__package__) / "words" / "zones.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _places() -> _Phrases:
    """The places that people name zones by, as in "UK time"."""
    return _by_first_word(_named()["place"].items())


@cache
def _abbreviations() -> Mapping[str, tuple[str, ...]]:
    return {short: tuple(zones) for short, zones in _named()["short"].items()}


@cache
def _cities() -> _Phrases:
    """The cities that zones are named for."""
    zones = (zone.rpartition("/") for zone in sorted(available_timezones()))
    return _by_first_word(
        (city.replace("_", " "), f"{area}/{city}")
        for area, _, city in zones
        if area and area.partition("/")[0] not in {"Etc", "US", "posix", "right", "SystemV"}
    )


def _by_first_word(named: Iterable[tuple[str, str]]) -> _Phrases:
    by_word: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, zone in named:
        phrase = tuple(token.text for token in in_tokens(name).tokens)
        by_word.setdefault(phrase[0], []).append((phrase, zone))
    return by_word
