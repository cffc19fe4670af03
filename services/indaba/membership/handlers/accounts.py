"""Linking a member's chat accounts, which both sides must agree to, and unlinking them."""

from collections.abc import Sequence
from dataclasses import replace

from indaba.contracts.ids import MemberId
from indaba.contracts.linking import (
    AccountName,
    AccountParted,
    AnswerLink,
    CodeIssued,
    EndLinkCode,
    EndOverheard,
    IssueLinkCode,
    LinkAccount,
    LinkAnswered,
    LinkedAccount,
    LinkFacts,
    LinkNews,
    LinkPreview,
    LinkSide,
    LinksShown,
    LinkTelling,
    OverheardEnded,
    ProposeLink,
    ShowLinkCode,
    ShowLinks,
    TellLink,
    UnlinkAccount,
)
from indaba.contracts.membership import PassportIssued
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.membership.model import CODE_LASTS, LinkedAlready
from indaba.membership.model.linking import (
    LastAccount,
    LeavesNobody,
    Link,
    LinkedBefore,
    LinkNeedsBoth,
    LinkOver,
    LinkState,
    NotYourAccount,
    came,
    may_unlink,
    shown_before,
)
from indaba.membership.store import Cases, Linking, Links, Opens, SignIns, Store
from indaba.membership.workflows.codes import Tickets, checked, digest, issue
from indaba.membership.workflows.linking import Uniting
from indaba.membership.workflows.telling import end_link
from indaba.process.passports import PassportOffice


async def issue_link_code(request: IssueLinkCode, work: Work) -> CodeIssued:  # noqa: ARG001 - says all
    """Make a code for the asker's other account."""
    return await issue(work, Opens.ACCOUNT, work.passport.a_member())


async def link_account(request: LinkAccount, work: Work) -> PassportIssued:  # noqa: ARG001 - always no
    """Refuse a link by one side alone, which older faces ask for. Raises `LinkNeedsBoth`."""
    raise LinkNeedsBoth


async def end_link_code(request: EndLinkCode, work: Work) -> Done:
    """Revoke a link code that others have read. Raises as `checked`."""
    await checked(work, Opens.ACCOUNT, request.platform, request.account, request.code)
    await Linking(work).spend(digest(request.code))
    return Done()


async def end_overheard(request: EndOverheard, work: Work) -> OverheardEnded:
    """Revoke codes and sign-in links that others have read."""
    ended = [await Linking(work).spend(digest(code)) for code in request.codes]
    ended += [await SignIns(work).spend(digest(one)) is not None for one in request.sign_ins]
    return OverheardEnded(ended=any(ended))


async def show_link_code(request: ShowLinkCode, work: Work, office: PassportOffice) -> LinkPreview:
    """What linking would change. Raises as `checked`, `LinkedAlready` or `LeavesNobody`."""
    link, other = await _proposed_link(request, work, request.code)
    uniting = Uniting(work, office)
    facts = await uniting.facts(link, other)
    typed = [known.joiner for known in await Links(work).of(link.owner, LinkState.TYPED)]
    if link.joiner not in typed:
        await uniting.ask(replace(link, state=LinkState.TYPED), LinkNews.TYPED)
    asker = (request.platform, request.account)
    ticket = Tickets(office).give(request.code, Opens.ACCOUNT, *asker)
    return LinkPreview(link=_until_agreed(facts, link.joiner), ticket=ticket)


async def propose_link(request: ProposeLink, work: Work, office: PassportOffice) -> LinkPreview:
    """Ask the code's maker to agree. Raises as `show_link_code`."""
    code = request.code or ""
    if request.ticket:
        asker = (request.platform, request.account)
        code = Tickets(office).code_on(request.ticket, Opens.ACCOUNT, *asker)
    link, other = await _proposed_link(request, work, code)
    uniting = Uniting(work, office)
    facts = await uniting.facts(link, other)
    await Linking(work).spend(digest(code))
    await uniting.ask(link, LinkNews.ASKED)
    return LinkPreview(link=_until_agreed(facts, link.joiner))


async def answer_link(request: AnswerLink, work: Work, office: PassportOffice) -> LinkAnswered:
    """Link or drop the link, as the code's maker says.

    Raises `LinkOver`, `LinkedAlready` or `LeavesNobody`.
    """
    asker, link = await _asker(work), await Links(work).get(request.link)
    waits = link is not None and link.state is LinkState.ASKED and work.now < link.until
    if link is None or not waits or link.owner != asker:
        raise LinkOver
    uniting = Uniting(work, office)
    if not request.agreed:
        await end_link(work, link, news=LinkNews.DECLINED)
        return LinkAnswered(linked=False)
    other = await Store(work).member_of(link.joiner.platform, link.joiner.account)
    if other == asker:
        raise LinkedAlready
    await uniting.unite(link, other)
    return LinkAnswered(linked=True)


