"""What the portal does when other services report something."""

from datetime import UTC, datetime

from indaba.contracts.erasure import PortalErased
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import (
    AccountUnlinked,
    MembersMerged,
    MembersParted,
    PlacesChanged,
)
from indaba.contracts.membership import CommunityFounded, MemberErased, MemberLeft, RolesChanged
from indaba.contracts.publishing import AddressRenewed, PublicationChanged
from indaba.contracts.record import DocumentEvent, HighlightsShared
from indaba.contracts.retention import MembershipUnlinked
from indaba.contracts.scheduling import MeetingEvent, RsvpChanged
from indaba.contracts.series import SeriesEvent
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.ledger.merging import forget, merge, once_called, part
from indaba.portal.copying import CopyWriter
from indaba.portal.model import Kind
from indaba.portal.store import Store

_UUID7 = 7


async def note_community(event: CommunityFounded, work: Work) -> None:
    """Store a community."""
    copies = CopyWriter(work)
    copies.community(event)
    copies.platforms(event.aggregate, event.places, event.version)


async def note_publication(event: PublicationChanged, work: Work) -> None:
    """Store what the world sees of a community."""
    CopyWriter(work).publication(event)


async def note_address(event: AddressRenewed, work: Work) -> None:
    """Store a community's new key, and end members' own calendars. The old key stops working."""
    CopyWriter(work).address(event)
    community = CommunityId(event.aggregate)
    await Store(work).answers.revoke_all(community, _told_at(work))


async def note_places(event: PlacesChanged, work: Work) -> None:
    """Store the platforms of a community, as a room joined or left."""
    CopyWriter(work).platforms(event.aggregate, event.places, event.version)


async def note_change(event: MeetingEvent, work: Work) -> None:
    """Store a meeting that its organisers changed. Calendars show when that was."""
    _keep(event, work, by_organiser=True)


async def note_answer(event: MeetingEvent, work: Work) -> None:
    """Store a meeting with new counts or state. To calendars this is not a change."""
    _keep(event, work, by_organiser=False)


async def note_rsvp(event: RsvpChanged, work: Work) -> None:
    """Store a member's answer, for their own calendar."""
    _keep(event, work, by_organiser=False)
    CopyWriter(work).answer(
        event.meeting.id, event.member, event.answer, event.version, _told_at(work)
    )


async def note_series(event: SeriesEvent, work: Work) -> None:
    """Store a series."""
    CopyWriter(work).series(event.series, _told_at(work))


async def note_document(event: DocumentEvent, work: Work) -> None:
    """Store minutes or highlights. Without text, they are no longer shown."""
    _keep(event, work, by_organiser=False)
    kind = Kind.HIGHLIGHTS if isinstance(event, HighlightsShared) else Kind.MINUTES
    CopyWriter(work).document(event.meeting.id, kind, event.document, _told_at(work))


async def end_sessions(event: MemberLeft | RolesChanged, work: Work) -> None:
    """End the sessions and feeds, in a community, of a member without a role there."""
    if isinstance(event, RolesChanged) and event.roles:
        return
    store = Store(work)
    await store.send_home(event.member, event.community)
    await store.answers.revoke(event.member, event.community)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Give sessions and calendars of a merged member to the other, as both are one person."""
    version, until = event.version, event.undo_until
    await merge(work, event.gone, event.member, _become_one, version=version, until=until)


async def part_members(event: MembersParted, work: Work) -> None:
    """Part two members again: each gets back what was theirs before."""
    await part(work, event.gone, _become_one, version=event.version)


async def shut_out(event: AccountUnlinked, work: Work) -> None:
    """End all sessions of a member, and calendar addresses made since the account was linked.

    The unlinked account may have used them. The portal does not know with which account somebody
    signed in, so all sessions end.
    """
    store = Store(work)
    await store.send_home(event.member)
    await store.answers.revoke_since(event.member, event.since)


async def _become_one(gone: MemberId, member: MemberId, work: Work) -> None:
    store = Store(work)
    await store.call_anew(gone, member)
    await store.answers.give_keys(gone, member)


async def erase_member(event: MemberErased, work: Work) -> None:
    """Delete the sessions, answers and calendar addresses of a member, and answer the erasure."""
    await _forget(event.member, work)
    await erase(work, event.member)
    work.emit(
        PortalErased(aggregate=event.erasure, version=1, erasure=event.erasure, service="portal")
    )


async def unlink_member(event: MembershipUnlinked, work: Work) -> None:
    """Delete what is stored about a member who left everywhere long ago."""
    await _forget(event.member, work)
    await forget(work, event.member)


async def _forget(member: MemberId, work: Work) -> None:
    store = Store(work)
    for name in (member, *await once_called(work, member)):
        await store.send_home(name)
        await store.answers.forget(name)


def _keep(event: MeetingEvent, work: Work, *, by_organiser: bool) -> None:
    CopyWriter(work).meeting(event.meeting, _told_at(work), by_organiser=by_organiser)


def _told_at(work: Work) -> datetime:
    """When the event was emitted: its id is a UUIDv7, which begins with the milliseconds."""
    if work.cause is None or work.cause.version != _UUID7:
        return work.now
    return datetime.fromtimestamp((work.cause.int >> 80) / 1000, UTC)
