"""A member can be removed; nobody takes a facilitator's role alone, and nobody acts unseen."""

import asyncio
from datetime import timedelta

import pytest

from indaba.contracts.membership import (
    CONSENT_VERSION,
    ConsumeSignIn,
    EraseMe,
    IssueSignIn,
    JoinCommunity,
    LeaveCommunity,
    Place,
    Platform,
    ShowMyData,
    Way,
)
from indaba.contracts.passport import Role
from indaba.contracts.removal import (
    AppealRemoval,
    CaseAnswer,
    Departure,
    NoteDeparture,
    ReadmitMember,
    Told,
)
from indaba.membership.model.motions import MOTION_LASTS
from services.membership.village import Village, account
from services.town import ROOM

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON = timedelta(minutes=1)


async def test_who_is_removed_is_no_member_cannot_join_again_and_is_told_why(
    village: Village,
) -> None:
    await village.begin("lindiwe", members=("sipho",))
    link = await village.town.ask(IssueSignIn(), await village.held("sipho"))

    assert (await village.remove("lindiwe", "sipho")).way is Way.DONE
    assert await village.role("sipho") is None
    assert await village.told(Told.REMOVED) == [{"sipho"}]
    assert await village.refused(village.town.joined(account("sipho"))) == "blocked"
    spent = village.town.ask(ConsumeSignIn(secret=link.secret))
    assert await village.refused(spent) == "sign-in-spent"


async def test_a_removal_is_appealed_once_and_another_facilitator_decides(
    village: Village,
) -> None:
    await village.begin("lindiwe", "thabo", members=("sipho",))
    await village.remove("lindiwe", "sipho")
    appeal = AppealRemoval(
        platform=Platform.MATRIX, account=account("sipho"), words="It was my brother"
    )

    await village.town.ask(appeal)
    assert await village.told(Told.APPEALED) == [{"thabo", "all"}]
    assert await village.waiting("lindiwe") == []
    [case] = await village.waiting("thabo")
    assert (case.reason, case.appeal) == ("spam", "It was my brother")
    assert await village.refused(village.town.ask(appeal)) == "appealed-before"

    await village.answer("thabo", CaseAnswer.READMIT)
    assert await village.told(Told.READMITTED) == [{"sipho"}]
    await village.town.joined(account("sipho"))


async def test_what_is_upheld_stays_and_can_still_be_lifted(village: Village) -> None:
    await village.begin("lindiwe", members=("sipho",))
    await village.remove("lindiwe", "sipho")
    asked = AppealRemoval(platform=Platform.MATRIX, account=account("sipho"), words="Please")
    await village.town.ask(asked)
    await village.answer("lindiwe", CaseAnswer.UPHOLD)
    assert await village.told(Told.UPHELD) == [{"sipho"}]
    assert await village.refused(village.town.joined(account("sipho"))) == "blocked"
    assert await village.refused(village.town.ask(asked)) == "appealed-before"
    lifted = ReadmitMember(platform=Platform.MATRIX, account=account("sipho"))
    await village.town.ask(lifted, await village.held("lindiwe"))
    await village.town.joined(account("sipho"))
    assert (
        await village.refused(village.town.ask(lifted, await village.held("lindiwe")))
        == "not-removed"
    )


async def test_a_facilitator_goes_only_with_a_second_one(village: Village) -> None:
    await village.begin("lindiwe", "thabo", "naledi")

    assert (await village.remove("thabo", "lindiwe")).way is Way.SECOND
    assert await village.role("lindiwe") is Role.FACILITATOR
    assert await village.told(Told.MOTION) == [{"naledi", "all"}]
    assert await village.told(Told.ACCUSED) == [{"lindiwe", "all"}]
    [about_her] = await village.waiting("lindiwe")
    assert (about_her.reason, about_her.answers) == ("spam", ())
    assert await village.waiting("thabo") == []
    assert await village.refused(village.remove("naledi", "lindiwe")) == "motion-open"
    await village.answer("naledi", CaseAnswer.SECOND)
    assert await village.role("lindiwe") is None


