"""What the portal does about events of others."""

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
    """Keep a copy of what its page shows."""
    copies = CopyWriter(work)
    copies.community(event)
    copies.platforms(event.aggregate, event.places, event.version)


async def note_publication(event: PublicationChanged, work: Work) -> None:
    """The world sees more of a community, or less."""
    CopyWriter(work).publication(event)


async def note_address(event: AddressRenewed, work: Work) -> None:
    """A community has another key; the old one opens nothing, and members' own calendars end."""
    CopyWriter(work).address(event)
    there = CommunityId(event.aggregate)
    await Store(work).answers.revoke_all(there, _told_at(work))


async def note_places(event: PlacesChanged, work: Work) -> None:
    """A room joined or left: its platform may be a new one, or the last of its kind."""
    CopyWriter(work).platforms(event.aggregate, event.places, event.version)


async def note_change(event: MeetingEvent, work: Work) -> None:
    """A meeting was called, moved, called off, closed or blanked: calendars should know."""
    _keep(event, work, by_organiser=True)


async def note_answer(event: MeetingEvent, work: Work) -> None:
    """Somebody answered, or it is about to begin: pages should know, calendars need not."""
    _keep(event, work, by_organiser=False)


async def note_rsvp(event: RsvpChanged, work: Work) -> None:
    """A member's own calendar shows what they come to."""
    _keep(event, work, by_organiser=False)
    CopyWriter(work).answer(
        event.meeting.id, event.member, event.answer, event.version, _told_at(work)
    )


async def note_series(event: SeriesEvent, work: Work) -> None:
    """A series was called, changed or ended."""
    CopyWriter(work).series(event.series, _told_at(work))


async def note_document(event: DocumentEvent, work: Work) -> None:
    """Minutes were approved or highlights shared; without text they are gone."""
    _keep(event, work, by_organiser=False)
    kind = Kind.HIGHLIGHTS if isinstance(event, HighlightsShared) else Kind.MINUTES
    CopyWriter(work).document(event.meeting.id, kind, event.document, _told_at(work))


async def end_sessions(event: MemberLeft | RolesChanged, work: Work) -> None:
    """Somebody without a role in a community is signed out of it and loses its feeds."""
    if isinstance(event, RolesChanged) and event.roles:
        return
    store = Store(work)
    await store.send_home(event.member, event.community)
    await store.answers.revoke(event.member, event.community)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Two members were one person: sessions and calendars move to the remaining id."""
    version, until = event.version, event.undo_until
    await merge(work, event.gone, event.member, _become_one, version=version, until=until)


async def part_members(event: MembersParted, work: Work) -> None:
    """Two members are two again: what was the one's before is so again."""
    await part(work, event.gone, _become_one, version=event.version)


async def shut_out(event: AccountUnlinked, work: Work) -> None:
    """Whoever has the account may have signed in as the member, or have their calendar's address.

    It is not known by which account somebody signed in, so that all sign in again.
    """
    store = Store(work)
    await store.send_home(event.member)
    await store.answers.revoke_since(event.member, event.since)


async def _become_one(gone: MemberId, member: MemberId, work: Work) -> None:
    store = Store(work)
    await store.call_anew(gone, member)
    await store.answers.give_keys(gone, member)


async def erase_member(event: MemberErased, work: Work) -> None:
    """Sessions, answers and addresses of calendars are all that names a member here."""
    await _forget(event.member, work)
    await erase(work, event.member)
    work.emit(
        PortalErased(aggregate=event.erasure, version=1, erasure=event.erasure, service="portal")
    )


async def unlink_member(event: MembershipUnlinked, work: Work) -> None:
    """Who left everywhere long ago is known no more."""
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
    """When the event was told: its id is a UUIDv7 and begins with the millisecond."""
    if work.cause is None or work.cause.version != _UUID7:
        return work.now
    return datetime.fromtimestamp((work.cause.int >> 80) / 1000, UTC)
