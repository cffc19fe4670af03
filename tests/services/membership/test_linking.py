"""Two accounts become one member by the word of both, and are parted again."""

from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

import pytest

from indaba.contracts.linking import (
    AccountName,
    AccountParted,
    AnswerLink,
    EndLinkCode,
    IssueLinkCode,
    LinkAccount,
    LinkFacts,
    LinkNews,
    LinkSide,
    LinkTold,
    ProposeLink,
    ShowLinkCode,
    ShowLinks,
    TellLink,
    UnlinkAccount,
)
from indaba.contracts.membership import (
    AssignRole,
    DescribeMe,
    EraseMe,
    LeaveCommunity,
    PassportIssued,
    Platform,
    ShowMyData,
)
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import Refused
from indaba.contracts.removal import SuspendMember
from services.town import Town
from workshop import OFFICE, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINDIWE, THABO, SIPHO = (f"@{name}:example.org" for name in ("lindiwe", "thabo", "sipho"))
ON_DISCORD = "400000000000000001"
HOME = Platform.MATRIX


def a_face(town: Town, community: UUID | None = None) -> PassportIssued:
    ends = town.clock.now() + timedelta(minutes=5)
    held = Passport(expires_at=ends, face=True, community=community)  # type: ignore[arg-type]
    return PassportIssued(token=OFFICE.sign(held), passport=held)


async def code_of(town: Town, held: PassportIssued) -> str:
    return (await town.ask(IssueLinkCode(), held)).code


async def proposed(
    town: Town, held: PassportIssued, account: str, platform: Platform = HOME
) -> UUID:
    asked = ProposeLink(platform=platform, account=account, code=await code_of(town, held))
    link = (await town.ask(asked)).link.link
    assert link is not None
    return link


async def answered(town: Town, held: PassportIssued, link: UUID, *, agreed: bool = True) -> bool:
    return (await town.ask(AnswerLink(link=link, agreed=agreed), held)).linked


async def refused(asking: Awaitable[object]) -> str:
    with pytest.raises(Refused) as no:
        await asking
    return no.value.told


async def unlinked(town: Town, asking: str, account: str = "") -> AccountParted:
    name = AccountName(platform=HOME, account=account or asking)
    request = UnlinkAccount(platform=HOME, account=asking, unlinked=name)
    return await town.ask(request, await town.passport(asking))


async def raised(town: Town, held: PassportIssued, account: str, role: Role) -> None:
    await town.ask(AssignRole(platform=HOME, account=account, role=role), held)


async def role_of(town: Town, account: str) -> Role | None:
    return next(iter((await town.passport(account)).passport.roles), None)


async def news(town: Town, link: UUID) -> list[tuple[LinkNews, LinkSide]]:
    query = (
        f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{LinkTold.wire}' ORDER BY id"
    )
    told = [body for (body,) in await rows(town.ledgers["membership"], query)]
    return [(t["what"], t["side"]) for t in told if t["aggregate"] == str(link)]


async def test_nothing_happens_before_both_have_agreed(town: Town) -> None:
    held, other = await town.founded(), await town.joined(THABO)
    code = await code_of(town, held)
    shown = await town.ask(ShowLinkCode(platform=HOME, account=THABO, code=code))
    assert [name.account for name in shown.link.maker] == [LINDIWE]
    assert shown.link.roles == ()

    asked = ProposeLink(platform=HOME, account=THABO, code=code)
    link = (await town.ask(asked)).link.link
    assert link is not None
    assert (await town.passport(THABO)).passport.member == other.passport.member
    waiting = (await town.ask(ShowLinks(platform=HOME, account=LINDIWE), held)).waiting
    assert [(w.link, w.joiner[0].account) for w in waiting] == [(link, THABO)]
    [role] = waiting[0].roles
    assert (role.theirs, role.yours, role.after) == (
        Role.FACILITATOR,
        Role.MEMBER,
        Role.FACILITATOR,
    )

    assert await answered(town, held, link)
    assert (await town.passport(THABO)).passport.member == held.passport.member
    assert await news(town, link) == [
        ("asked", "partners"),
        ("linked", "partners"),
        ("linked", "facilitators"),
    ]


