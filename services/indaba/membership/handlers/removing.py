"""Requests that remove, suspend or readmit somebody, and appeals."""

from collections.abc import Sequence

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import AssignRole, Platform, Settled
from indaba.contracts.passport import Belonging, Role
from indaba.contracts.removal import (
    AccountSuspended,
    AppealRemoval,
    CaseKind,
    Departure,
    NoteDeparture,
    ReadmitMember,
    RemoveMember,
    ResumeRole,
    SuspendAccount,
    SuspendMember,
    Told,
)
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.membership.handlers.belonging import community_of, facilitating
from indaba.membership.model import Community, NobodyThere
from indaba.membership.model.motions import (
    MOTIONS,
    SUSPENDED_AGAIN_AFTER,
    SUSPENSION_LASTS,
    AppealedBefore,
    BeingDecided,
    Case,
    JustMadeOne,
    NothingGivenUp,
    NotRemoved,
    NotYourself,
    NowhereThere,
    OneAtATime,
    SuspendedBefore,
    WhichOfThese,
    WhichRemoval,
    resumes,
)
from indaba.membership.store import Cases, Linking, Store
from indaba.membership.workflows.leaving import depart
from indaba.membership.workflows.removing import Removing
from indaba.membership.workflows.succession import GONE_AFTER
from indaba.membership.workflows.telling import opened, tell, tell_roles
from indaba.process.naming import called
from indaba.process.passports import PassportOffice


async def remove_member(request: RemoveMember, work: Work, office: PassportOffice) -> Settled:
    """Remove a member, or open a motion to remove a facilitator.

    Raises `NobodyThere`, `NotYourself`, `BeingDecided`, `JustMadeOne` or `MotionOpen`.
    """
    asker, community = await facilitating(work)
    member = await _other_member(work, community, request.platform, request.account, asker)
    await _check_may_act(work, community, asker, member)
    case = await opened(
        work, community.id, CaseKind.REMOVE, member, by=asker, reason=request.reason
    )
    return await Removing(work, office).begin(case)


async def assign_role(request: AssignRole, work: Work, office: PassportOffice) -> Settled:
    """Give a member another role, or open a motion to demote a facilitator.

    Raises `NobodyThere`.
    """
    store = Store(work)
    asker, community = await facilitating(work)
    member = await store.member_of(request.platform, request.account)
    if member is None or member not in community.roles:
        raise NobodyThere
    if request.role is not Role.FACILITATOR:
        community.spare(member)
    if community.roles[member] is request.role:
        return Settled()
    await _check_may_act(work, community, asker, member)
    if request.role is Role.MEMBER:
        case = await opened(
            work, community.id, CaseKind.DEMOTE, member, by=asker, reason=request.reason
        )
        return await Removing(work, office).begin(case)
    await _promote(work, store, community, member, asker)
    return Settled()


async def resume_role(request: ResumeRole, work: Work) -> Done:  # noqa: ARG001 - says all
    """Make the asker a facilitator again who gave that up a moment ago. Raises `NothingGivenUp`."""
    store, cases, member = Store(work), Cases(work), work.passport.a_member()
    community = await community_of(work, store)
    if member in community.facilitators:
        return Done()
    theirs = [c for c in await cases.concerning(member) if c.community == community.id]
    if not resumes(await cases.bench(community.id), theirs, member, work.now):
        raise NothingGivenUp
    await _promote(work, store, community, member, member)
    return Done()


async def _promote(
    work: Work, store: Store, community: Community, member: MemberId, asker: MemberId
) -> None:
    """Make a member a facilitator. They and all other facilitators are told, so all can see it."""
    await store.set_role(community.id, member, Role.FACILITATOR)
    role = await store.role_in(community.id, member)
    await tell_roles(work, store, community.id, member, (role,) if role else ())
    case = await opened(work, community.id, CaseKind.PROMOTION, member, by=asker)
    await Cases(work).close(case.id, carried=True)
    await tell(work, case, Told.ROLE, {member, *community.facilitators} - {asker})


