"""Contracts about removing, suspending, demoting and replacing members. Owned by membership.

Every matter is a *case* with an id. Events carry only the id; a face reads the reason from
membership when it tells somebody.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.confidential import Confidential
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Place, Platform, Settled
from indaba.contracts.purposes import Purpose
from indaba.contracts.standing import Standing
from indaba.contracts.wire import (
    KEPT_FOR_PROOF,
    CallForHelp,
    Change,
    Done,
    Event,
    OneEach,
    PersonalText,
    Question,
    Reply,
)

LONGEST_REASON = 500
TAKEN_BACK_WITHIN = timedelta(minutes=10)
"""For how long a new facilitator's role can be taken back at once by whoever gave it."""

Reason = Annotated[
    PersonalText,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON),
]


class RemoveMember(
    OneEach[Settled], wire="membership.remove-member.v1", asked_by=Standing.FACILITATOR
):
    """End somebody's membership and keep them from joining again (facilitators).

    The person is told why and may appeal. Removing a facilitator starts a motion.
    """

    platform: Platform
    account: PersonalText
    reason: Reason


class ReadmitMember(
    Change[Done], wire="membership.readmit-member.v1", asked_by=Standing.FACILITATOR
):
    """Allow somebody who was removed to join again (facilitators)."""

    platform: Platform
    account: PersonalText


class SuspendMember(
    OneEach[Settled], wire="membership.suspend-member.v1", asked_by=Standing.FACILITATOR
):
    """Suspend somebody for 72 hours, at once; at most once a year (facilitators).

    Meanwhile a facilitator acts as a member, and a member as a guest.
    """

    platform: Platform
    account: PersonalText
    reason: Reason


class AccountSuspended(Reply):
    """Until when somebody is suspended, and in which communities, by name."""

    communities: tuple[str, ...]
    until: AwareDatetime


class SuspendAccount(
    OneEach[AccountSuspended], wire="membership.suspend-account.v1", asked_by=Standing.FACE
):
    """Suspend somebody for 72 hours, for an operator; anybody, and any number of times.

    `community` is its name or key. Empty: all of their communities.
    """

    platform: Platform
    account: PersonalText
    community: str = ""
    reason: Reason


class AppealRemoval(
    CallForHelp[Done], wire="membership.appeal-removal.v1", asked_by=Standing.ANYBODY
):
    """Appeal one's own removal to the other facilitators. Once for each removal.

    It goes to the community it is asked in if that removed them, else to the one that did. Of
    several, `community` names one, by its name or key.
    """

    platform: Platform
    account: PersonalText
    words: Reason
    community: str = ""


class CaseKind(StrEnum):
    """What a case is about."""

    REMOVAL = "removal"
    REMOVE = "motion-to-remove"
    DEMOTE = "motion-to-demote"
    SUSPENSION = "suspension"
    PROMOTION = "promotion"
    TAKE_OVER = "take-over"


class CaseAnswer(StrEnum):
    """How somebody can answer a case.

    `SECOND` and `OBJECT` are for other facilitators, `FOR` and `AGAINST` for members who vote,
    `READMIT` and `UPHOLD` answer an appeal, `ACCEPT` and `DECLINE` the question whether to take
    over.
    """

    SECOND = "second"
    OBJECT = "object"
    FOR = "for"
    AGAINST = "against"
    READMIT = "readmit"
    UPHOLD = "uphold"
    ACCEPT = "accept"
    DECLINE = "decline"


class CaseFacts(BaseModel):
    """An open case as the asker may see it. `answers` are those they can give now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    case: UUID
    kind: CaseKind
    community: str
    accounts: tuple[PersonalText, ...] = Field(description="The accounts of the person concerned")
    reason: PersonalText
    appeal: PersonalText = ""
    until: AwareDatetime | None = None
    answers: tuple[CaseAnswer, ...] = ()


class CasesShown(Reply):
    """Open cases that await the asker's answer or concern them, oldest first; twenty at most."""

    cases: Annotated[tuple[CaseFacts, ...], Confidential]


class ListCases(Question[CasesShown], wire="membership.list-cases.v1", asked_by=Standing.KNOWN):
    """Show cases that await the asker's answer or concern them, in all of their communities."""


class CaseAnswered(Reply):
    """Whether the case is now decided, and if so whether it was carried."""

    decided: bool
    carried: bool = False


class AnswerCase(Change[CaseAnswered], wire="membership.answer-case.v1", asked_by=Standing.KNOWN):
    """Answer an open case. A later answer by the same member replaces the earlier one."""

    case: UUID
    answer: CaseAnswer

    def gives_powers(self) -> bool:
        """Whoever accepts to take over becomes a facilitator."""
        return self.answer is CaseAnswer.ACCEPT