async def test_only_who_made_the_code_can_agree_and_only_in_time(town: Town) -> None:
    held, other = await town.founded(), await town.joined(THABO)
    link = await proposed(town, held, THABO)
    assert await refused(answered(town, other, link)) == "link-over"

    town.later(minutes=11)
    assert await refused(answered(town, await town.passport(LINDIWE), link)) == "link-over"

    async def lapsed() -> bool:
        return ("lapsed", "partners") in await news(town, link)

    await until(lapsed)
    assert (await town.passport(THABO)).passport.member == other.passport.member


async def test_whoever_made_the_code_can_say_no(town: Town) -> None:
    held, other = await town.founded(), await town.joined(THABO)
    link = await proposed(town, held, THABO)
    assert not await answered(town, held, link, agreed=False)
    assert await refused(answered(town, held, link)) == "link-over"
    assert (await town.passport(THABO)).passport.member == other.passport.member
    assert ("declined", "partners") in await news(town, link)


async def test_a_code_that_others_read_opens_nothing_any_more(town: Town) -> None:
    held = await town.founded()
    code = await code_of(town, held)
    await town.ask(EndLinkCode(platform=HOME, account=THABO, code=code))
    asked = ShowLinkCode(platform=HOME, account=THABO, code=code)
    assert await refused(town.ask(asked)) == "code-wrong"


async def test_a_face_of_an_older_release_links_nothing(town: Town) -> None:
    held = await town.founded()
    code = await code_of(town, held)
    old = LinkAccount(platform=HOME, account=THABO, code=code)
    assert await refused(town.ask(old)) == "link-needs-both"
    assert await proposed(town, held, THABO)


async def test_a_code_is_for_one_account_and_for_ten_minutes(town: Town) -> None:
    held = await town.founded()
    code = await code_of(town, held)
    await town.ask(ProposeLink(platform=HOME, account="501", code=code))
    again = ProposeLink(platform=HOME, account="502", code=code)
    assert await refused(town.ask(again)) == "code-wrong"

    late = await code_of(town, held)
    assert await refused(town.ask(ShowLinkCode(platform=HOME, account=LINDIWE, code=late))) == (
        "linked-already"
    )
    town.clock.ahead += timedelta(minutes=11)
    assert await refused(town.ask(ShowLinkCode(platform=HOME, account="502", code=late))) == (
        "code-wrong"
    )


async def test_after_five_wrong_tries_even_the_right_code_waits_ten_minutes(town: Town) -> None:
    held = await town.founded()
    wrong = ShowLinkCode(platform=HOME, account=THABO, code="22222222")
    for _ in range(5):
        assert await refused(town.ask(wrong)) == "code-wrong"
    code = await code_of(town, held)
    right = ProposeLink(platform=HOME, account=THABO, code=code)
    assert await refused(town.ask(right)) == "too-many-tries"
    end = EndLinkCode(platform=HOME, account=THABO, code=code)
    assert await refused(town.ask(end)) == "too-many-tries"


async def test_no_role_is_raised_and_no_community_left_alone(town: Town) -> None:
    held, member = await town.founded(), await town.joined(THABO)
    await town.joined(SIPHO)
    assert await refused(proposed(town, member, LINDIWE)) == "link-leaves-nobody"
    await raised(town, held, SIPHO, Role.FACILITATOR)

    await town.linked(await town.passport(THABO), LINDIWE)

    assert await role_of(town, LINDIWE) is await role_of(town, THABO) is Role.MEMBER
    assert await role_of(town, SIPHO) is Role.FACILITATOR
    assert await unlinked(town, LINDIWE) == AccountParted(restored=True)
    assert await role_of(town, LINDIWE) is Role.FACILITATOR
    assert await role_of(town, THABO) is Role.MEMBER


