import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from indaba.contracts.agenda import AddAgendaItem, ShowAgenda
from indaba.contracts.holding import StartMeeting
from indaba.contracts.membership import LeaveCommunity, PassportIssued
from indaba.contracts.record import ShowMinutes
from indaba.contracts.refusal import Refused, hint
from indaba.contracts.reminding import SetReminders
from indaba.contracts.scheduling import (
    AnswerRsvp,
    CancelMeeting,
    CheckIn,
    CloseMeeting,
    ListMeetings,
    MeetingFacts,
    MoveMeeting,
    ReminderDue,
    RsvpAnswer,
    ScheduleMeeting,
    ShowMeeting,
)
from indaba.contracts.times import LengthOf, ReadLength, ReadWeekly, ReadWhen
from indaba.contracts.votes import OpenVote
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

THANDI, SIPHO = "@thandi:example.org", "@sipho:example.org"


def _in(town: Town, **time: float) -> datetime:
    """Wall time in Johannesburg, so much from now."""
    johannesburg = town.clock.now() + timedelta(hours=2) + timedelta(**time)
    return johannesburg.replace(tzinfo=None, second=0, microsecond=0)


async def _called(town: Town, held: PassportIssued, **time: float) -> MeetingFacts:
    call = ScheduleMeeting(
        title="Fractions that stick",
        starts=_in(town, **(time or {"days": 3})),
        zone="Africa/Johannesburg",
    )
    return (await town.ask(call, held)).meeting


async def _told(town: Town, wire: str) -> list[dict[str, Any]]:
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{wire}' ORDER BY id"
    return [body for (body,) in await rows(town.ledgers["scheduling"], query)]


async def test_only_a_facilitator_calls_a_meeting(town: Town) -> None:
    await town.founded()
    member = await town.joined(THANDI)

    with pytest.raises(Refused) as refused:
        await _called(town, member)

    assert refused.value.told == "not-allowed"


async def test_the_next_meeting_is_the_soonest(town: Town) -> None:
    held = await town.founded()
    late, soon = await _called(town, held, days=9), await _called(town, held, days=2)

    listed = await town.ask(ListMeetings(), held)

    assert (await town.ask(ShowMeeting(), held)).meeting == soon
    assert [m.code for m in listed.meetings] == [soon.code, late.code]


async def test_nothing_planned_is_said_so(town: Town) -> None:
    held = await town.founded()

    with pytest.raises(Refused) as refused:
        await town.ask(ShowMeeting(), held)

    assert refused.value.told == "nothing-planned"


async def test_answers_are_counted_and_the_last_word_wins(town: Town) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    meeting = await _called(town, held)
    for answer in (RsvpAnswer.YES, RsvpAnswer.YES, RsvpAnswer.MAYBE):
        await town.ask(AnswerRsvp(code=meeting.code, answer=answer), thandi)
    shown = await town.ask(AnswerRsvp(answer=RsvpAnswer.YES), held)

    assert (shown.meeting.counts.yes, shown.meeting.counts.maybe) == (1, 1)
    assert shown.mine is RsvpAnswer.YES
    assert len(await _told(town, "scheduling.rsvp-changed.v1")) == 3


async def test_a_meeting_of_another_community_is_not_seen(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held)
    stranger = await town.founded(SIPHO, "!elsewhere:example.org")

    for asked in (ShowMeeting(code=meeting.code), ShowMeeting(meeting=meeting.id)):
        with pytest.raises(Refused) as refused:
            await town.ask(asked, stranger)
        assert refused.value.told == "no-such-meeting"


async def test_a_moved_meeting_keeps_its_answers_and_counts_its_moves(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held)
    await town.ask(AnswerRsvp(answer=RsvpAnswer.YES), held)
    move = MoveMeeting(code=meeting.code, starts=_in(town, days=5), zone="Africa/Johannesburg")
    moved = (await town.ask(move, held)).meeting

    assert (moved.sequence, moved.moved_from, moved.counts.yes) == (1, meeting.starts, 1)


async def test_a_cancelled_meeting_takes_no_answers(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held)
    await town.ask(CancelMeeting(code=meeting.code, reason="No power"), held)

    with pytest.raises(Refused) as refused:
        await town.ask(AnswerRsvp(code=meeting.code, answer=RsvpAnswer.YES), held)

    assert "called off" in refused.value.words


async def test_reminders_go_once_to_those_who_come_and_want_them(town: Town) -> None:
    held, thandi, sipho = await town.founded(), await town.joined(THANDI), await town.joined(SIPHO)
    meeting = await _called(town, held, hours=3)
    await town.ask(AnswerRsvp(answer=RsvpAnswer.YES), thandi)
    await town.ask(AnswerRsvp(answer=RsvpAnswer.MAYBE), sipho)
    await town.ask(AnswerRsvp(answer=RsvpAnswer.NO), held)
    await town.ask(SetReminders(on=False), sipho)
    town.later(hours=2, minutes=5)

    async def reminded() -> bool:
        return bool(await _told(town, ReminderDue.wire))

    await until(reminded)
    town.later(minutes=30)
    [reminder] = await _told(town, ReminderDue.wire)
    assert reminder["members"] == [str(thandi.passport.member)]
    assert reminder["meeting"]["id"] == str(meeting.id)


