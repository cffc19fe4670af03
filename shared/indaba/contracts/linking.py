"""What is said about rooms that join a community and accounts that are one member.

Membership owns it; a file of its own because it is a topic of its own.
"""

from typing import Annotated

from pydantic import AwareDatetime, Field

from indaba.contracts.confidential import Confidential
from indaba.contracts.figures import NamesReleased
from indaba.contracts.ids import MemberId, OneTimeCode
from indaba.contracts.membership import (
    KEPT_FOR_PROOF,
    CommunityCard,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Done, Event, PersonalText, Question, Reply, Request


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

    code: Annotated[OneTimeCode, Confidential]
    expires_at: AwareDatetime


class IssueLinkCode(
    Request[CodeIssued], wire="membership.issue-link-code.v1", asked_by=Standing.MEMBER
):
    """Make a code by which the asker's other account becomes the same member."""

    opens_a_door = True


class LinkAccount(
    Request[PassportIssued], wire="membership.link-account.v1", asked_by=Standing.ANYBODY
):
    """Use up a link code from another account: both are one member from then on.

    Refused when wrong, spent or old, after five wrong tries in ten minutes, and for an account
    that is the same member already.
    """

    platform: Platform
    account: PersonalText
    code: OneTimeCode


class IssueRoomCode(
    Request[CodeIssued], wire="membership.issue-room-code.v1", asked_by=Standing.FACILITATOR
):
    """Make a code by which one more room joins the community (facilitators)."""

    opens_a_door = True


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


class MembersMerged(Event, wire="membership.members-merged.v1", kept=KEPT_FOR_PROOF):
    """Two members were one person: `gone` is `member` from now on, in every service.

    `aggregate` is the one that is gone. What arrives late for it counts for `member`.
    """

    member: MemberId
    gone: MemberId


class PlacesChanged(Event, wire="membership.places-changed.v1"):
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
