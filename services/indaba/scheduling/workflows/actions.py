"""Brings actions back to their owners before the next meeting."""

from datetime import timedelta

from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model import Meeting

ASK_OWNERS = "ask-owners"
LEADS = (timedelta(days=2), timedelta(hours=2))
"""Two days before the meeting; two hours before one that was scheduled later than that."""


async def plan(meeting: Meeting, work: Work) -> None:
    """Plan when owners are asked. Replaces an earlier plan."""
    ahead = [due for lead in LEADS if (due := meeting.starts_at - lead) > work.now]
    if ahead and meeting.status is MeetingStatus.SCHEDULED:
        body = {"meeting": str(meeting.id)}
        await work.set_timer(ahead[0], ASK_OWNERS, str(meeting.id), body, meeting.community)
