"""Who comes to a meeting: places, guests, roles, reminders, and after an outage."""

from datetime import timedelta

import pytest

from indaba.contracts import reminding
from indaba.contracts import scheduling as s
from indaba.contracts.refusal import Refused
from services.scheduling.whole_meetings import called, told
from services.town import Town
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

YES = s.RsvpAnswer.YES


async def test_who_waits_moves_up_when_somebody_leaves_and_is_told_once(town: Town) -> None:
    lindiwe = await town.founded()
    meeting = await called(town, lindiwe, capacity=2)
    thandi, sipho = await town.joined("@thandi:x"), await town.joined("@sipho:x")
    await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES, guests=1), lindiwe)
    first = await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), thandi)
    second = await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), sipho)
    assert (first.waiting, second.waiting) == (1, 2)

    await town.ask(s.AnswerRsvp(code=meeting.code, answer=s.RsvpAnswer.NO), lindiwe)
    shown = await town.ask(s.ShowMeeting(code=meeting.code), sipho)
    assert (shown.waiting, shown.meeting.counts.yes) == (0, 2)
    [moved] = await told(town, "scheduling.moved-up.v1")
    assert moved["members"] == [str(thandi.passport.member), str(sipho.passport.member)]


async def test_more_guests_than_places_are_refused_and_nothing_changes(town: Town) -> None:
    lindiwe = await town.founded()
    meeting = await called(town, lindiwe, capacity=2)
    await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), lindiwe)
    with pytest.raises(Refused, match="1 place is free"):
        await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES, guests=2), lindiwe)
    shown = await town.ask(s.ShowMeeting(code=meeting.code), lindiwe)
    assert (shown.meeting.counts.yes, shown.my_guests) == (1, 0)


async def test_after_the_cut_off_a_yes_is_refused_and_a_no_is_taken(town: Town) -> None:
    lindiwe = await town.founded()
    meeting = await called(town, lindiwe)
    await town.ask(s.ChangeMeeting(code=meeting.code, answers_close=2 * 24 * 60 + 60), lindiwe)
    with pytest.raises(Refused, match="were taken until"):
        await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), lindiwe)
    no = await town.ask(s.AnswerRsvp(code=meeting.code, answer=s.RsvpAnswer.NO), lindiwe)
    assert no.mine is s.RsvpAnswer.NO


async def test_a_role_for_the_day_is_one_persons(town: Town) -> None:
    lindiwe = await town.founded()
    thandi = await town.joined("@thandi:x")
    meeting = await called(town, lindiwe)
    await town.ask(s.ChangeMeeting(code=meeting.code, roles=("Greeter", "Notes")), lindiwe)
    shown = await town.ask(s.TakeRole(code=meeting.code, role="greeter"), thandi)
    assert [role.member for role in shown.meeting.roles] == [thandi.passport.member, None]
    with pytest.raises(Refused, match="taken that role"):
        await town.ask(s.TakeRole(code=meeting.code, role="Greeter"), lindiwe)
    with pytest.raises(Refused, match="Its roles are: Greeter, Notes"):
        await town.ask(s.TakeRole(code=meeting.code, role="cook"), lindiwe)


async def test_reminders_go_at_each_time_chosen_and_wait_for_the_end_of_quiet_hours(
    town: Town,
) -> None:
    lindiwe = await town.founded(zone="Etc/UTC")
    thandi = await town.joined("@thandi:x")
    leads = reminding.SetReminderTimes(leads=(60, 24 * 60))
    assert (await town.ask(leads, lindiwe)).leads == (1440, 60)
    meeting = await called(town, lindiwe)
    due = meeting.starts_at - timedelta(days=1)
    begins, ends = due - timedelta(hours=1), due + timedelta(hours=1)
    quiet = reminding.SetQuietHours(begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}")
    await town.ask(quiet, thandi)
    for held in (lindiwe, thandi):
        await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), held)
    town.later(hours=24, minutes=1)

    async def reminded(count: int) -> bool:
        return len(await told(town, "scheduling.reminder-due.v1")) == count

    await until(lambda: reminded(1))
    [first] = await told(town, "scheduling.reminder-due.v1")
    assert first["members"] == [str(lindiwe.passport.member)]
    town.later(hours=1, minutes=1)
    await until(lambda: reminded(2))
    assert (await told(town, "scheduling.reminder-due.v1"))[1]["members"] == [
        str(thandi.passport.member)
    ]
    town.later(hours=21, minutes=58)
    await until(lambda: reminded(3))


async def test_after_a_four_hour_outage_nobody_is_reminded_late_and_all_is_in_order(
    town: Town,
) -> None:
    lindiwe = await town.founded()
    meeting = await called(town, lindiwe)
    await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), lindiwe)
    town.later(days=2, hours=4)
    again = await town.passport("@lindiwe:example.org")

    async def closed() -> bool:
        shown = await town.ask(s.ShowMeeting(code=meeting.code), again)
        return shown.meeting.status is s.MeetingStatus.CLOSED

    await until(closed)
    assert await told(town, "scheduling.reminder-due.v1") == []
    assert await told(town, "scheduling.meeting-started.v1") == []
    assert len(await told(town, "scheduling.meeting-closed.v1")) == 1
