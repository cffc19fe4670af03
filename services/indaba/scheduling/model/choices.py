"""What a community and a member may choose about being reminded, deciding and digests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from indaba.contracts.membership import Category
from indaba.scheduling.model.wall_time import instant, wall, zone_named

DEFAULT_LEADS = (60,)
"""An hour before; a community may choose others."""

MONDAY, EIGHT = 1, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A community's choices. `leads` are minutes before the start, longest first."""

    zone: str = ""
    leads: tuple[int, ...] = DEFAULT_LEADS
    quorum: int = 0
    required: Mapping[Category, int] = field(default_factory=dict)
    digest_weekday: int = MONDAY
    digest_hour: int = EIGHT


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a member is not called: wall times as HH:MM in an IANA zone."""

    begins: str
    ends: str
    zone: str

    def over_at(self, now: datetime) -> datetime | None:
        """When the quiet hours that hold at `now` end (UTC); `None` where they do not hold.

        They may pass midnight; the same time twice is a whole day and never holds.
        """
        place = zone_named(self.zone)
        local = wall(now, place)
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        clock = local.time()
        over_midnight = begins > ends
        holds = (clock >= begins or clock < ends) if over_midnight else begins <= clock < ends
        if not holds:
            return None
        day = local.date() + timedelta(days=over_midnight and clock >= begins)
        return instant(datetime.combine(day, ends), place)


def undisturbed(hours: Sequence[Quiet], now: datetime, latest: datetime) -> datetime:
    """The first moment from `now` on that is in nobody's quiet hours; `latest` if none is before.

    Both are UTC.
    """
    while now < latest and (ends := [end for each in hours if (end := each.over_at(now))]):
        # An hour that comes twice, when clocks are put back, may seem to end before it began.
        now = max(*ends, now + timedelta(minutes=1))
    return min(now, latest)