async def test_a_meeting_nobody_closed_closes_itself(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held, hours=3)
    town.later(hours=5, minutes=5)

    async def closed() -> bool:
        return bool(await _told(town, "scheduling.meeting-closed.v1"))

    await until(closed)
    with pytest.raises(Refused) as refused:
        await town.ask(
            AnswerRsvp(code=meeting.code, answer=RsvpAnswer.YES),
            await town.passport("@lindiwe:example.org"),
        )
    assert "over" in refused.value.words


async def test_check_in_opens_half_an_hour_before(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held, hours=2)
    with pytest.raises(Refused) as early:
        await town.ask(CheckIn(), held)
    town.later(hours=1, minutes=40)
    fresh = await town.passport("@lindiwe:example.org")
    shown = await town.ask(CheckIn(), fresh)

    assert early.value.told == "check-in-not-open"
    assert shown.meeting.counts.checked_in == 1
    closed = await town.ask(CloseMeeting(code=meeting.code), fresh)
    assert closed.meeting.status == "closed"


async def test_a_time_is_read_in_the_askers_zone(town: Town) -> None:
    held = await town.founded(zone="Europe/London")

    sure = await town.ask(ReadWhen(text="tomorrow 14:00"), held)
    doubtful = await town.ask(ReadWhen(text="tues 8"), held)

    assert (sure.sure, sure.readings[0].zone) == (True, "Europe/London")
    assert not doubtful.sure
    assert doubtful.doubt


async def test_a_time_alone_moves_a_meeting_within_its_own_day(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held, hours=24 * 9)

    moved = await town.ask(ReadWhen(text="23:45", moves=meeting.code), held)

    assert moved.sure
    assert moved.readings[0].starts == meeting.starts.replace(hour=23, minute=45)


async def test_lengths_are_read_by_the_meeting_that_they_are_of(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held, hours=24 * 9)
    end = (meeting.starts + timedelta(minutes=45)).strftime("%d %B %H:%M")
    before = (meeting.starts - timedelta(minutes=45)).strftime("%d %B %H:%M")

    same = {"meeting": meeting.code}
    until = ReadLength(text=f"until {end}", of=LengthOf.FROM_START, **same)
    cut_off = ReadLength(text=before, of=LengthOf.BEFORE_START, **same)
    weekly = await town.ask(ReadWeekly(text="fridays at 4pm"), held)

    assert (await town.ask(until, held)).readings == (45,)
    assert (await town.ask(cut_off, held)).readings == (45,)
    assert [(each.weekday, each.hour) for each in weekly.readings] == [(5, 16)]


async def test_who_left_is_neither_counted_nor_reminded(town: Town) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    meeting = await _called(town, held, hours=3)
    await town.ask(AnswerRsvp(answer=RsvpAnswer.YES), thandi)
    await town.ask(LeaveCommunity(), thandi)

    async def withdrawn() -> bool:
        shown = await town.ask(ShowMeeting(code=meeting.code), held)
        return shown.meeting.counts.yes == 0

    await until(withdrawn)
    town.later(hours=2, minutes=5)
    await asyncio.sleep(0.5)
    assert await _told(town, ReminderDue.wire) == []


async def test_a_meeting_to_come_is_called_off_not_closed(town: Town) -> None:
    held = await town.founded()
    meeting = await _called(town, held)

    with pytest.raises(Refused) as refused:
        await town.ask(CloseMeeting(code=meeting.code), held)

    assert refused.value.told == "meeting-not-begun"
    assert refused.value.hint == hint("meeting cancel", code=meeting.code)


async def test_before_any_meeting_was_held_there_are_no_minutes_though_one_is_planned(
    town: Town,
) -> None:
    held = await town.founded()
    await _called(town, held)
    with pytest.raises(Refused, match="none has been held") as refused:
        await town.ask(ShowMinutes(), held)
    assert refused.value.told == "nothing-held"


async def test_a_meeting_begun_too_early_is_told_when_it_can_and_how_to_begin_another(
    town: Town,
) -> None:
    held = await town.founded()
    meeting = await _called(town, held, days=2)
    with pytest.raises(Refused, match=f"{meeting.code} can begin from") as refused:
        await town.ask(StartMeeting(code=meeting.code), held)
    assert "on the spot" in refused.value.words


async def test_an_item_nobody_can_see_does_not_come_onto_the_agenda(town: Town) -> None:
    held = await town.founded()
    await _called(town, held)
    for blank in ("\u200b\u2060", "\u3164"):
        with pytest.raises(Refused) as refused:
            await town.ask(AddAgendaItem(title=blank), held)
        assert refused.value.told == "agenda-item-empty"
    assert not (await town.ask(ShowAgenda(), held)).items


async def test_answers_that_differ_in_case_only_make_no_vote(town: Town) -> None:
    held = await town.founded()
    await town.ask(StartMeeting(title="Fractions"), held)
    with pytest.raises(Refused, match="different answers"):
        await town.ask(OpenVote(question="Where?", options=("Hall", "hall")), held)
