"""A code that somebody read over a shoulder: what they learn, who hears of it, and when it ends."""

from collections.abc import Awaitable, Callable

import pytest

from indaba.contracts.linking import (
    EndOverheard,
    IssueRoomCode,
    LinkNews,
    LinkSide,
    LinkTelling,
    LinkTold,
    ProposeLink,
    ShowLinkCode,
    ShowRoomCode,
    TellLink,
)
from indaba.contracts.membership import ConsumeSignIn, IssueSignIn, Platform
from services.membership.test_linking import HOME, answered, code_of, proposed, refused
from services.membership.village import Village, account
from services.town import Town
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPY = "@spy:example.org"


async def _told(town: Town) -> list[LinkTold]:
    query = (
        f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{LinkTold.wire}' ORDER BY id"
    )
    bodies = [body for (body,) in await rows(town.ledgers["membership"], query)]
    return [LinkTold.model_validate(body) for body in bodies]


async def _telling(town: Town, told: LinkTold) -> LinkTelling:
    asked = TellLink(link=told.aggregate, platform=HOME, side=LinkSide.PARTNERS)
    return await town.ask(asked, await town.passport("", community=told.community))


@pytest.mark.parametrize("kind", [ShowLinkCode, ProposeLink])
async def test_who_types_a_code_reads_one_account_of_its_maker_and_the_maker_hears_at_once(
    village: Village, kind: type[ShowLinkCode | ProposeLink]
) -> None:
    town = village.town
    await village.begin("lindiwe", members=("thabo",))
    maker = await village.held("lindiwe")
    link = await proposed(town, maker, "401", Platform.DISCORD)
    assert await answered(town, maker, link)
    maker = await village.held("lindiwe")

    typed = kind(platform=HOME, account=SPY, code=await code_of(town, maker))
    for _ in range(2 if kind is ShowLinkCode else 1):
        shown = (await town.ask(typed)).link
        assert [name.account for name in shown.maker] == ["401"]
        assert shown.roles == ()
    news = LinkNews.TYPED if kind is ShowLinkCode else LinkNews.ASKED
    [told] = [one for one in await _told(town) if one.what is news][-1:]
    assert [one.what for one in await _told(town)].count(LinkNews.TYPED) <= 1
    telling = await _telling(town, told)
    assert account("lindiwe") in telling.tell_maker
    assert [name.account for name in telling.link.joiner] == [SPY]


async def test_who_was_never_agreed_to_does_not_hear_it_afterwards_either(
    village: Village,
) -> None:
    town = village.town
    await village.begin("lindiwe")
    maker = await village.held("lindiwe")
    assert await answered(town, maker, await proposed(town, maker, "401", Platform.DISCORD))
    maker = await village.held("lindiwe")
    link = await proposed(town, maker, SPY)
    await answered(town, maker, link, agreed=False)

    telling = await _telling(town, (await _told(town))[-1])
    assert [name.account for name in telling.link.maker] == ["401"]


async def test_what_others_have_read_opens_nothing(village: Village) -> None:
    town = village.town
    await village.begin("lindiwe")
    held = await village.held("lindiwe")
    own = await code_of(town, held)
    room = (await town.ask(IssueRoomCode(), held)).code
    link = (await town.ask(IssueSignIn(), held)).secret
    assert not (await town.ask(EndOverheard(codes=("99999999",), sign_ins=("none",)))).ended

    for ends in (EndOverheard(codes=(own, room)), EndOverheard(sign_ins=(link,))):
        assert (await town.ask(ends)).ended
        assert not (await town.ask(ends)).ended
    late = ShowLinkCode(platform=HOME, account=SPY, code=own)
    assert await refused(town.ask(late)) == "code-wrong"
    there = ShowRoomCode(platform=HOME, account=SPY, code=room, has_power=True)
    assert await refused(town.ask(there)) == "code-wrong"
    face = await town.passport("")
    assert await refused(town.ask(ConsumeSignIn(secret=link), face)) == "sign-in-spent"


Against = Callable[[Village], Awaitable[object]]
AGAINST: dict[str, Against] = {
    "suspended": lambda village: village.suspend("naledi", "thabo"),
    "suspended by an operator": lambda village: village.suspend_by_operator("thabo"),
    "removed": lambda village: village.remove("naledi", "thabo"),
    "moved against": lambda village: village.remove("naledi", "lindiwe"),
    "to be demoted": lambda village: village.demote("naledi", "lindiwe"),
}


@pytest.mark.parametrize("what", AGAINST)
async def test_what_waits_for_somebodys_word_is_over_once_a_case_against_them_begins(
    village: Village, what: str
) -> None:
    town = village.town
    await village.begin("lindiwe", "naledi", members=("thabo",))
    name = "lindiwe" if what in ("moved against", "to be demoted") else "thabo"
    maker = await village.held(name)
    link = await proposed(town, maker, SPY)
    unused = await code_of(town, maker)
    await AGAINST[what](village)

    assert await refused(answered(town, maker, link)) == "link-over"
    late = ShowLinkCode(platform=HOME, account=SPY, code=unused)
    assert await refused(town.ask(late)) == "code-wrong"
    assert (await _told(town))[-1].what is LinkNews.LAPSED
