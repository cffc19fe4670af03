"""What the portal knows of communities and meetings. No clock, no I/O."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.scheduling import Counts, MeetingStatus

SESSION_LASTS = timedelta(days=30)
CANCELLED_KEPT = timedelta(days=30)
OTHERS_KEPT = timedelta(days=90)
"""How long after its time a meeting stays in the calendar feed and in the database."""

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


@dataclass(frozen=True, slots=True)
class Community:
    """A community as anybody with its link may see it. `zone` is IANA, `language` in words."""

    id: CommunityId
    key: str
    name: str
    purpose: str
    language: str
    zone: str

    @property
    def tag(self) -> str:
        """The language as a tag for dates and `lang`; English where it is no tag."""
        return self.language if _LANGUAGE_TAG.fullmatch(self.language) else "en"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as anybody with its community's link may see it; as in `MeetingFacts`.

    `stamp` (UTC) is when its organisers last changed it; who answers does not touch it.
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

    @property
    def begins(self) -> datetime:
        """The start, aware, in its own zone; the first of a wall time that comes twice."""
        return self.starts.replace(tzinfo=ZoneInfo(self.zone), fold=0)

    def is_on(self, now: datetime) -> bool:
        """Whether it has begun and not yet ended. A length is real time, whatever clocks do."""
        began = now - self.begins
        return timedelta() <= began < timedelta(minutes=self.minutes)


def longest_still_on(now: datetime) -> datetime:
    """Whatever began before this instant has ended: no meeting lasts longer than a day."""
    return now - timedelta(days=1)
