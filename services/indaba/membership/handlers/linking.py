"""One community in several rooms, one member with several accounts."""

from datetime import timedelta

from indaba.contracts.ids import CODE_LETTERS, CommunityId, MemberId
from indaba.contracts.linking import (
    AccountLinked,
    AddPlace,
    CodeIssued,
    CommunityShown,
    IssueLinkCode,
    IssueRoomCode,
    LinkAccount,
    MembersMerged,
    PlacesChanged,
    RemovePlace,
    ShowRoomCode,
    ShowZones,
    ZonesShown,
)
from indaba.contracts.membership import PassportIssued, Place, Platform
from indaba.contracts.passport import Role
from indaba.contracts.refusal import NoCommunity
from indaba.contracts.removal import HomesShown, MovePlace, ShowHomes
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.ledger.merging import merge
from indaba.ledger.releases import Releases
from indaba.membership.handlers.belonging import digest, facilitating, passport_for
from indaba.membership.model import (
    CODE_LASTS,
    CODE_LENGTH,
    MOST_TRIES,
    CodeWrong,
    Community,
    LastRoom,
    LinkedAlready,
    NeedsRoomPower,
    NotOurRoom,
    RoomTaken,
    TooManyTries,
)
from indaba.membership.store import Cases, Linking, Opens, Store
from indaba.membership.workflows.removing import Removing
from indaba.membership.workflows.telling import tell_roles
from indaba.process.passports import PassportOffice

TRIES_COUNT_FOR = timedelta(minutes=10)
MOST_ZONES = 4


async def issue_link_code(request: IssueLinkCode, work: Work) -> CodeIssued:  # noqa: ARG001 - says all
    """Make a code for the asker's other account."""
    return await _issue(work, Opens.ACCOUNT, work.passport.a_member())


async def issue_room_code(request: IssueRoomCode, work: Work) -> CodeIssued:  # noqa: ARG001 - says all
    """Make a code for one more room."""
    asker, _ = await facilitating(work)
    return await _issue(work, Opens.ROOM, asker)


async def link_account(request: LinkAccount, work: Work, office: PassportOffice) -> PassportIssued:
    """Make the account the same member as whoever made the code."""
    store, linking = Store(work), Linking(work)
    owner, community = await _checked(
        work, Opens.ACCOUNT, request.platform, request.account, request.code
    )
    other = await store.member_of(request.platform, request.account)
    if other == owner:
        raise LinkedAlready
    await linking.spend(digest(request.code))
    if other is None:
        await linking.add_account(request.platform, request.account, owner)
    else:
        await _merge(work, gone=other, member=owner)
    await Removing(work, office).carry_over(owner)
    version = await store.next_version(owner)
    work.emit(AccountLinked(aggregate=owner, version=version, member=owner))
    return await passport_for(work, office, community, owner)


async def _merge(work: Work, *, gone: MemberId, member: MemberId) -> None:
    """Two members become one: the higher role and the first profile hold."""
    store, linking = Store(work), Linking(work)
    await linking.lock(gone, member)
    mine = {c: role for c, role, _ in await store.communities_of(member)}
    theirs = {c: role for c, role, _ in await store.communities_of(gone)}
    profile = (await store.profile(member)).filled_from(await store.profile(gone))
    version = await store.next_version(gone)
    await linking.merge(gone, member)
    await Cases(work).call_anew(gone, member)
    await merge(work, gone, member)
    await store.keep_profile(member, profile)
    work.emit(MembersMerged(aggregate=gone, version=version, member=member, gone=gone))
    for community, role in (mine | theirs).items():
        highest = Role.FACILITATOR if Role.FACILITATOR in (role, mine.get(community)) else role
        await store.set_role(community, member, highest)
        await tell_roles(work, store, community, member, (highest,))


async def show_room_code(request: ShowRoomCode, work: Work) -> CommunityShown:
    """What a code opens."""
    if not request.has_power:
        raise NeedsRoomPower
    community = await _opened(work, request.platform, request.account, request.code)
    return CommunityShown(community=community.card())


