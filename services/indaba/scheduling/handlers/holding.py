"""Holding meetings: beginning, attendance, ending."""

from functools import partial
from itertools import chain

from indaba.contracts.holding import (
    CheckInCorrected,
    CorrectRegister,
    RegisterShown,
    ShowRegister,
    StartMeeting,
)
from indaba.contracts.ids import MeetingId
from indaba.contracts.scheduling import (
    CheckedIn,
    CheckIn,
    CloseMeeting,
    MeetingChanged,
    MeetingScheduled,
    MeetingShown,
    MeetingStatus,
)
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers.keeping import (
    check_chair,
    keep_and_show,
    meeting_called,
    meeting_on_or_last,
    shown,
)
from indaba.scheduling.model import (
    AnotherIsOn,
    Meeting,
    NothingPlanned,
    NothingToBegin,
    clean_title,
    to_the_minute,
    wall,
    zone_named,
)
from indaba.scheduling.store import Meetings
from indaba.scheduling.workflows import holding as timers
from indaba.scheduling.workflows.codes import fresh_code

DEFAULT_MINUTES = 60


async def start_meeting(request: StartMeeting, work: Work) -> MeetingShown:
    """Begin the named meeting, the one whose time has come, or a new one on the spot.

    Raises `AnotherIsOn`.
    """
    member = await now_called(work, work.passport.a_member())
    before = await _to_begin(request, work)
    if before is None:
        work.passport.a_facilitator()
        before = await _on_the_spot(request, work)
    check_chair(work, before, member)
    if before.status is MeetingStatus.LIVE:
        return shown(before, work)
    on = await Meetings(work).live(before.community)
    if on is not None:
        raise AnotherIsOn(on.code)
    return shown(await timers.begin(before, work, chair=member), work)


async def _to_begin(request: StartMeeting, work: Work) -> Meeting | None:
    """The meeting to begin; `None` if a new one is to be held, as with a new title."""
    if request.code:
        return await meeting_called(work, request.code)
    if request.title:
        return None
    meeting = await Meetings(work).next(work.passport.in_community())
    if meeting is None:
        raise NothingToBegin
    return meeting


async def _on_the_spot(request: StartMeeting, work: Work) -> Meeting:
    author, community = work.passport.a_facilitator(), work.passport.in_community()
    on = await Meetings(work).live(community)
    if on is not None:
        raise AnotherIsOn(on.code)
    zone = request.zone or work.passport.zone
    now = to_the_minute(wall(work.now, zone_named(zone)))
    meeting = Meeting(
        id=MeetingId(work.world.new_id()),
        community=community,
        code=await fresh_code(work, community),
        author=author,
        title=clean_title(request.title or ""),
        starts=now,
        zone=zone,
        minutes=DEFAULT_MINUTES,
    )
    await Meetings(work).add(meeting)
    work.emit(MeetingScheduled.of(meeting.facts()))
    return meeting


async def close_meeting(request: CloseMeeting, work: Work) -> MeetingShown:
    """End a meeting. One that has ended stays as it is."""
    member = await now_called(work, work.passport.a_member())
    before = await _to_end(request, work)
    check_chair(work, before, member)
    meeting = before.close(work.now)
    if meeting is not before:
        await timers.ended(meeting, work)
    return shown(meeting, work)


async def _to_end(request: CloseMeeting, work: Work) -> Meeting:
    if request.code:
        return await meeting_called(work, request.code)
    meeting = await Meetings(work).live(work.passport.in_community())
    return meeting or await meeting_called(work, None)


async def check_in(request: CheckIn, work: Work) -> MeetingShown:
    """Check in the asker."""
    member = await now_called(work, work.passport.a_member())
    before = await meeting_called(work, request.code)
    meeting = before.check_in(member, work.now, request.how, request.door)
    how = meeting.present[member]
    return await keep_and_show(work, before, meeting, partial(CheckedIn.of, member=member, how=how))


async def show_register(request: ShowRegister, work: Work) -> RegisterShown:
    """Show who attended."""
    return _register(await meeting_on_or_last(work, request.code))


async def correct_register(request: CorrectRegister, work: Work) -> RegisterShown:
    """Add members to the register or remove them, by a facilitator. Raises `NothingPlanned`."""
    before = await meeting_on_or_last(work, request.code)
    if before.status is MeetingStatus.CANCELLED:
        raise NothingPlanned
    came = [await now_called(work, member) for member in request.came]
    left = [await now_called(work, member) for member in request.was_not_there]
    meeting = before.corrected(came, left, request.walk_ins)
    if meeting is before:
        return _register(meeting)
    await Meetings(work).keep(meeting)
    facts = meeting.facts()
    added = [m for m in meeting.present if m not in before.present]
    gone = [m for m in before.present if m not in meeting.present]
    events = chain(
        (CheckedIn.of(facts, member=m, how=meeting.present[m]) for m in added),
        (CheckInCorrected.of(facts, member=m) for m in gone),
    )
    for event in events:
        work.emit(event)
    work.emit(MeetingChanged.of(facts))
    return _register(meeting)


def _register(meeting: Meeting) -> RegisterShown:
    return RegisterShown(meeting=meeting.facts(), present=tuple(meeting.present.items()))
