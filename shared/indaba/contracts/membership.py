"""Contracts about communities, members, roles and consent. Owned by membership."""

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
    Change,
    CommunityText,
    Done,
    Event,
    OneEach,
    PersonalText,
    Question,
    Reply,
    Request,
    ShortLived,
)

CONSENT_VERSION = WORDINGS[-1]
"""The consent wording in force. A receipt stores the version that was agreed to."""


class Platform(StrEnum):
    """Chat platforms."""

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
    """A room on a platform."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    platform: Platform
    room: str = Field(max_length=255, description="The platform's own id of the room")
    house: str = Field(default="", max_length=255, description="Its server, guild or space")


class CommunityCard(BaseModel):
    """What anybody in its rooms may know about a community. `key` is part of its portal address."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: CommunityId
    name: Name
    purpose: Aim
    language: str
    zone: str
    key: str
    group_size: GroupSize = FEWEST


class PassportIssued(Reply):
    """A signed passport, its claims, and the community it is for (empty if there is none).

    `choices` lists the asker's communities in a private chat if there are several.
    `lives_here`: the room itself belongs to the community, not only its house. `blocked`: the asker
    was removed and cannot join again. `counted`: the days on which the asker takes part are to be
    noted. `may_set_up`: operators let the asker found communities. `unasked`: the asker is to be
    asked about a new wording; `unanswered` are its open purposes. `because` is why the asker was
    suspended or removed; only they may read it.
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
    """Get a passport for an account; without one, for the face or, with `guest`, for a stranger."""

    platform: Platform
    account: PersonalText = ""
    room: str = Field(default="", max_length=255)
    house: str = Field(default="", max_length=255, description="Used if the room has no community")
    community: CommunityId | None = Field(default=None, description="Instead of a room")
    direct: bool = Field(default=False, description="Private chat: one of their communities")
    guest: bool = Field(default=False, description="An unknown person asks, not the face")


class FoundCommunity(
    Request[PassportIssued],
    wire="membership.found-community.v1",
    asked_by=Standing.ANYBODY,
    limits=(FOUNDED, FOUNDED_A_DAY),
):
    """Found a community in a room; the founder joins as its first facilitator.

    `has_power` says that the account runs the room, as the face has checked.
    """

    name: Name
    purpose: Aim
    language: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
    zone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
    place: Place = Field(description="The room where this was requested")
    posts_in: Place = Field(description="The room where cards are posted")
    account: PersonalText
    has_power: bool
    adult: bool
    consent_version: str


class JoinCommunity(
    OneEach[PassportIssued], wire="membership.join-community.v1", asked_by=Standing.ANYBODY
):
    """Join the community of a room, after consenting."""

    place: Place
    account: PersonalText
    adult: bool
    consent_version: str


class LeaveCommunity(Change[Done], wire="membership.leave-community.v1", asked_by=Standing.MEMBER):
    """Leave the passport's community. Never refused, even to the last facilitator."""


class Profile(BaseModel):
    """What a member has said about themselves. Fields they did not give are empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    category: Category | None = None
    organisation: PersonalText = ""
    province: str = ""
    languages: tuple[str, ...] = ()
    zone: str = ""

    def filled_from(self, other: "Profile") -> "Profile":
        """This profile, with empty fields taken from another."""
        own = {name: value for name, value in self if value}
        return Profile.model_validate({**dict(other), **own})


class MyProfile(Reply):
    """The asker's profile as it is now."""

    profile: Annotated[Profile, Confidential] = Profile()


class DescribeMe(
    Change[MyProfile],
    wire="membership.describe-me.v1",
    asked_by=Standing.MEMBER,
    consent=Purpose.PROFILE,
):
    """Update the asker's profile. A field left out does not change, an empty one is cleared."""

    category: Category | None = None
    organisation: Annotated[PersonalText, StringConstraints(max_length=120)] | None = None
    province: Annotated[str, StringConstraints(max_length=80)] | None = None
    languages: tuple[Annotated[str, StringConstraints(max_length=40)], ...] | None = None
    zone: Annotated[str, StringConstraints(max_length=64)] | None = None

    def keeps_for(self) -> Purpose | None:
        """The profile purpose if anything is stored under it; a zone serves to read times."""
        return self.consent if any(value for name, value in self if name != "zone") else None


class Way(StrEnum):
    """How a change of somebody's membership or role comes about.

    `DONE`: at once. `SECOND`: when a second facilitator agrees, or after three days without an
    objection. `MEMBERS`: there is nobody to agree or object, so the members vote for three days.
    """

    DONE = "done"
    SECOND = "second"
    MEMBERS = "members"


