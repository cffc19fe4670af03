import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import (
    CONSENT_VERSION,
    AssignRole,
    Category,
    ConsumeSignIn,
    DescribeMe,
    FindAccounts,
    FindPlaces,
    FoundCommunity,
    IssueSignIn,
    JoinCommunity,
    LeaveCommunity,
    Place,
    Platform,
    ShowMyData,
)
from indaba.contracts.passport import Role
from indaba.contracts.reaching import ReachMembers
from indaba.contracts.refusal import Refused
from indaba.contracts.scheduling import ScheduleMeeting
from services.town import ROOM, Town
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

THANDI = "@thandi:example.org"


async def test_a_founder_is_the_first_facilitator_and_has_a_receipt(town: Town) -> None:
    held = await town.founded()

    assert held.passport.roles == {Role.FACILITATOR}
    assert held.community is not None
    assert held.community.name == "Maths teachers"
    shown = await town.ask(ShowMyData(), held)
    [receipt] = shown.data["consent receipts"]
    assert receipt["wording"] == CONSENT_VERSION
    assert receipt["withdrawn_at"] is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"has_power": False}, "needs-room-power"),
        ({"adult": False}, "adults-only"),
        ({"consent_version": "1999-01"}, "consent-outdated"),
        ({"zone": "Mars/Olympus"}, "unknown-zone"),
    ],
)
async def test_founding_is_refused_in_words(
    town: Town, change: dict[str, object], code: str
) -> None:
    asked = FoundCommunity(
        name="Maths",
        purpose="",
        language="English",
        zone="Africa/Johannesburg",
        place=ROOM,
        posts_in=ROOM,
        account="@a:example.org",
        has_power=True,
        adult=True,
        consent_version=CONSENT_VERSION,
    ).model_copy(update=change)

    with pytest.raises(Refused) as refused:
        await town.ask(asked)

    assert refused.value.told == code
    assert await rows(town.ledgers["membership"], "SELECT * FROM accounts") == []


async def test_a_room_has_one_community(town: Town) -> None:
    await town.founded()

    with pytest.raises(Refused) as refused:
        await town.founded("@other:example.org")

    assert refused.value.told == "room-taken"


async def test_nobody_is_kept_who_is_not_an_adult(town: Town) -> None:
    await town.founded()
    asked = JoinCommunity(place=ROOM, account=THANDI, adult=False, consent_version=CONSENT_VERSION)

    with pytest.raises(Refused) as refused:
        await town.ask(asked)

    assert refused.value.told == "adults-only"
    kept = await rows(town.ledgers["membership"], "SELECT account FROM accounts")
    assert kept == [("@lindiwe:example.org",)]


async def test_a_guest_is_a_guest_until_they_join(town: Town) -> None:
    await town.founded()
    guest = await town.passport(THANDI)
    await town.joined(THANDI)
    member = await town.passport(THANDI)

    assert (guest.passport.member, guest.passport.roles) == (None, frozenset())
    assert member.passport.roles == {Role.MEMBER}


async def test_joining_twice_is_told_so(town: Town) -> None:
    await town.founded()
    await town.joined(THANDI)

    with pytest.raises(Refused) as refused:
        await town.joined(THANDI)

    assert refused.value.told == "already-a-member"


async def test_the_last_facilitator_keeps_the_role_until_another_is_named(town: Town) -> None:
    held = await town.founded()
    me = "@lindiwe:example.org"
    with pytest.raises(Refused) as refused:
        await town.ask(AssignRole(platform=Platform.MATRIX, account=me, role=Role.MEMBER), held)
    await town.joined(THANDI)
    promote = AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR)
    await town.ask(promote, held)
    await town.ask(LeaveCommunity(), held)

    assert refused.value.told == "last-facilitator"
    assert (await town.passport(THANDI)).passport.roles == {Role.FACILITATOR}
    assert (await town.passport(me)).passport.roles == frozenset()


async def test_a_member_names_no_facilitators(town: Town) -> None:
    await town.founded()
    member = await town.joined(THANDI)
    promote = AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR)

    with pytest.raises(Refused) as refused:
        await town.ask(promote, member)

    assert refused.value.told == "not-allowed"


async def test_what_members_say_of_themselves_is_kept_field_by_field(town: Town) -> None:
    held = await town.founded()
    first = DescribeMe(category=Category.TEACHER, organisation="Hoërskool Paarl", languages=("af",))
    await town.ask(first, held)
    second = DescribeMe(province="Western Cape", zone="Europe/London", organisation="")
    said = await town.ask(second, held)

    assert said.profile.category is Category.TEACHER
    assert said.profile.organisation == ""
    assert said.profile.province == "Western Cape"
    assert (await town.passport("@lindiwe:example.org")).passport.zone == "Europe/London"


async def test_no_event_carries_a_name_or_an_account(town: Town) -> None:
    held = await town.founded()
    await town.joined(THANDI)
    await town.ask(DescribeMe(organisation="Hoërskool Paarl"), held)

    journal = await rows(town.ledgers["membership"], "SELECT envelope::text FROM ledger.journal")

    assert not [e for (e,) in journal if "thandi" in e or "lindiwe" in e or "Paarl" in e]


