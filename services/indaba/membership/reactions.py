"""What membership does about events of others."""

from indaba.contracts.erasure import ErasureAnswered
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.library import ResourceSaved, ResourceShared, ResourceUsed
from indaba.contracts.membership import MemberErasureFinished
from indaba.contracts.scheduling import CheckedIn, MeetingScheduled, RsvpChanged
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.membership.store import Engaged, Erasing


async def count_erasure_answer(event: ErasureAnswered, work: Work) -> None:
    """When every service has answered, forget the old id itself."""
    erasing = Erasing(work)
    member = await erasing.answer(event.erasure, event.service)
    if member is None:
        return
    await erase(work, member)
    expected = await erasing.expected_of(event.erasure)
    work.emit(MemberErasureFinished(aggregate=event.erasure, version=1, services=tuple(expected)))


Sign = RsvpChanged | CheckedIn | MeetingScheduled | ResourceSaved | ResourceUsed | ResourceShared
"""Events by which a member takes part."""


async def note_sign(event: Sign, work: Work) -> None:
    """Somebody took part today."""
    community, member = _who(event)
    await Engaged(work).was_seen(community, member)


def _who(event: Sign) -> tuple[CommunityId, MemberId]:
    match event:
        case RsvpChanged() | CheckedIn():
            return event.meeting.community, event.member
        case MeetingScheduled():
            return event.meeting.community, event.meeting.author
        case ResourceSaved():
            return event.resource.community, event.resource.author
        case _:
            return event.resource.community, event.member
