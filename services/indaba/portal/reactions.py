"""What the portal does about events of others."""

from datetime import UTC, datetime

from indaba.contracts.erasure import PortalErased
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import CommunityFounded, MemberErased, MemberLeft, RolesChanged
from indaba.contracts.scheduling import MeetingEvent
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.portal.store import Store

_UUID7 = 7


async def note_community(event: CommunityFounded, work: Work) -> None:
    """Keep a copy of what its page shows."""
    await Store(work.connection, work.now).keep_community(event)


async def note_change(event: MeetingEvent, work: Work) -> None:
    """A meeting was called, moved, called off, closed or blanked: calendars should know."""
    await _keep(event, work, by_organiser=True)


async def note_answer(event: MeetingEvent, work: Work) -> None:
    """Somebody answered, or it is about to begin: pages should know, calendars need not."""
    await _keep(event, work, by_organiser=False)


async def end_sessions(event: MemberLeft | RolesChanged, work: Work) -> None:
    """Who has no role in a community any more is not signed in to it."""
    if isinstance(event, RolesChanged) and event.roles:
        return
    await Store(work.connection, work.now).send_home(event.member, event.community)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Two members were one person: whoever is signed in stays so, by the name that remains."""
    await Store(work.connection, work.now).call_anew(event.gone, event.member)


async def erase_member(event: MemberErased, work: Work) -> None:
    """Sessions are all that names a member here."""
    await erase(work, event.member)
    await Store(work.connection, work.now).send_home(event.member)
    work.tell(
        PortalErased(aggregate=event.erasure, version=1, erasure=event.erasure, service="portal")
    )


async def _keep(event: MeetingEvent, work: Work, *, by_organiser: bool) -> None:
    store = Store(work.connection, work.now)
    await store.keep_meeting(event.meeting, _told_at(work), by_organiser=by_organiser)


def _told_at(work: Work) -> datetime:
    """When the event was told: its id is a UUIDv7 and begins with the millisecond."""
    if work.cause is None or work.cause.version != _UUID7:
        return work.now
    return datetime.fromtimestamp((work.cause.int >> 80) / 1000, UTC)
