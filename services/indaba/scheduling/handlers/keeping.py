"""What all handlers about meetings share: finding, storing and showing a meeting."""

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
from indaba.scheduling.workflows.keeping import EventOf, keep


async def keep_and_show(
    work: Work, before: Meeting, meeting: Meeting, event_of: EventOf
) -> MeetingShown:
    """Store a meeting and emit its event if it changed, and show it."""
    await keep(work, before, meeting, event_of)
    return shown(meeting, work)


async def meeting_called(work: Work, code: MeetingCode | None) -> Meeting:
    """The meeting with a code; without one, the meeting that is on or comes next.

    Raises `NoSuchMeeting` or `NothingPlanned`.
    """
    store, community = Meetings(work), work.passport.in_community()
    meeting = await (store.by_code(community, code) if code else store.next(community))
    if meeting is None:
        raise NoSuchMeeting(code) if code else NothingPlanned
    return meeting


async def meeting_on(work: Work, code: MeetingCode | None) -> Meeting:
    """The meeting that is on, or the one with a code. Raises `NotLive` or `NoSuchMeeting`."""
    if code:
        return await meeting_called(work, code)
    meeting = await Meetings(work).live(work.passport.in_community())
    if meeting is None:
        raise NotLive
    return meeting


async def meeting_on_or_last(work: Work, code: MeetingCode | None) -> Meeting:
    """The meeting with a code; without one, the meeting that is on, else the last.

    Raises `NoSuchMeeting` or `NothingHeld`.
    """
    if code:
        return await meeting_called(work, code)
    store, community = Meetings(work), work.passport.in_community()
    meeting = await store.live(community) or await store.last(community)
    if meeting is None:
        raise NothingHeld
    return meeting


def facilitates(work: Work) -> bool:
    """Whether the asker is a facilitator of the community they ask in."""
    return Role.FACILITATOR in work.passport.roles


def check_chair(work: Work, meeting: Meeting, member: MemberId) -> None:
    """Raise `NotTheChair` unless the member chairs the meeting, or the asker facilitates."""
    if not (facilitates(work) or member == meeting.chair):
        raise NotTheChair


def shown(meeting: Meeting, work: Work) -> MeetingShown:
    """A meeting with what concerns the asker: their answer, their turn, the door code."""
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
