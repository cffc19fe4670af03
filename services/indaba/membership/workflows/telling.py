"""Messages about changes of somebody's role or membership."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import LinkNews, LinkSide, LinkTold
from indaba.contracts.membership import RolesChanged
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseKind, CaseTold, Departure, Told
from indaba.ledger import Work
from indaba.membership.model.linking import Link, LinkState
from indaba.membership.model.motions import MOTIONS, Case
from indaba.membership.store import Cases, Linking, Links, Store

WORTH_TELLING_FOR = timedelta(days=7)
OVER = "membership.link-over"
AGAINST = MOTIONS | {CaseKind.SUSPENSION}
"""Kinds of cases that act against the person they are about."""


async def tell_roles(
    work: Work, store: Store, community: CommunityId, member: MemberId, roles: tuple[Role, ...]
) -> None:
    """Emit a member's new roles in a community."""
    version = await store.next_version(member)
    work.emit(
        RolesChanged(
            aggregate=member, version=version, community=community, member=member, roles=roles
        )
    )


async def tell(
    work: Work, case: Case, what: Told, members: Iterable[MemberId | None], *, openly: bool = False
) -> None:
    """Have members told about a case in private and, with `openly`, the rooms, without a name."""
    named = tuple(sorted({member for member in members if member is not None}))
    if not named and not openly:
        return
    work.emit(
        CaseTold(
            aggregate=case.id,
            version=await Cases(work).next_version(case.id),
            community=case.community,
            what=what,
            members=named,
            openly=openly,
            until=work.now + WORTH_TELLING_FOR,
        )
    )


async def tell_link(
    work: Work, link: Link, what: LinkNews, side: LinkSide, community: CommunityId
) -> None:
    """Have the people a link concerns told about it, on behalf of a community."""
    waits = what in (LinkNews.ASKED, LinkNews.TYPED)
    work.emit(
        LinkTold(
            aggregate=link.id,
            version=await Links(work).next_version(link.id),
            community=community,
            what=what,
            side=side,
            until=link.until if waits else work.now + WORTH_TELLING_FOR,
        )
    )


async def over_at(work: Work, link: Link, moment: datetime) -> None:
    """Set when a question expires, or when a link that ended is deleted."""
    await work.set_timer(moment, OVER, str(link.id), {"link": str(link.id)}, link.community)


async def end_link(work: Work, link: Link, *, news: LinkNews | None = None) -> None:
    """Close a link that came to nothing or was undone, and tell both sides its `news`."""
    await Links(work).change(replace(link, state=LinkState.OVER))
    await over_at(work, link, work.now + WORTH_TELLING_FOR)
    if news is not None:
        await tell_link(work, link, news, LinkSide.PARTNERS, link.community)


async def end_waiting(work: Work, member: MemberId) -> None:
    """Drop all pending links and codes of a member who is moved against or suspended."""
    await Linking(work).forget(member)
    for link in await Links(work).of(member, LinkState.ASKED):
        await end_link(work, link, news=LinkNews.LAPSED)


async def opened(  # noqa: PLR0913 - all that a case is
    work: Work,
    community: CommunityId,
    kind: CaseKind,
    about: MemberId | None,
    *,
    by: MemberId | None = None,
    reason: str = "",
    how: Departure | None = None,
    banned_in: str = "",
    lasts: timedelta | None = None,
) -> Case:
    """Store a new case, open from now on. Removals block joining again, but not who only went.

    Codes of the person it is against stop working, and links that await their answer end.
    """
    case = Case(
        id=work.world.new_id(),
        community=community,
        kind=kind,
        about=about,
        opened_at=work.now,
        by=by,
        reason=reason,
        blocks=kind is CaseKind.REMOVE and how not in (Departure.KICKED, Departure.GONE),
        how=how,
        banned_in=banned_in,
        until=work.now + lasts if lasts else None,
    )
    await Cases(work).open(case)
    if about is not None and kind in AGAINST:
        await end_waiting(work, about)
    return case
