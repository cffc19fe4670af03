"""One function per request that scheduling answers."""

from collections.abc import Callable
from functools import partial

from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.membership import MemberData
from indaba.contracts.refusal import NotAMember
from indaba.contracts.scheduling import (
    AnswerRsvp,
    CancelMeeting,
    CheckedIn,
    CheckIn,
    CloseMeeting,
    ListMeetings,
    MeetingCancelled,
    MeetingClosed,
    MeetingEvent,
    MeetingFacts,
    MeetingMoved,
    MeetingScheduled,
    MeetingShown,
    MeetingsListed,
    MoveMeeting,
    ReadWhen,
    RemindersSet,
    RsvpChanged,
    ScheduleMeeting,
    SetReminders,
    ShowMeeting,
    ShowMySchedulingData,
    WhenRead,
)
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.model import Meeting, NoSuchMeeting, NothingPlanned, code_from, read_when
from indaba.scheduling.store import Meetings
from indaba.scheduling.timers import meetings as timers

CODES = 31**9
"""Far more than there are codes, so that each is as likely."""


async def understand_when(request: ReadWhen, work: Work) -> WhenRead:
    """Read a free-text time in the asker's zone."""
    return read_when(request.text, work.now, work.passport.zone, work.passport.locale)


async def schedule_meeting(request: ScheduleMeeting, work: Work) -> MeetingShown:
    """Call a meeting."""
    author, community = work.passport.a_facilitator(), work.passport.in_community()
    store = Meetings(work)
    meeting = Meeting.called(
        id=MeetingId(work.world.new_id()),
        community=community,
        code=await _fresh_code(work, store, community),
        author=author,
        title=request.title,
        starts=request.starts,
        zone=request.zone,
        minutes=request.minutes,
        now=work.now,
    )
    await store.add(meeting)
    await timers.plan(meeting, work)
    work.tell(MeetingScheduled.of(meeting.facts()))
    return MeetingShown(meeting=meeting.facts())


async def move_meeting(request: MoveMeeting, work: Work) -> MeetingShown:
    """Give a meeting another time."""
    work.passport.a_facilitator()
    before = await _meeting(work, request.code)
    meeting = before.move(request.starts, request.zone, work.now)
    if meeting is not before:
        await timers.plan(meeting, work)
    return await _changed(work, before, meeting, MeetingMoved.of)


async def cancel_meeting(request: CancelMeeting, work: Work) -> MeetingShown:
    """Call a meeting off."""
    work.passport.a_facilitator()
    before = await _meeting(work, request.code)
    meeting = before.cancel(request.reason)
    await timers.drop(meeting, work)
    return await _changed(work, before, meeting, MeetingCancelled.of)


async def close_meeting(request: CloseMeeting, work: Work) -> MeetingShown:
    """End a meeting by hand."""
    work.passport.a_facilitator()
    before = await _meeting(work, request.code)
    meeting = before.close(work.now)
    await timers.drop(meeting, work)
    return await _changed(work, before, meeting, MeetingClosed.of)


async def answer_rsvp(request: AnswerRsvp, work: Work) -> MeetingShown:
    """Keep whether a member comes."""
    member = await now_called(work, work.passport.a_member())
    before = await _meeting(work, request.code)
    meeting = before.answer(member, request.answer, work.now)
    said = partial(RsvpChanged.of, member=member, answer=request.answer)
    return await _changed(work, before, meeting, said)


async def check_in(request: CheckIn, work: Work) -> MeetingShown:
    """Keep that a member is here."""
    member = await now_called(work, work.passport.a_member())
    before = await _meeting(work, request.code)
    meeting = before.check_in(member, work.now)
    return await _changed(work, before, meeting, partial(CheckedIn.of, member=member))


async def show_meeting(request: ShowMeeting, work: Work) -> MeetingShown:
    """Show a meeting by id or code; the next one where neither is given."""
    community = work.passport.in_community()
    if request.meeting is not None:
        found = await Meetings(work).by_id(community, request.meeting)
        if found is None:
            raise NoSuchMeeting(str(request.meeting))
        return _shown(found, work)
    return _shown(await _meeting(work, request.code), work)


async def list_meetings(request: ListMeetings, work: Work) -> MeetingsListed:
    """List what is to come."""
    coming = await Meetings(work).coming(work.passport.in_community(), request.limit)
    return MeetingsListed(meetings=tuple(meeting.facts() for meeting in coming))


async def set_reminders(request: SetReminders, work: Work) -> RemindersSet:
    """Turn the asker's reminders on or off."""
    member, store = work.passport.a_member(), Meetings(work)
    await (store.unmute(member) if request.on else store.mute(member))
    return RemindersSet(on=request.on)


async def show_my_data(request: ShowMySchedulingData, work: Work) -> MemberData:  # noqa: ARG001 - says all
    """Show all that is kept here about the asker."""
    member = work.passport.member
    if member is None:
        raise NotAMember
    store = Meetings(work)
    reminders = "off" if await store.is_muted(member) else "on"
    kept = {"reminders": reminders, **await store.history(member)}
    return MemberData(service="scheduling", data=kept)


async def _changed(
    work: Work, before: Meeting, meeting: Meeting, said: Callable[[MeetingFacts], MeetingEvent]
) -> MeetingShown:
    """Keep and tell what changed, if anything did, and show it."""
    if meeting is not before:
        await Meetings(work).keep(meeting)
        work.tell(said(meeting.facts()))
    return _shown(meeting, work)


async def _meeting(work: Work, code: str | None) -> Meeting:
    """The community's meeting with a code; the next one without. Raises in words."""
    store, community = Meetings(work), work.passport.in_community()
    found = await (store.by_code(community, code) if code else store.next(community))
    if found is None:
        raise NoSuchMeeting(code) if code else NothingPlanned
    return found


async def _fresh_code(work: Work, store: Meetings, community: CommunityId) -> str:
    """A code this community never used; longer ones once the short are rare."""
    for length in (4, 4, 4, 5, 5, 6, 8):
        code = code_from(work.world.below(CODES), length)
        if not await store.code_is_taken(community, code):
            return code
    raise AssertionError


def _shown(meeting: Meeting, work: Work) -> MeetingShown:
    member = work.passport.member
    return MeetingShown(meeting=meeting.facts(), mine=meeting.rsvps.get(member) if member else None)
