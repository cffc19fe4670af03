"""Beginning and ending meetings, by hand or by the clock, and noticing who is present."""

from datetime import timedelta
from functools import partial

from indaba.contracts.holding import MeetingStarted
from indaba.contracts.ids import MemberId
from indaba.contracts.scheduling import CheckedIn, MeetingClosed, Presence
from indaba.ledger import Work
from indaba.scheduling.model import Meeting, door_from
from indaba.scheduling.store import Meetings
from indaba.scheduling.workflows.agenda import carry_over
from indaba.scheduling.workflows.digest import plan_feedback
from indaba.scheduling.workflows.keeping import keep
from indaba.scheduling.workflows.planning import drop, plan
from indaba.scheduling.workflows.series import go_on
from indaba.scheduling.workflows.votes import count_all

SAID_UNTIL = timedelta(minutes=15)
"""How long after the start it is still worth announcing that a meeting has begun."""

DOORS = 31**5


async def begin(before: Meeting, work: Work, chair: MemberId | None = None) -> Meeting:
    """Begin a meeting, emit its event, and plan its end."""
    meeting = before.start(work.now, door_from(work.world.below(DOORS)), chair)
    until = max(meeting.starts_at, meeting.started_at or work.now) + SAID_UNTIL
    await keep(work, before, meeting, partial(MeetingStarted.of, until=until))
    await plan(meeting, work)
    return meeting


async def ended(meeting: Meeting, work: Work) -> None:
    """Store and announce that a meeting is over, and continue its series."""
    await drop(meeting, work)
    meeting = await count_all(meeting, work)
    await Meetings(work).keep(meeting)
    await plan_feedback(meeting, work)
    work.emit(MeetingClosed.of(meeting.facts()))
    await carry_over(meeting, work)
    if meeting.series is not None:
        await go_on(meeting.series, work)


async def count_present(meeting: Meeting, member: MemberId, how: Presence, work: Work) -> Meeting:
    """The meeting with a member in its register, stored. Idempotent."""
    came = meeting.check_in(member, work.now, how)
    if came is not meeting:
        await Meetings(work).keep(came)
        work.emit(CheckedIn.of(came.facts(), member=member, how=how))
    return came
