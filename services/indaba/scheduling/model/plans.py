"""Whose plans a change of a meeting concerns, and when they are told. Pure functions."""

from datetime import datetime, timedelta

from indaba.contracts.ids import MemberId
from indaba.contracts.plans import PlanChange
from indaba.contracts.scheduling import MeetingStatus, RsvpAnswer
from indaba.scheduling.model.choices import Quiet
from indaba.scheduling.model.meeting import Meeting

ON_TIME = timedelta(minutes=5)
"""A meeting that begins so little before its time begins on time."""


def change_of_plans(before: Meeting, after: Meeting) -> PlanChange | None:
    """What a change means for those who meant to come; `None` if their plans stay as they were."""
    match before.status, after.status:
        case MeetingStatus.SCHEDULED, MeetingStatus.CANCELLED:
            return PlanChange.CANCELLED
        case MeetingStatus.CANCELLED, MeetingStatus.SCHEDULED:
            return PlanChange.RESTORED
        case MeetingStatus.SCHEDULED, MeetingStatus.LIVE:
            began = after.started_at or before.starts_at
            return PlanChange.EARLY if before.starts_at - began > ON_TIME else None
        case (MeetingStatus.CLOSED, _) | (_, MeetingStatus.CLOSED | MeetingStatus.CANCELLED):
            return None
    if before.starts_at != after.starts_at:
        return PlanChange.MOVED
    return PlanChange.PLACE if before.where != after.where else None


def concerned(meeting: Meeting) -> tuple[MemberId, ...]:
    """Those who said yes, with a place or waiting for one, or maybe; sorted."""
    rsvps = meeting.rsvps.items()
    return tuple(sorted(member for member, rsvp in rsvps if rsvp.answer is not RsvpAnswer.NO))


def told_at(hours: Quiet | None, begins: datetime, now: datetime) -> datetime:
    """When a member is told: now, or at the end of quiet hours that end before it `begins` (UTC).

    Who would set out before their quiet hours end is told at once.
    """
    ends = hours.over_at(now) if hours else None
    return ends if ends is not None and ends < begins else now


def still_so(what: PlanChange, then: Meeting, starts: datetime, where: str) -> bool:
    """Whether a change still stands: wall time and place are those that were told."""
    if what is PlanChange.CANCELLED:
        return then.status is MeetingStatus.CANCELLED
    stands = then.status in (MeetingStatus.SCHEDULED, MeetingStatus.LIVE)
    return stands and then.starts == starts and then.where == where