async def show_links(request: ShowLinks, work: Work, office: PassportOffice) -> LinksShown:
    """The asker's accounts, and the accounts that wait to be linked."""
    asker, links = await _asker(work), Links(work)
    linked = await links.of(asker, LinkState.LINKED)
    since = came(linked)
    undone = {
        n: one.until for n, one in _newest_links(linked).items() if one.can_be_undone(work.now)
    }
    asking = AccountName(platform=request.platform, account=request.account)
    names = await links.accounts_of(asker)
    accounts = tuple(
        LinkedAccount(
            **name.model_dump(),
            until=undone.get(name),
            may_go=len(names) > 1 and may_unlink(asking, name, since),
        )
        for name in names
    )
    waiting = [
        await _facts(work, office, link)
        for link in await links.of(asker, LinkState.ASKED)
        if work.now < link.until
    ]
    return LinksShown(accounts=accounts, waiting=tuple(waiting))


async def unlink_account(
    request: UnlinkAccount, work: Work, office: PassportOffice
) -> AccountParted:
    """Unlink an account. Raises `NotYourAccount`, `LinkedBefore` or `LastAccount`."""
    asker, links = await _asker(work), Links(work)
    asking = AccountName(platform=request.platform, account=request.account)
    names = await links.accounts_of(asker)
    if asking not in names or request.unlinked not in names:
        raise NotYourAccount
    linked = await links.of(asker, LinkState.LINKED)
    if len(names) == 1:
        raise LastAccount
    if not may_unlink(asking, request.unlinked, came(linked)):
        raise LinkedBefore
    link = _newest_links(linked).get(request.unlinked)
    uniting = Uniting(work, office)
    if link is not None and link.gone is not None and link.can_be_undone(work.now):
        await uniting.part(link, link.gone)
        return AccountParted(restored=True)
    await uniting.remove(link, request.unlinked, asker)
    return AccountParted(restored=False)


async def tell_link(request: TellLink, work: Work, office: PassportOffice) -> LinkTelling:
    """Whom to tell what about a link. Raises `LinkOver` if it is no longer known."""
    link = await Links(work).get(request.link)
    if link is None:
        raise LinkOver
    facts = await _facts(work, office, link)
    if request.side is LinkSide.PARTNERS:
        maker, joiner = (
            tuple(n.account for n in names if n.platform is request.platform)
            for names in (facts.maker, facts.joiner)
        )
        return LinkTelling(link=facts, tell_maker=maker, tell_joiner=joiner)
    community = await Store(work).community(work.passport.in_community(), locked=False)
    others = (community.facilitators if community else frozenset()) - {link.owner, link.gone}
    reached = await Cases(work).reach([m for m in others if m], request.platform)
    return LinkTelling(link=facts, tell_facilitators=tuple(sorted(reached.values())))


async def _facts(work: Work, office: PassportOffice, link: Link) -> LinkFacts:
    """A link as it is now: what it would change, or whose accounts it linked."""
    links = Links(work)
    if link.state is LinkState.ASKED:
        other = await Store(work).member_of(link.joiner.platform, link.joiner.account)
        try:
            return await Uniting(work, office).facts(link, other)
        except LeavesNobody:
            pass  # refused when they agree; until then they see the accounts
    theirs = (link.joiner,)
    maker = tuple(n for n in await links.accounts_of(link.owner) if n not in theirs)
    if link.linked_at is None and link.state is LinkState.OVER:
        maker = shown_before(maker, link.joiner)
    return LinkFacts(link=link.id, maker=maker, joiner=theirs, until=link.until)


def _until_agreed(facts: LinkFacts, joiner: AccountName) -> LinkFacts:
    """What whoever typed a code may see: the code may have been read over a shoulder."""
    return facts.model_copy(update={"maker": shown_before(facts.maker, joiner), "roles": ()})


async def _proposed_link(
    request: ShowLinkCode | ProposeLink, work: Work, code: str
) -> tuple[Link, MemberId | None]:
    """The link that a code would make, and the member its account belongs to now."""
    owner, community = await checked(work, Opens.ACCOUNT, request.platform, request.account, code)
    other = await Store(work).member_of(request.platform, request.account)
    if other == owner:
        raise LinkedAlready
    joiner = AccountName(platform=request.platform, account=request.account)
    link = Link(work.world.new_id(), owner, joiner, community, work.now + CODE_LASTS)
    return link, other


def _newest_links(linked: Sequence[Link]) -> dict[AccountName, Link]:
    """The link by which each account came: its own, or the one that brought it along."""
    brought = {name: link for link in linked for name in link.brought}
    return brought | {link.joiner: link for link in linked}


async def _asker(work: Work) -> MemberId:
    return await now_called(work, work.passport.known())
