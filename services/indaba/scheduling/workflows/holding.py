"""Meetings begin and end by the clock where nobody does it; and being there, noticed."""

from datetime import timedelta

from indaba.contracts.holding import MeetingStarted
from indaba.contracts.ids import MemberId
from indaba.contracts.scheduling import CheckedIn, MeetingClosed, Presence
from indaba.ledger import Work
from indaba.scheduling.model import Meeting, door_from
from indaba.scheduling.store import Meetings
from indaba.scheduling.workflows.agenda import carry_over
from indaba.scheduling.workflows.digest import plan_feedback
from indaba.scheduling.workflows.planning import drop, plan
from indaba.scheduling.workflows.series import go_on
from indaba.scheduling.workflows.votes import count_all

SAID_UNTIL = timedelta(minutes=15)
"""That a meeting has begun is worth saying for so long."""

DOORS = 31**5


async def begin(before: Meeting, work: Work, chair: MemberId | None = None) -> Meeting:
    """Begin a meeting, tell of it, and set its closing."""
    meeting = before.start(work.now, door_from(work.world.below(DOORS)), chair)
    await Meetings(work).keep(meeting)
    until = max(meeting.starts_at, meeting.started_at or work.now) + SAID_UNTIL
    work.emit(MeetingStarted.of(meeting.facts(), until=until))
    await plan(meeting, work)
    return meeting


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
