"""Who asks the reader, when and where."""

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from indaba.scheduling.model.wall_time import wall, zone_named

A_YEAR = timedelta(days=365)


class Asked(NamedTuple):
    """When and where it was asked. `today` is `now` as wall time; `province` may be empty.

    `day` is meant where a time names none, and `hour` where a day comes without a time. `holidays`
    is the place whose public holidays were meant last, if any.
    """

    now: datetime
    place: ZoneInfo
    today: datetime
    locale: str
    province: str = ""
    day: date | None = None
    hour: time | None = None
    holidays: str = ""

    @property
    def month_first(self) -> bool:
        """Whether 3/4 means the 4th of March: in the United States only."""
        return "US" in re.split("[-_.]", self.locale)[1:]

    def elsewhere(self, zone: str) -> "Asked":
        """The same moment in another zone. Raises `UnknownZone`."""
        place = zone_named(zone)
        return self._replace(place=place, today=wall(self.now, place))


def asked_at(
    now: datetime, zone: str, locale: str, province: str = "", holidays: str = ""
) -> Asked:
    """`now` is aware. Raises `UnknownZone`."""
    place = zone_named(zone)
    return Asked(now, place, wall(now, place), locale, province, holidays=holidays)
