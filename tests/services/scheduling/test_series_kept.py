"""Series, from the words to the meetings."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from indaba.contracts import scheduling as s
from indaba.contracts import series as r
from indaba.contracts.membership import PassportIssued
from indaba.contracts.refusal import Refused
from services.town import Town
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERY_WEEK = "every Thursday 14:00"


async def read(town: Town, text: str, held: PassportIssued) -> r.RepeatReading:
    found = await town.ask(r.ReadRepeat(text=text), held)
    assert found.sure, found.doubt
    return found.readings[0]


async def started(town: Town, lindiwe: PassportIssued, text: str = EVERY_WEEK) -> r.SeriesShown:
    reading = await read(town, text, lindiwe)
    asked = r.StartSeries(title="Reading circle", pattern=reading.pattern, minutes=60)
    return await town.ask(asked, lindiwe)


async def coming(town: Town, held: PassportIssued) -> tuple[s.MeetingFacts, ...]:
    return (await town.ask(s.ListMeetings(limit=20), held)).meetings


async def test_a_series_is_shown_with_its_next_five_dates_before_it_is_called(town: Town) -> None:
    lindiwe = await town.founded()
    reading = await read(town, "every second Thursday 14:00", lindiwe)

    starts = [date.starts for date in reading.coming]
    assert len(starts) == 5
    assert {b - a for a, b in pairwise(starts)} == {timedelta(days=14)}
    assert {at.strftime("%a %H:%M") for at in starts} == {"Thu 14:00"}


async def test_a_single_date_is_no_series(town: Town) -> None:
    lindiwe = await town.founded()

    assert not (await town.ask(r.ReadRepeat(text="thu 14:00"), lindiwe)).repeats


async def test_three_dates_are_made_and_only_the_first_is_announced(town: Town) -> None:
    lindiwe = await town.founded()
    shown = await started(town, lindiwe)

    assert [m.announced for m in shown.meetings] == [True, False, False]
    assert len({m.code for m in await coming(town, lindiwe)}) == 3
    assert {m.repeats for m in shown.meetings} == {shown.series.words}


async def test_when_a_date_is_over_the_next_is_announced_and_another_made(town: Town) -> None:
    lindiwe = await town.founded()
    first, second, _ = (await started(town, lindiwe)).meetings
    town.later(days=(first.starts_at - town.clock.now()).days, hours=30)
    lindiwe = await town.passport("@lindiwe:example.org")

    async def goes_on() -> bool:
        there = await coming(town, lindiwe)
        return len(there) == 3 and there[0].id == second.id and there[0].announced

    await until(goes_on)


async def test_calling_off_one_date_leaves_the_others_and_says_so_in_the_series(
    town: Town,
) -> None:
    lindiwe = await town.founded()
    first, *_ = (await started(town, lindiwe)).meetings
    await town.ask(s.CancelMeeting(code=first.code), lindiwe)

    shown = await town.ask(r.ShowSeries(code=first.code), lindiwe)
    assert first.date_of in shown.series.not_held
    assert len(shown.meetings) == 3
    assert shown.meetings[0].announced

    await town.ask(s.RestoreMeeting(code=first.code), lindiwe)
    again = await town.ask(r.ShowSeries(code=first.code), lindiwe)
    assert first.date_of not in again.series.not_held


async def test_another_weekday_for_all_moves_the_dates_with_their_answers(town: Town) -> None:
    lindiwe = await town.founded()
    first, *_ = (await started(town, lindiwe)).meetings
    await town.ask(s.AnswerRsvp(code=first.code, answer=s.RsvpAnswer.YES), lindiwe)
    friday = await read(town, "every Friday 15:00", lindiwe)
    shown = await town.ask(
        r.RepeatOtherwise(code=first.code, pattern=friday.pattern, scope=r.Scope.ALL), lindiwe
    )

    assert {m.starts.strftime("%a %H:%M") for m in shown.meetings} == {"Fri 15:00"}
    assert shown.meetings[0].code == first.code
    assert shown.meetings[0].counts.yes == 1
    assert shown.series.id == first.series


async def test_this_and_later_becomes_a_series_of_its_own(town: Town) -> None:
    lindiwe = await town.founded()
    first, second, _ = (await started(town, lindiwe)).meetings
    monday = await read(town, "every Monday 09:00", lindiwe)
    shown = await town.ask(
        r.RepeatOtherwise(code=second.code, pattern=monday.pattern, scope=r.Scope.LATER), lindiwe
    )

    there = await coming(town, lindiwe)
    assert first.id in {m.id for m in there}
    assert shown.series.id != first.series
    assert {m.starts.strftime("%a") for m in shown.meetings} == {"Mon"}
    before = await town.ask(r.ShowSeries(code=first.code), lindiwe)
    assert "UNTIL" in before.series.pattern.rule


async def test_place_and_roles_for_later_dates_are_there_on_dates_made_afterwards(
    town: Town,
) -> None:
    lindiwe = await town.founded()
    first, second, third = (await started(town, lindiwe)).meetings
    asked = r.ChangeSeries(
        code=second.code, scope=r.Scope.LATER, where="Hall", minutes=90, roles=("greeter",)
    )
    shown = await town.ask(asked, lindiwe)
    again = await town.ask(asked, lindiwe)
    await town.ask(s.CancelMeeting(code=first.code), lindiwe)

    assert [m.where for m in shown.meetings] == ["", "Hall", "Hall"]
    assert again.series.version == shown.series.version
    made = {m.code: m for m in await coming(town, lindiwe)}.keys() - {first.code}
    [new] = made - {second.code, third.code}
    late = (await town.ask(s.ShowMeeting(code=new), lindiwe)).meeting
    assert (late.where, late.minutes, late.roles[0].name) == ("Hall", 90, "greeter")


async def test_a_new_title_for_all_is_on_every_date_to_come(town: Town) -> None:
    lindiwe = await town.founded()
    _, second, _ = (await started(town, lindiwe)).meetings
    asked = r.ChangeSeries(code=second.code, scope=r.Scope.ALL, title="Book circle")
    shown = await town.ask(asked, lindiwe)

    assert {m.title for m in shown.meetings} == {"Book circle"}
    assert shown.series.title == "Book circle"
    assert shown.series.sequence == 1


async def test_a_series_that_ends_calls_its_dates_off_with_one_notice(town: Town) -> None:
    lindiwe = await town.founded()
    first, *_ = (await started(town, lindiwe)).meetings
    ended = await town.ask(
        r.EndSeries(code=first.code, scope=r.Scope.ALL, reason="The term is over"), lindiwe
    )

    assert ended.cancelled == 3
    assert ended.series.ended
    assert await coming(town, lindiwe) == ()


async def test_a_date_added_by_hand_is_held_beside_the_rule(town: Town) -> None:
    lindiwe = await town.founded()
    first, *_ = (await started(town, lindiwe)).meetings
    extra = first.starts + timedelta(days=2)
    added = await town.ask(r.AddDate(code=first.code, starts=extra), lindiwe)

    assert added.meeting.starts == extra
    assert added.meeting.series == first.series
    with pytest.raises(Refused, match="already"):
        await town.ask(r.AddDate(code=first.code, starts=extra), lindiwe)
    await town.ask(s.CancelMeeting(code=added.meeting.code), lindiwe)
    with pytest.raises(Refused, match=f"{added.meeting.code} .* was called off"):
        await town.ask(r.AddDate(code=first.code, starts=extra), lindiwe)


async def test_terms_are_kept_all_or_none_and_dates_in_holidays_go(town: Town) -> None:
    # A term is all in one year, and ours reach three months to either side.
    town.clock.set_to(town.clock.now().replace(month=6, day=10, hour=8))
    lindiwe = await town.founded()
    series = await started(town, lindiwe, "every Thursday 14:00, not in school holidays")
    day = series.meetings[1].starts.date()
    year = day.year
    csv = (
        "province,year,term,first,last,status,source\n"
        f"Gauteng,{year},1,{day - timedelta(days=90)},{day - timedelta(days=3)},gazetted,x\n"
        f"Gauteng,{year},2,{day + timedelta(days=3)},{day + timedelta(days=80)},gazetted,x\n"
    )
    wrong = await town.ask(r.ImportTerms(csv=csv + "Gauteng,x,1,a,b,c,d\n"), lindiwe)
    assert wrong.kept == 0
    assert any("Row 4" in fault for fault in wrong.faults)

    assert (await town.ask(r.ImportTerms(csv=csv), lindiwe)).kept == 2
    there = [m.starts.date() for m in await coming(town, lindiwe)]
    assert day not in there
    assert len(there) == 3


async def test_members_cannot_change_a_series(town: Town) -> None:
    lindiwe = await town.founded()
    first, *_ = (await started(town, lindiwe)).meetings
    thandi: Any = await town.joined("@thandi:example.org")
    with pytest.raises(Refused, match="facilitator"):
        await town.ask(r.EndSeries(code=first.code, scope=r.Scope.ALL), thandi)


async def test_a_community_is_asked_whose_holidays_until_a_series_says(town: Town) -> None:
    lindiwe = await town.founded(zone="Europe/London")
    asked = r.ReadRepeat(text="every Monday 14:00 not on bank holidays")
    first = await town.ask(asked, lindiwe)
    assert not first.sure
    scotland = next(one for one in first.readings if one.words.endswith("in Scotland"))
    call = r.StartSeries(title="Reading circle", pattern=scotland.pattern, minutes=60)
    await town.ask(call, lindiwe)

    again = await town.ask(asked, lindiwe)

    assert again.sure
    assert [one.pattern.avoided.public_holidays for one in again.readings] == ["GB-SCT"]
