"""What is said about rooms that join a community and accounts that are one member.

Membership owns it; a file of its own because it is a topic of its own.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from indaba.contracts.confidential import Confidential, Key
from indaba.contracts.figures import NamesReleased
from indaba.contracts.ids import CommunityId, MemberId, OneTimeCode
from indaba.contracts.membership import (
    CommunityCard,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.passport import Role
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    Done,
    Event,
    PersonalText,
    Question,
    Reply,
    Request,
)


class MembersFound(Reply):
    """Member id per account; who is no member of the community is left out."""

    members: dict[PersonalText, MemberId]


class FindMembers(
    Question[MembersFound],
    wire="membership.find-members.v1",
    asked_by=Standing.MEMBER,
    by_faces=True,
):
    """A face asks who of the passport's community is behind accounts. At most 100 at once."""

    platform: Platform
    accounts: tuple[PersonalText, ...] = Field(max_length=100)


class CodeIssued(Reply):
    """A one-time code, good until `expires_at`; for its asker's eyes only."""

    code: Annotated[OneTimeCode, Confidential, Key]
    expires_at: AwareDatetime


class IssueLinkCode(
    Request[CodeIssued], wire="membership.issue-link-code.v1", asked_by=Standing.MEMBER
):
    """Make a code by which the asker's other account becomes the same member."""


class LinkAccount(
    Request[PassportIssued], wire="membership.link-account.v1", asked_by=Standing.ANYBODY
):
    """Asked by faces of releases in which nobody confirmed a link; always refused, in words."""

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class EndLinkCode(Request[Done], wire="membership.end-link-code.v1", asked_by=Standing.ANYBODY):
    """Others have read a link code: it opens nothing any more. A wrong one counts as a try."""

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class OverheardEnded(Reply):
    """Whether any of it was good still, and is so no more."""

    ended: bool


class EndOverheard(
    Request[OverheardEnded], wire="membership.end-overheard.v1", asked_by=Standing.ANYBODY
):
    """Others have read what may be one-time codes or sign-in links: they open nothing any more.

    `codes` are of any kind. What is none is left alone, and counts as no try: it opens nothing.
    """

    codes: tuple[OneTimeCode, ...] = Field(default=(), max_length=5)
    sign_ins: tuple[str, ...] = Field(default=(), max_length=5)


class AccountName(BaseModel):
    """An account, where its platform knows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    platform: Platform
    account: PersonalText


class RoleThere(BaseModel):
    """Somebody's place in a community, by its name: as it is, and as it would be once linked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    community: str
    theirs: Role | None = Field(description="The role of the member who made the code")
    yours: Role | None = Field(description="The role of the member whose account joins")
    after: Role | None = Field(description="The role of the one member; none: removed there")


class LinkFacts(BaseModel):
    """What would come of a link, for both sides alike; roles of the two sides are told apart.

    `maker` are the accounts of whoever made the code, `joiner` those that become theirs.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    link: UUID | None = None
    maker: tuple[AccountName, ...]
    joiner: tuple[AccountName, ...]
    roles: tuple[RoleThere, ...] = ()
    until: AwareDatetime


class LinkPreview(Reply):
    """What an account would become by a code.

    Until the code's maker agreed, whoever typed it reads one account of theirs and no role.
    """

    link: Annotated[LinkFacts, Confidential]


class ShowLinkCode(
    Request[LinkPreview], wire="membership.show-link-code.v1", asked_by=Standing.ANYBODY
):
    """What an account would become by a code, without using it up. Wrong tries count.

    Its maker is told at once that it was typed, and by whom.

    Refused when wrong, spent or old, after five wrong tries in ten minutes, for an account that is
    the same member already, and where a community would be left without a facilitator.
    """

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class ProposeLink(
    Request[LinkPreview], wire="membership.propose-link.v1", asked_by=Standing.ANYBODY
):
    """Use up a code: its maker is asked whether the account is theirs. Nothing happens before.

    Refused as `ShowLinkCode` is.
    """

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class LinkedAccount(BaseModel):
    """One of a member's accounts.

    `until` says how long its linking can be undone, so that it is the member it was; none: it
    would be a guest. `may_go` says whether the asking account may unlink it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    platform: Platform
    account: PersonalText
    until: AwareDatetime | None = None
    may_go: bool = True


class LinksShown(Reply):
    """A member's accounts, and who waits to become them."""

    accounts: Annotated[tuple[LinkedAccount, ...], Confidential] = ()
    waiting: Annotated[tuple[LinkFacts, ...], Confidential] = ()


class ShowLinks(Question[LinksShown], wire="membership.show-links.v1", asked_by=Standing.KNOWN):
    """Show the asker's accounts and the links that wait for their word.

    `platform` and `account` are those from which they ask.
    """

    platform: Platform
    account: PersonalText


class LinkAnswered(Reply):
    """Whether the accounts are one member now."""

    linked: bool


class AnswerLink(Request[LinkAnswered], wire="membership.answer-link.v1", asked_by=Standing.KNOWN):
    """Whoever made the code says whether the other account is theirs: only then it is linked.

    No role is raised by it. Both sides and the facilitators are told. Refused once its time is
    over, and where a community would be left without a facilitator.
    """

    link: UUID
    agreed: bool


