"""Wall time in IANA zones: its instant, where clocks jump, and how it is put into words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from indaba.contracts.refusal import Refusal

FURTHEST = timedelta(days=731)
"""Meetings are scheduled at most two years ahead."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_MINUTE = timedelta(minutes=1)
_LONGEST_JUMP = 24 * 60


class UnknownZone(Refusal):
    """There is no IANA zone with that name."""

    code = "unknown-zone"

    def __init__(self, zone: str) -> None:
        super().__init__(
            "I do not know that time zone. Zones have names such as Africa/Johannesburg.",
            zone=zone[:64],
        )


class TimePassed(Refusal):
    """The time lies in the past."""

    code = "time-passed"

    def __init__(self, starts: datetime, zone: str, today: datetime) -> None:
        super().__init__(
            f"{in_words(starts, today)} has already passed. Please choose a time to come.",
            starts=starts.isoformat(),
            zone=zone,
        )


class TimeTooFar(Refusal):
    """The time lies more than two years ahead."""

    code = "time-too-far"

    def __init__(self, starts: datetime, zone: str) -> None:
        super().__init__(
            f"{day_in_words(starts)} {starts.year} is more than two years ahead. "
            "Please choose a time within two years.",
            starts=starts.isoformat(),
            zone=zone,
        )


class TimeSkipped(Refusal):
    """The clocks skip that time. `instead` is the first wall time after the jump."""

    code = "time-skipped"

    def __init__(self, starts: datetime, zone: str, instead: datetime) -> None:
        super().__init__(
            f"There is no {starts:%H:%M} on {day_in_words(starts)}: the clocks go forward then. "
            f"The next time there is, is {instead:%H:%M}.",
            starts=starts.isoformat(),
            zone=zone,
            instead=instead.isoformat(),
        )


def to_the_minute(time: datetime) -> datetime:
    """A wall time without its seconds."""
    return time.replace(second=0, microsecond=0, fold=0)


def zone_named(name: str) -> ZoneInfo:
    """The zone with an IANA name. Raises `UnknownZone`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(name) from None


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant in UTC. Of a repeated wall time the first; a skipped one moves by the jump.

    Both follow RFC 5545, 3.3.5, so that calendar apps agree.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """The naive wall time of an aware moment."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def exists(time: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks in the zone ever show that wall time."""
    return wall(instant(time, zone), zone) == time


def next_existing(time: datetime, zone: ZoneInfo) -> datetime:
    """The wall time itself, or the first full minute after the jump that skips it."""
    if exists(time, zone):
        return time
    minute = time.replace(second=0, microsecond=0)
    later = (minute + n * _MINUTE for n in range(1, _LONGEST_JUMP + 1))
    return next((t for t in later if exists(t, zone)), wall(instant(time, zone), zone))


def check_time_to_come(starts: datetime, zone: str, now: datetime) -> None:
    """Raise `UnknownZone`, `TimePassed`, `TimeTooFar` or `TimeSkipped`. `now` is aware."""
    place = zone_named(zone)
    today = wall(now, place)
    # Compare whole days first: the first and last days of the calendar have no instant in UTC.
    if starts < today - timedelta(days=1):
        raise TimePassed(starts, zone, today)
    if starts > today + FURTHEST:
        raise TimeTooFar(starts, zone)
    if instant(starts, place) < now:
        raise TimePassed(starts, zone, today)
    if not exists(starts, place):
        raise TimeSkipped(starts, zone, next_existing(starts, place))


def on_clocks_of(zone: str, time: datetime, said_in: str) -> datetime:
    """A wall time on the clocks of `zone`. Empty `said_in`: it was said in `zone` itself."""
    if said_in in ("", zone):
        return time
    return wall(instant(time, zone_named(said_in)), zone_named(zone))


def meant_in(zone: str, starts: datetime, said_in: str, now: datetime) -> datetime:
    """A start that somebody says, as `on_clocks_of`. Raises as `check_time_to_come`."""
    if said_in not in ("", zone):
        check_time_to_come(starts, said_in, now)
    return on_clocks_of(zone, starts, said_in)


def day_in_words(day: datetime) -> str:
    """Such as "Thursday 5 March"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def in_words(time: datetime, today: datetime) -> str:
    """Such as "Thursday 5 March 14:00"; with the year if it is not this one."""
    year = "" if time.year == today.year else f" {time.year}"
    return f"{day_in_words(time)}{year} {time:%H:%M}"


def city_in_words(zone: str) -> str:
    """A zone by its city, as people know and type it: "Johannesburg"; else as it is known."""
    area, _, city = zone.rpartition("/")
    return city.replace("_", " ") if area else zone
