"""Membership's contracts about rooms that join a community and accounts linked to one member."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.confidential import Confidential, Key
from indaba.contracts.figures import NamesReleased
from indaba.contracts.ids import CommunityId, MemberId, OneTimeCode
from indaba.contracts.membership import CommunityCard, PassportIssued, Place, Platform
from indaba.contracts.passport import Role
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    Change,
    Done,
    Event,
    OneEach,
    PersonalText,
    Question,
    Reply,
    ShortLived,
)

Ticket = Annotated[str, StringConstraints(max_length=400)]
"""An encrypted code that works only for whoever asked, and there. A face may store it."""


class MembersFound(Reply):
    """Member id per account. Accounts of people who are not members are left out."""

    members: dict[PersonalText, MemberId]


class FindMembers(
    Question[MembersFound],
    wire="membership.find-members.v1",
    asked_by=Standing.MEMBER,
    by_faces=True,
):
    """A face asks which members of the passport's community own these accounts. At most 100."""

    platform: Platform
    accounts: tuple[PersonalText, ...] = Field(max_length=100)


class CodeIssued(Reply):
    """A one-time code, valid until `expires_at`. Only for the person who asked."""

    code: Annotated[OneTimeCode, Confidential, Key]
    expires_at: AwareDatetime


class IssueLinkCode(
    ShortLived[CodeIssued], wire="membership.issue-link-code.v1", asked_by=Standing.MEMBER
):
    """Make a code with which the asker's other account can be linked to the same member."""


class LinkAccount(
    OneEach[PassportIssued], wire="membership.link-account.v1", asked_by=Standing.ANYBODY
):
    """Sent by faces of older releases, in which nobody confirmed a link. Always refused."""

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class EndLinkCode(Change[Done], wire="membership.end-link-code.v1", asked_by=Standing.ANYBODY):
    """Revoke a link code that others have read. A wrong code counts as a failed attempt."""

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class OverheardEnded(Reply):
    """Whether any of the codes was still valid and has been revoked."""

    ended: bool


class EndOverheard(
    Change[OverheardEnded], wire="membership.end-overheard.v1", asked_by=Standing.ANYBODY
):
    """Revoke whatever of this is a one-time code or sign-in link, because others may have read it.

    `codes` may be of any kind. Whatever is not a code is ignored and does not count as an attempt.
    """

    codes: tuple[OneTimeCode, ...] = Field(default=(), max_length=5)
    sign_ins: tuple[str, ...] = Field(default=(), max_length=5)


class AccountName(BaseModel):
    """An account on its platform."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    platform: Platform
    account: PersonalText


class RoleThere(BaseModel):
    """Roles in a community, by the community's name: now, and once linked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    community: str
    theirs: Role | None = Field(description="The role of the member who made the code")
    yours: Role | None = Field(description="The role of the member whose account joins")
    after: Role | None = Field(description="The role once linked; none: removed there")


class LinkFacts(BaseModel):
    """What a link would change, for both sides. The two sides' present roles are given apart.

    `maker` are the accounts of the member who made the code, `joiner` those that would join them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    link: UUID | None = None
    maker: tuple[AccountName, ...]
    joiner: tuple[AccountName, ...]
    roles: tuple[RoleThere, ...] = ()
    until: AwareDatetime


class LinkPreview(Reply):
    """What linking an account by a code would change.

    Until the code's maker agrees, whoever typed the code sees one of the maker's accounts and no
    roles.
    """

    link: Annotated[LinkFacts, Confidential]
    ticket: Ticket = Field(default="", description="Used in the place of the code from here on")


class ShowLinkCode(
    ShortLived[LinkPreview], wire="membership.show-link-code.v1", asked_by=Standing.ANYBODY
):
    """Show what a code would do, without using it up. Wrong codes count as attempts.

    The code's maker is told at once that it was typed, and by whom.

    Refused if the code is wrong, used or expired, after five wrong attempts in ten minutes, if the
    account is already the same member's, and if a community would be left without a facilitator.
    """

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class ProposeLink(
    OneEach[LinkPreview], wire="membership.propose-link.v1", asked_by=Standing.ANYBODY
):
    """Use up a code: its maker is asked whether the account is theirs. Nothing is linked before.

    The code comes in the `ticket` that `ShowLinkCode` gave. Refused as that is.
    """

    platform: Platform
    account: PersonalText
    code: OneTimeCode | None = None
    ticket: Ticket = ""


class LinkedAccount(BaseModel):
    """One of a member's accounts.

    `until` is when undoing its linking ends: until then, unlinking makes it the separate member it
    was; later, or if empty, it becomes a guest. `may_go` says whether the asking account may unlink
    it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    platform: Platform
    account: PersonalText
    until: AwareDatetime | None = None
    may_go: bool = True


class LinksShown(Reply):
    """A member's accounts, and the accounts that wait to be linked."""

    accounts: Annotated[tuple[LinkedAccount, ...], Confidential] = ()
    waiting: Annotated[tuple[LinkFacts, ...], Confidential] = ()


class ShowLinks(Question[LinksShown], wire="membership.show-links.v1", asked_by=Standing.KNOWN):
    """Show the asker's accounts and the links that wait for their answer.

    `platform` and `account` are the account that asks.
    """

    platform: Platform
    account: PersonalText


class LinkAnswered(Reply):
    """Whether the accounts are now one member."""

    linked: bool


