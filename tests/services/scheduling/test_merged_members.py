"""Two accounts of one person, once they are known to be one."""

from datetime import timedelta

import pytest

from indaba.contracts.membership import PassportIssued
from indaba.contracts.scheduling import (
    AnswerRsvp,
    CheckIn,
    RsvpAnswer,
    ScheduleMeeting,
    ShowMeeting,
)
from services.town import Town
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

THABO, THABO_TOO = "@thabo:example.org", "@thabo:elsewhere.org"


async def called(town: Town, held: PassportIssued) -> str:
    starts = (town.clock.now() + timedelta(hours=3)).replace(tzinfo=None, microsecond=0)
    request = ScheduleMeeting(title="Fractions", starts=starts, zone="Etc/UTC")
    return (await town.ask(request, held)).meeting.code


async def link(town: Town, held: PassportIssued, other: str) -> None:
    await town.linked(held, other)


async def test_the_last_word_holds_and_nobody_is_counted_twice(town: Town) -> None:
    held = await town.founded()
    code = await called(town, held)
    one, other = await town.joined(THABO), await town.joined(THABO_TOO)
    await town.ask(AnswerRsvp(code=code, answer=RsvpAnswer.NO), one)
    await town.ask(AnswerRsvp(code=code, answer=RsvpAnswer.YES), other)

    await link(town, one, THABO_TOO)

    async def holds() -> bool:
        shown = await town.ask(ShowMeeting(code=code), one)
        return (shown.meeting.counts.yes, shown.meeting.counts.no) == (1, 0)

    await until(holds)


async def test_a_passport_still_in_somebodys_hand_speaks_for_the_one_member(town: Town) -> None:
    held = await town.founded()
    code = await called(town, held)
    one, other = await town.joined(THABO), await town.joined(THABO_TOO)
    await town.ask(AnswerRsvp(code=code, answer=RsvpAnswer.YES), one)
    await link(town, one, THABO_TOO)

    async def spoken() -> bool:
        shown = await town.ask(AnswerRsvp(code=code, answer=RsvpAnswer.MAYBE), other)
        return (shown.meeting.counts.yes, shown.meeting.counts.maybe) == (0, 1)

    await until(spoken)


async def test_who_came_with_both_accounts_came_once(town: Town) -> None:
    held = await town.founded()
    code = await called(town, held)
    one, other = await town.joined(THABO), await town.joined(THABO_TOO)
    town.clock.ahead += timedelta(hours=3)
    one, other = await town.passport(THABO), await town.passport(THABO_TOO)
    await town.ask(CheckIn(code=code), one)
    await town.ask(CheckIn(code=code), other)

    await link(town, one, THABO_TOO)

    async def came_once() -> bool:
        shown = await town.ask(ShowMeeting(code=code), one)
        return shown.meeting.counts.checked_in == 1

    await until(came_once)
