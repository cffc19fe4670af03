"""What is said about communities, members, roles and consent. Membership owns it."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.confidential import Confidential, ConfidentialText, Key, KeyText
from indaba.contracts.figures import FEWEST, GroupSize
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.limits import FOUNDED, FOUNDED_A_DAY
from indaba.contracts.passport import Passport, Role
from indaba.contracts.purposes import WORDINGS, Purpose
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    CommunityText,
    Done,
    Event,
    PersonalText,
    Question,
    Reply,
    Request,
)

CONSENT_VERSION = WORDINGS[-1]
"""The wording of the consent in force; a receipt keeps the version that was agreed to."""


class Platform(StrEnum):
    """Where people chat."""

    MATRIX = "matrix"
    DISCORD = "discord"


class Category(StrEnum):
    """Stakeholder category."""

    TEACHER = "teacher"
    PRINCIPAL = "principal"
    ECD_PRACTITIONER = "ecd-practitioner"
    CIVIL_SOCIETY = "civil-society"
    ACADEMIC = "academic"
    BUSINESS = "business"
    FUNDER = "funder"
    GOVERNMENT = "government"
    UNION = "union"
    PARENT = "parent"
    RESEARCH = "research"
    OTHER = "other"


ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Name = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)
]
Aim = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=400)]


class Place(BaseModel):
    """One room on one platform."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    platform: Platform
    room: str = Field(max_length=255, description="The platform's own id of the room")
    house: str = Field(default="", max_length=255, description="What holds it, such as a server")


class CommunityCard(BaseModel):
    """What anybody in the room may know of a community. `key` opens its page in the portal."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: CommunityId
    name: Name
    purpose: Aim
    language: str
    zone: str
    key: str
    group_size: GroupSize = FEWEST


class PassportIssued(Reply):
    """A signed passport, what it says, and the community it is for (empty if there is none).

    `choices` lists the asker's communities where the room belongs to none and there are several.
    `lives_here` says that the room itself belongs to the community, not only its house; `blocked`
    that the asker was removed from it and cannot join again; `counted` that the days on which they
    take part are counted, and to be noted; `may_set_up` that operators let them found communities;
    `unasked` that they are to be asked about a new wording, `unanswered` what of it is open.
    `because` is why they were suspended or removed, for them alone.
    """

    token: KeyText
    passport: Passport
    community: CommunityCard | None = None
    choices: tuple[CommunityCard, ...] = ()
    lives_here: bool = False
    blocked: bool = False
    counted: bool = False
    may_set_up: bool = True
    unasked: bool = False
    unanswered: tuple[str, ...] = ()
    because: PersonalText = ""


class IssuePassport(
    Question[PassportIssued], wire="membership.issue-passport.v1", asked_by=Standing.ANYBODY
):
    """Exchange a platform's sender id for a passport.

    No account: the face itself asks, or with `guest` somebody of whom it knows nothing.
    """

    platform: Platform
    account: PersonalText = ""
    room: str = Field(default="", max_length=255)
    house: str = Field(default="", max_length=255, description="Meant if the room has no community")
    community: CommunityId | None = Field(default=None, description="Instead of a room")
    direct: bool = Field(default=False, description="A private chat: their only community is meant")
    guest: bool = Field(default=False, description="Somebody unknown asks, not the face")


class FoundCommunity(
    Request[PassportIssued],
    wire="membership.found-community.v1",
    asked_by=Standing.ANYBODY,
    limits=(FOUNDED, FOUNDED_A_DAY),
):
    """Found a community in a room; the founder joins as its first facilitator.

    `has_power` is the face's finding that the account runs the room.
    """

    name: Name
    purpose: Aim
    language: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
    zone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
    place: Place = Field(description="The room where it was asked")
    posts_in: Place = Field(description="The room where cards are posted")
    account: PersonalText
    has_power: bool
    adult: bool
    consent_version: str


class JoinCommunity(
    Request[PassportIssued], wire="membership.join-community.v1", asked_by=Standing.ANYBODY
):
    """Join the community of a room, having consented."""

    place: Place
    account: PersonalText
    adult: bool
    consent_version: str


class LeaveCommunity(Request[Done], wire="membership.leave-community.v1", asked_by=Standing.MEMBER):
    """Leave the passport's community. Nobody is kept from it, not even the last facilitator."""


class Profile(BaseModel):
    """Who a member is, as they said themselves. Empty where they did not say."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    category: Category | None = None
    organisation: PersonalText = ""
    province: str = ""
    languages: tuple[str, ...] = ()
    zone: str = ""

    def filled_from(self, other: "Profile") -> "Profile":
        """This profile, with what it leaves open taken from another."""
        said = {name: value for name, value in self if value}
        return Profile.model_validate({**dict(other), **said})


class MyProfile(Reply):
    """The asker's profile as it is now."""

    profile: Annotated[Profile, Confidential] = Profile()


class DescribeMe(
    Request[MyProfile],
    wire="membership.describe-me.v1",
    asked_by=Standing.MEMBER,
    consent=Purpose.PROFILE,
):
    """Say who I am; a field left out keeps its value, an empty one clears it."""

    category: Category | None = None
    organisation: Annotated[PersonalText, StringConstraints(max_length=120)] | None = None
    province: Annotated[str, StringConstraints(max_length=80)] | None = None
    languages: tuple[Annotated[str, StringConstraints(max_length=40)], ...] | None = None
    zone: Annotated[str, StringConstraints(max_length=64)] | None = None

    def keeps_for(self) -> Purpose | None:
        """A profile; a zone is for reading times, and what is cleared is not kept."""
        return self.consent if any(value for name, value in self if name != "zone") else None