async def test_one_objection_ends_a_motion_and_both_sides_hear_of_it(village: Village) -> None:
    await village.begin("lindiwe", "thabo", "naledi")
    await village.demote("thabo", "lindiwe")
    await village.answer("naledi", CaseAnswer.OBJECT)
    village.later(MOTION_LASTS + SOON)
    assert await village.told(Told.FELL) == [{"lindiwe", "thabo"}]
    assert await village.role("lindiwe") is Role.FACILITATOR


async def test_silence_of_three_days_agrees(village: Village) -> None:
    await village.begin("lindiwe", "thabo", "naledi")
    await village.demote("thabo", "lindiwe")
    village.later(MOTION_LASTS - SOON)
    assert await village.role("lindiwe") is Role.FACILITATOR
    village.later(2 * SOON)
    await village.becomes("lindiwe", Role.MEMBER)


async def test_an_account_made_facilitator_for_it_cannot_second(village: Village) -> None:
    await village.begin("lindiwe", "thabo", members=("puppet",))
    await village.promote("thabo", "puppet")
    await village.demote("thabo", "lindiwe")
    [case] = await village.waiting("puppet")
    assert case.answers == (CaseAnswer.FOR, CaseAnswer.AGAINST)
    assert await village.told(Told.ROLE) == [{"thabo"}, {"puppet", "lindiwe"}]


async def test_where_they_are_two_the_members_vote(village: Village) -> None:
    members = ("a", "b", "c", "d")
    await village.begin("lindiwe", "thabo", members=members)
    assert (await village.remove("thabo", "lindiwe")).way is Way.MEMBERS
    assert await village.told(Told.VOTE) == [{"all"}]
    late = await village.town.joined(account("late"))
    village.ids["late"] = late.passport.member  # type: ignore[assignment]
    for name in ("thabo", "late"):
        assert await village.waiting(name) == []
    for name in members[:3]:
        assert not await village.answer(name, CaseAnswer.AGAINST)
    for name in members[:3]:
        assert not await village.answer(name, CaseAnswer.FOR)
    village.later(MOTION_LASTS + SOON)
    await village.becomes("lindiwe", None)


async def test_without_enough_votes_nothing_changes(village: Village) -> None:
    await village.begin("lindiwe", "thabo", members=("a", "b", "c", "d"))
    await village.demote("thabo", "lindiwe")
    for name in ("a", "b"):
        await village.answer(name, CaseAnswer.FOR)
    village.later(MOTION_LASTS + SOON)

    await village.motion_fell()
    assert await village.role("lindiwe") is Role.FACILITATOR


async def test_who_became_a_facilitator_since_cannot_object(
    village: Village,
) -> None:
    await village.begin("lindiwe", "thabo", "naledi", members=("friend",))
    await village.demote("lindiwe", "thabo")
    [moved] = await village.waiting("naledi")
    village.later(SOON)
    await village.promote("naledi", "friend")
    assert await village.waiting("friend") == []
    objected = village.answer("friend", CaseAnswer.OBJECT, moved.case)
    assert await village.refused(objected) == "case-closed"
    assert await village.answer("naledi", CaseAnswer.SECOND)
    assert await village.role("thabo") is Role.MEMBER


async def test_two_who_remove_each_other_at_once_both_stay_until_others_decide(
    village: Village,
) -> None:
    await village.begin("lindiwe", "thabo", "naledi")
    both = await asyncio.gather(
        village.remove("lindiwe", "thabo"), village.remove("thabo", "lindiwe")
    )
    assert [settled.way for settled in both] == [Way.SECOND, Way.SECOND]
    first, _ = await village.waiting("naledi")
    await village.answer("naledi", CaseAnswer.SECOND, first.case)
    # Whoever goes takes what they moved along.
    assert await village.waiting("naledi") == []
    roles = {await village.role("lindiwe"), await village.role("thabo")}
    assert roles == {Role.FACILITATOR, None}


@pytest.mark.parametrize("how", [Departure.LEFT, Departure.KICKED, Departure.BANNED])
async def test_what_a_platform_says_is_followed(village: Village, how: Departure) -> None:
    await village.begin("lindiwe", members=("sipho",))
    await village.departs("sipho", how, by="lindiwe")
    await village.departs("sipho", how, by="lindiwe")
    assert await village.role("sipho") is None
    again = await village.refused(village.town.joined(account("sipho")))
    assert again == ("blocked" if how is Departure.BANNED else "")


