"""Communities and their members: founding, joining, roles, data, sign-in."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.limits import MayNotSetUp
from indaba.contracts.linking import FindMembers, MembersFound
from indaba.contracts.membership import (
    Accounts,
    CommunityFounded,
    ConsumeSignIn,
    DescribeMe,
    FindAccounts,
    FindPlaces,
    FoundCommunity,
    IssuePassport,
    IssueSignIn,
    JoinCommunity,
    LeaveCommunity,
    MemberData,
    MemberDescribed,
    MemberJoined,
    MyProfile,
    PassportIssued,
    Place,
    Places,
    ShowMyData,
    SignedIn,
    SignInIssued,
)
from indaba.contracts.passport import Belonging, Role
from indaba.contracts.reaching import MembersReached, Reach, ReachMembers
from indaba.contracts.refusal import JoinInItsRoom, NoCommunity, NotAllowed
from indaba.contracts.responsible import ResponsibleShown, ShowResponsible
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.ledger.listing import of_the_ledger
from indaba.membership.model import (
    Community,
    NeedsRoomPower,
    RoomTaken,
    SignInSpent,
    check_consent,
    checked_zone,
    locale_of,
)
from indaba.membership.model.motions import Blocked
from indaba.membership.model.safeguarding import Safeguarding
from indaba.membership.store import (
    Cases,
    Consents,
    Engaged,
    Links,
    Reaching,
    SignIns,
    Store,
)
from indaba.membership.workflows.codes import digest
from indaba.membership.workflows.leaving import depart
from indaba.membership.workflows.passports import Asking, passport_for
from indaba.membership.workflows.removing import Removing, blocked_as, cases_of
from indaba.membership.workflows.succession import watch
from indaba.membership.workflows.telling import tell_roles
from indaba.process.named import Named
from indaba.process.passports import PassportOffice

SIGN_IN_LASTS = timedelta(minutes=10)


async def issue_passport(
    request: IssuePassport,
    work: Work,
    office: PassportOffice,
    reports_to: Safeguarding,
    set_up_by: Named,
) -> PassportIssued:
    """Issue a passport for an account in a room or, in a private chat, in one of its own."""
    lead = reports_to.is_lead(request.platform, request.account)
    store = Store(work)
    member = await store.member_of(request.platform, request.account) if request.account else None
    place = Place(platform=request.platform, room=request.room, house=request.house)
    here = None if request.direct else request.community
    here = here or await store.community_in(place)
    community, theirs = here or await store.community_of_house(place), []
    if request.direct and community is None and member is not None:
        theirs = [one for one, _, _ in await store.communities_of(member)]
        community = _spoken_of(request, theirs)
    cards = [await store.card_of(each) for each in theirs] if len(theirs) > 1 else []
    face = not request.account and not request.guest
    account = blocked_as(office, request.platform, request.account) if request.account else ""
    asking = Asking(account=account, face=face, lead=lead)
    issued = await passport_for(work, office, community, member, asking)
    blocked = issued.passport.belonging in (Belonging.REMOVED, Belonging.APPEALED)
    may_set_up = set_up_by.has(request.platform, request.account, request.house)
    facts = {
        "lives_here": here is not None,
        "blocked": blocked,
        "may_set_up": may_set_up,
        "choices": tuple(card.card() for card in cards if card),
    }
    return issued.model_copy(update=facts)


def _spoken_of(request: IssuePassport, theirs: Sequence[CommunityId]) -> CommunityId | None:
    """What somebody speaks of in a direct chat: what they chose, as long as they belong to it."""
    if request.community in theirs:
        return request.community
    return theirs[0] if len(theirs) == 1 else None


async def found_community(
    request: FoundCommunity, work: Work, office: PassportOffice, set_up_by: Named
) -> PassportIssued:
    """Found a community, with its founder as first facilitator.

    Raises `MayNotSetUp`, `NeedsRoomPower`, `RoomTaken`, `UnknownZone`, or as `check_consent`.
    """
    if not set_up_by.has(request.place.platform, request.account, request.place.house):
        raise MayNotSetUp
    if not request.has_power:
        raise NeedsRoomPower
    check_consent(adult=request.adult, consent_version=request.consent_version)
    store = Store(work)
    await _check_free(store, (request.place, request.posts_in))
    founder = await store.welcome(request.place.platform, request.account)
    community = Community(
        id=CommunityId(work.world.new_id()),
        name=request.name,
        purpose=request.purpose,
        language=request.language,
        zone=checked_zone(request.zone),
        key=work.world.secret()[:16],
        places=(request.posts_in,),
    )
    await store.found(community, request.place, request.posts_in)
    work.emit(
        CommunityFounded(
            aggregate=community.id,
            version=community.version,
            author=founder,
            name=community.name,
            purpose=community.purpose,
            language=community.language,
            zone=community.zone,
            key=community.key,
            places=community.places,
        )
    )
    await _join(work, store, community.id, founder, request.consent_version, Role.FACILITATOR)
    await watch(work, community.id)
    return await passport_for(work, office, community.id, founder)


async def _check_free(store: Store, rooms: Iterable[Place]) -> None:
    for room in rooms:
        taken = await store.community_in(room)
        if taken is not None:
            card = await store.card_of(taken)
            raise RoomTaken(card.name if card else "")


async def join_community(
    request: JoinCommunity, work: Work, office: PassportOffice
) -> PassportIssued:
    """Add a member who has consented.

    Raises `NoCommunity`, `JoinInItsRoom`, `Blocked`, `AlreadyAMember`, or as `check_consent`.
    """
    check_consent(adult=request.adult, consent_version=request.consent_version)
    store = Store(work)
    living = await store.community_in(request.place)
    if living is None and await store.community_of_house(request.place):
        raise JoinInItsRoom
    community = await store.community(living) if living else None
    if community is None:
        raise NoCommunity
    as_blocked = blocked_as(office, request.place.platform, request.account)
    if community.id in await Cases(work).blocked([as_blocked]):
        raise Blocked(community.name)
    member = await store.welcome(request.place.platform, request.account)
    community.joined_by(member)
    await _join(work, store, community.id, member, request.consent_version, Role.MEMBER)
    suspended = await Cases(work).suspended_as(community.id, [as_blocked])
    if suspended is not None:
        await Removing(work, office).suspend_too(suspended, member)
    return await passport_for(work, office, community.id, member)


async def leave_community(request: LeaveCommunity, work: Work) -> Done:  # noqa: ARG001 - says all
    """End the asker's membership."""
    member = work.passport.a_member()
    community = await community_of(work, Store(work))
    community.role_of(member)
    await depart(work, community.id, member)
    return Done()


