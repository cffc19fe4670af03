"""What scheduling does by the clock: remind once, close what nobody closed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.ids import MeetingId
from indaba.contracts.scheduling import MeetingClosed, MeetingStatus, ReminderDue
from indaba.ledger import Work
from indaba.scheduling.model import Meeting
from indaba.scheduling.store import Meetings

REMIND = "remind"
CLOSE = "close"
LEADS = (timedelta(hours=1), timedelta(minutes=5))
"""A meeting is reminded of an hour before; one called later than that, five minutes before."""


async def plan(meeting: Meeting, work: Work) -> None:
    """Set the meeting's timers, replacing those of an earlier time."""
    await drop(meeting, work)
    key, body = str(meeting.id), {"meeting": str(meeting.id)}
    ahead = [due for lead in LEADS if (due := meeting.remind_at(lead)) > work.now]
    if ahead:
        await work.at(ahead[0], REMIND, key, body)
    await work.at(meeting.closes_itself_at, CLOSE, key, body)


async def drop(meeting: Meeting, work: Work) -> None:
    """Take the meeting's timers away."""
    for kind in (REMIND, CLOSE):
        await work.never(kind, str(meeting.id))


async def remind(body: dict[str, Any], work: Work) -> None:
    """Say who is to be reminded; nobody, nothing."""
    store = Meetings(work)
    meeting = await store.alone(MeetingId(UUID(body["meeting"])))
    # Not yet: the meeting was moved at the moment its old timer fired.
    if meeting is None or not meeting.remind_at(LEADS[0]) <= work.now < meeting.starts_at:
        return
    members = meeting.to_remind(await store.muted(meeting))
    if members:
        work.tell(
            ReminderDue.of(
                meeting.facts(),
                reminder=work.world.new_id(),
                members=members,
                until=meeting.starts_at,
            )
        )


async def close(body: dict[str, Any], work: Work) -> None:
    """Close a meeting that nobody closed."""
    store = Meetings(work)
    before = await store.alone(MeetingId(UUID(body["meeting"])))
    if before is None or before.status is not MeetingStatus.SCHEDULED:
        return
    if before.closes_itself_at > work.now:
        return
    meeting = before.close(work.now)
    await store.keep(meeting)
    work.tell(MeetingClosed.of(meeting.facts()))
