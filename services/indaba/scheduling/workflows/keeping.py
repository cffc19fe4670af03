"""Storing a changed meeting and emitting its event, for requests, events and timers alike."""

from collections.abc import Callable

from indaba.contracts.plans import MovedUp
from indaba.contracts.scheduling import MeetingEvent, MeetingFacts, MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model import Meeting
from indaba.scheduling.store import Meetings
from indaba.scheduling.workflows.plans import plans_changed

EventOf = Callable[[MeetingFacts], MeetingEvent]


async def keep(work: Work, before: Meeting, meeting: Meeting, event_of: EventOf) -> None:
    """Store a meeting and emit its event, if it changed.

    Tells those whose plans that changes, and those who now have a place.
    """
    if meeting is before:
        return
    await Meetings(work).keep(meeting)
    plans = await plans_changed(before, meeting, work)
    work.emit(event_of(meeting.facts()).model_copy(update={"rings": plans is not None}))
    if plans is not None:
        work.emit(plans)
    tell_who_moved_up(work, before, meeting)


def tell_who_moved_up(work: Work, before: Meeting, meeting: Meeting) -> None:
    """Tell those who waited, still want to come, and now have a place."""
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
