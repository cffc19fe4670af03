"""Erasing a member, everywhere."""

from indaba.contracts.erasure import ErasedAccounts, ShowErased
from indaba.contracts.ids import MemberId
from indaba.contracts.membership import EraseMe, ErasureBegun, MemberErased
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.ledger.merging import once_called
from indaba.membership.store import Cases, Consents, Erasing, Linking, Links, Store
from indaba.membership.workflows.succession import seek


async def erase_me(request: EraseMe, work: Work, expected: tuple[str, ...]) -> ErasureBegun:  # noqa: ARG001 - says all
    """Erase the asker here, and have every service do so."""
    member = work.passport.known()
    return await erase_member(member, work, expected)


async def erase_member(member: MemberId, work: Work, expected: tuple[str, ...]) -> ErasureBegun:
    """Erase a member here, and have every service do so. Last facilitators are erased too."""
    store, erasure = Store(work), work.world.new_id()
    theirs = sorted(community for community, _, _ in await store.communities_of(member))
    for community in theirs:
        await store.community(community)
    version = await store.next_version(member)
    names = [member, *await once_called(work, member)]
    await Erasing(work).begin(erasure, names, list(expected))
    await Links(work).forget(member)
    fresh = await erase(work, member)
    await store.forget(member, fresh)
    await Consents(work).give_all(member, fresh)
    await Linking(work).forget(member)
    await Cases(work).forget(member)
    for community in theirs:
        await seek(work, community)
    work.emit(MemberErased(aggregate=member, version=version, member=member, erasure=erasure))
    return ErasureBegun(erasure=erasure, services=("membership", *expected))


async def show_erased(request: ShowErased, work: Work) -> ErasedAccounts:
    """Tell a bot which accounts to forget."""
    accounts = await Erasing(work).accounts(request.erasure, request.platform)
    return ErasedAccounts(accounts=accounts)
