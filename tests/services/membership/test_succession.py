"""A community without facilitators asks those who agreed to be asked, in turn."""

from datetime import timedelta

import pytest
import pytest_asyncio

from indaba.contracts.membership import EraseMe, LeaveCommunity
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseAnswer, NoteSign, StandIn, Told
from indaba.membership.model.motions import ASKED_FOR
from indaba.membership.workflows.succession import GONE_AFTER, LOOK_EVERY
from services.membership.village import Village
from services.town import Town
from workshop import do, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON = timedelta(minutes=1)


@pytest_asyncio.fixture(loop_scope="module")
async def village(town: Town) -> Village:
    village = Village(town)
    await village.begin("lindiwe", members=("busy", "quiet", "unwilling"))
    for name in ("quiet", "busy"):
        await town.ask(StandIn(on=True), await village.held(name))
    days = "UPDATE memberships SET active_days = 9 WHERE member = "
    await do(town.ledgers["membership"], f"{days} '{village.ids['busy']}'")
    return village


async def asked(village: Village, *names: str) -> None:
    """Wait until exactly these were asked, in this order."""

    async def so() -> bool:
        return await village.told(Told.TAKE_OVER) == [{name, "all"} for name in names]

    await until(so)


async def test_the_most_engaged_who_agreed_is_asked_first_and_takes_over(
    village: Village,
) -> None:
    await village.town.ask(LeaveCommunity(), await village.held("lindiwe"))
    await asked(village, "busy")
    await village.answer("busy", CaseAnswer.ACCEPT)
    assert await village.role("busy") is Role.FACILITATOR
    assert await village.told(Told.TAKEN_OVER) == [{"all"}]
    assert await village.waiting("quiet") == []


async def test_days_are_counted_only_of_those_for_whom_they_are_needed(village: Village) -> None:
    for _ in range(2):
        for name in ("lindiwe", "quiet", "unwilling"):
            await village.town.ask(NoteSign(), await village.held(name))
    query = "SELECT member FROM memberships WHERE active_days = 1"
    counted = {member for (member,) in await rows(village.town.ledgers["membership"], query)}
    assert counted == {village.ids["lindiwe"], village.ids["quiet"]}


async def test_who_declines_or_is_silent_for_three_days_is_followed_by_the_next(
    village: Village,
) -> None:
    await village.town.ask(EraseMe(), await village.held("lindiwe"))
    await village.answer("busy", CaseAnswer.DECLINE)
    await asked(village, "busy", "quiet")
    village.later(ASKED_FOR + SOON)

    async def nobody_left() -> bool:
        return await village.told(Told.NOBODY) == [{"all"}]

    await until(nobody_left)
    village.later(GONE_AFTER + LOOK_EVERY)
    await asked(village, "busy", "quiet", "busy")


async def test_facilitators_gone_for_three_weeks_are_followed_too(village: Village) -> None:
    village.later(timedelta(days=21) - timedelta(days=8) - LOOK_EVERY)
    assert await village.told(Told.TAKE_OVER) == []
    village.later(timedelta(days=3))
    await asked(village, "busy")
    await village.answer("busy", CaseAnswer.ACCEPT)
    assert await village.role("lindiwe") is Role.FACILITATOR


async def test_who_was_there_before_this_was_kept_is_counted_from_the_next_day_on(
    village: Village,
) -> None:
    await do(village.town.ledgers["membership"], "UPDATE memberships SET seen_on = NULL")
    village.later(LOOK_EVERY)

    async def counted() -> bool:
        query = "SELECT 1 FROM memberships WHERE seen_on IS NULL"
        return not await rows(village.town.ledgers["membership"], query)

    await until(counted)
    assert await village.told(Told.TAKE_OVER) == []
    village.later(GONE_AFTER + 2 * LOOK_EVERY)
    await asked(village, "busy")


async def test_who_agrees_while_nobody_facilitates_is_asked_at_once(village: Village) -> None:
    await village.town.ask(LeaveCommunity(), await village.held("lindiwe"))
    for name in ("busy", "quiet"):
        await village.answer(name, CaseAnswer.DECLINE)
    await village.town.ask(StandIn(on=True), await village.held("unwilling"))
    await asked(village, "busy", "quiet", "unwilling")
