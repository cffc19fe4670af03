"""Times said by a facilitator who lives in another time zone than their community."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bots.answering import THANDI, understood
from indaba.contracts.membership import DescribeMe, PassportIssued
from indaba.contracts.scheduling import MeetingFacts, ScheduleMeeting, ShowMeeting
from indaba.contracts.series import ReadRepeat, StartSeries
from indaba.contracts.times import ReadWhen
from indaba.contracts.wire import Request
from indaba.conversation.answer import Answer
from indaba.conversation.commands.person import Person
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOME, AWAY = "Africa/Johannesburg", "America/New_York"
SAID = ("15:00", "15:00 Berlin time", "15:00 Johannesburg time")
A_MOVE = {"version", "sequence", "moved_from"}
"""What of a meeting says that it was moved, also where it is back."""


class Abroad(NamedTuple):
    """A facilitator in New York of a community in Johannesburg."""

    town: Town
    held: PassportIssued
    person: Person

    async def ask(self, request: Request[Any]) -> Any:
        return await self.town.ask(request, self.held)

    async def says(self, line: str) -> Answer:
        return await understood(line).respond(self.person, self)

    async def picks(self, answer: Answer, emoji: str) -> Answer:
        choice = next(c for c in answer.choices() if c.emoji == emoji)
        return await choice.intent.respond(self.person, self)

    async def shown(self, code: str) -> MeetingFacts:
        meeting: MeetingFacts = (await self.ask(ShowMeeting(code=code))).meeting
        return meeting


@pytest_asyncio.fixture(loop_scope="module")
async def abroad(town: Town) -> Abroad:
    home = await town.founded()
    await town.ask(DescribeMe(zone=AWAY), home)
    held = await town.passport("@lindiwe:example.org")
    assert held.passport.zone == AWAY
    person = replace(THANDI, passport=held.passport, community=held.community)
    return Abroad(town, held, person)


def _day(abroad: Abroad, days: int) -> date:
    return (abroad.town.clock.now() + timedelta(days=days)).date()


async def _at_home(abroad: Abroad) -> MeetingFacts:
    starts = datetime.combine(_day(abroad, 4), time(18))
    asked = ScheduleMeeting(title="Fractions", starts=starts, zone=HOME)
    meeting: MeetingFacts = (await abroad.ask(asked)).meeting
    return meeting


@pytest.mark.parametrize("said", SAID)
async def test_a_move_and_its_undo_leave_the_meeting_as_it_was(abroad: Abroad, said: str) -> None:
    before = await _at_home(abroad)
    said = f"{_day(abroad, 9):%d %B} {said}"
    meant = (await abroad.ask(ReadWhen(text=said, moves=before.code))).readings[0]
    moved = await abroad.picks(await abroad.says(f"meeting move {before.code} {said}"), "✅")
    now = await abroad.shown(before.code)

    assert (now.starts_at, now.zone) == (meant.starts_at, HOME)
    assert now.moved_from == before.starts
    await abroad.picks(moved, "↩️")
    after = await abroad.shown(before.code)
    assert after.model_dump(exclude=A_MOVE) == before.model_dump(exclude=A_MOVE)


@pytest.mark.parametrize("said", SAID)
async def test_a_date_is_added_at_the_hour_that_was_said(abroad: Abroad, said: str) -> None:
    said = f"{_day(abroad, 9):%d %B} {said}"
    repeat = (await abroad.ask(ReadRepeat(text="every wednesday 14:00"))).readings[0]
    pattern = repeat.pattern.model_copy(update={"zone": HOME})
    series = await abroad.ask(StartSeries(title="Reading", pattern=pattern, minutes=60))
    first = series.meetings[0]
    meant = (await abroad.ask(ReadWhen(text=said))).readings[0]
    added = await abroad.says(f"meeting also {first.code} {said}")
    [code] = re.findall(r"Added: (\w+)", added.text())
    there = await abroad.shown(code)

    assert (there.starts_at, there.zone) == (meant.starts_at, HOME)
    same = {"id", "code", "starts", "starts_at", "date_of", "version", "announced"}
    assert there.model_dump(exclude=same) == first.model_dump(exclude=same)


@pytest.mark.parametrize("hour", [0, 1, 6, 12, 23])
async def test_what_is_left_out_of_a_move_is_taken_in_the_askers_own_zone(
    abroad: Abroad, hour: int
) -> None:
    starts = datetime.combine(_day(abroad, 4), time(hour, 30))
    asked = ScheduleMeeting(title="Fractions", starts=starts, zone=HOME)
    meeting = (await abroad.ask(asked)).meeting
    mine = meeting.starts_at.astimezone(ZoneInfo(AWAY)).replace(tzinfo=None)

    a_time = await abroad.ask(ReadWhen(text="20:15", moves=meeting.code))
    assert a_time.readings[0].zone == AWAY
    assert a_time.readings[0].starts == mine.replace(hour=20, minute=15)

    day = _day(abroad, 9)
    a_day = await abroad.ask(ReadWhen(text=f"{day:%d %B}", moves=meeting.code))
    assert a_day.readings[0].starts == datetime.combine(day, mine.time())