class AnswerLink(Change[LinkAnswered], wire="membership.answer-link.v1", asked_by=Standing.KNOWN):
    """Confirm or refuse a link, as the maker of its code. Nothing is linked without this.

    It raises nobody's role. Both sides and the facilitators are told. Refused once the question has
    expired, and if a community would be left without a facilitator.
    """

    link: UUID
    agreed: bool


class AccountParted(Reply):
    """What an account is now: the member it was (`restored`), or a guest."""

    restored: bool


class UnlinkAccount(
    Change[AccountParted], wire="membership.unlink-account.v1", asked_by=Standing.KNOWN
):
    """Unlink an account. Within a week of linking it becomes the member it was, else a guest.

    `platform` and `account` are the account that asks. An account can unlink itself, or accounts
    linked after it. Refused for the last account.
    """

    platform: Platform
    account: PersonalText
    unlinked: AccountName


class LinkNews(StrEnum):
    """What people are told about a link. `TYPED`: somebody typed the code, for its maker."""

    TYPED = "typed"
    ASKED = "asked"
    LAPSED = "lapsed"
    DECLINED = "declined"
    LINKED = "linked"
    PARTED = "parted"


class LinkSide(StrEnum):
    """Which side is told about a link."""

    PARTNERS = "partners"
    FACILITATORS = "facilitators"


class LinkTelling(Reply):
    """What a face says about a link, and to which accounts of its platform.

    `tell_maker`, `tell_joiner` and `tell_facilitators` are the accounts to tell. `link` names the
    accounts it is about.
    """

    link: LinkFacts
    tell_maker: tuple[PersonalText, ...] = ()
    tell_joiner: tuple[PersonalText, ...] = ()
    tell_facilitators: tuple[PersonalText, ...] = ()


class TellLink(Question[LinkTelling], wire="membership.tell-link.v1", asked_by=Standing.FACE):
    """A face asks what to say about a link, and to whom."""

    link: UUID
    platform: Platform
    side: LinkSide


class IssueRoomCode(
    ShortLived[CodeIssued], wire="membership.issue-room-code.v1", asked_by=Standing.FACILITATOR
):
    """Make a code with which one more room can join the community (facilitators)."""


class CommunityShown(Reply):
    """The community that a code is for."""

    community: CommunityCard
    ticket: Ticket = Field(default="", description="Used in the place of the code from here on")


class ShowRoomCode(
    ShortLived[CommunityShown], wire="membership.show-room-code.v1", asked_by=Standing.ANYBODY
):
    """Show what a room code is for, without using it up. Wrong codes count as attempts."""

    platform: Platform
    account: PersonalText
    code: OneTimeCode
    has_power: bool
    place: Place | None = None


class AddPlace(OneEach[CommunityShown], wire="membership.add-place.v1", asked_by=Standing.ANYBODY):
    """Use up a room code: the room joins the community, and its cards are posted there.

    The code comes in the `ticket` that `ShowRoomCode` gave for this place. `has_power` says that
    the account runs the room, as the face has checked.
    """

    place: Place
    account: PersonalText
    code: OneTimeCode | None = None
    has_power: bool
    ticket: Ticket = ""


class RemovePlace(Change[Done], wire="membership.remove-place.v1", asked_by=Standing.FACILITATOR):
    """Remove a room from the passport's community (facilitators). Refused for the last one."""

    place: Place


class AccountLinked(Event, wire="membership.account-linked.v1"):
    """A member has one more chat account. Faces drop the passports of guests."""

    member: MemberId


class MembersMerged(Event, wire="membership.members-merged.v1", kept=KEPT_AS_A_FACT):
    """Two members were one person: `gone` is `member` from now on, in every service.

    `aggregate` is `gone`. Whatever arrives late for `gone` counts for `member`. Until `undo_until`,
    services store what they need to part the two again; nothing if it is empty.
    """

    member: MemberId
    gone: MemberId
    undo_until: AwareDatetime | None = None


class MembersParted(Event, wire="membership.members-parted.v1", kept=KEPT_AS_A_FACT):
    """`gone` is no longer `member` but the separate member it was, in every service.

    `aggregate` is `gone`. Whatever nobody has changed since the merge is as it was before.
    """

    member: MemberId
    gone: MemberId


class AccountUnlinked(Event, wire="membership.account-unlinked.v1"):
    """A member has one chat account less. Faces drop its passports and end its sessions.

    Whatever was opened in the member's name since the account was linked (at `since`, if known) may
    be in the account's hands.
    """

    member: MemberId
    since: AwareDatetime | None = None


class LinkTold(Event, wire="membership.link-told.v1"):
    """The people a link concerns are to be told, privately. `aggregate` is the link.

    Names nobody: a face asks with `TellLink` whom to tell. Not worth sending after `until`.
    """

    community: CommunityId
    what: LinkNews
    side: LinkSide
    until: AwareDatetime


class PlacesChanged(Event, wire="membership.places-changed.v1", kept=KEPT_AS_A_FACT):
    """A room joined or left a community. `aggregate` is the community, `places` where it posts.

    With neither `added` nor `removed`, nothing changed: a new release repeats where the community
    lives for readers that have not stored it.
    """

    added: Place | None = None
    removed: Place | None = None
    places: tuple[Place, ...]


class ZonesShown(Reply):
    """Zones in which enough members of the community live, most common first; four at most."""

    zones: NamesReleased


class ShowZones(
    Question[ZonesShown], wire="membership.show-zones.v1", asked_by=Standing.FACILITATOR
):
    """Show in which time zones members live, for previews of times (facilitators)."""
