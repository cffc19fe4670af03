"""Scheduling, changing, moving, cancelling and showing meetings."""

from typing import Any

from indaba.contracts.ids import MeetingId
from indaba.contracts.membership import MemberData
from indaba.contracts.scheduling import (
    CancelMeeting,
    ChangeMeeting,
    ListMeetings,
    MeetingCancelled,
    MeetingChanged,
    MeetingMoved,
    MeetingRestored,
    MeetingScheduled,
    MeetingShown,
    MeetingsListed,
    MoveMeeting,
    RestoreMeeting,
    ScheduleMeeting,
    ShowMeeting,
    ShowMySchedulingData,
    Which,
)
from indaba.ledger import Work
from indaba.ledger.listing import of_the_ledger
from indaba.scheduling.handlers.keeping import keep_and_show, meeting_called, shown
from indaba.scheduling.model import Meeting, NoSuchMeeting, meant_in
from indaba.scheduling.store import ChoicesMade, Meetings, Named, Traces
from indaba.scheduling.workflows import planning as timers
from indaba.scheduling.workflows import series
from indaba.scheduling.workflows.agenda import carry_over, take_up
from indaba.scheduling.workflows.codes import fresh_code


async def schedule_meeting(request: ScheduleMeeting, work: Work) -> MeetingShown:
    """Schedule a meeting."""
    author, community = work.passport.a_facilitator(), work.passport.in_community()
    meeting = Meeting.called(
        id=MeetingId(work.world.new_id()),
        community=community,
        code=await fresh_code(work, community),
        author=author,
        starts=request.starts,
        zone=request.zone,
        now=work.now,
        **request.details(),
    )
    await Meetings(work).add(meeting)
    await timers.plan(meeting, work)
    work.emit(MeetingScheduled.of(meeting.facts()))
    await take_up(meeting, work)
    return shown(meeting, work)


async def change_meeting(request: ChangeMeeting, work: Work) -> MeetingShown:
    """Change anything about a meeting but its time and status."""
    before = await meeting_called(work, request.code)
    given = request.model_dump(exclude={"code"}, exclude_none=True)
    meeting = before.change(work.now, **given)
    if meeting.minutes != before.minutes:
        await timers.plan(meeting, work)
    return await keep_and_show(work, before, meeting, MeetingChanged.of)


async def move_meeting(request: MoveMeeting, work: Work) -> MeetingShown:
    """Move a meeting to another time. It keeps its zone, in whichever the time was said."""
    before = await meeting_called(work, request.code)
    starts = meant_in(before.zone, request.starts, request.zone, work.now)
    meeting = before.move(starts, before.zone, work.now)
    if meeting is not before:
        await timers.plan(meeting, work)
    return await keep_and_show(work, before, meeting, MeetingMoved.of)


async def cancel_meeting(request: CancelMeeting, work: Work) -> MeetingShown:
    """Cancel a meeting. Of a series, only this date is cancelled."""
    before = await meeting_called(work, request.code)
    meeting = before.cancel(request.reason)
    await timers.drop(meeting, work)
    reply = await keep_and_show(work, before, meeting, MeetingCancelled.of)
    await carry_over(meeting, work)
    if meeting.series is not None:
        await series.skip_date(meeting, work)
    return reply


async def restore_meeting(request: RestoreMeeting, work: Work) -> MeetingShown:
    """Undo a cancellation. A meeting that was not cancelled stays as it is."""
    before = await meeting_called(work, request.code)
    meeting = before.restore(work.now)
    if meeting is before:
        return shown(meeting, work)
    await timers.plan(meeting, work)
    reply = await keep_and_show(work, before, meeting, MeetingRestored.of)
    await series.restore_date(meeting, work)
    return reply


async def show_meeting(request: ShowMeeting, work: Work) -> MeetingShown:
    """Show a meeting by id or code; without either, the one that is on or comes next.

    Raises `NoSuchMeeting`.
    """
    community = work.passport.in_community()
    if request.meeting is not None:
        meeting = await Meetings(work).by_id(community, request.meeting)
        if meeting is None:
            raise NoSuchMeeting(str(request.meeting))
        return shown(meeting, work)
    return shown(await meeting_called(work, request.code), work)


async def list_meetings(request: ListMeetings, work: Work) -> MeetingsListed:
    """List meetings to come, those of them that the asker answered, or past ones."""
    store, community = Meetings(work), work.passport.in_community()
    match request.which:
        case Which.PAST:
            meetings = await store.past(community, request.limit)
        case Which.MINE:
            meetings = await store.answered(community, work.passport.a_member(), request.limit)
        case Which.COMING:
            meetings = await store.coming(community, request.limit)
        case Which.CALLED_OFF:
            meetings = await store.called_off(community, request.limit)
    return MeetingsListed(meetings=tuple(meeting.facts() for meeting in meetings))


async def show_my_data(request: ShowMySchedulingData, work: Work) -> MemberData:
    """Show everything that scheduling stores about the asker."""
    member = work.passport.known()
    reminders = "off" if await ChoicesMade(work).is_muted(member) else "on"
    data: dict[str, Any] = {"reminders": reminders, **await Traces(work).history(member)}
    if request.accounts and (there := work.passport.community):
        places = await Named(work).places(there, member, request.accounts)
        data["others wrote about you"] = places
    data["kept by every process"] = await of_the_ledger(member, work)
    return MemberData(service="scheduling", data=data)