async def test_an_unban_lets_in_again_but_lifts_no_removal(village: Village) -> None:
    await village.begin("lindiwe", members=("sipho", "zinhle"))
    await village.departs("sipho", Departure.BANNED, by="lindiwe")
    await village.remove("lindiwe", "zinhle")
    for name in ("sipho", "zinhle"):
        await village.departs(name, Departure.UNBANNED, by="lindiwe")
    await village.town.joined(account("sipho"))
    assert await village.refused(village.town.joined(account("zinhle"))) == "blocked"


@pytest.mark.parametrize("lifted_in", ["800", "801"])
async def test_a_ban_is_lifted_where_it_is(village: Village, lifted_in: str) -> None:
    """Who runs another of its servers lets nobody in whom this one sent away."""
    await village.begin("lindiwe", members=("sipho",))
    where = {
        house: Place(platform=Platform.MATRIX, room="1", house=house) for house in ("800", "801")
    }
    face = await village.town.passport("", community=village.home)
    asked = NoteDeparture(
        platform=Platform.MATRIX,
        account=account("sipho"),
        community=village.home,  # type: ignore[arg-type]
        place=where["800"],
        how=Departure.BANNED,
    )
    await village.town.ask(asked, face)
    back = {"how": Departure.UNBANNED, "place": where[lifted_in]}
    await village.town.ask(asked.model_copy(update=back), face)
    again = await village.refused(village.town.joined(account("sipho")))
    assert again == ("" if lifted_in == "800" else "blocked")


@pytest.mark.parametrize("how", [Departure.KICKED, Departure.BANNED])
async def test_a_moderators_ban_does_not_take_a_facilitators_role_alone(
    village: Village, how: Departure
) -> None:
    await village.begin("lindiwe", "thabo", "naledi")
    await village.departs("lindiwe", how, by="a-moderator")
    assert await village.role("lindiwe") is Role.FACILITATOR
    assert await village.told(Told.MOTION) == [{"thabo", "naledi", "all"}]
    await village.answer("naledi", CaseAnswer.SECOND)
    assert await village.role("lindiwe") is None


@pytest.mark.parametrize("before", [None, Departure.KICKED, Departure.BANNED])
async def test_a_facilitator_who_is_gone_is_decided_about_and_no_member_is(
    village: Village, before: Departure | None
) -> None:
    """Where a platform does not say how somebody went, they may have been sent away."""
    await village.begin("lindiwe", "thabo", "naledi", members=("sipho",))
    if before is not None:
        await village.departs("lindiwe", before, by="a-moderator")
    for _ in range(2):
        for name in ("lindiwe", "sipho"):
            await village.departs(name, Departure.GONE)
    assert await village.role("sipho") is None
    assert await village.refused(village.town.joined(account("sipho"))) == ""
    assert await village.role("lindiwe") is Role.FACILITATOR
    assert len(await village.told(Told.MOTION)) == 1
    await village.answer("naledi", CaseAnswer.OBJECT)
    await village.departs("lindiwe", Departure.GONE)
    assert len(await village.told(Told.MOTION)) == 1
    assert await village.role("lindiwe") is Role.FACILITATOR


async def test_only_a_face_says_who_went(village: Village) -> None:
    await village.begin("lindiwe", members=("sipho",))
    asked = NoteDeparture(
        platform=Platform.MATRIX,
        account=account("lindiwe"),
        community=village.home,  # type: ignore[arg-type]
        how=Departure.LEFT,
    )
    asking = village.town.ask(asked, await village.held("sipho"))
    assert await village.refused(asking) == "not-allowed"


