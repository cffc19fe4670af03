"""A meeting's timers: set when it is scheduled, replaced when it moves, cancelled at its end."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model import Meeting
from indaba.scheduling.store import ChoicesMade
from indaba.scheduling.workflows import actions

REMIND = "remind"
REMIND_LATER = "remind-later"
START = "start"
CLOSE = "close"
LAST_CALL = 5
"""Minutes before the start at which to remind of a meeting scheduled too late for all others."""


async def plan(meeting: Meeting, work: Work) -> None:
    """Set the meeting's timers, replacing earlier ones."""
    await drop(meeting, work)
    body, lane = {"meeting": str(meeting.id)}, meeting.community
    if meeting.status is MeetingStatus.SCHEDULED:
        leads = (await ChoicesMade(work).of(meeting.community)).leads
        for lead in _ahead(meeting, leads, work.now):
            due = meeting.remind_at(timedelta(minutes=lead))
            with_lead = {**body, "lead": lead}
            await work.set_timer(due, REMIND, f"{meeting.id}/{lead}", with_lead, lane)
        await work.set_timer(meeting.starts_at, START, str(meeting.id), body, lane)
        await actions.plan(meeting, work)
    await work.set_timer(meeting.closes_itself_at, CLOSE, str(meeting.id), body, lane)


def _ahead(meeting: Meeting, leads: Iterable[int], now: datetime) -> list[int]:
    """The reminders still to come, in minutes before the start; the last call if there are none."""
    chosen = list(leads)
    ahead = [n for n in chosen if meeting.remind_at(timedelta(minutes=n)) > now]
    late = chosen and not ahead and meeting.remind_at(timedelta(minutes=LAST_CALL)) > now
    return [LAST_CALL] if late else ahead


async def drop(meeting: Meeting, work: Work) -> None:
    """Cancel the meeting's timers. Idempotent."""
    await work.cancel_timer(START, str(meeting.id))
    await work.cancel_timer(actions.ASK_OWNERS, str(meeting.id))
    await work.cancel_timer(CLOSE, str(meeting.id))
    await work.cancel_timers(REMIND, f"{meeting.id}/")
    await work.cancel_timers(REMIND_LATER, f"{meeting.id}/")
