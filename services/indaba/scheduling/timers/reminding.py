"""Who is reminded when, outside of everybody's quiet hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.scheduling import ReminderDue
from indaba.ledger import Work
from indaba.scheduling.model import Meeting
from indaba.scheduling.store import ChoicesMade, Meetings
from indaba.scheduling.timers.planning import REMIND_LATER


async def remind(body: dict[str, Any], work: Work) -> None:
    """Say who is to be reminded now; those in quiet hours, when these are over. Nobody, nothing."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    lead = timedelta(minutes=body["lead"])
    # Not yet: the meeting was moved at the moment its old timer fired.
    if meeting is None or not meeting.remind_at(lead) <= work.now < meeting.starts_at:
        return
    muted = await ChoicesMade(work).muted(meeting.rsvps)
    await _remind(meeting, meeting.to_remind(muted), work)


async def _remind(meeting: Meeting, members: Sequence[MemberId], work: Work) -> None:
    quiet = await ChoicesMade(work).quiet_hours(members)
    later = {m: hours.over_at(work.now) for m, hours in quiet.items()}
    _tell_reminder(meeting, [m for m in members if later.get(m) is None], work)
    await _remind_later(meeting, {m: due for m, due in later.items() if due}, work)


async def _remind_later(meeting: Meeting, later: dict[MemberId, datetime], work: Work) -> None:
    for due in sorted(set(later.values())):
        if due >= meeting.starts_at:
            continue
        members = [str(m) for m, at in later.items() if at == due]
        body = {"meeting": str(meeting.id), "members": members}
        key = f"{meeting.id}/{due.isoformat()}"
        await work.set_timer(due, REMIND_LATER, key, body)


async def remind_later(body: dict[str, Any], work: Work) -> None:
    """Remind those whose quiet hours are over, if they still come; the others, later again."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or work.now >= meeting.starts_at:
        return
    waited = {MemberId(UUID(member)) for member in body["members"]}
    muted = await ChoicesMade(work).muted(waited)
    await _remind(meeting, [m for m in meeting.to_remind(muted) if m in waited], work)


def _tell_reminder(meeting: Meeting, members: list[MemberId], work: Work) -> None:
    if members:
        work.emit(
            ReminderDue.of(
                meeting.facts(),
                reminder=work.world.new_id(),
                members=tuple(members),
                until=meeting.starts_at,
            )
        )
