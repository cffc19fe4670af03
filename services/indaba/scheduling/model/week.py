"""When the weekly digest is due: by wall time, so that clock changes do not move it."""

from datetime import datetime, timedelta

from indaba.scheduling.model.choices import Choices
from indaba.scheduling.model.wall_time import instant, wall, zone_named

A_WEEK = timedelta(days=7)


def next_digest(choices: Choices, now: datetime) -> datetime | None:
    """The next instant (UTC) of the community's day and hour; `None` if it wants no digest."""
    if not choices.digest_weekday or not choices.zone:
        return None
    zone = zone_named(choices.zone)
    today = wall(now, zone)
    days = (choices.digest_weekday - today.isoweekday()) % 7
    day = (today + timedelta(days=days)).replace(
        hour=choices.digest_hour, minute=0, second=0, microsecond=0
    )
    due = instant(day, zone)
    return due if due > now else instant(day + A_WEEK, zone)
