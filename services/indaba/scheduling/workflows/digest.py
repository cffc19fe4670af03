"""Plans the weekly digest, and feedback after a meeting: asking for it, and its release."""

from datetime import timedelta

from indaba.contracts.digest import FeedbackFigures
from indaba.contracts.ids import CommunityId
from indaba.ledger import Work
from indaba.ledger.releases import Releases
from indaba.scheduling.model import Choices, Meeting, next_digest
from indaba.scheduling.model.feedback import QUESTIONS, taken_until, tally
from indaba.scheduling.store import Votes

DIGEST, FEEDBACK, RELEASE = "digest", "ask-feedback", "release-feedback"
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
    """Plan to ask those who came for feedback, an hour after the end, and to close it."""
    if meeting.started_at is None:
        return
    body = {"meeting": str(meeting.id)}
    if meeting.present:
        due = max(meeting.ended_at or work.now, work.now) + ASKED_AFTER
        await work.set_timer(due, FEEDBACK, str(meeting.id), body, meeting.community)
    closes = taken_until(meeting)
    await work.set_timer(closes, RELEASE, str(meeting.id), body, meeting.community)


async def release_feedback(meeting: Meeting, work: Work) -> FeedbackFigures:
    """What may be told of feedback that is closed: as it was told the first time."""
    answers = await Votes(work).how_it_was(meeting.id)
    releases = await Releases.of(work, meeting.community, since=meeting.starts_at)
    return FeedbackFigures(
        needed=releases.least,
        **{
            question: await releases.once(
                f"feedback/{meeting.id}/{question}", tally(question, answers), partitions
            )
            for question, partitions in QUESTIONS.items()
        },
    )
