"""What communities and members may choose: reminders, quorum, digests, quiet hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from indaba.contracts.membership import Category
from indaba.scheduling.model.wall_time import instant, wall, zone_named

DEFAULT_LEADS = (60,)
"""An hour before the start, unless the community chose otherwise."""

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
    """A member's quiet hours: wall times as HH:MM in an IANA zone."""

    begins: str
    ends: str
    zone: str

    def over_at(self, now: datetime) -> datetime | None:
        """The instant (UTC) at which quiet hours that include `now` end; `None` outside them.

        They may pass midnight. The same time twice means none.
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
    """The first instant from `now` on outside everybody's quiet hours, but `latest` at the latest.

    All are UTC.
    """
    while now < latest and (ends := [end for each in hours if (end := each.over_at(now))]):
        # When clocks go back, quiet hours may seem to end before they begin.
        now = max(*ends, now + timedelta(minutes=1))
    return min(now, latest)