class Way(StrEnum):
    """How a change of somebody's place in a community comes about.

    `DONE`: it is done. `SECOND`: once a second facilitator agrees, or after three days in which
    none objects. `MEMBERS`: nobody is left to agree or object, so the members vote for three days.
    """

    DONE = "done"
    SECOND = "second"
    MEMBERS = "members"


class Settled(Done):
    """How it comes about; `until` is when it is decided at the latest, or when it ends (UTC)."""

    way: Way = Way.DONE
    until: AwareDatetime | None = None


class AssignRole(Request[Settled], wire="membership.assign-role.v1", asked_by=Standing.FACILITATOR):
    """Give a member of the community a role (facilitators only).

    The person is told. Taking the role of facilitator from somebody else is a motion first, but for
    ten minutes whoever gave it takes it back at once.
    """

    platform: Platform
    account: PersonalText = Field(description="The other's account on that platform")
    role: Role
    reason: Annotated[PersonalText, StringConstraints(max_length=500)] = ""

    def gives_powers(self) -> bool:
        """Facilitators may do what members may not."""
        return self.role is Role.FACILITATOR


class Accounts(Reply):
    """Account per member id (as text); members without one on the platform are left out."""

    accounts: dict[str, PersonalText]


class FindAccounts(
    Question[Accounts], wire="membership.find-accounts.v1", asked_by=Standing.MEMBER, by_faces=True
):
    """A face asks whom to mention. At most 1,000 members at once."""

    platform: Platform
    members: tuple[MemberId, ...] = Field(max_length=1000)


class Places(Reply):
    """Where a community's cards are posted, and what it is."""

    community: CommunityCard
    places: tuple[Place, ...]


class FindPlaces(
    Question[Places], wire="membership.find-places.v1", asked_by=Standing.MEMBER, by_faces=True
):
    """A face asks where the passport's community posts."""


class MemberData(Reply):
    """All that one service keeps about the asker, as JSON-ready facts with names people know."""

    service: str
    data: Annotated[dict[str, Any], Confidential]


class ShowMyDataHere(Question[MemberData]):
    """Every service answers one of these: all that it keeps about the asker.

    Of what others wrote in the passport's community, where one of `accounts` is named is told, with
    the day and its code, and not the words.
    """

    accounts: tuple[str, ...] = Field(default=(), max_length=20)


class ShowMyData(ShowMyDataHere, wire="membership.show-my-data.v1", asked_by=Standing.KNOWN):
    """Show all that membership keeps about the asker, in every community."""


class ErasureBegun(Reply):
    """Erasure is under way; `services` will each confirm."""

    erasure: UUID
    services: tuple[str, ...]


class EraseMe(Request[ErasureBegun], wire="membership.erase-me.v1", asked_by=Standing.KNOWN):
    """Erase the asker everywhere. Nobody is kept from it, not even a last facilitator."""


class SignInIssued(Reply):
    """A one-time secret for the portal, good until `expires_at`."""

    secret: Annotated[ConfidentialText, Key]
    expires_at: AwareDatetime


class IssueSignIn(
    Request[SignInIssued], wire="membership.issue-sign-in.v1", asked_by=Standing.MEMBER
):
    """Make a one-time sign-in secret for the asker."""


class SignedIn(Reply):
    """Who the secret belonged to, and a passport for them."""

    token: KeyText
    passport: Passport
    community: CommunityCard


class ConsumeSignIn(
    Request[SignedIn], wire="membership.consume-sign-in.v1", asked_by=Standing.ANYBODY
):
    """Use up a one-time secret. Refused when used before, expired or unknown."""

    secret: str = Field(max_length=100)


class CommunityFounded(Event, wire="membership.community-founded.v1", kept=KEPT_AS_A_FACT):
    """A community began. `aggregate` is the community."""

    author: MemberId
    name: Name
    purpose: Aim
    language: str
    zone: str
    key: str = Field(description="Opens its page in the portal")
    places: tuple[Place, ...]


class MemberJoined(Event, wire="membership.member-joined.v1", kept=KEPT_AS_A_FACT):
    """A member consented and joined. `aggregate` is the member."""

    community: CommunityId
    member: MemberId
    consent_version: str


class MemberLeft(Event, wire="membership.member-left.v1", kept=KEPT_AS_A_FACT):
    """A member left a community."""

    community: CommunityId
    member: MemberId


class MemberDescribed(Event, wire="membership.member-described.v1", kept=KEPT_AS_A_FACT):
    """Facts for quorums and figures changed; the organisation travels as a keyed digest."""

    member: MemberId
    category: Category | None
    organisation: str = Field(description="Same value for the same organisation; not its name")
    province: str


class RolesChanged(Event, wire="membership.roles-changed.v1"):
    """A member's roles in a community are now these. Faces drop the member's cached passports."""

    community: CommunityId
    member: MemberId
    roles: tuple[Role, ...]


class MemberErased(Event, wire="membership.member-erased.v1", kept=timedelta(days=30)):
    """Every service gives the member a fresh id, blanks what they wrote, and answers."""

    member: MemberId
    erasure: UUID


class MemberErasureFinished(Event, wire="membership.member-erasure-finished.v1"):
    """Every service has answered. `aggregate` is the erasure."""

    services: tuple[str, ...]


class ReleaseInstalled(Event, wire="membership.release-installed.v1"):
    """A community has a newer release of Indaba since now, told once per community and release.

    `members` are its facilitators, to be told on one `platform`, in the hours of its `zone`.
    """

    community: CommunityId
    release: str
    members: tuple[MemberId, ...]
    platform: Platform
    zone: str