class ResumeRole(Change[Done], wire="membership.resume-role.v1", asked_by=Standing.MEMBER):
    """Facilitate again, having given that up of one's own accord less than ten minutes ago."""

    def gives_powers(self) -> bool:
        """It always does."""
        return True


class StandIn(
    Change[Done],
    wire="membership.stand-in.v1",
    asked_by=Standing.MEMBER,
    consent=Purpose.STANDING_IN,
):
    """Agree to be asked to facilitate when nobody else does, or withdraw that."""

    on: bool

    def keeps_for(self) -> Purpose | None:
        """Withdrawing stores nothing."""
        return Purpose.STANDING_IN if self.on else None


class NoteSign(Change[Done], wire="membership.note-sign.v1", asked_by=Standing.MEMBER):
    """Report that the asker did something in the community today. Faces send it once a day.

    Counted only for facilitators and for members who agreed to be asked to facilitate.
    """


class Told(StrEnum):
    """What somebody is told about a case."""

    REMOVED = "removed"
    READMITTED = "readmitted"
    UPHELD = "upheld"
    APPEALED = "appealed"
    MOTION = "motion"
    ACCUSED = "accused"
    VOTE = "vote"
    CARRIED = "carried"
    FELL = "fell"
    ROLE = "role"
    SUSPENDED = "suspended"
    TAKE_OVER = "take-over"
    NOBODY = "nobody"
    TAKEN_OVER = "taken-over"


class CaseShown(Reply):
    """A case as a face shows it.

    `tell` are accounts by member, for those requested who have one on the platform; `about` the
    accounts of the person concerned. `answers` are what each account told can answer; none once the
    case is closed.
    """

    kind: CaseKind
    reason: PersonalText = ""
    appeal: PersonalText = ""
    about: tuple[PersonalText, ...] = ()
    tell: dict[str, PersonalText] = Field(default_factory=dict)
    until: AwareDatetime | None = None
    blocks: bool = Field(default=True, description="The person removed cannot join again")
    answers: dict[PersonalText, tuple[CaseAnswer, ...]] | None = None


class ShowCase(Question[CaseShown], wire="membership.show-case.v1", asked_by=Standing.FACE):
    """A face asks what to say about a case, and to whom. At most 1,000 members at once."""

    case: UUID
    platform: Platform
    members: tuple[MemberId, ...] = Field(default=(), max_length=1000)


class Departure(StrEnum):
    """How an account left a room or server. `UNBANNED`: it may come back.

    `GONE`: it is not there any more, and the platform does not say whether it left or was sent.
    """

    LEFT = "left"
    KICKED = "kicked"
    BANNED = "banned"
    UNBANNED = "unbanned"
    GONE = "gone"


class Home(BaseModel):
    """A community, and its rooms on one platform."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    community: CommunityId
    places: tuple[Place, ...]


class HomesShown(Reply):
    """The communities of accounts, with their rooms on the given platform.

    Ordered by account. `next` is where the next page begins, empty after the last one.
    """

    homes: dict[str, tuple[Home, ...]]
    next: str = ""


class ShowHomes(Question[HomesShown], wire="membership.show-homes.v1", asked_by=Standing.FACE):
    """A face asks where an account belongs or, page by page, where all accounts do."""

    platform: Platform
    account: PersonalText = Field(default="", description="Empty: all of them, page by page")
    after: PersonalText = ""
    limit: int = Field(default=100, ge=1, le=1000)


class NoteDeparture(Change[Done], wire="membership.note-departure.v1", asked_by=Standing.FACE):
    """Report that an account left all rooms of a `community` on a platform, or a ban in a `place`.

    A ban applies to every community that lives there, or to the one given, where the account is in
    no other room. It is lifted where it is. `by` is the account that removed or banned it, if the
    platform says so.
    """

    platform: Platform
    account: PersonalText
    community: CommunityId | None = None
    place: Place | None = None
    how: Departure
    by: PersonalText = ""


class MovePlace(Change[Done], wire="membership.move-place.v1", asked_by=Standing.FACE):
    """Move a community into the room that replaced its own in an upgrade by the platform."""

    old: Place
    new: Place


class MemberRemoved(Event, wire="membership.member-removed.v1", kept=KEPT_FOR_PROOF):
    """A member was removed from a community. `aggregate` is the member; `case` has the reason."""

    community: CommunityId
    member: MemberId
    case: UUID


class CaseTold(Event, wire="membership.case-told.v1"):
    """Somebody is to be told about a case. `aggregate` is the case.

    `members` are told privately. With `openly`, the rooms are told too, without a name or a reason,
    or only if none of the members can be reached. Not worth sending after `until`.
    """

    community: CommunityId
    what: Told
    members: tuple[MemberId, ...] = ()
    openly: bool = False
    until: AwareDatetime