class AccountParted(Reply):
    """What an account is now: the member it was (`restored`), or a guest."""

    restored: bool


class UnlinkAccount(
    Request[AccountParted], wire="membership.unlink-account.v1", asked_by=Standing.KNOWN
):
    """An account is the member's no more; within a week of linking it is the member it was.

    `platform` and `account` are those from which it is asked. An account unlinks itself, or one
    that was linked after it. Refused for the last one.
    """

    platform: Platform
    account: PersonalText
    unlinked: AccountName


class LinkNews(StrEnum):
    """What is told about a link. `TYPED`: its maker hears that somebody has typed the code."""

    TYPED = "typed"
    ASKED = "asked"
    LAPSED = "lapsed"
    DECLINED = "declined"
    LINKED = "linked"
    PARTED = "parted"


class LinkSide(StrEnum):
    """Who is told of a link."""

    PARTNERS = "partners"
    FACILITATORS = "facilitators"


class LinkTelling(Reply):
    """What a face says of a link, and to which accounts of its platform.

    `tell_maker`, `tell_joiner` and `tell_facilitators` are those to tell; the others name whom it
    is about.
    """

    link: LinkFacts
    tell_maker: tuple[PersonalText, ...] = ()
    tell_joiner: tuple[PersonalText, ...] = ()
    tell_facilitators: tuple[PersonalText, ...] = ()


class TellLink(Question[LinkTelling], wire="membership.tell-link.v1", asked_by=Standing.FACE):
    """A face asks what to say of a link, and to whom."""

    link: UUID
    platform: Platform
    side: LinkSide


class IssueRoomCode(
    Request[CodeIssued], wire="membership.issue-room-code.v1", asked_by=Standing.FACILITATOR
):
    """Make a code by which one more room joins the community (facilitators)."""


class CommunityShown(Reply):
    """A community that a code opens."""

    community: CommunityCard


class ShowRoomCode(
    Request[CommunityShown], wire="membership.show-room-code.v1", asked_by=Standing.ANYBODY
):
    """What a room code opens, without using it up. Wrong tries count."""

    platform: Platform
    account: PersonalText
    code: OneTimeCode
    has_power: bool


class AddPlace(Request[CommunityShown], wire="membership.add-place.v1", asked_by=Standing.ANYBODY):
    """Use up a room code: the room belongs to the community, and its cards are posted there.

    `has_power` is the face's finding that the account runs the room.
    """

    place: Place
    account: PersonalText
    code: OneTimeCode
    has_power: bool


class RemovePlace(Request[Done], wire="membership.remove-place.v1", asked_by=Standing.FACILITATOR):
    """Take a room out of the passport's community (facilitators). The last one stays."""

    place: Place


class AccountLinked(Event, wire="membership.account-linked.v1"):
    """A member has one more chat account. Faces drop the passports of guests."""

    member: MemberId


class MembersMerged(Event, wire="membership.members-merged.v1", kept=KEPT_AS_A_FACT):
    """Two members were one person: `gone` is `member` from now on, in every service.

    `aggregate` is the one that is gone. What arrives late for it counts for `member`. Services keep
    what they need to part the two again until `undo_until`; nothing without it.
    """

    member: MemberId
    gone: MemberId
    undo_until: AwareDatetime | None = None


class MembersParted(Event, wire="membership.members-parted.v1", kept=KEPT_AS_A_FACT):
    """`gone` is not `member` any more, but again whoever they were, in every service.

    `aggregate` is `gone`. What nobody changed since they were merged is as it was before.
    """

    member: MemberId
    gone: MemberId


class AccountUnlinked(Event, wire="membership.account-unlinked.v1"):
    """A member has one chat account less. Faces drop its passports and end its sessions.

    What was opened in the member's name since it was linked, at `since` if that is known, may be
    in the account's hands.
    """

    member: MemberId
    since: AwareDatetime | None = None


class LinkTold(Event, wire="membership.link-told.v1"):
    """Those whom a link concerns are to be told, privately. `aggregate` is the link.

    Names nobody: a face asks by `TellLink` whom to tell. Worthless after `until`.
    """

    community: CommunityId
    what: LinkNews
    side: LinkSide
    until: AwareDatetime


class PlacesChanged(Event, wire="membership.places-changed.v1", kept=KEPT_AS_A_FACT):
    """A room joined or left a community. `aggregate` is the community, `places` all that post.

    With neither `added` nor `removed` nothing changed: a new release says where it lives, for
    readers that have not kept it.
    """

    added: Place | None = None
    removed: Place | None = None
    places: tuple[Place, ...]


class ZonesShown(Reply):
    """Zones in which enough members of the community live, the most common first; four at most."""

    zones: NamesReleased


class ShowZones(
    Question[ZonesShown], wire="membership.show-zones.v1", asked_by=Standing.FACILITATOR
):
    """Show where members live, as far as zones go: for previews of times (facilitators)."""
