"""Once a week the community hears what was and what comes; after meetings, how it was is asked."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.digest import DigestDue, FeedbackAsked
from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model import Choices, Meeting, next_digest
from indaba.scheduling.store import ChoicesMade, Meetings, Weeks

DIGEST, FEEDBACK = "digest", "ask-feedback"
LATEST = timedelta(hours=12)
ASKED_AFTER = timedelta(hours=1)
ASKED_UNTIL = timedelta(days=2)


async def plan_digest(community: CommunityId, choices: Choices, work: Work) -> None:
    """Set the next digest, replacing an earlier choice."""
    due = next_digest(choices, work.now)
    if due is None:
        await work.cancel_timer(DIGEST, str(community))
        return
    body = {"community": str(community), "due": due.isoformat()}
    await work.set_timer(due, DIGEST, str(community), body)


async def digest(body: dict[str, Any], work: Work) -> None:
    """A week is over: who wants to hear of it does, unless it is empty or long past."""
    community = CommunityId(UUID(body["community"]))
    choices = await ChoicesMade(work).of(community)
    await plan_digest(community, choices, work)
    due = datetime.fromisoformat(body["due"])
    weeks = Weeks(work)
    if work.now > due + LATEST or not await weeks.has_news(community):
        return
    work.emit(
        DigestDue(
            aggregate=work.world.new_id(),
            version=1,
            community=community,
            members=tuple(await weeks.concerned(community)),
            until=due + LATEST,
        )
    )


async def plan_feedback(meeting: Meeting, work: Work) -> None:
    """An hour after its end, those who came may say how it was."""
    if meeting.started_at is not None and meeting.present:
        ended = meeting.ended_at or work.now
        due = max(ended, work.now) + ASKED_AFTER
        await work.set_timer(due, FEEDBACK, str(meeting.id), {"meeting": str(meeting.id)})


async def ask_feedback(body: dict[str, Any], work: Work) -> None:
    """Ask how it was, once."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.CLOSED:
        return
    until = (meeting.ended_at or work.now) + ASKED_UNTIL
    if work.now >= until:
        return
    work.emit(
        FeedbackAsked.of(
            meeting.facts(),
            asking=work.world.new_id(),
            members=tuple(meeting.present),
            until=until,
        )
    )