async def test_the_same_organisation_is_told_by_the_same_word(town: Town) -> None:
    held, other = await town.founded(), await town.joined(THANDI)
    for passport, name in ((held, "BRIDGE"), (other, "Bridge")):
        await town.ask(DescribeMe(organisation=name), passport)

    words = await rows(
        town.ledgers["membership"],
        "SELECT DISTINCT envelope->'body'->>'organisation' FROM ledger.journal"
        " WHERE wire = 'membership.member-described.v1'",
    )

    assert len(words) == 1


async def test_a_sign_in_works_once_and_not_for_ever(town: Town) -> None:
    held = await town.founded()
    first = await town.ask(IssueSignIn(), held)
    signed_in = await town.ask(ConsumeSignIn(secret=first.secret))
    second = await town.ask(IssueSignIn(), held)
    town.later(minutes=16)

    assert signed_in.passport.member == held.passport.member
    for spent in (first.secret, second.secret, "guess"):
        with pytest.raises(Refused) as refused:
            await town.ask(ConsumeSignIn(secret=spent))
        assert refused.value.told == "sign-in-spent"


async def test_faces_learn_whom_to_mention_and_where_to_post(town: Town) -> None:
    held, member = await town.founded(), await town.joined(THANDI)
    assert member.passport.member is not None
    found = await town.ask(
        FindAccounts(platform=Platform.MATRIX, members=(member.passport.member,)), held
    )
    places = await town.ask(FindPlaces(), held)

    assert found.accounts == {str(member.passport.member): THANDI}
    assert places.places == (Place(platform=Platform.MATRIX, room=ROOM.room),)


# Twenty are at it at a time, however many there are.
@pytest.mark.parametrize("communities", [24, pytest.param(60, marks=pytest.mark.thorough)])
async def test_communities_founded_side_by_side_call_a_meeting_in_the_same_second(
    town: Town, communities: int
) -> None:
    async def found_and_call(number: int) -> str:
        held = await town.founded(f"@f{number}:example.org", f"!room{number}:example.org")
        starts = (town.clock.now().replace(tzinfo=None, microsecond=0)).replace(hour=12, minute=0)
        call = ScheduleMeeting(
            title="First meeting",
            starts=starts + timedelta(days=365),
            zone="Africa/Johannesburg",
        )
        return (await town.ask(call, held)).meeting.code

    gate = asyncio.Semaphore(20)

    async def one(number: int) -> str:
        async with gate:
            return await found_and_call(number)

    codes = await asyncio.gather(*(one(number) for number in range(communities)))

    assert len(codes) == communities


async def test_in_a_private_chat_a_person_is_in_their_only_community(town: Town) -> None:
    held = await town.founded()
    private = await town.passport("@lindiwe:example.org", room="!direct:example.org", direct=True)
    elsewhere = await town.passport("@lindiwe:example.org", room="!other:example.org")
    await town.founded("@lindiwe:example.org", "!second:example.org")
    of_two = await town.passport("@lindiwe:example.org", room="!direct:example.org", direct=True)

    assert private.community == held.community
    assert elsewhere.community is None
    assert of_two.community is None
    assert len(of_two.choices) == 2


async def test_an_old_passport_gives_no_rights_that_are_gone(town: Town) -> None:
    held = await town.founded()
    await town.joined(THANDI)
    for account, role in ((THANDI, Role.FACILITATOR), ("@lindiwe:example.org", Role.MEMBER)):
        await town.ask(AssignRole(platform=Platform.MATRIX, account=account, role=role), held)

    again = AssignRole(
        platform=Platform.MATRIX, account="@lindiwe:example.org", role=Role.FACILITATOR
    )
    with pytest.raises(Refused) as refused:
        await town.ask(again, held)

    assert refused.value.told == "not-allowed"


async def test_leaving_twice_is_told_so(town: Town) -> None:
    await town.founded()
    member = await town.joined(THANDI)
    await town.ask(LeaveCommunity(), member)

    with pytest.raises(Refused) as refused:
        await town.ask(LeaveCommunity(), member)

    assert refused.value.told == "not-a-member"


async def test_accounts_are_told_in_their_community_only(town: Town) -> None:
    await town.founded()
    member = await town.joined(THANDI)
    assert member.passport.member is not None
    wanted = FindAccounts(platform=Platform.MATRIX, members=(member.passport.member,))
    elsewhere = await town.founded("@sipho:example.org", "!elsewhere:example.org")

    assert (await town.ask(wanted, elsewhere)).accounts == {}
    with pytest.raises(Refused) as refused:
        await town.ask(wanted)
    assert refused.value.told == "no-community"


async def test_many_communities_are_reached_at_once_and_whoever_left_is_not(town: Town) -> None:
    held, member = await town.founded(), await town.joined(THANDI)
    elsewhere = await town.founded("@sipho:example.org", "!elsewhere:example.org")
    here, there = held.passport.in_community(), elsewhere.passport.in_community()
    both: tuple[MemberId, ...] = (held.passport.a_member(), member.passport.a_member())
    gone = CommunityId(UUID(int=1))
    wanted = {here: both, there: both, gone: both}
    face = await town.passport("", "")

    before = await town.ask(ReachMembers(platform=Platform.MATRIX, wanted=wanted), face)
    await town.ask(LeaveCommunity(), member)
    after = await town.ask(ReachMembers(platform=Platform.MATRIX, wanted=wanted), face)

    assert before.communities.keys() == after.communities.keys() == {here, there}
    assert before.communities[here].accounts.keys() == set(both)
    assert not before.communities[there].accounts
    assert after.communities[here].accounts.keys() == {both[0]}
