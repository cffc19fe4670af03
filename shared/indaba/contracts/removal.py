"""What is said about members who are removed, suspended, demoted or asked to take over.

Membership owns it; a file of its own because it is a topic of its own. Every such matter is a
*case* with an id: events carry the id alone, and the reason is read from membership by whoever is
told of it.
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
    Done,
    Event,
    PersonalText,
    Question,
    Reply,
    Request,
)

LONGEST_REASON = 500
TAKEN_BACK_WITHIN = timedelta(minutes=10)
"""For how long whoever made somebody a facilitator can take that back at once."""

Reason = Annotated[
    PersonalText,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON),
]


class RemoveMember(
    Request[Settled], wire="membership.remove-member.v1", asked_by=Standing.FACILITATOR
):
    """End somebody's membership and keep them from joining again (facilitators).

    The person is told why and may appeal. Of a facilitator it is a motion first.
    """

    platform: Platform
    account: PersonalText
    reason: Reason


class ReadmitMember(
    Request[Done], wire="membership.readmit-member.v1", asked_by=Standing.FACILITATOR
):
    """Let somebody who was removed join again (facilitators)."""

    platform: Platform
    account: PersonalText


class SuspendMember(
    Request[Settled], wire="membership.suspend-member.v1", asked_by=Standing.FACILITATOR
):
    """Take somebody's powers for 72 hours, at once, and once a year (facilitators).

    A facilitator acts as a member meanwhile, a member as a guest.
    """

    platform: Platform
    account: PersonalText
    reason: Reason


class AccountSuspended(Reply):
    """Until when somebody's powers rest, and in which communities, by their names."""

    communities: tuple[str, ...]
    until: AwareDatetime


class SuspendAccount(
    Request[AccountSuspended], wire="membership.suspend-account.v1", asked_by=Standing.FACE
):
    """An operator takes somebody's powers for 72 hours, whoever they are and however often.

    `community` is its name or its key; empty: everywhere they are.
    """

    platform: Platform
    account: PersonalText
    community: str = ""
    reason: Reason


class AppealRemoval(Request[Done], wire="membership.appeal-removal.v1", asked_by=Standing.ANYBODY):
    """Ask the other facilitators to look at one's own removal again; once for each removal."""

    platform: Platform
    account: PersonalText
    words: Reason


class CaseKind(StrEnum):
    """What a case is about."""

    REMOVAL = "removal"
    REMOVE = "motion-to-remove"
    DEMOTE = "motion-to-demote"
    SUSPENSION = "suspension"
    PROMOTION = "promotion"
    TAKE_OVER = "take-over"


class CaseAnswer(StrEnum):
    """What somebody can say to a case.

    `SECOND` and `OBJECT` are for other facilitators, `FOR` and `AGAINST` for members who vote,
    `READMIT` and `UPHOLD` answer an appeal, `ACCEPT` and `DECLINE` the question to take over.
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
    """One open case, as the asker may see it. `answers` are those they can give now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    case: UUID
    kind: CaseKind
    community: str
    accounts: tuple[PersonalText, ...] = Field(description="Whom it is about, by their accounts")
    reason: PersonalText
    appeal: PersonalText = ""
    until: AwareDatetime | None = None
    answers: tuple[CaseAnswer, ...] = ()


class CasesShown(Reply):
    """Open cases that wait for the asker or are about them, oldest first; twenty at most."""

    cases: Annotated[tuple[CaseFacts, ...], Confidential]


class ListCases(Question[CasesShown], wire="membership.list-cases.v1", asked_by=Standing.KNOWN):
    """Show what waits for the asker's answer or is about them, in all of their communities."""


class CaseAnswered(Reply):
    """Whether the case is decided by now, and if so whether it was carried."""

    decided: bool
    carried: bool = False


class AnswerCase(Request[CaseAnswered], wire="membership.answer-case.v1", asked_by=Standing.KNOWN):
    """Answer an open case. A later answer of the same member replaces their earlier one."""

    case: UUID
    answer: CaseAnswer

    def gives_powers(self) -> bool:
        """Who takes over facilitates from then on."""
        return self.answer is CaseAnswer.ACCEPT