async def add_place(request: AddPlace, work: Work) -> CommunityShown:
    """One more room of the community."""
    if not request.has_power:
        raise NeedsRoomPower
    store, linking = Store(work), Linking(work)
    community = await _opened(work, request.place.platform, request.account, request.code)
    taken = await store.community_in(request.place)
    if taken is not None:
        raise RoomTaken((await _there(work, taken)).name)
    await linking.spend(digest(request.code))
    await linking.add_place(request.place, community.id)
    await _tell_places(work, community.id, added=request.place)
    return CommunityShown(community=community.card())


async def remove_place(request: RemovePlace, work: Work) -> Done:
    """One room less."""
    _, community = await facilitating(work)
    if len(community.places) <= 1:
        raise LastRoom
    if not await Linking(work).remove_place(request.place, community.id):
        raise NotOurRoom
    await _tell_places(work, community.id, removed=request.place)
    return Done()


async def move_place(request: MovePlace, work: Work) -> Done:
    """A room was replaced by another: what lives in the old one lives in the new one."""
    store, linking = Store(work), Linking(work)
    community = await store.community_in(request.old)
    if community is None or await store.community(community) is None:
        return Done()
    if await store.community_in(request.new) is not None:
        return Done()
    if await linking.move_place(request.old, request.new):
        await _tell_places(work, community, added=request.new, removed=request.old)
    return Done()


async def show_homes(request: ShowHomes, work: Work) -> HomesShown:
    """Where accounts belong, for a face that looks whether they are still there."""
    linking = Linking(work)
    names = [request.account]
    if not request.account:
        names = await linking.accounts_after(request.platform, request.after, request.limit)
    homes = {name: await linking.homes(request.platform, name) for name in names}
    following = names[-1] if len(names) == request.limit else ""
    return HomesShown(homes=homes, next="" if request.account else following)


async def _issue(work: Work, opens: Opens, member: MemberId) -> CodeIssued:
    letters = (CODE_LETTERS[work.world.below(len(CODE_LETTERS))] for _ in range(CODE_LENGTH))
    code, expires_at = "".join(letters), work.now + CODE_LASTS
    owner = (member, work.passport.in_community())
    await Linking(work).keep_code(opens, digest(code), owner, expires_at)
    return CodeIssued(code=code, expires_at=expires_at)


async def _checked(
    work: Work, opens: Opens, platform: Platform, account: str, code: str
) -> tuple[MemberId, CommunityId]:
    """Whose code it is. Raises `CodeWrong`, which counts, and after five of those `TooManyTries`.

    The codes are too many to guess; the limit keeps anybody from trying for long.
    """
    linking = Linking(work)
    if await linking.wrong_tries(platform, account, TRIES_COUNT_FOR) >= MOST_TRIES:
        raise TooManyTries
    found = await linking.code(opens, digest(code))
    if found is None:
        await linking.tried_wrongly(platform, account)
        raise CodeWrong
    return found


async def _opened(work: Work, platform: Platform, account: str, code: str) -> Community:
    """What a room code opens, while whoever made it facilitates there. Raises as `_checked`."""
    owner, found = await _checked(work, Opens.ROOM, platform, account, code)
    community = await _there(work, found)
    if await Store(work).role_in(community.id, owner) is not Role.FACILITATOR:
        raise CodeWrong
    return community


async def show_zones(request: ShowZones, work: Work) -> ZonesShown:  # noqa: ARG001 - says all
    """Show the zones that most members live in, of those with enough members in them."""
    community = work.passport.in_community()
    tally = await Store(work).zones(community)
    return ZonesShown(zones=await Releases(work).names(f"zones/{community}", tally, MOST_ZONES))


async def _there(work: Work, community: CommunityId) -> Community:
    found = await Store(work).community(community)
    if found is None:
        raise NoCommunity
    return found


async def _tell_places(
    work: Work, community: CommunityId, added: Place | None = None, removed: Place | None = None
) -> None:
    store = Store(work)
    version = await store.grew(community)
    places = (await _there(work, community)).places
    work.emit(
        PlacesChanged(
            aggregate=community, version=version, added=added, removed=removed, places=places
        )
    )
