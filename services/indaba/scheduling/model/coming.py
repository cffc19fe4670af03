"""Who comes to a meeting: answers, guests, and the queue for places. First come, first seated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from indaba.contracts.ids import MemberId
from indaba.contracts.scheduling import Counts, RsvpAnswer

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when answers stand that were given before their time was kept."""


@dataclass(frozen=True, slots=True)
class Rsvp:
    """An answer, who comes along, and since when it is a yes (aware)."""

    answer: RsvpAnswer
    guests: int = 0
    since: datetime = LONG_AGO

    @property
    def places(self) -> int:
        """How many places it takes."""
        return 1 + self.guests


def said_now(
    before: Rsvp | None, answer: RsvpAnswer | None, now: datetime, guests: int | None
) -> Rsvp | None:
    """An answer after what was said before; guests unsaid stay, and so does one's turn."""
    if answer is None:
        return None
    still = before if before and before.answer is answer else None
    if answer is not RsvpAnswer.YES:
        return still or Rsvp(answer, since=now)
    company = guests if guests is not None else (still.guests if still else 0)
    return Rsvp(answer, company, still.since if still else now)


def more_guests(before: Rsvp | None, rsvp: Rsvp) -> int:
    """How many guests a yes brings that the yes before it did not."""
    return rsvp.guests - before.guests if before and before.answer is rsvp.answer else 0


def queue(rsvps: Mapping[MemberId, Rsvp], capacity: int) -> tuple[MemberId, ...]:
    """Who said yes and has no place, first in the queue first; nobody passes anybody.

    A capacity of 0 is no limit.
    """
    if not capacity:
        return ()
    yes = sorted(
        (said.since, member) for member, said in rsvps.items() if said.answer is RsvpAnswer.YES
    )
    taken = 0
    for place, (_, member) in enumerate(yes):
        taken += rsvps[member].places
        if taken > capacity:
            return tuple(waiting for _, waiting in yes[place:])
    return ()


def seats_taken(rsvps: Mapping[MemberId, Rsvp]) -> int:
    """Places that all who said yes would take."""
    return sum(said.places for said in rsvps.values() if said.answer is RsvpAnswer.YES)


def counted(
    rsvps: Mapping[MemberId, Rsvp], capacity: int, checked_in: int, walk_ins: int
) -> Counts:
    """The numbers of a card."""
    answers = [said.answer for said in rsvps.values()]
    waiting = queue(rsvps, capacity)
    seated = [
        said for m, said in rsvps.items() if said.answer is RsvpAnswer.YES and m not in waiting
    ]
    return Counts(
        yes=len(seated),
        maybe=answers.count(RsvpAnswer.MAYBE),
        no=answers.count(RsvpAnswer.NO),
        guests=sum(said.guests for said in seated),
        waiting=len(waiting),
        checked_in=checked_in,
        walk_ins=walk_ins,
    )
