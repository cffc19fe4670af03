"""When members are asked about a new wording, and which purposes they cannot refuse."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from indaba.contracts.purposes import OPTIONAL, Purpose
from indaba.contracts.refusal import Refusal, hint

BATCH = 50
"""Members checked in one transaction."""

EVERYBODY_WITHIN, LEAST_PAUSE, LONGEST_PAUSE = (
    timedelta(days=20),
    timedelta(minutes=1),
    timedelta(days=1),
)
"""Leaves a third of the thirty days as a reserve, in case machines stand still."""

DAY_BEGINS, DAY_ENDS = 9, 17


class WordingOutdated(Refusal):
    """An answer to a wording that is no longer in force."""

    code = "wording-outdated"

    def __init__(self) -> None:
        super().__init__(
            "The wording has changed since you were asked. To see the new one: {hint}",
            hint=hint("me consent"),
        )


class GoesWithMembership(Refusal):
    """A purpose that does not rest on consent cannot be refused separately."""

    code = "goes-with-membership"

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(
            "That belongs to being a member, so it cannot be taken back by itself. "
            "To end it, leave: {hint}",
            hint=hint("cop leave"),
            purpose=purpose.value,
        )


def check_optional(purposes: tuple[Purpose, ...]) -> None:
    """Raise `GoesWithMembership` if any of the purposes does not rest on consent."""
    for purpose in purposes:
        if purpose not in OPTIONAL:
            raise GoesWithMembership(purpose)


def pause_between(members: int) -> timedelta:
    """How long to wait between batches so that this many members are asked in time."""
    batches = members // BATCH + 1
    return min(max(EVERYBODY_WITHIN / batches, LEAST_PAUSE), LONGEST_PAUSE)


def by_day(now: datetime, zone: str) -> datetime:
    """The earliest moment, from now on, at which a message wakes nobody there."""
    local = now.astimezone(ZoneInfo(zone))
    if DAY_BEGINS <= local.hour < DAY_ENDS:
        return now
    days = timedelta(days=1 if local.hour >= DAY_ENDS else 0)
    morning = (local + days).replace(hour=DAY_BEGINS, minute=0, second=0, microsecond=0)
    return morning.astimezone(now.tzinfo)