class Settled(Done):
    """How the change comes about; `until` is the latest time of the decision or the end (UTC)."""

    way: Way = Way.DONE
    until: AwareDatetime | None = None


class AssignRole(Change[Settled], wire="membership.assign-role.v1", asked_by=Standing.FACILITATOR):
    """Give a member of the community a role (facilitators).

    The person is told. Taking the facilitator role from somebody starts a motion, except that
    whoever gave it can take it back at once for ten minutes.
    """

    platform: Platform
    account: PersonalText = Field(description="The member's account on that platform")
    role: Role
    reason: Annotated[PersonalText, StringConstraints(max_length=500)] = ""

    def gives_powers(self) -> bool:
        """Facilitators may do what members may not."""
        return self.role is Role.FACILITATOR


class Accounts(Reply):
    """Account per member id (as text). Members without an account on the platform are left out."""

    accounts: dict[str, PersonalText]


class FindAccounts(
    Question[Accounts], wire="membership.find-accounts.v1", asked_by=Standing.MEMBER, by_faces=True
):
    """A face asks which accounts to mention. At most 1,000 members at once."""

    platform: Platform
    members: tuple[MemberId, ...] = Field(max_length=1000)


class Places(Reply):
    """A community and the rooms in which its cards are posted."""

    community: CommunityCard
    places: tuple[Place, ...]


class FindPlaces(
    Question[Places], wire="membership.find-places.v1", asked_by=Standing.MEMBER, by_faces=True
):
    """A face asks where the passport's community posts."""


class MemberData(Reply):
    """Everything that one service stores about the asker, JSON-ready, with names people know."""

    service: str
    data: Annotated[dict[str, Any], Confidential]


class ShowMyDataHere(Question[MemberData]):
    """Base of each service's request for everything that it stores about the asker.

    Others' texts that name one of `accounts` are listed by their day and code, without the words.
    """

    accounts: tuple[str, ...] = Field(default=(), max_length=20)


class ShowMyData(ShowMyDataHere, wire="membership.show-my-data.v1", asked_by=Standing.KNOWN):
    """Show everything that membership stores about the asker, in every community."""


class ErasureBegun(Reply):
    """Erasure has begun; each of `services` will confirm it."""

    erasure: UUID
    services: tuple[str, ...]


class EraseMe(Change[ErasureBegun], wire="membership.erase-me.v1", asked_by=Standing.KNOWN):
    """Erase the asker everywhere. Never refused, even to a last facilitator."""


class SignInIssued(Reply):
    """A one-time secret for the portal, valid until `expires_at`."""

    secret: Annotated[ConfidentialText, Key]
    expires_at: AwareDatetime


class IssueSignIn(
    ShortLived[SignInIssued], wire="membership.issue-sign-in.v1", asked_by=Standing.MEMBER
):
    """Make a one-time sign-in secret for the asker."""


class SignedIn(Reply):
    """Whom the secret was for, and a passport for them."""

    token: KeyText
    passport: Passport
    community: CommunityCard


class ConsumeSignIn(
    Change[SignedIn], wire="membership.consume-sign-in.v1", asked_by=Standing.ANYBODY
):
    """Use up a one-time secret. Refused if it was used before, expired or is unknown."""

    secret: str = Field(max_length=100)


class CommunityFounded(Event, wire="membership.community-founded.v1", kept=KEPT_AS_A_FACT):
    """A community was founded. `aggregate` is the community."""

    author: MemberId
    name: Name
    purpose: Aim
    language: str
    zone: str
    key: str = Field(description="Part of its portal address")
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
    """Facts for quorums and figures changed. The organisation is sent as a keyed digest only."""

    member: MemberId
    category: Category | None
    organisation: str = Field(description="Same value for the same organisation; not its name")
    province: str


class RolesChanged(Event, wire="membership.roles-changed.v1"):
    """A member's roles in a community are now these. Faces drop their cached passports."""

    community: CommunityId
    member: MemberId
    roles: tuple[Role, ...]


class MemberErased(Event, wire="membership.member-erased.v1", kept=timedelta(days=30)):
    """A member is to be erased: services give them a fresh id, blank their texts, and answer."""

    member: MemberId
    erasure: UUID


class MemberErasureFinished(Event, wire="membership.member-erasure-finished.v1"):
    """Every service has answered. `aggregate` is the erasure."""

    services: tuple[str, ...]


class ReleaseInstalled(Event, wire="membership.release-installed.v1"):
    """A community has a newer release of Indaba. Sent once per community and release.

    `members` are its facilitators, to be told on one `platform`, at a suitable hour in its `zone`.
    """

    community: CommunityId
    release: str
    members: tuple[MemberId, ...]
    platform: Platform
    zone: str
