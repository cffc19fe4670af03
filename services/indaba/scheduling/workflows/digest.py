"""Plans the weekly digest, and the request for feedback after a meeting."""

from datetime import timedelta

from indaba.contracts.ids import CommunityId
from indaba.ledger import Work
from indaba.scheduling.model import Choices, Meeting, next_digest

DIGEST, FEEDBACK = "digest", "ask-feedback"
LATEST = timedelta(hours=12)
ASKED_AFTER = timedelta(hours=1)
ASKED_UNTIL = timedelta(days=2)


async def plan_digest(community: CommunityId, choices: Choices, work: Work) -> None:
    """Plan the next digest. Replaces an earlier plan."""
    due = next_digest(choices, work.now)
    if due is None:
        await work.cancel_timer(DIGEST, str(community))
        return
    body = {"community": str(community), "due": due.isoformat()}
    await work.set_timer(due, DIGEST, str(community), body, community)


async def plan_feedback(meeting: Meeting, work: Work) -> None:
    """Plan to ask those who came for feedback, an hour after the end."""
    if meeting.started_at is not None and meeting.present:
        ended = meeting.ended_at or work.now
        due = max(ended, work.now) + ASKED_AFTER
        body = {"meeting": str(meeting.id)}
        await work.set_timer(due, FEEDBACK, str(meeting.id), body, meeting.community)
