"""Actions come back by themselves, before the next meeting, to whoever promised them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.actions import ActionsDue
from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.scheduling.model import Action, Meeting
from indaba.scheduling.store import Actions, Meetings

ASK_OWNERS = "ask-owners"
LEADS = (timedelta(days=2), timedelta(hours=2))
"""Two days before the meeting; two hours for one called later than that."""


async def plan(meeting: Meeting, work: Work) -> None:
    """Set when owners are asked, replacing an earlier time."""
    ahead = [due for lead in LEADS if (due := meeting.starts_at - lead) > work.now]
    if ahead and meeting.status is MeetingStatus.SCHEDULED:
        await work.set_timer(ahead[0], ASK_OWNERS, str(meeting.id), {"meeting": str(meeting.id)})


async def ask_owners(body: dict[str, Any], work: Work) -> None:
    """Say who is to be asked about which actions; nobody, nothing."""
    meeting = await Meetings(work).alone(MeetingId(UUID(body["meeting"])))
    if meeting is None or meeting.status is not MeetingStatus.SCHEDULED:
        return
    if work.now >= meeting.starts_at:
        return
    theirs: dict[MemberId, list[Action]] = {}
    for action in await Actions(work).open(meeting.community):
        if action.owner is not None:
            theirs.setdefault(action.owner, []).append(action)
    for member, owned in theirs.items():
        work.emit(
            ActionsDue(
                aggregate=work.world.new_id(),
                version=1,
                community=meeting.community,
                member=member,
                actions=tuple(action.facts() for action in owned),
                meeting=meeting.facts(),
                until=meeting.starts_at,
            )
        )
