"""What an external calendar says: its dates, and what in it is no date for us."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class OutsideDate:
    """One date. `key` identifies it for ever; `starts` is naive wall time in the IANA `zone`.

    In a series, the key names the day that the rule gave, so that a change of hour is seen as a
    change and not as another date.
    """

    key: str
    title: str
    starts: datetime
    zone: str
    minutes: int
    where: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return {**asdict(self), "starts": self.starts.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """From the values that `to_json` made."""
        return cls(**{**data, "starts": datetime.fromisoformat(data["starts"])})

    @property
    def fingerprint(self) -> dict[str, Any]:
        """The fields that become facts of a meeting, to see later what has changed."""
        fields = self.to_json()
        return {name: fields[name] for name in ("title", "starts", "zone", "minutes", "where")}


@dataclass(frozen=True, slots=True)
class CalendarDates:
    """What a calendar file says. `unread` are beginnings of the keys of dates that are unreadable.

    `left_out` counts entries by reason, in words, and `such_as` has the titles of some, the soonest
    written first; of private ones none. `same` says that nothing changed since the last
    time; then nothing else is set.
    """

    title: str = ""
    dates: tuple[OutsideDate, ...] = ()
    left_out: Mapping[str, int] | None = None
    such_as: Mapping[str, tuple[str, ...]] | None = None
    unread: tuple[str, ...] = ()
    etag: str = ""
    modified: str = ""
    same: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return {
            "title": self.title,
            "dates": [date.to_json() for date in self.dates],
            "left_out": dict(self.left_out or {}),
            "such_as": {why: list(titles) for why, titles in (self.such_as or {}).items()},
            "unread": list(self.unread),
            "etag": self.etag,
            "modified": self.modified,
            "same": self.same,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """From the values that `to_json` made."""
        dates = tuple(OutsideDate.from_json(date) for date in data["dates"])
        return cls(**{**data, "dates": dates, "unread": tuple(data["unread"])})