async def test_a_block_holds_after_erasure_and_goes_along_when_accounts_are_linked(
    village: Village,
) -> None:
    await village.begin("lindiwe", members=("sipho", "other"))
    await village.remove("lindiwe", "sipho")
    await village.town.linked(await village.held("other"), account("sipho"))
    assert await village.role("other") is None
    assert await village.refused(village.town.joined(account("other"))) == "blocked"

    erased = await village.town.passport(account("other"), direct=True, room="!direct")
    await village.town.ask(EraseMe(), erased)
    for name in ("sipho", "other"):
        assert await village.refused(village.town.joined(account(name))) == "blocked"


async def test_who_is_removed_while_two_accounts_become_one_is_out_with_both(
    village: Village,
) -> None:
    names = [f"{n}{side}" for n in range(5) for side in "ab"]
    await village.begin("lindiwe", members=tuple(names))
    for number in range(5):
        first, second = f"{number}a", f"{number}b"
        linking = village.town.linked(await village.held(second), account(first))
        await asyncio.gather(village.remove("lindiwe", first), linking)
        for name in (first, second):
            assert await village.role(name) is None, name
            assert await village.refused(village.town.joined(account(name))) == "blocked"


async def test_who_is_removed_sees_in_their_data_what_is_kept_about_it(village: Village) -> None:
    await village.begin("lindiwe", members=("sipho",))
    await village.suspend("lindiwe", "sipho")
    held = await village.town.passport(account("sipho"), direct=True, room="!direct")
    data = (await village.town.ask(ShowMyData(), held)).data
    assert [case["reason"] for case in data["removals and suspensions"]] == ["stolen"]


async def test_a_member_of_elsewhere_decides_nothing(village: Village) -> None:
    await village.begin("lindiwe", "thabo", "naledi")
    await village.remove("thabo", "lindiwe")
    [case] = await village.waiting("naledi")
    elsewhere = await village.town.founded("@else:example.org", "!else:example.org")
    assert elsewhere.passport.member is not None
    from indaba.contracts.removal import AnswerCase

    asked = AnswerCase(case=case.case, answer=CaseAnswer.SECOND)
    assert await village.refused(village.town.ask(asked, elsewhere)) == "case-closed"


async def test_who_is_moved_against_chooses_neither_voters_nor_objectors(
    village: Village,
) -> None:
    await village.begin("lindiwe", "thabo", members=("a", "b", "c"))
    await village.remove("thabo", "lindiwe")
    for asking in (
        village.remove("lindiwe", "a"),
        village.suspend("lindiwe", "a"),
        village.promote("lindiwe", "a"),
    ):
        assert await village.refused(asking) == "being-decided"
    assert (await village.suspend("lindiwe", "thabo")).until is not None


async def test_a_suspension_by_whom_a_motion_is_about_does_not_end_it(village: Village) -> None:
    await village.begin("lindiwe", "thabo", "naledi")
    await village.remove("thabo", "lindiwe")
    await village.suspend("lindiwe", "thabo")
    village.later(MOTION_LASTS + SOON)
    await village.becomes("lindiwe", None)


async def test_a_vote_that_was_cast_counts_though_its_member_was_sent_away(
    village: Village,
) -> None:
    await village.begin("lindiwe", "thabo", members=("a", "b", "c", "d"))
    await village.remove("thabo", "lindiwe")
    for name in ("a", "b", "c"):
        await village.answer(name, CaseAnswer.FOR)
    await village.departs("a", Departure.BANNED, by="lindiwe")
    village.later(MOTION_LASTS + SOON)
    await village.becomes("lindiwe", None)


async def test_leaving_and_erasure_are_never_refused(village: Village) -> None:
    await village.begin("lindiwe", members=("sipho",))
    await village.town.ask(LeaveCommunity(), await village.held("lindiwe"))
    assert await village.role("lindiwe") is None
    assert await village.told(Told.NOBODY) == [{"all"}]


async def test_a_removed_account_joins_from_no_other_room_of_the_community(
    village: Village,
) -> None:
    await village.begin("lindiwe", members=("sipho",))
    await village.remove("lindiwe", "sipho")
    joining = JoinCommunity(
        place=Place(platform=Platform.MATRIX, room=ROOM.room, house="elsewhere"),
        account=account("sipho"),
        adult=True,
        consent_version=CONSENT_VERSION,
    )
    assert await village.refused(village.town.ask(joining)) == "blocked"
