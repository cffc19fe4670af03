from datetime import timedelta

import pytest

from indaba.contracts.linking import (
    AddPlace,
    IssueRoomCode,
    RemovePlace,
    ShowRoomCode,
)
from indaba.contracts.membership import (
    CONSENT_VERSION,
    AssignRole,
    FindPlaces,
    IssuePassport,
    JoinCommunity,
    LeaveCommunity,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINDIWE, THABO = "@lindiwe:example.org", "@thabo:example.org"
ON_DISCORD = "400000000000000001"
CHANNEL = Place(platform=Platform.DISCORD, room="900", house="800")


async def refused(town: Town, request: object, held: PassportIssued | None = None) -> str:
    with pytest.raises(Refused) as no:
        await town.ask(request, held)  # type: ignore[arg-type]
    return no.value.told


async def on_discord(town: Town, account: str = ON_DISCORD, house: str = "800") -> PassportIssued:
    return await town.ask(
        IssuePassport(platform=Platform.DISCORD, account=account, room="900", house=house)
    )


async def connected(town: Town, held: PassportIssued, place: Place = CHANNEL) -> None:
    code = (await town.ask(IssueRoomCode(), held)).code
    await town.ask(AddPlace(place=place, account=ON_DISCORD, code=code, has_power=True))


async def test_a_room_joins_by_a_code_and_both_sides_are_one_community(town: Town) -> None:
    held = await town.founded()
    code = (await town.ask(IssueRoomCode(), held)).code
    asked = ShowRoomCode(platform=Platform.DISCORD, account="1", code=code, has_power=True)

    assert (await town.ask(asked)).community.name == "Maths teachers"
    await town.ask(AddPlace(place=CHANNEL, account="1", code=code, has_power=True))

    places = (await town.ask(FindPlaces(), held)).places
    assert [(p.platform, p.room) for p in places] == [
        (Platform.DISCORD, "900"),
        (Platform.MATRIX, "!room:example.org"),
    ]
    there = await on_discord(town)
    assert there.passport.community == held.passport.community
    assert there.lives_here


async def test_another_channel_of_the_server_means_its_only_community(town: Town) -> None:
    held = await town.founded()
    await connected(town, held)

    elsewhere = IssuePassport(platform=Platform.DISCORD, account="1", room="901", house="800")

    found = await town.ask(elsewhere)
    assert found.passport.community == held.passport.community
    assert not found.lives_here
    other = IssuePassport(platform=Platform.DISCORD, account="1", room="901", house="801")
    assert (await town.ask(other)).community is None


async def test_nobody_joins_from_a_channel_beside_one_that_they_may_not_see(town: Town) -> None:
    held = await town.founded()
    await connected(town, held)
    beside = CHANNEL.model_copy(update={"room": "901"})
    joining = JoinCommunity(place=beside, account="7", adult=True, consent_version=CONSENT_VERSION)
    assert await refused(town, joining) == "join-in-its-room"
    await town.ask(joining.model_copy(update={"place": CHANNEL}))
    speaking = IssuePassport(platform=Platform.DISCORD, account="7", room="901", house="800")
    assert Role.MEMBER in (await town.ask(speaking)).passport.roles


async def test_a_room_code_needs_a_facilitator_there_and_power_here(town: Town) -> None:
    held = await town.founded()
    member = await town.joined(THABO)

    assert await refused(town, IssueRoomCode(), member) == "not-allowed"
    code = (await town.ask(IssueRoomCode(), held)).code
    powerless = AddPlace(place=CHANNEL, account="1", code=code, has_power=False)
    assert await refused(town, powerless) == "needs-room-power"


@pytest.mark.parametrize("leaves", [False, True])
async def test_a_room_code_is_worth_nothing_once_who_made_it_does_not_facilitate(
    town: Town, *, leaves: bool
) -> None:
    held = await town.founded()
    await town.joined(THABO)
    raised = AssignRole(platform=Platform.MATRIX, account=THABO, role=Role.FACILITATOR)
    await town.ask(raised, held)
    code = (await town.ask(IssueRoomCode(), await town.passport(THABO))).code
    stepping_down = raised.model_copy(update={"role": Role.MEMBER})
    await town.ask(stepping_down, await town.passport(THABO))
    if leaves:
        await town.ask(LeaveCommunity(), await town.passport(THABO))

    shown = ShowRoomCode(platform=Platform.DISCORD, account="1", code=code, has_power=True)
    assert await refused(town, shown) == "code-wrong"
    added = AddPlace(place=CHANNEL, account="1", code=code, has_power=True)
    assert await refused(town, added) == "code-wrong"


async def test_a_code_works_once_and_for_ten_minutes(town: Town) -> None:
    held = await town.founded()
    code = (await town.ask(IssueRoomCode(), held)).code
    await town.ask(AddPlace(place=CHANNEL, account="1", code=code, has_power=True))
    again = AddPlace(
        place=CHANNEL.model_copy(update={"room": "901"}), account="1", code=code, has_power=True
    )
    assert await refused(town, again) == "code-wrong"

    late = (await town.ask(IssueRoomCode(), held)).code
    town.clock.ahead += timedelta(minutes=11)
    asked = ShowRoomCode(platform=Platform.DISCORD, account="1", code=late, has_power=True)
    assert await refused(town, asked) == "code-wrong"


async def test_a_room_is_taken_out_again_but_not_the_last(town: Town) -> None:
    held = await town.founded()
    await connected(town, held)

    await town.ask(RemovePlace(place=CHANNEL), held)

    assert (await on_discord(town)).community is None
    home = Place(platform=Platform.MATRIX, room="!room:example.org")
    assert await refused(town, RemovePlace(place=home), held) == "last-room"
