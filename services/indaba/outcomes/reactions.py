"""What outcomes does about events of others: it keeps countable facts, and nothing else."""

from indaba.contracts.erasure import OutcomesErased
from indaba.contracts.holding import CheckInCorrected
from indaba.contracts.library import HowUsed, ResourceEvent, ResourceUsed
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import (
    CommunityFounded,
    MemberDescribed,
    MemberErased,
    MemberJoined,
    MemberLeft,
)
from indaba.contracts.scheduling import CheckedIn, MeetingEvent
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.ledger.merging import merge, once_called
from indaba.outcomes.store import Store


async def know_community(event: CommunityFounded, work: Work) -> None:
    """A community, and the zone its days are counted in."""
    Store(work).community(event.aggregate, event.zone, event.version)


async def welcome(event: MemberJoined, work: Work) -> None:
    """One member more."""
    Store(work).belongs(event.community, event.member, event.version, belongs=True)


async def part(event: MemberLeft, work: Work) -> None:
    """One member less; what they came to stays counted."""
    Store(work).belongs(event.community, event.member, event.version, belongs=False)


async def describe(event: MemberDescribed, work: Work) -> None:
    """Which organisation a member is of, as a digest."""
    Store(work).described(event.member, event.organisation, event.version)


async def follow_meeting(event: MeetingEvent, work: Work) -> None:
    """A meeting as it is now."""
    Store(work).meeting(event.meeting)


async def count_presence(event: CheckedIn, work: Work) -> None:
    """A member was there."""
    Store(work).meeting(event.meeting)
    Store(work).present(event.meeting, event.member, present=True)


async def take_back_presence(event: CheckInCorrected, work: Work) -> None:
    """A member was not there after all."""
    Store(work).meeting(event.meeting)
    Store(work).present(event.meeting, event.member, present=False)


async def follow_resource(event: ResourceEvent, work: Work) -> None:
    """A resource as it is now."""
    Store(work).resource(event.resource)


async def count_use(event: ResourceUsed, work: Work) -> None:
    """A member used it, or says that it did not work."""
    store = Store(work)
    store.resource(event.resource)
    helped = event.how is not HowUsed.DID_NOT_WORK
    store.used(event.resource.id, event.member, event.version, helped=helped)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Two were one: counted as one from now on, and for what lies behind."""
    await merge(work, event.gone, event.member)


async def erase_member(event: MemberErased, work: Work) -> None:
    """Counts stay, the member goes."""
    known_as = await once_called(work, event.member)
    fresh = await erase(work, event.member)
    await Store(work).forget(event.member, known_as, fresh)
    work.emit(
        OutcomesErased(
            aggregate=event.erasure, version=1, erasure=event.erasure, service="outcomes"
        )
    )
