"""What people read when accounts are linked, on both platforms, and who reads it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bots import kept_links
from bots.answering import COMMUNITY, NOW, THANDI, BusServiceClient, passport
from bots.kept_links import HERE, THERE, TICKET
from bots.quiet_platform import Quiet
from indaba.contracts.ids import CODE_LETTERS, CommunityId
from indaba.contracts.linking import (
    CodeIssued,
    LinkNews,
    LinkSide,
    LinksShown,
    LinkTelling,
    LinkTold,
)
from indaba.contracts.membership import PassportIssued, Platform
from indaba.contracts.wire import Request
from indaba.conversation.answer import Answer, Audience
from indaba.conversation.cards.links import FACILITATORS, JOINER, answers
from indaba.conversation.commands.carrying_out import perform
from indaba.conversation.commands.intent import SLASH, Meant
from indaba.conversation.commands.line import Unclear, read_line
from indaba.conversation.commands.person import Person
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.accounts import (
    AnswerToLink,
    LinkMe,
    LinkNow,
    UnlinkMe,
    UnlinkNow,
)
from indaba.conversation.commands.topics.linking import spoken
from indaba.conversation.commands.topics.membership import DataAct, MyData
from indaba.membership.model import CODE_LENGTH

CODE = "7K2M9QPX3"
PEOPLE: dict[str, Person] = {
    "matrix": THANDI,
    "discord": replace(
        THANDI,
        platform=Platform.DISCORD,
        account=THERE.account,
        direct=False,
        ephemeral=True,
        prefix=SLASH,
    ),
}
both_platforms = pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE.keys())


class Listening(BusServiceClient):
    """Remembers what it was asked."""

    def __init__(self, **changed: Any) -> None:
        super().__init__(**changed)
        self.asked: list[str] = []

    async def ask(self, request: Request[Any]) -> Any:
        self.asked.append(type(request).__name__)
        return await super().ask(request)


def intents(answer: Answer) -> list[object]:
    return [choice.intent for choice in answer.choices()]


@both_platforms
async def test_a_code_shows_whom_one_becomes_and_does_nothing(person: Person) -> None:
    services = Listening()
    shown = await perform(LinkMe(code=CODE), person, services)
    assert services.asked == ["ShowLinkCode"]
    assert HERE.account in shown.text()
    assert "once they have agreed" in shown.text()
    assert "facilitator" not in shown.text().split("the facilitators are told")[0]
    assert "me unlink" in shown.text()
    assert shown.audience is Audience.ALONE
    assert LinkNow(ticket=TICKET) in intents(shown)
    assert LinkNow.MEANT is Meant.BY_PICK

    asked = await perform(LinkNow(ticket=TICKET), person, services)
    assert services.asked[1:] == ["ProposeLink"]
    assert "Until they agree nothing happens" in asked.text()
    assert THERE.account in asked.text(), "how the other side sees them"


@both_platforms
async def test_who_made_the_code_sees_who_typed_it_and_agrees_or_not(person: Person) -> None:
    services = Listening(**kept_links.waiting(NOW))
    shown = await perform(LinkMe(), person, services)
    assert services.asked == ["ShowLinks"], "no new code while somebody waits"
    assert THERE.account in shown.text()
    assert "you: facilitator; the other: member" in shown.text()
    link = kept_links.facts(NOW).link
    assert link is not None
    agreed, refused = (AnswerToLink(link=link, agreed=one) for one in (True, False))
    assert intents(shown) == [agreed, refused]
    assert AnswerToLink.MEANT is Meant.BY_PICK
    assert "one member now" in (await perform(agreed, person, services)).text()


@both_platforms
async def test_unlinking_says_what_each_account_would_be(person: Person) -> None:
    shown = await perform(UnlinkMe(), person, BusServiceClient())
    assert "it can be who it was before" in shown.text()
    assert intents(shown)[0] == UnlinkNow(platform=THERE.platform, account=THERE.account)
    assert HERE.account not in shown.text(), "it was there before, and cannot be put out"
    only = LinksShown(accounts=(kept_links.linked(HERE, may_go=False),))
    alone = (await perform(UnlinkMe(), person, BusServiceClient(ShowLinks=only))).text()
    assert "leave" in alone
    assert "me data" in alone


@both_platforms
async def test_each_account_to_unlink_is_picked_by_its_sign_or_by_what_it_says(
    person: Person,
) -> None:
    shown = await perform(UnlinkMe(), person, BusServiceClient())
    for choice in shown.choices():
        assert choice.emoji
        heard = read_line(choice.label, INTENTS)
        assert isinstance(heard, Unclear), choice.label
        assert "left" not in heard.facts, f"{choice.label} is read as {heard.facts}"


def told(what: LinkNews, side: LinkSide, platform: Platform) -> list[tuple[set[str], Answer]]:
    event = LinkTold(
        aggregate=UUID(int=11),
        version=1,
        community=CommunityId(COMMUNITY.id),
        what=what,
        side=side,
        until=NOW + timedelta(days=7),
    )
    mine, theirs, others = ("@maker",), ("@joiner",), ("@chair",)
    partners = side is LinkSide.PARTNERS
    telling = LinkTelling(
        link=kept_links.facts(NOW),
        tell_maker=mine if partners else (),
        tell_joiner=theirs if partners else (),
        tell_facilitators=() if partners else others,
    )
    issued = PassportIssued(token="t", passport=passport(), community=COMMUNITY)
    there: Any = Quiet()
    there.platform, there.has_buttons = platform, platform is Platform.DISCORD
    there.prefix = SLASH if there.has_buttons else "!cop "
    found = answers(event, telling, issued, there, INTENTS)
    return [(set(accounts), answer) for accounts, answer in found]


@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize("side", list(LinkSide))
@pytest.mark.parametrize("what", list(LinkNews))
def test_each_side_hears_alone_of_whom_it_is_about(
    what: LinkNews, side: LinkSide, platform: Platform
) -> None:
    messages = told(what, side, platform)
    if side is LinkSide.FACILITATORS:
        hear = {"@chair"} if what in FACILITATORS else set()
    else:
        first = what in (LinkNews.TYPED, LinkNews.ASKED)
        hear = {"@maker"} if first else {"@maker", "@joiner"}
        assert (what in JOINER) is not first
    assert {account for accounts, _ in messages for account in accounts} == hear
    for accounts, answer in messages:
        assert answer.audience is Audience.ALONE
        other = HERE if accounts == {"@joiner"} else THERE
        assert other.account in answer.text()
        assert "{" not in answer.text()


def test_a_code_as_the_service_makes_it_can_be_typed() -> None:
    for length in (8, CODE_LENGTH):
        code = CODE_LETTERS[:length]
        issued = CodeIssued(code=code, expires_at=NOW)
        assert LinkMe(code=spoken(issued)) == LinkMe(code=code)


@both_platforms
async def test_a_code_comes_with_what_it_is_for(person: Person) -> None:
    told_so = await perform(LinkMe(), person, BusServiceClient())
    assert "7K2M-9QPX3" in told_so.text()
    assert "agree to no account that is not yours" in told_so.text()


@both_platforms
async def test_who_would_erase_themselves_reads_that_it_is_about_both(person: Person) -> None:
    shown = (await perform(MyData(what=DataAct.ERASE), person, BusServiceClient())).text()
    assert HERE.account in shown
    assert THERE.account in shown
    assert "me unlink" in shown
