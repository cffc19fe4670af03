"""Attendance: answers, roles for the day, reminders and quiet hours."""

from dataclasses import replace
from functools import partial

from indaba.contracts.reminding import (
    QuietHours,
    RemindersSet,
    ReminderTimes,
    SetQuietHours,
    SetReminders,
    SetReminderTimes,
)
from indaba.contracts.scheduling import (
    AnswerRsvp,
    MeetingChanged,
    MeetingShown,
    RsvpChanged,
    TakeRole,
)
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers.keeping import keep_and_show, meeting_called
from indaba.scheduling.model import Quiet, read_hours
from indaba.scheduling.model.reader.asked import asked_at
from indaba.scheduling.store import ChoicesMade, Meetings
from indaba.scheduling.workflows import planning as timers


async def answer_rsvp(request: AnswerRsvp, work: Work) -> MeetingShown:
    """Store whether a member comes, and with how many guests."""
    member = await now_called(work, work.passport.a_member())
    before = await meeting_called(work, request.code)
    meeting = before.answer(member, request.answer, work.now, request.guests)
    event_of = partial(RsvpChanged.of, member=member, answer=request.answer)
    return await keep_and_show(work, before, meeting, event_of)


async def take_role(request: TakeRole, work: Work) -> MeetingShown:
    """Take a role for the day, or give it back."""
    member = await now_called(work, work.passport.a_member())
    before = await meeting_called(work, request.code)
    meeting = before.take_role(request.role, member, work.now, take=request.take)
    return await keep_and_show(work, before, meeting, MeetingChanged.of)


async def set_reminders(request: SetReminders, work: Work) -> RemindersSet:
    """Turn the asker's reminders on or off."""
    member, chosen = work.passport.a_member(), ChoicesMade(work)
    await (chosen.unmute(member) if request.on else chosen.mute(member))
    return RemindersSet(on=request.on)


async def set_reminder_times(request: SetReminderTimes, work: Work) -> ReminderTimes:
    """Choose when members are reminded. This applies to meetings already scheduled, too."""
    community, chosen = work.passport.in_community(), ChoicesMade(work)
    leads = tuple(sorted(set(request.leads), reverse=True))
    await chosen.choose(community, replace(await chosen.of(community), leads=leads))
    for meeting in await Meetings(work).coming(community, limit=200):
        await timers.plan(meeting, work)
    return ReminderTimes(leads=leads)


async def set_quiet_hours(request: SetQuietHours, work: Work) -> QuietHours:
    """Choose the hours in which the asker is not to be disturbed."""
    member, zone = work.passport.a_member(), work.passport.zone
    begins, ends = request.begins, request.ends
    if request.text:
        asked = asked_at(work.now, zone, work.passport.locale)
        begins, ends = (f"{at:%H:%M}" for at in read_hours(request.text, asked))
    hours = Quiet(begins, ends, zone) if begins and ends and begins != ends else None
    await ChoicesMade(work).be_quiet(member, hours)
    return QuietHours(begins=hours.begins, ends=hours.ends) if hours else QuietHours()
