"""What a calendar kept elsewhere says: dates, and what in it is no date for us."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class OutsideDate:
    """One date. `key` names it for ever; `starts` is naive wall time in the IANA `zone`.

    The key of a date of a series is that of the day the rule gave it, so that a change of hour is a
    change and not another date.
    """

    key: str
    title: str
    starts: datetime
    zone: str
    minutes: int
    where: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {**asdict(self), "starts": self.starts.isoformat()}

    @classmethod
    def heard(cls, told: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(**{**told, "starts": datetime.fromisoformat(told["starts"])})

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What of it becomes a meeting's facts, to see later what has changed."""
        told = self.told()
        return {name: told[name] for name in ("title", "starts", "zone", "minutes", "where")}


@dataclass(frozen=True, slots=True)
class Found:
    """What was read. `unread` begins the keys of dates that were there and could not be read.

    `left_out` counts entries by reason, in words. What did not change since the last time has
    `same` and nothing else.
    """

    title: str = ""
    dates: tuple[OutsideDate, ...] = ()
    left_out: Mapping[str, int] | None = None
    unread: tuple[str, ...] = ()
    etag: str = ""
    modified: str = ""
    same: bool = False

    def told(self) -> dict[str, Any]:
        """As JSON carries it."""
        return {
            "title": self.title,
            "dates": [date.told() for date in self.dates],
            "left_out": dict(self.left_out or {}),
            "unread": list(self.unread),
            "etag": self.etag,
            "modified": self.modified,
            "same": self.same,
        }

    @classmethod
    def heard(cls, told: Mapping[str, Any]) -> Self:
        """From JSON."""
        dates = tuple(OutsideDate.heard(date) for date in told["dates"])
        return cls(**{**told, "dates": dates, "unread": tuple(told["unread"])})