async def suspend_member(request: SuspendMember, work: Work, office: PassportOffice) -> Settled:
    """Suspend a member for 72 hours, at once. Raises `OneAtATime` or `SuspendedBefore`."""
    asker, community = await facilitating(work)
    member = await _other_member(work, community, request.platform, request.account, asker)
    await _check_may_act(work, community, asker, member)
    cases = Cases(work)
    if any(c.by == asker for c in await cases.open_in(community.id, [CaseKind.SUSPENSION])):
        raise OneAtATime
    year = work.now - SUSPENDED_AGAIN_AFTER
    if await cases.was_suspended(community.id, member, year):
        raise SuspendedBefore
    return await Removing(work, office).suspend(community, member, asker, request.reason)


async def suspend_account(
    request: SuspendAccount, work: Work, office: PassportOffice
) -> AccountSuspended:
    """Suspend somebody in one or all of their communities, for an operator.

    Raises `NowhereThere` or `WhichOfThese`.
    """
    store = Store(work)
    member = await store.member_of(request.platform, request.account)
    if member is None:
        raise NowhereThere(request.community, ())
    theirs = [await store.card_of(each) for each, _, _ in await store.communities_of(member)]
    meant = _communities_named([card for card in theirs if card is not None], request.community)
    until = work.now + SUSPENSION_LASTS
    for card in sorted(meant, key=lambda card: card.id):
        community = await store.community(card.id)
        if community is not None:
            await Removing(work, office).suspend(community, member, None, request.reason)
    return AccountSuspended(communities=tuple(card.name for card in meant), until=until)


def _communities_named(theirs: Sequence[Community], named: str) -> Sequence[Community]:
    """The communities with this name or key; all of them if none is given."""
    names = sorted(card.name for card in theirs)
    meant = called(named, theirs) if named else theirs
    if not meant:
        raise NowhereThere(named, names)
    if named and len(meant) > 1:
        raise WhichOfThese(named, sorted(card.key for card in meant))
    return meant


async def readmit_member(request: ReadmitMember, work: Work, office: PassportOffice) -> Done:
    """Lift the block on an account. Raises `NotRemoved`."""
    _, community = await facilitating(work)
    removing = Removing(work, office)
    digest = removing.digest(request.platform, request.account)
    case = await Cases(work).keeping_out(community.id, digest)
    if case is None:
        raise NotRemoved
    await readmit(work, case)
    return Done()


async def readmit(work: Work, case: Case) -> None:
    """Let the person a case kept out join again, and tell them."""
    await Cases(work).unblock(case.id)
    await Cases(work).close(case.id, carried=True)
    await tell(work, case, Told.READMITTED, [case.about])


async def appeal_removal(request: AppealRemoval, work: Work) -> Done:
    """Put the newest removal of an account before the other facilitators of that community.

    Raises `AppealedBefore`, `NotRemoved` or `WhichRemoval`.
    """
    removals = await _removals_meant(request, work)
    case = next((c for c in reversed(removals) if not c.appeal and c.closed_at is None), None)
    if case is None:
        raise AppealedBefore if any(case.appeal for case in removals) else NotRemoved
    await Store(work).community(case.community)
    await Cases(work).change(case.id, appeal=request.words)
    bench = await Cases(work).bench(case.community)
    await tell(work, case, Told.APPEALED, bench.judges(case), openly=True)
    return Done()


async def _removals_meant(request: AppealRemoval, work: Work) -> Sequence[Case]:
    """An account's removals from the one community that is meant, oldest first.

    What somebody says to one community's facilitators is not for those of another. Raises
    `WhichRemoval`.
    """
    member = await Store(work).member_of(request.platform, request.account)
    theirs = await Cases(work).concerning(member) if member else ()
    removals = [case for case in theirs if case.kind is CaseKind.REMOVAL]
    if work.passport.belonging in (Belonging.REMOVED, Belonging.APPEALED):
        here = [case for case in removals if case.community == work.passport.community]
        if here and not request.community:
            return here
    left = {case.community for case in removals if case.closed_at is None}
    cards = [await Store(work).card_of(one) for one in sorted(left)]
    known = [card for card in cards if card is not None]
    meant = called(request.community, known) if request.community else known
    if len(meant) > 1 or (request.community and known and not meant):
        raise WhichRemoval(_told_apart(known))
    return [case for case in removals if not meant or case.community == meant[0].id]