async def test_where_only_the_other_belonged_the_one_member_is_a_plain_member(town: Town) -> None:
    held, elsewhere = await town.founded(), f"{town.room}2"
    away = await town.founded(THABO, room=elsewhere)
    await town.joined(SIPHO, room=elsewhere)
    give = AssignRole(platform=HOME, account=SIPHO, role=Role.FACILITATOR)
    await town.ask(give, away)

    await town.linked(held, THABO)
    both = [await town.passport(name, room=elsewhere) for name in (LINDIWE, THABO)]
    assert [one.passport.roles for one in both] == [{Role.MEMBER}, {Role.MEMBER}]

    await unlinked(town, THABO)
    assert (await town.passport(THABO, room=elsewhere)).passport.roles == {Role.FACILITATOR}
    assert not (await town.passport(LINDIWE, room=elsewhere)).passport.roles


async def test_profiles_are_put_together_and_parted(town: Town) -> None:
    held, other = await town.founded(), await town.joined(THABO)
    await town.ask(DescribeMe(organisation="Thuto Trust"), other)
    await town.ask(DescribeMe(province="Gauteng"), held)
    await town.linked(held, THABO)
    one = (await town.ask(DescribeMe(), await town.passport(THABO))).profile
    assert (one.organisation, one.province) == ("Thuto Trust", "Gauteng")
    await town.ask(DescribeMe(zone="Africa/Maputo"), await town.passport(THABO))

    await unlinked(town, LINDIWE, THABO)

    mine = (await town.ask(DescribeMe(), await town.passport(LINDIWE))).profile
    theirs = (await town.ask(DescribeMe(), await town.passport(THABO))).profile
    assert theirs.organisation == "Thuto Trust"
    assert mine.zone == "Africa/Maputo", "what was said since stays with who remains"


async def test_after_a_week_an_account_goes_as_a_guest(town: Town) -> None:
    held = await town.founded()
    await town.joined(THABO)
    await town.linked(held, THABO)
    town.later(days=8)
    assert await unlinked(town, THABO) == AccountParted(restored=False)
    assert (await town.passport(THABO)).passport.member is None
    assert (await town.passport(LINDIWE)).passport.member == held.passport.member


async def test_an_account_that_was_nobody_before_is_so_again(town: Town) -> None:
    held = await town.founded()
    await town.linked(held, ON_DISCORD)
    assert (await town.passport(ON_DISCORD)).passport.member == held.passport.member
    assert await refused(unlinked(town, ON_DISCORD, LINDIWE)) == "linked-before"
    assert await unlinked(town, LINDIWE, ON_DISCORD) == AccountParted(restored=False)
    assert (await town.passport(ON_DISCORD)).passport.member is None
    assert await refused(unlinked(town, LINDIWE)) == "last-account"
    assert await refused(unlinked(town, LINDIWE, ON_DISCORD)) == "not-your-account"


async def test_linked_unlinked_and_linked_again(town: Town) -> None:
    held, other = await town.founded(), await town.joined(THABO)
    for _ in range(3):
        await town.linked(await town.passport(LINDIWE), THABO)
        assert (await town.passport(THABO)).passport.member == held.passport.member
        await unlinked(town, THABO)
        assert (await town.passport(THABO)).passport.member == other.passport.member


async def test_links_of_links_come_apart_in_any_order(town: Town) -> None:
    first, second = await town.founded(), await town.joined(THABO)
    third = await town.joined(SIPHO)
    await town.linked(second, SIPHO)
    await town.linked(await town.passport(LINDIWE), THABO)
    for name in (LINDIWE, THABO, SIPHO):
        assert (await town.passport(name)).passport.member == first.passport.member

    await unlinked(town, SIPHO)
    assert (await town.passport(SIPHO)).passport.member == third.passport.member
    assert (await town.passport(THABO)).passport.member == first.passport.member
    await unlinked(town, THABO)
    assert (await town.passport(THABO)).passport.member == second.passport.member
    assert {await role_of(town, name) for name in (THABO, SIPHO)} == {Role.MEMBER}


