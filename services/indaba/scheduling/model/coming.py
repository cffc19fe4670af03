"""Attendance: answers, guests, and the queue for places. First come, first served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from indaba.contracts.ids import MemberId
from indaba.contracts.scheduling import Counts, RsvpAnswer

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of answers from before their time was stored."""


@dataclass(frozen=True, slots=True)
class Rsvp:
    """An answer with its number of guests. `since` (aware) is when it became what it is."""

    answer: RsvpAnswer
    guests: int = 0
    since: datetime = LONG_AGO

    @property
    def places(self) -> int:
        """The places taken, with guests."""
        return 1 + self.guests


def next_rsvp(
    before: Rsvp | None, answer: RsvpAnswer | None, now: datetime, guests: int | None
) -> Rsvp | None:
    """The answer after a new one; `None` withdraws it.

    Guests stay if `guests` is `None`, and so does the place in the queue if the answer is the same.
    """
    if answer is None:
        return None
    still = before if before and before.answer is answer else None
    if answer is not RsvpAnswer.YES:
        return still or Rsvp(answer, since=now)
    company = guests if guests is not None else (still.guests if still else 0)
    return Rsvp(answer, company, still.since if still else now)


def more_guests(before: Rsvp | None, rsvp: Rsvp) -> int:
    """How many more guests a yes brings than the yes before it did."""
    return rsvp.guests - before.guests if before and before.answer is rsvp.answer else 0


def queue(rsvps: Mapping[MemberId, Rsvp], capacity: int) -> tuple[MemberId, ...]:
    """Those who said yes and have no place yet, in the order of the queue.

    Nobody overtakes anybody, even if a later one needs fewer places. A capacity of 0 is no limit.
    """
    if not capacity:
        return ()
    yes = sorted(
        (rsvp.since, member) for member, rsvp in rsvps.items() if rsvp.answer is RsvpAnswer.YES
    )
    taken = 0
    for place, (_, member) in enumerate(yes):
        taken += rsvps[member].places
        if taken > capacity:
            return tuple(waiting for _, waiting in yes[place:])
    return ()


def seats_taken(rsvps: Mapping[MemberId, Rsvp]) -> int:
    """The places needed by all who said yes."""
    return sum(rsvp.places for rsvp in rsvps.values() if rsvp.answer is RsvpAnswer.YES)


def counted(
    rsvps: Mapping[MemberId, Rsvp], capacity: int, checked_in: int, walk_ins: int
) -> Counts:
    """The counts that a meeting's card shows."""
    answers = [rsvp.answer for rsvp in rsvps.values()]
    waiting = queue(rsvps, capacity)
    seated = [
        rsvp for m, rsvp in rsvps.items() if rsvp.answer is RsvpAnswer.YES and m not in waiting
    ]
    return Counts(
        yes=len(seated),
        maybe=answers.count(RsvpAnswer.MAYBE),
        no=answers.count(RsvpAnswer.NO),
        guests=sum(rsvp.guests for rsvp in seated),
        waiting=len(waiting),
        checked_in=checked_in,
        walk_ins=walk_ins,
    )