def _told_apart(known: Sequence[Community]) -> list[str]:
    """Names of communities, or the keys of those that share one."""
    names = [card.name.casefold() for card in known]
    return sorted(c.name if names.count(c.name.casefold()) == 1 else c.key for c in known)


async def note_departure(request: NoteDeparture, work: Work, office: PassportOffice) -> Done:
    """End the membership of an account that left or was sent away, as its platform reports."""
    communities = [request.community] if request.community else []
    if request.place is not None and not communities:
        communities += await Linking(work).communities_at(request.place)
    for one in sorted(communities):
        community = await Store(work).community(one)
        if community is not None:
            await _end_membership_of(request, community, work, Removing(work, office))
    return Done()


async def _end_membership_of(
    request: NoteDeparture, community: Community, work: Work, removing: Removing
) -> None:
    store = Store(work)
    if request.how is Departure.UNBANNED:
        await _lift_ban(work, removing, request, community.id)
        return
    member = await Linking(work).held_still(request.platform, request.account)
    by = await store.member_of(request.platform, request.by) if request.by else None
    if member is None or member not in community.roles:
        return
    facilitates = member in community.facilitators
    of_themselves = request.how is Departure.LEFT or by == member
    if of_themselves or (request.how is Departure.GONE and not facilitates):
        await depart(work, community.id, member)
        return
    mover = by if by in community.facilitators else None
    if not await _is_moved(request.how, community, member, work):
        case = await opened(
            work,
            community.id,
            CaseKind.REMOVE,
            member,
            by=mover,
            how=request.how,
            banned_in=_where(request),
        )
        await removing.begin(case)


async def _is_moved(how: Departure, community: Community, member: MemberId, work: Work) -> bool:
    """Whether it is open that somebody be removed; who is only missed is asked about once."""
    cases = Cases(work)
    if how is not Departure.GONE:
        return bool(await cases.open_in(community.id, [CaseKind.REMOVE], member))
    theirs = [c for c in await cases.concerning(member) if c.community == community.id]
    moved = [case for case in theirs if case.kind is CaseKind.REMOVE]
    return any(case.closed_at is None or case.opened_at > work.now - GONE_AFTER for case in moved)


async def _lift_ban(
    work: Work, removing: Removing, request: NoteDeparture, community: CommunityId
) -> None:
    """End the removals that follow from a ban, as the platform has lifted it."""
    digest = removing.digest(request.platform, request.account)
    case = await Cases(work).keeping_out(community, digest)
    if case is None or case.how is not Departure.BANNED:
        return
    if case.banned_in in ("", _where(request)):
        await readmit(work, case)


def _where(request: NoteDeparture) -> str:
    """The server that a ban is in, or the room where there is none."""
    return (request.place.house or request.place.room) if request.place else ""


async def _check_may_act(
    work: Work, community: Community, asker: MemberId, member: MemberId
) -> None:
    """Check that the asker may act against the member.

    Raises `BeingDecided` if a motion against the asker is open, as they could remove those who
    decide it, and `JustMadeOne` if a new facilitator acts against an earlier one.
    """
    if community.roles[member] is Role.FACILITATOR:
        if (await Cases(work).bench(community.id)).is_new_to(member, asker, work.now):
            raise JustMadeOne
        return
    if await Cases(work).open_in(community.id, MOTIONS, asker):
        raise BeingDecided


async def _other_member(
    work: Work, community: Community, platform: Platform, account: str, asker: MemberId
) -> MemberId:
    """The member who owns an account, not the asker. Raises `NobodyThere` or `NotYourself`."""
    member = await Linking(work).held_still(platform, account)
    if member is None or member not in community.roles:
        raise NobodyThere
    if member == asker:
        raise NotYourself
    return member
