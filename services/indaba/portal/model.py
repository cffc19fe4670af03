"""What the portal stores about communities and meetings. No clock, no I/O."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from indaba.contracts.ids import CommunityId, MeetingId, SeriesId
from indaba.contracts.membership import Platform
from indaba.contracts.openness import Openness, Part, is_open
from indaba.contracts.publishing import Publication
from indaba.contracts.scheduling import Counts, MeetingStatus, RsvpAnswer

SESSION_LASTS = timedelta(days=30)

NOTHING_PUBLISHED = Publication()

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


@dataclass(frozen=True, slots=True)
class Community:
    """A community as anybody with its link may see it. `zone` is IANA, `language` its name.

    `platforms` are those it lives on, or all of them if that is unknown. `publication` says what
    the world sees of it.
    """

    id: CommunityId
    key: str
    name: str
    purpose: str
    language: str
    zone: str
    platforms: frozenset[Platform] = frozenset(Platform)
    publication: Publication = NOTHING_PUBLISHED

    def opened(self, now: datetime) -> frozenset[Part]:
        """The parts that the world sees at a given moment."""
        return self.publication.open_at(now)

    @property
    def tag(self) -> str:
        """The language as a tag for dates and `lang`; English if it is not a tag."""
        return self.language if _LANGUAGE_TAG.fullmatch(self.language) else "en"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as anybody with its community's link may see it, as in `MeetingFacts`.

    `stamp` (UTC) is when its organisers last changed it. Answers do not count as a change.
    """

    id: MeetingId
    code: str
    title: str
    starts: datetime
    zone: str
    minutes: int
    status: MeetingStatus
    sequence: int
    moved_from: datetime | None
    reason: str
    counts: Counts
    stamp: datetime
    where: str = ""
    capacity: int = 0
    series: SeriesId | None = None
    repeats: str = ""
    date_of: datetime | None = None

    @property
    def called_off(self) -> bool:
        """Whether it was cancelled."""
        return self.status is MeetingStatus.CANCELLED

    @property
    def begins(self) -> datetime:
        """The start in its own zone. Of a wall time that occurs twice, the first."""
        return self.starts.replace(tzinfo=ZoneInfo(self.zone), fold=0)

    def is_on(self, now: datetime) -> bool:
        """Whether it has begun and not yet ended. A length is real time, whatever clocks do.

        A closed or cancelled meeting is not on, whatever was planned.
        """
        if self.status is not MeetingStatus.SCHEDULED:
            return self.status is MeetingStatus.LIVE
        began = now - self.begins
        return timedelta() <= began < timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Series:
    """Meetings that repeat, as in `SeriesFacts`. All dates are wall time in `zone`.

    `stamp` (UTC) is when it last changed.
    """

    id: SeriesId
    title: str
    minutes: int
    where: str
    first: datetime
    zone: str
    rule: str
    words: str
    sequence: int
    ended: bool
    stamp: datetime
    skipped: tuple[datetime, ...] = ()
    added: tuple[datetime, ...] = ()
    not_held: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeating:
    """A series with the dates that calendars should show, earliest first.

    `gone` are dates, as the rule gives them, that were cancelled so long ago that they are left
    out.
    """

    series: Series
    dates: tuple[Meeting, ...]
    gone: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A meeting, and its reader's answer, yes or maybe."""

    meeting: Meeting
    answer: RsvpAnswer


class Kind(StrEnum):
    """What a document about a meeting is."""

    MINUTES = "minutes"
    HIGHLIGHTS = "highlights"


@dataclass(frozen=True, slots=True)
class Document:
    """A document about a meeting: lines with `# `, `## ` and `- ` marks. `told_at` is UTC."""

    kind: Kind
    version: int
    title: str
    text: str
    short: str
    told_at: datetime
    opened: Openness = Openness.MEMBERS

    def is_open(self, parts: frozenset[Part]) -> bool:
        """Whether the world can read it if these parts of its community are open."""
        return self.kind is Kind.HIGHLIGHTS and is_open(self.opened, parts)


def longest_still_on(now: datetime) -> datetime:
    """Whatever began before this instant has ended: no meeting lasts longer than a day."""
    return now - timedelta(days=1)
