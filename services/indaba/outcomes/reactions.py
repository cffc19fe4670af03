"""What outcomes does when other services report something: it stores countable facts."""

from indaba.contracts.erasure import OutcomesErased
from indaba.contracts.holding import CheckInCorrected
from indaba.contracts.ids import MemberId
from indaba.contracts.library import HowUsed, ResourceEvent, ResourceUsed
from indaba.contracts.linking import MembersMerged, MembersParted
from indaba.contracts.membership import (
    CommunityFounded,
    MemberDescribed,
    MemberErased,
    MemberJoined,
    MemberLeft,
)
from indaba.contracts.retention import (
    LibraryUnlinked,
    MembershipUnlinked,
    SchedulingUnlinked,
)
from indaba.contracts.scheduling import CheckedIn, MeetingEvent
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.ledger.merging import forget, merge, once_called, part, renames_nothing
from indaba.outcomes.store import Store


async def know_community(event: CommunityFounded, work: Work) -> None:
    """Store a community's zone, in which its days are counted."""
    Store(work).community(event.aggregate, event.zone, event.version)


async def welcome(event: MemberJoined, work: Work) -> None:
    """Count a new member."""
    Store(work).belongs(event.community, event.member, event.version, belongs=True)


async def count_no_longer(event: MemberLeft, work: Work) -> None:
    """Count a member no longer. Meetings they attended still count them."""
    Store(work).belongs(event.community, event.member, event.version, belongs=False)


async def describe(event: MemberDescribed, work: Work) -> None:
    """Store a member's organisation, as a digest."""
    Store(work).described(event.member, event.organisation, event.version)


async def follow_meeting(event: MeetingEvent, work: Work) -> None:
    """Store a meeting as it is now."""
    Store(work).meeting(event.meeting)


async def count_presence(event: CheckedIn, work: Work) -> None:
    """Count a member as present at a meeting."""
    Store(work).meeting(event.meeting)
    Store(work).present(event.meeting, event.member, present=True)


async def take_back_presence(event: CheckInCorrected, work: Work) -> None:
    """Count a member as not present after all."""
    Store(work).meeting(event.meeting)
    Store(work).present(event.meeting, event.member, present=False)


async def follow_resource(event: ResourceEvent, work: Work) -> None:
    """Store a resource as it is now."""
    Store(work).resource(event.resource)


async def count_use(event: ResourceUsed, work: Work) -> None:
    """Store whether a resource helped a member who used it."""
    store = Store(work)
    store.resource(event.resource)
    helped = event.how is not HowUsed.DID_NOT_WORK
    store.used(event.resource.id, event.member, event.version, helped=helped)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Count two members as one, in the past as well."""
    version, until = event.version, event.undo_until
    await merge(work, event.gone, event.member, renames_nothing, version=version, until=until)


async def part_members(event: MembersParted, work: Work) -> None:
    """Count two members as two again."""
    await part(work, event.gone, renames_nothing, version=event.version)


async def unlink_presence(event: SchedulingUnlinked, work: Work) -> None:
    """A member's check-ins are those of somebody; nobody knows of whom."""
    names = (event.member, *await once_called(work, event.member))
    await Store(work).unlink_presence(names, MemberId(work.world.new_id()), event.before)


async def unlink_uses(event: LibraryUnlinked, work: Work) -> None:
    """What a member saved and used was so by somebody; nobody knows by whom."""
    names = (event.member, *await once_called(work, event.member))
    await Store(work).unlink_uses(names, MemberId(work.world.new_id()), event.before)


async def unlink_member(event: MembershipUnlinked, work: Work) -> None:
    """Who left everywhere long ago is known no more. Counts stay as they are."""
    known_as = await once_called(work, event.member)
    await Store(work).forget(event.member, known_as, MemberId(work.world.new_id()))
    await forget(work, event.member)


async def erase_member(event: MemberErased, work: Work) -> None:
    """Erase a member. Counts stay as they are."""
    known_as = await once_called(work, event.member)
    fresh = await erase(work, event.member)
    await Store(work).forget(event.member, known_as, fresh)
    work.emit(
        OutcomesErased(
            aggregate=event.erasure, version=1, erasure=event.erasure, service="outcomes"
        )
    )
