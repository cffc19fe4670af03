"""Ending a membership: by leaving, by removal, or by erasure."""

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import MemberLeft
from indaba.contracts.removal import CaseKind
from indaba.ledger import Work
from indaba.membership.model.motions import MOTIONS
from indaba.membership.store import Cases, Linking, SignIns, Store
from indaba.membership.workflows.succession import seek
from indaba.membership.workflows.telling import tell_roles


async def depart(work: Work, community: CommunityId, member: MemberId) -> None:
    """End a membership with everything it gave access to: sign-in links, codes, own motions.

    The caller has locked the community. Sessions and feeds end with the event.
    """
    store = Store(work)
    await store.part(community, member)
    await SignIns(work).end(member, community)
    await Linking(work).forget(member, community)
    await close_theirs(work, community, member)
    version = await store.next_version(member)
    work.emit(MemberLeft(aggregate=member, version=version, community=community, member=member))
    await tell_roles(work, store, community, member, ())
    await seek(work, community)


async def close_theirs(work: Work, community: CommunityId, member: MemberId) -> None:
    """Close motions that a member opened, and cases about them that have become pointless.

    A suspension goes on: leaving and coming back does not end it.
    """
    cases = Cases(work)
    for case in await cases.open_in(community, [*MOTIONS, CaseKind.TAKE_OVER]):
        moved = case.kind in MOTIONS and case.by == member
        if moved or case.about == member:
            await cases.close(case.id, carried=False)
