"""Actions come back by themselves, before the next meeting, to whoever promised them."""

from datetime import timedelta

from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model import Meeting

ASK_OWNERS = "ask-owners"
LEADS = (timedelta(days=2), timedelta(hours=2))
"""Two days before the meeting; two hours for one called later than that."""


async def plan(meeting: Meeting, work: Work) -> None:
    """Set when owners are asked, replacing an earlier time."""
    ahead = [due for lead in LEADS if (due := meeting.starts_at - lead) > work.now]
    if ahead and meeting.status is MeetingStatus.SCHEDULED:
        body = {"meeting": str(meeting.id)}
        await work.set_timer(ahead[0], ASK_OWNERS, str(meeting.id), body, meeting.community)