async def test_who_had_two_accounts_is_who_they_were_by_either(town: Town) -> None:
    held, other = await town.founded(), await town.joined(THABO)
    await town.linked(other, ON_DISCORD)
    await town.linked(held, ON_DISCORD)
    assert (await town.passport(THABO)).passport.member == held.passport.member
    assert (await unlinked(town, THABO)).restored
    for name in (THABO, ON_DISCORD):
        assert (await town.passport(name)).passport.member == other.passport.member


async def test_who_left_meanwhile_is_out_with_both(town: Town) -> None:
    held = await town.founded()
    await town.joined(THABO)
    await town.joined(SIPHO)
    await raised(town, held, SIPHO, Role.FACILITATOR)
    await town.linked(held, THABO)
    await town.ask(LeaveCommunity(), await town.passport(LINDIWE))
    direct = await town.passport(THABO, direct=True, room="!alone")
    request = UnlinkAccount(
        platform=HOME, account=THABO, unlinked=AccountName(platform=HOME, account=THABO)
    )
    await town.ask(request, direct)
    assert [await role_of(town, name) for name in (LINDIWE, THABO)] == [None, None]


async def test_a_suspension_holds_for_both_after_they_are_parted(town: Town) -> None:
    held, _ = await town.founded(), await town.joined(THABO)
    await town.joined(SIPHO)
    await raised(town, held, SIPHO, Role.FACILITATOR)
    await town.linked(await town.passport(LINDIWE), THABO)
    town.later(minutes=11)
    suspending = SuspendMember(platform=HOME, account=LINDIWE, reason="stolen")
    await town.ask(suspending, await town.passport(SIPHO))
    direct = await town.passport(THABO, direct=True, room="!alone")
    request = UnlinkAccount(
        platform=HOME, account=THABO, unlinked=AccountName(platform=HOME, account=THABO)
    )
    assert (await town.ask(request, direct)).restored
    assert await role_of(town, LINDIWE) is Role.MEMBER
    assert await role_of(town, THABO) is None


async def test_an_erasure_leaves_nothing_to_undo(town: Town) -> None:
    held, _ = await town.founded(), await town.joined(THABO)
    link = await proposed(town, held, THABO)
    await answered(town, held, link)
    await town.ask(EraseMe(), await town.passport(THABO))
    for name in (LINDIWE, THABO):
        assert (await town.passport(name)).passport.member is None
    assert (
        await refused(
            town.ask(TellLink(link=link, platform=HOME, side=LinkSide.PARTNERS), a_face(town))
        )
        == "link-over"
    )
    async with town.ledgers["membership"].database.connect() as connection:
        for table in ("ledger.changes", "ledger.links", "account_links"):
            rows = await connection.exec_driver_sql(f"SELECT * FROM {table}")
            text = str(rows.all())
            assert str(held.passport.member) not in text
            assert THABO not in text


async def test_both_sides_and_the_other_facilitators_are_told(town: Town) -> None:
    held = await town.founded()
    await town.joined(THABO)
    await town.joined(SIPHO)
    await raised(town, held, SIPHO, Role.FACILITATOR)
    link = await town.linked(held, THABO)
    there = held.passport.community

    def asked(side: LinkSide) -> TellLink:
        return TellLink(link=link, platform=HOME, side=side)

    told = await town.ask(asked(LinkSide.PARTNERS), a_face(town, there))
    assert (told.tell_maker, told.tell_joiner) == ((LINDIWE,), (THABO,))
    told = await town.ask(asked(LinkSide.FACILITATORS), a_face(town, there))
    assert told.tell_facilitators == (SIPHO,)
    assert isinstance(told.link, LinkFacts)
    kept = (await town.ask(ShowMyData(), await town.passport(THABO))).data["accounts"]
    assert len(kept) == 2
