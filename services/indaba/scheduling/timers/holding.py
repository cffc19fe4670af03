"""Meetings begin and end by the clock where nobody does it; and being there, noticed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.holding import MeetingStarted
from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.scheduling import CheckedIn, MeetingClosed, MeetingStatus, Presence
from indaba.ledger import Work
from indaba.scheduling.model import Meeting, door_from
from indaba.scheduling.store import Meetings
from indaba.scheduling.timers.agenda import carry_over
from indaba.scheduling.timers.digest import plan_feedback
from indaba.scheduling.timers.planning import CLOSE, START, drop, plan
from indaba.scheduling.timers.series import go_on
from indaba.scheduling.timers.votes import count_all

SAID_UNTIL = timedelta(minutes=15)
"""That a meeting has begun is worth saying for so long."""

DOORS = 31**5


async def start(body: dict[str, Any], work: Work) -> None:
    """Begin a meeting at its time; too late, its closing does all."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.SCHEDULED:
        return
    if work.now < meeting.starts_at:
        await work.set_timer(meeting.starts_at, START, str(meeting.id), body)
    elif work.now < meeting.closes_itself_at:
        await begin(meeting, work)


async def begin(before: Meeting, work: Work, chair: MemberId | None = None) -> Meeting:
    """Begin a meeting, tell of it, and set its closing."""
    meeting = before.start(work.now, door_from(work.world.below(DOORS)), chair)
    await Meetings(work).keep(meeting)
    until = max(meeting.starts_at, meeting.started_at or work.now) + SAID_UNTIL
    work.emit(MeetingStarted.of(meeting.facts(), until=until))
    await plan(meeting, work)
    return meeting


async def close(body: dict[str, Any], work: Work) -> None:
    """Close a meeting that nobody closed, once nothing happens in it any more."""
    before = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if before is None or before.status not in (MeetingStatus.SCHEDULED, MeetingStatus.LIVE):
        return
    if before.closes_itself_at > work.now:
        await work.set_timer(before.closes_itself_at, CLOSE, str(before.id), body)
        return
    await ended(before.close_by_itself(), work)


async def ended(meeting: Meeting, work: Work) -> None:
    """Keep and tell that a meeting is over; the next date of its series has its turn."""
    await drop(meeting, work)
    meeting = await count_all(meeting, work)
    await Meetings(work).keep(meeting)
    await plan_feedback(meeting, work)
    work.emit(MeetingClosed.of(meeting.facts()))
    await carry_over(meeting, work)
    if meeting.series is not None:
        await go_on(meeting.series, work)


async def count_present(meeting: Meeting, member: MemberId, how: Presence, work: Work) -> Meeting:
    """With a member in the register; there already, nothing changes."""
    came = meeting.check_in(member, work.now, how)
    if came is not meeting:
        await Meetings(work).keep(came)
        work.emit(CheckedIn.of(came.facts(), member=member, how=how))
    return came
