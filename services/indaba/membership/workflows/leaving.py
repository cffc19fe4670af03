"""A membership ends: by leaving, by being removed, or with the account itself."""

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import MemberLeft
from indaba.contracts.removal import CaseKind
from indaba.ledger import Work
from indaba.membership.model.motions import MOTIONS
from indaba.membership.store import Cases, Linking, SignIns, Store
from indaba.membership.workflows.succession import seek
from indaba.membership.workflows.telling import tell_roles


async def depart(work: Work, community: CommunityId, member: MemberId) -> None:
    """End a membership with all that it opened: sign-in links, codes, motions of theirs.

    The community is locked by the caller. Sessions and feeds end with the event.
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
    """What a member moved falls, and what was moved about them has lost its sense.

    A suspension goes on: who leaves and comes back has not got rid of it.
    """
    cases = Cases(work)
    for case in await cases.open_in(community, [*MOTIONS, CaseKind.TAKE_OVER]):
        moved = case.kind in MOTIONS and case.by == member
        if moved or case.about == member:
            await cases.close(case.id, carried=False)
