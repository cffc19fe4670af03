"""A suspension is instant, of hours, and had once; operators have one of their own."""

from datetime import timedelta

import pytest

from indaba.contracts.membership import (
    Platform,
)
from indaba.contracts.passport import Role
from indaba.contracts.removal import (
    Departure,
    SuspendAccount,
    Told,
)
from indaba.membership.model.motions import MOTION_LASTS, SUSPENSION_LASTS
from services.membership.village import Village, account

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON = timedelta(minutes=1)


async def test_a_suspension_is_instant_lasts_72_hours_and_is_had_once(village: Village) -> None:
    await village.begin("lindiwe", "thabo", members=("sipho",))
    await village.suspend("lindiwe", "thabo")
    assert await village.role("thabo") is Role.MEMBER
    assert await village.refused(village.suspend("lindiwe", "sipho")) == (
        "one-suspension-at-a-time"
    )
    village.later(SUSPENSION_LASTS + SOON)
    await village.becomes("thabo", Role.FACILITATOR)
    assert await village.refused(village.suspend("lindiwe", "thabo")) == "suspended-before"
    await village.suspend("lindiwe", "sipho")
    assert await village.role("sipho") is None


async def test_an_operator_suspends_whom_no_member_may_again_and_everywhere(
    village: Village,
) -> None:
    await village.begin("lindiwe", "thabo")
    await village.suspend("lindiwe", "thabo")
    village.later(SUSPENSION_LASTS + SOON)
    await village.becomes("thabo", Role.FACILITATOR)
    elsewhere = village.town.in_another_room()
    await elsewhere.founded(account("thabo"))
    name = "Maths teachers"

    for _ in range(2):
        done = await village.suspend_by_operator("thabo")
        assert done.communities == (name, name)
    for held in (await village.held("thabo"), await elsewhere.passport(account("thabo"))):
        assert Role.FACILITATOR not in held.passport.roles
    told = await village.told(Told.SUSPENDED)
    assert [sum(name in names for names in told) for name in ("lindiwe", "thabo")] == [2, 5]
    village.later(SUSPENSION_LASTS + SOON)
    await village.becomes("thabo", Role.FACILITATOR)


async def test_an_operator_names_one_community_of_several(village: Village) -> None:
    await village.begin("lindiwe", "thabo")
    there = village.town.in_another_room()
    other = await there.founded(account("thabo"))
    assert other.community
    assert await village.refused(village.suspend_by_operator("thabo", "maths teachers")) == (
        "which-of-these"
    )
    for wrong in (("thabo", "No such"), ("lindiwe", other.community.key), ("nobody", "")):
        assert await village.refused(village.suspend_by_operator(*wrong)) == "nowhere-there"
    assert await village.told(Told.SUSPENDED) == []
    await village.suspend_by_operator("thabo", other.community.key.upper())
    assert await village.role("thabo") is Role.FACILITATOR
    held = await there.passport(account("thabo"))
    assert held.passport.roles == {Role.MEMBER}


async def test_no_member_asks_what_operators_ask(village: Village) -> None:
    await village.begin("lindiwe", members=("sipho",))
    asked = SuspendAccount(platform=Platform.MATRIX, account=account("sipho"), reason="stolen")
    asking = village.town.ask(asked, await village.held("lindiwe"))
    assert await village.refused(asking) == "not-allowed"


async def test_leaving_and_coming_back_does_not_end_a_suspension(village: Village) -> None:
    await village.begin("lindiwe", members=("sipho",))
    await village.suspend("lindiwe", "sipho")
    await village.departs("sipho", Departure.LEFT)
    await village.town.joined(account("sipho"))
    assert await village.role("sipho") is None


async def test_who_was_suspended_meanwhile_does_not_win_by_silence(village: Village) -> None:
    await village.begin("lindiwe", "thabo", "naledi")
    await village.remove("thabo", "lindiwe")
    await village.suspend("naledi", "thabo")
    village.later(MOTION_LASTS + SOON)
    await village.motion_fell()
    assert await village.role("lindiwe") is Role.FACILITATOR
