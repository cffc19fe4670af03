"""A role that was given a moment ago is taken back by whoever gave it, and by nobody else."""

from datetime import timedelta

import pytest

from indaba.contracts.membership import Way
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseAnswer, Departure, Told
from services.membership.village import Village, account

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOMENT, TOO_LATE = timedelta(minutes=9), timedelta(minutes=10, seconds=1)


@pytest.mark.parametrize(
    ("by", "after", "is_back"),
    [("lindiwe", MOMENT, True), ("lindiwe", TOO_LATE, False), ("naledi", MOMENT, False)],
    ids=["who gave it", "too late", "another"],
)
async def test_who_gave_a_role_takes_it_back_for_ten_minutes(
    village: Village, by: str, after: timedelta, is_back: bool
) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo",))
    await village.promote("lindiwe", "thabo")
    village.later(after)

    settled = await village.demote(by, "thabo")
    assert (settled.way is Way.DONE) == is_back
    assert (await village.role("thabo") is Role.MEMBER) == is_back


async def test_nobody_keeps_a_mistaken_role_by_moving_against_who_gave_it(
    village: Village,
) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo",))
    await village.promote("lindiwe", "thabo")
    await village.departs("lindiwe", Departure.KICKED, by="thabo")

    assert (await village.demote("lindiwe", "thabo")).way is Way.DONE
    assert await village.waiting("naledi") == []


@pytest.mark.parametrize("against", ["lindiwe", "naledi"], ids=["who gave it", "another"])
@pytest.mark.parametrize("act", ["suspend", "remove", "demote"])
async def test_a_new_facilitator_does_not_act_against_an_older_one(
    village: Village, act: str, against: str
) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo",))
    await village.promote("lindiwe", "thabo")
    village.later(MOMENT)

    assert await village.refused(getattr(village, act)("thabo", against)) == "just-made-one"
    assert (await village.demote("lindiwe", "thabo")).way is Way.DONE


@pytest.mark.parametrize("act", ["suspend", "remove", "demote"])
async def test_a_facilitator_acts_once_the_role_is_theirs_to_keep(
    village: Village, act: str
) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo",))
    await village.promote("lindiwe", "thabo")
    village.later(TOO_LATE)

    assert await village.refused(getattr(village, act)("thabo", "lindiwe")) == ""


async def test_a_new_facilitator_acts_on_members_and_lays_the_role_down(village: Village) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo", "sipho"))
    await village.promote("lindiwe", "thabo")

    await village.suspend("thabo", "sipho")
    await village.demote("thabo", "thabo")
    assert await village.role("thabo") is Role.MEMBER


async def test_who_is_moved_against_does_not_pick_off_who_could_object(village: Village) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo",))
    await village.promote("lindiwe", "thabo")
    await village.remove("naledi", "lindiwe")

    assert (await village.demote("lindiwe", "thabo")).way is Way.SECOND
    assert await village.role("thabo") is Role.FACILITATOR


async def test_a_role_that_came_back_by_another_is_not_taken_back(village: Village) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo",))
    await village.promote("lindiwe", "thabo")
    await village.demote("naledi", "thabo")
    await village.answer("lindiwe", CaseAnswer.SECOND)
    assert await village.role("thabo") is Role.MEMBER
    await village.promote("naledi", "thabo")

    assert (await village.demote("lindiwe", "thabo")).way is Way.SECOND


@pytest.mark.parametrize("after", [MOMENT, TOO_LATE], ids=["in time", "too late"])
async def test_who_gives_up_their_role_takes_that_back_for_ten_minutes(
    village: Village, after: timedelta
) -> None:
    await village.begin("lindiwe", "naledi")
    await village.demote("lindiwe", "lindiwe")
    village.later(after)

    refused = await village.refused(village.resume("lindiwe"))
    assert refused == ("" if after is MOMENT else "nothing-given-up")
    assert (await village.role("lindiwe") is Role.FACILITATOR) == (after is MOMENT)
    assert (await village.told(Told.ROLE))[-1] == ({"naledi"} if after is MOMENT else {"lindiwe"})


@pytest.mark.parametrize("act", ["suspend", "remove", "demote", "kick", "leave", "nothing"])
@pytest.mark.parametrize("first", ["the act", "the step down"])
async def test_giving_up_a_role_and_taking_that_back_shakes_off_nothing(
    village: Village, act: str, first: str
) -> None:
    await village.begin("lindiwe", "naledi", "zinhle")
    for step in (
        ("the act", "the step down") if first == "the act" else ("the step down", "the act")
    ):
        if step == "the step down":
            await village.refused(village.demote("lindiwe", "lindiwe"))
        elif act == "kick":
            await village.departs("lindiwe", Departure.KICKED, by="a-moderator")
        elif act == "leave":
            await village.leave("lindiwe")
            await village.town.joined(account("lindiwe"))
        elif act != "nothing":
            await village.refused(getattr(village, act)("naledi", "lindiwe"))
    was = await village.role("lindiwe")
    waits = await village.waiting("zinhle")
    await village.refused(village.resume("lindiwe"))
    # Who facilitates no more cannot be demoted: nothing comes of that.
    if act == "nothing" or (act, first) == ("demote", "the step down"):
        assert await village.role("lindiwe") is Role.FACILITATOR
    elif was is not Role.FACILITATOR:
        assert await village.role("lindiwe") in (was, None)
    assert await village.waiting("zinhle") == waits


async def test_nobody_resumes_a_role_that_others_took(village: Village) -> None:
    await village.begin("lindiwe", "naledi", members=("thabo",))
    await village.promote("lindiwe", "thabo")
    await village.demote("lindiwe", "thabo")
    assert await village.refused(village.resume("thabo")) == "nothing-given-up"
