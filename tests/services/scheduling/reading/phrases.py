"""Phrases as people type them, each with what its writer meant.

A line of a file is a phrase, a tab, and what is meant: the title, a first date or a rule and its
first date, and the minutes if it says how long. "asks" stands for a phrase that has no one meaning;
what follows must be among the readings that are offered. All are said on Tuesday 1 December 2026 at
10:00 in Johannesburg, unless a line of the file such as `# locale: de-DE, Europe/Berlin` says else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from indaba.contracts.times import Reading
from indaba.recurrence import Rule
from indaba.scheduling.model import MeetingReading, read_meeting
from indaba.scheduling.model.reader import MeetingRead

SAID_AT = datetime(2026, 12, 1, 10, 0)
FILES = sorted((Path(__file__).parent / "phrases").glob("*.tsv"))


@dataclass(frozen=True)
class Phrase:
    """A phrase, and what it means; `asks` where it has to be asked about."""

    typed: str
    meant: str
    asks: bool
    locale: str
    zone: str
    given: str = ""

    def read(self) -> MeetingRead:
        """What the reader makes of it."""
        now = SAID_AT.replace(tzinfo=ZoneInfo(self.zone))
        return read_meeting(self.typed, now, self.zone, self.locale, title=self.given)

    def outcome(self) -> str:
        """Right, asked rightly, asked needlessly, or what went wrong."""
        read = self.read()
        offered = [in_short(reading) for reading in read.readings]
        if self.asks:
            if read.sure and all(reading.title for reading in read.readings):
                return "wrong but sure"
            return "asked rightly" if not self.meant or self.meant in offered else "not offered"
        if read.sure:
            return "right" if offered == [self.meant] else "wrong but sure"
        return "asked needlessly" if self.meant in offered else "not offered"


def in_short(reading: MeetingReading) -> str:
    """A reading as the files write it."""
    parts = [reading.title]
    if not isinstance(reading.meant, Reading):
        series = reading.meant.repeats
        out = ",".join(f"{day:%Y-%m-%d}" for day in sorted(series.skipped))
        parts.append(f"{series.rule};EXDATE={out}" if out else str(series.rule))
    parts.append(f"{reading.begins():%Y-%m-%d %H:%M}")
    parts += [str(reading.minutes)] if reading.minutes else []
    return " | ".join(parts)


def phrases(file: Path) -> Iterator[Phrase]:
    """The phrases of a file, in order."""
    locale, zone = "en-ZA", "Africa/Johannesburg"
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("# locale:"):
            locale, zone = (part.strip() for part in line.partition(":")[2].split(","))
        elif line and not line.startswith("#"):
            typed, _, meant = line.partition("\t")
            asks = meant.split(" | ")[0] == "asks"
            rest = meant.removeprefix("asks").removeprefix(" | ") if asks else meant
            yield Phrase(typed, _in_one_order(rest), asks, locale, zone)


def _in_one_order(meant: str) -> str:
    """What is meant, with the parts of its rule in the order in which we write them."""
    parts = meant.split(" | ")
    if len(parts) > 1 and parts[1].startswith("FREQ="):
        rule, out, days = parts[1].partition(";EXDATE=")
        parts[1] = f"{Rule.parse_any(rule)}{out}{days}"
    return " | ".join(parts)