class StandIn(
    Request[Done],
    wire="membership.stand-in.v1",
    asked_by=Standing.MEMBER,
    consent=Purpose.STANDING_IN,
):
    """Agree to be asked to facilitate when nobody else does, or take that back."""

    on: bool

    def keeps_for(self) -> Purpose | None:
        """Taking it back keeps nothing."""
        return Purpose.STANDING_IN if self.on else None


class NoteSign(Request[Done], wire="membership.note-sign.v1", asked_by=Standing.MEMBER):
    """Say that the asker does something in the community today; a face does, once a day.

    Counted only of those for whom it is needed: who facilitates, and who agreed to be asked to.
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
    """A case as a face tells of it.

    `tell` are accounts by member, of those asked for who have one on the platform; `about` the
    accounts of the person concerned. `answers` are what each of those told can answer, by account;
    none where nobody can answer anything any more.
    """

    kind: CaseKind
    reason: PersonalText = ""
    appeal: PersonalText = ""
    about: tuple[PersonalText, ...] = ()
    tell: dict[str, PersonalText] = Field(default_factory=dict)
    until: AwareDatetime | None = None
    blocks: bool = Field(default=True, description="Whoever is removed by it cannot join again")
    answers: dict[PersonalText, tuple[CaseAnswer, ...]] | None = None


class ShowCase(Question[CaseShown], wire="membership.show-case.v1", asked_by=Standing.FACE):
    """A face asks what to say of a case, and to whom. At most 1,000 members at once."""

    case: UUID
    platform: Platform
    members: tuple[MemberId, ...] = Field(default=(), max_length=1000)


class Departure(StrEnum):
    """How an account went from a room or server; `UNBANNED`: it may come back."""

    LEFT = "left"
    KICKED = "kicked"
    BANNED = "banned"
    UNBANNED = "unbanned"


class Home(BaseModel):
    """A community, and its rooms on one platform."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    community: CommunityId
    places: tuple[Place, ...]


class HomesShown(Reply):
    """The communities of accounts, with their rooms on the asked platform.

    In the order of the accounts; `next` goes on after the last of them, empty at the end.
    """

    homes: dict[str, tuple[Home, ...]]
    next: str = ""


class ShowHomes(Question[HomesShown], wire="membership.show-homes.v1", asked_by=Standing.FACE):
    """A face asks where an account belongs, or page by page where each account does."""

    platform: Platform
    account: PersonalText = Field(default="", description="Empty: all of them, page by page")
    after: PersonalText = ""
    limit: int = Field(default=100, ge=1, le=1000)


class NoteDeparture(Request[Done], wire="membership.note-departure.v1", asked_by=Standing.FACE):
    """An account went from all rooms of a `community` on a platform, or was banned from a `place`.

    One of the two is given; a ban holds for every community that lives there. `by` is the account
    that sent them away, where the platform says so.
    """

    platform: Platform
    account: PersonalText
    community: CommunityId | None = None
    place: Place | None = None
    how: Departure
    by: PersonalText = ""


class MovePlace(Request[Done], wire="membership.move-place.v1", asked_by=Standing.FACE):
    """A room was replaced by its platform's own upgrade: the community lives in the new one."""

    old: Place
    new: Place


class MemberRemoved(Event, wire="membership.member-removed.v1", kept=KEPT_FOR_PROOF):
    """A member was removed from a community. `aggregate` is the member; `case` says why."""

    community: CommunityId
    member: MemberId
    case: UUID


class CaseTold(Event, wire="membership.case-told.v1"):
    """Somebody is to be told of a case. `aggregate` is the case.

    `members` are told privately; `openly` says that the rooms hear it too, without a name or a
    reason, or only if none of the members can be reached. Worthless after `until`.
    """

    community: CommunityId
    what: Told
    members: tuple[MemberId, ...] = ()
    openly: bool = False
    until: AwareDatetime
