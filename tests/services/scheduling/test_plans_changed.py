"""Those whose plans a change alters hear of it, when it suits them, and nobody else does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from indaba.contracts import reminding
from indaba.contracts import scheduling as s
from indaba.contracts.ids import MemberId
from indaba.contracts.membership import PassportIssued
from indaba.contracts.plans import PlanChange
from indaba.contracts.series import EndSeries, Pattern, Scope, StartSeries
from indaba.scheduling.model.choices import Quiet
from indaba.scheduling.model.coming import Rsvp
from indaba.scheduling.model.plans import change_of_plans, concerned, still_so, told_at
from services.scheduling.test_meeting_model import called as drawn
from services.scheduling.whole_meetings import called, told
from services.town import Town
from workshop import until

WIRE = "scheduling.plans-changed.v1"
YES, NO, MAYBE = s.RsvpAnswer.YES, s.RsvpAnswer.NO, s.RsvpAnswer.MAYBE
ON, OFF, LIVE, OVER = (
    s.MeetingStatus.SCHEDULED,
    s.MeetingStatus.CANCELLED,
    s.MeetingStatus.LIVE,
    s.MeetingStatus.CLOSED,
)


@pytest.mark.parametrize(("before", "after"), product(s.MeetingStatus, repeat=2))
def test_every_change_of_status_means_one_thing_or_nothing(
    before: s.MeetingStatus, after: s.MeetingStatus
) -> None:
    meeting = drawn()
    began = meeting.starts_at - timedelta(minutes=20)
    one, other = (replace(meeting, status=status, started_at=began) for status in (before, after))
    meant = {(ON, OFF): "cancelled", (OFF, ON): "restored", (ON, LIVE): "early"}
    assert change_of_plans(one, other) == meant.get((before, after))


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({"starts": timedelta(hours=1)}, PlanChange.MOVED),
        ({"zone": "Asia/Tokyo"}, PlanChange.MOVED),
        ({"where": "Hall"}, PlanChange.PLACE),
        ({"starts": timedelta(hours=1), "where": "Hall"}, PlanChange.MOVED),
        ({"title": "Another"}, None),
        ({"minutes": 90}, None),
        ({"capacity": 3}, None),
        ({"code": "M2K3"}, None),
    ],
)
def test_time_and_place_alter_plans_and_nothing_else_does(
    changes: dict[str, Any], meant: PlanChange | None
) -> None:
    meeting = drawn()
    if "starts" in changes:
        changes = changes | {"starts": meeting.starts + changes["starts"]}
    assert change_of_plans(meeting, replace(meeting, **changes)) is meant
    assert change_of_plans(replace(meeting, status=OVER), replace(meeting, status=OVER)) is None


def test_who_said_no_or_nothing_is_not_concerned() -> None:
    people = [MemberId(UUID(int=n)) for n in range(3)]
    answers = {m: Rsvp(a) for m, a in zip(people, (MAYBE, NO, YES), strict=True)}
    assert concerned(replace(drawn(), rsvps=answers)) == (people[0], people[2])


def test_who_would_set_out_before_quiet_hours_end_is_told_at_once() -> None:
    hours = Quiet("22:00", "07:00", "Etc/UTC")
    night = datetime(2026, 11, 3, 23, tzinfo=UTC)
    morning = datetime(2026, 11, 4, 7, tzinfo=UTC)
    assert told_at(hours, morning + timedelta(minutes=1), night) == morning
    assert told_at(hours, morning, night) == night
    assert told_at(hours, night + timedelta(days=9), morning) == morning
    assert told_at(None, morning, night) == night


def test_what_changed_again_is_not_so_any_more() -> None:
    meeting = drawn()
    off, begun = replace(meeting, status=OFF), replace(meeting, status=LIVE)
    for what, then in product(PlanChange, (meeting, off, begun)):
        is_so = (then is off) is (what is PlanChange.CANCELLED)
        assert still_so(what, then, meeting.starts, meeting.where) is is_so
    later = meeting.starts + timedelta(hours=1)
    assert not still_so(PlanChange.MOVED, meeting, later, meeting.where)
    assert not still_so(PlanChange.PLACE, meeting, meeting.starts, "Hall")


async def plans(town: Town, lindiwe: PassportIssued) -> tuple[s.MeetingFacts, list[str]]:
    """A meeting to which two come, perhaps, one does not, and one said nothing."""
    meeting = await called(town, lindiwe)
    people = [await town.joined(f"@{name}:x") for name in ("thandi", "sipho", "anna", "ben")]
    for held, answer in zip(people, (YES, MAYBE, NO), strict=False):
        await town.ask(s.AnswerRsvp(code=meeting.code, answer=answer), held)
    await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), lindiwe)
    return meeting, sorted(str(held.passport.member) for held in people[:2])


@pytest.mark.asyncio(loop_scope="module")
async def test_each_change_reaches_those_who_meant_to_come_but_not_who_made_it(
    town: Town,
) -> None:
    lindiwe = await town.founded()
    meeting, both = await plans(town, lindiwe)
    later = meeting.starts + timedelta(days=1)
    for change in (
        s.MoveMeeting(code=meeting.code, starts=later, zone=meeting.zone),
        s.ChangeMeeting(code=meeting.code, where="Hall"),
        s.ChangeMeeting(code=meeting.code, title="Other"),
        s.CancelMeeting(code=meeting.code, reason="No power"),
        s.RestoreMeeting(code=meeting.code),
    ):
        await town.ask(change, lindiwe)
    events = await told(town, WIRE)
    assert [event["what"] for event in events] == ["moved", "place", "cancelled", "restored"]
    assert [event["members"] for event in events] == [both] * 4
    assert not any(event["late"] for event in events)
    [moved] = await told(town, s.MeetingMoved.wire)
    assert moved["rings"]


@pytest.mark.asyncio(loop_scope="module")
async def test_where_nobody_meant_to_come_the_room_alone_is_told(town: Town) -> None:
    lindiwe = await town.founded()
    meeting = await called(town, lindiwe)
    await town.ask(s.CancelMeeting(code=meeting.code, reason=""), lindiwe)
    assert await told(town, WIRE) == []
    [off] = await told(town, s.MeetingCancelled.wire)
    assert not off["rings"]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_series_that_ends_reaches_those_who_meant_to_come_to_its_dates(
    town: Town,
) -> None:
    lindiwe, thandi = await town.founded(), await town.joined("@thandi:x")
    first = town.clock.now().replace(tzinfo=None, second=0, microsecond=0) + timedelta(days=3)
    pattern = Pattern(first=first, zone="Africa/Johannesburg", rule="FREQ=WEEKLY")
    begun = await town.ask(StartSeries(title="Circle", pattern=pattern), lindiwe)
    await town.ask(s.AnswerRsvp(code=begun.meetings[0].code, answer=YES), thandi)
    await town.ask(EndSeries(code=begun.meetings[0].code, scope=Scope.ALL), lindiwe)
    [event] = await told(town, WIRE)
    assert (event["what"], event["meeting"]["code"]) == ("cancelled", begun.meetings[0].code)


@pytest.mark.asyncio(loop_scope="module")
async def test_in_quiet_hours_it_waits_for_their_end_and_is_dropped_if_it_changed_again(
    town: Town,
) -> None:
    lindiwe = await town.founded(zone="Etc/UTC")
    thandi = await town.joined("@thandi:x")
    meeting = await called(town, lindiwe)
    now = town.clock.now()
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=1)
    quiet = reminding.SetQuietHours(begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}")
    await town.ask(quiet, thandi)
    await town.ask(s.AnswerRsvp(code=meeting.code, answer=YES), thandi)
    for days in (1, 2):
        starts = meeting.starts + timedelta(days=days)
        await town.ask(s.MoveMeeting(code=meeting.code, starts=starts, zone=meeting.zone), lindiwe)
    assert await told(town, WIRE) == []
    town.later(hours=1, minutes=1)

    async def heard() -> bool:
        return len(await told(town, WIRE)) == 1

    await until(heard)
    [event] = await told(town, WIRE)
    assert (event["what"], event["late"]) == ("moved", True)
    assert event["members"] == [str(thandi.passport.member)]
    assert event["meeting"]["starts"] == starts.isoformat()
