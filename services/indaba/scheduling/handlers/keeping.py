"""What every handler about meetings does: find the meeting, keep what changed, show it."""

from indaba.contracts.ids import MeetingCode, MemberId
from indaba.contracts.passport import Role
from indaba.contracts.scheduling import MeetingShown
from indaba.ledger import Work
from indaba.scheduling.model import (
    Meeting,
    NoSuchMeeting,
    NothingHeld,
    NothingPlanned,
    NotLive,
    NotTheChair,
)
from indaba.scheduling.store import Meetings
from indaba.scheduling.workflows.keeping import Said, keep


async def changed(work: Work, before: Meeting, meeting: Meeting, said: Said) -> MeetingShown:
    """Keep and tell what changed, if anything did, and show it."""
    await keep(work, before, meeting, said)
    return shown(meeting, work)


async def meeting_called(work: Work, code: MeetingCode | None) -> Meeting:
    """The community's meeting with a code; the one on or next without. Raises in words."""
    store, community = Meetings(work), work.passport.in_community()
    found = await (store.by_code(community, code) if code else store.next(community))
    if found is None:
        raise NoSuchMeeting(code) if code else NothingPlanned
    return found


async def meeting_on(work: Work, code: MeetingCode | None) -> Meeting:
    """The meeting that is on, or the one with a code. Raises `NotLive` or `NoSuchMeeting`."""
    if code:
        return await meeting_called(work, code)
    found = await Meetings(work).live(work.passport.in_community())
    if found is None:
        raise NotLive
    return found


async def meeting_on_or_last(work: Work, code: MeetingCode | None) -> Meeting:
    """The meeting with a code, else the one that is on, else the last. Raises in words."""
    if code:
        return await meeting_called(work, code)
    store, community = Meetings(work), work.passport.in_community()
    found = await store.live(community) or await store.last(community)
    if found is None:
        raise NothingHeld
    return found


def facilitates(work: Work) -> bool:
    """Whether the asker is a facilitator here."""
    return Role.FACILITATOR in work.passport.roles


def check_chair(work: Work, meeting: Meeting, member: MemberId) -> None:
    """Raises `NotTheChair` for who neither chairs it nor facilitates the community."""
    if not (facilitates(work) or member == meeting.chair):
        raise NotTheChair


def shown(meeting: Meeting, work: Work) -> MeetingShown:
    """A meeting as its asker may see it."""
    member = work.passport.member
    mine = meeting.rsvps.get(member) if member else None
    waiting = meeting.waiting
    return MeetingShown(
        meeting=meeting.facts(),
        mine=mine.answer if mine else None,
        my_guests=mine.guests if mine else 0,
        waiting=waiting.index(member) + 1 if member in waiting else 0,
        door=(meeting.door or None) if facilitates(work) else None,
    )
