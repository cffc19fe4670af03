"""One community in several rooms."""

from indaba.contracts.ids import CommunityId
from indaba.contracts.linking import (
    AddPlace,
    CodeIssued,
    CommunityShown,
    IssueRoomCode,
    PlacesChanged,
    RemovePlace,
    ShowRoomCode,
    ShowZones,
    ZonesShown,
)
from indaba.contracts.membership import Place, Platform
from indaba.contracts.passport import Role
from indaba.contracts.refusal import NoCommunity
from indaba.contracts.removal import HomesShown, MovePlace, ShowHomes
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.ledger.releases import Releases
from indaba.membership.handlers.belonging import facilitating
from indaba.membership.model import (
    CodeWrong,
    Community,
    LastRoom,
    NeedsRoomPower,
    NotOurRoom,
    RoomTaken,
)
from indaba.membership.store import Linking, Opens, Store
from indaba.membership.workflows.codes import Tickets, checked, digest, issue
from indaba.process.passports import PassportOffice

MOST_ZONES = 4


async def issue_room_code(request: IssueRoomCode, work: Work) -> CodeIssued:  # noqa: ARG001 - says all
    """Make a code for one more room."""
    asker, _ = await facilitating(work)
    return await issue(work, Opens.ROOM, asker)


async def show_room_code(
    request: ShowRoomCode, work: Work, office: PassportOffice
) -> CommunityShown:
    """Show which community a room code is for, and give a ticket for connecting this room.

    Raises `NeedsRoomPower`, or as `checked`.
    """
    if not request.has_power:
        raise NeedsRoomPower
    community = await _community_of_code(work, request.platform, request.account, request.code)
    if request.place is None:
        return CommunityShown(community=community.card())
    there = (request.account, request.place.platform, request.place.room)
    ticket = Tickets(office).give(request.code, Opens.ROOM, *there)
    return CommunityShown(community=community.card(), ticket=ticket)


async def add_place(request: AddPlace, work: Work, office: PassportOffice) -> CommunityShown:
    """Add a room to the community. Raises `NeedsRoomPower`, `RoomTaken`, or as `checked`."""
    if not request.has_power:
        raise NeedsRoomPower
    store, linking = Store(work), Linking(work)
    code = request.code or ""
    if request.ticket:
        there = (request.account, request.place.platform, request.place.room)
        code = Tickets(office).code_on(request.ticket, Opens.ROOM, *there)
    community = await _community_of_code(work, request.place.platform, request.account, code)
    taken = await store.community_in(request.place)
    if taken is not None:
        raise RoomTaken((await _stored(work, taken)).name)
    await linking.spend(digest(code))
    await linking.add_place(request.place, community.id)
    await _tell_places(work, community.id, added=request.place)
    return CommunityShown(community=community.card())


async def remove_place(request: RemovePlace, work: Work) -> Done:
    """Remove a room from the community. Raises `LastRoom` or `NotOurRoom`."""
    _, community = await facilitating(work)
    if len(community.places) <= 1:
        raise LastRoom
    if not await Linking(work).remove_place(request.place, community.id):
        raise NotOurRoom
    await _tell_places(work, community.id, removed=request.place)
    return Done()


async def move_place(request: MovePlace, work: Work) -> Done:
    """Move a community from a room into the one that replaced it."""
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
    """The communities of accounts, for a face that checks whether the accounts are still there."""
    linking = Linking(work)
    names = [request.account]
    if not request.account:
        names = await linking.accounts_after(request.platform, request.after, request.limit)
    homes = {name: await linking.homes(request.platform, name) for name in names}
    following = names[-1] if len(names) == request.limit else ""
    return HomesShown(homes=homes, next="" if request.account else following)


async def _community_of_code(work: Work, platform: Platform, account: str, code: str) -> Community:
    """The community a room code is for, while its maker is a facilitator. Raises as `checked`."""
    owner, community_id = await checked(work, Opens.ROOM, platform, account, code)
    community = await _stored(work, community_id)
    if await Store(work).role_in(community.id, owner) is not Role.FACILITATOR:
        raise CodeWrong
    return community


async def show_zones(request: ShowZones, work: Work) -> ZonesShown:  # noqa: ARG001 - says all
    """Show the time zones in which most members live, of those with enough members."""
    community = work.passport.in_community()
    tally = await Store(work).zones(community)
    releases = await Releases.of(work, community, since=None)
    return ZonesShown(zones=await releases.names(f"zones/{community}", tally, MOST_ZONES))


async def _stored(work: Work, community: CommunityId) -> Community:
    stored = await Store(work).community(community)
    if stored is None:
        raise NoCommunity
    return stored


async def _tell_places(
    work: Work, community: CommunityId, added: Place | None = None, removed: Place | None = None
) -> None:
    store = Store(work)
    version = await store.grew(community)
    places = (await _stored(work, community)).places
    work.emit(
        PlacesChanged(
            aggregate=community, version=version, added=added, removed=removed, places=places
        )
    )