async def describe_me(request: DescribeMe, work: Work, office: PassportOffice) -> MyProfile:
    """Update what a member says about themselves. Raises `UnknownZone`."""
    store, member = Store(work), work.passport.a_member()
    fields = request.model_dump(exclude_none=True)
    if fields.get("zone"):
        checked_zone(fields["zone"])
    profile = (await store.profile(member)).model_copy(update=fields)
    if not fields:
        return MyProfile(profile=profile)
    await store.keep_profile(member, profile)
    work.emit(
        MemberDescribed(
            aggregate=member,
            version=await store.next_version(member),
            member=member,
            category=profile.category,
            organisation=office.pseudonym(profile.organisation.casefold()),
            province=profile.province,
        )
    )
    return MyProfile(profile=profile)


async def find_accounts(request: FindAccounts, work: Work) -> Accounts:
    """The accounts to mention, without those of members who have left."""
    community = work.passport.in_community()
    accounts = await Reaching(work).accounts(request.platform, {community: request.members})
    return Accounts(
        accounts={str(m): account for m, account in accounts.get(community, {}).items()}
    )


async def reach_members(request: ReachMembers, work: Work) -> MembersReached:
    """Locales and accounts, in two queries for any number of communities."""
    cards = await Reaching(work).cards(request.wanted)
    accounts = await Reaching(work).accounts(request.platform, request.wanted)
    return MembersReached(
        communities={
            card.id: Reach(
                locale=locale_of(card.language, card.zone),
                accounts=accounts.get(card.id, {}),
                key=card.key,
            )
            for card in cards
        }
    )


