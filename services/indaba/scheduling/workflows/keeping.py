"""Keeping what changed and telling it: the same for requests, events and the clock."""

from collections.abc import Callable

from indaba.contracts.scheduling import MeetingEvent, MeetingFacts, MeetingStatus, MovedUp
from indaba.ledger import Work
from indaba.scheduling.model import Meeting
from indaba.scheduling.store import Meetings

Said = Callable[[MeetingFacts], MeetingEvent]


async def keep(work: Work, before: Meeting, meeting: Meeting, said: Said) -> None:
    """Keep and tell what changed, if anything did; who has a place now learns of it."""
    if meeting is before:
        return
    await Meetings(work).keep(meeting)
    work.emit(said(meeting.facts()))
    tell_who_moved_up(work, before, meeting)


def tell_who_moved_up(work: Work, before: Meeting, meeting: Meeting) -> None:
    """Those who waited, still want to come, and have a place now."""
    if meeting.status is not MeetingStatus.SCHEDULED:
        return
    waits = set(meeting.waiting)
    up = tuple(
        m
        for m in before.waiting
        if m not in waits and m in meeting.rsvps and meeting.rsvps[m] == before.rsvps[m]
    )
    if up:
        work.emit(MovedUp.of(meeting.facts(), members=up))
