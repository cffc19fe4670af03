"""Phrases for lengths, moments and days of the week, each with what its writer meant.

A line of a file is a phrase, a tab, and what is meant in figures; "asks" stands for a phrase that
has no one meaning, and what follows must be among the readings offered. All are typed as those in
`phrases.py` are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from indaba.scheduling.model import read_before, read_length, read_until, read_weekly
from indaba.scheduling.model.reader.asked import Asked, asked_at
from services.scheduling.reading.phrases import SAID_AT

FOLDER = Path(__file__).parent / "phrases" / "settings"
START = datetime(2026, 12, 10, 14, 0)
Read = tuple[bool, list[str], str]
"""Whether it is sure, the readings as the files write them, and the doubt."""


@dataclass(frozen=True)
class Setting:
    """A phrase of one kind, and what it means; `asks` where it has to be asked about."""

    kind: str
    typed: str
    meant: str
    asks: bool
    locale: str
    zone: str

    def read(self) -> Read:
        """What the reader makes of it."""
        now = SAID_AT.replace(tzinfo=ZoneInfo(self.zone))
        return READERS[self.kind](self.typed, asked_at(now, self.zone, self.locale))

    def outcome(self) -> str:
        """As `Phrase.outcome`."""
        sure, offered, _ = self.read()
        if self.asks:
            if sure:
                return "wrong but sure"
            return "asked rightly" if not self.meant or self.meant in offered else "not offered"
        if sure:
            return "right" if offered == [self.meant] else "wrong but sure"
        return "asked needlessly" if self.meant in offered else "not offered"


def _minutes(text: str, asked: Asked) -> Read:
    read = read_length(text, asked)
    return read.sure, [*map(str, read.readings)], read.doubt


def _until(text: str, asked: Asked) -> Read:
    read = read_until(text, asked, asked.today)
    return read.sure, [*map(str, read.readings)], read.doubt


def _before(text: str, asked: Asked) -> Read:
    read = read_before(text, asked, START)
    return read.sure, [*map(str, read.readings)], read.doubt


def _weekly(text: str, asked: Asked) -> Read:
    read = read_weekly(text, asked)
    hours = ("" if each.hour is None else f" {each.hour}" for each in read.readings)
    offered = [f"{day.weekday}{hour}" for day, hour in zip(read.readings, hours, strict=True)]
    return read.sure, offered, read.doubt


READERS: dict[str, Callable[[str, Asked], Read]] = {
    "lengths": _minutes,
    "until": _until,
    "before": _before,
    "weekly": _weekly,
}


def settings(kind: str) -> Iterator[Setting]:
    """The phrases of a kind, in order."""
    locale, zone = "", ""
    for line in (FOLDER / f"{kind}.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("# locale:"):
            locale, zone = (part.strip() for part in line.partition(":")[2].split(","))
        elif line and not line.startswith("#"):
            typed, _, meant = line.partition("\t")
            asks = meant.split(" | ")[0] == "asks"
            rest = meant.removeprefix("asks").removeprefix(" | ") if asks else meant
            yield Setting(kind, typed, rest, asks, locale, zone)