async def find_members(request: FindMembers, work: Work) -> MembersFound:
    """The members who own these accounts."""
    community = work.passport.in_community()
    members = await Store(work).members_behind(community, request.platform, request.accounts)
    return MembersFound(members=members)


async def find_places(request: FindPlaces, work: Work) -> Places:  # noqa: ARG001 - says all
    """The rooms in which a community posts. Raises `NoCommunity`."""
    community = await Store(work).community(work.passport.in_community(), locked=False)
    if community is None:
        raise NoCommunity
    return Places(community=community.card(), places=community.places)


async def show_responsible(
    request: ShowResponsible,  # noqa: ARG001 - says all
    work: Work,  # noqa: ARG001 - nothing is looked up
    responsible: ResponsibleShown,
) -> ResponsibleShown:
    """Say who is responsible for the data stored."""
    return responsible


async def show_my_data(request: ShowMyData, work: Work) -> MemberData:  # noqa: ARG001 - says all
    """Show everything that is stored here about the asker."""
    store = Store(work)
    member = work.passport.known()
    communities = []
    for community, role, joined_at in await store.communities_of(member):
        card = await store.card_of(community)
        named = {"name": card.name if card else "", "role": role, "since": joined_at.isoformat()}
        communities.append(named)
    return MemberData(
        service="membership",
        data={
            "accounts": await store.accounts_of(member),
            "linked accounts": await Links(work).history(member),
            "profile": (await store.profile(member)).model_dump(mode="json"),
            "communities": communities,
            "consent receipts": await store.receipts_of(member),
            "purposes": await Consents(work).facts_of(member),
            "taking part": await Engaged(work).facts_of(member),
            "removals and suspensions": await cases_of(work, member),
            "kept by every process": await of_the_ledger(member, work),
        },
    )


async def issue_sign_in(request: IssueSignIn, work: Work) -> SignInIssued:  # noqa: ARG001 - says all
    """Make a one-time secret. Only its digest is stored; the reply goes within the hour."""
    store, member = Store(work), work.passport.a_member()
    community = await community_of(work, store)
    community.role_of(member)
    secret = work.world.secret()
    expires_at = work.now + SIGN_IN_LASTS
    await SignIns(work).keep(digest(secret), member, community.id, expires_at)
    return SignInIssued(secret=secret, expires_at=expires_at)


async def consume_sign_in(request: ConsumeSignIn, work: Work, office: PassportOffice) -> SignedIn:
    """Use up a one-time secret. Raises `SignInSpent`."""
    spent = await SignIns(work).spend(digest(request.secret))
    if spent is None:
        raise SignInSpent
    member, community = spent
    issued = await passport_for(work, office, community, member)
    if issued.community is None or not issued.passport.roles:
        raise SignInSpent
    return SignedIn(token=issued.token, passport=issued.passport, community=issued.community)


async def community_of(work: Work, store: Store) -> Community:
    """The passport's community, locked. Raises `NoCommunity`."""
    community = await store.community(work.passport.in_community())
    if community is None:
        raise NoCommunity
    return community


async def facilitating(work: Work) -> tuple[MemberId, Community]:
    """The asker and the community, locked, if they facilitate it now.

    Raises `NotAllowed`, even if an older passport says they do.
    """
    store, asker = Store(work), work.passport.a_facilitator()
    community = await store.community(work.passport.in_community())
    if community is None or await store.role_in(community.id, asker) is not Role.FACILITATOR:
        raise NotAllowed(Role.FACILITATOR)
    return asker, community


async def _join(
    work: Work,
    store: Store,
    community: CommunityId,
    member: MemberId,
    consent_version: str,
    role: Role,
) -> None:
    await store.set_role(community, member, role)
    founding = role is Role.FACILITATOR
    await store.give_receipt(community, member, consent_version, founding=founding)
    work.emit(
        MemberJoined(
            aggregate=member,
            version=await store.next_version(member),
            community=community,
            member=member,
            consent_version=consent_version,
        )
    )
    await tell_roles(work, store, community, member, (role,))
