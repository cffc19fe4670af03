"""Contracts about meetings, RSVPs, reminders and registers. Owned by scheduling."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints

from indaba.contracts.confidential import Confidential
from indaba.contracts.figures import InView, Number, OwnNumber
from indaba.contracts.ids import CommunityId, DoorCode, MeetingCode, MeetingId, MemberId, SeriesId
from indaba.contracts.limits import MEETINGS_A_DAY
from indaba.contracts.membership import ShowMyDataHere
from indaba.contracts.openness import Part
from indaba.contracts.standing import ForMembers, Standing
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    Change,
    CommunityText,
    Event,
    OneEach,
    Question,
    Reply,
    Request,
)

Title = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
]
Reason = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=300)]
Where = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=500)]
RoleName = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)
]

MEETINGS_OPEN = frozenset({Part.PAGE, Part.CALENDAR})
"""Either of these parts shows a community's meetings to visitors."""


class MeetingStatus(StrEnum):
    """Where a meeting is in its life."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class RsvpAnswer(StrEnum):
    """A member's RSVP."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Presence(StrEnum):
    """How it is known that a member was present."""

    SELF = "self"
    CODE = "code"
    VOICE = "voice"
    WROTE = "wrote"
    FACILITATOR = "facilitator"


class MeetingDetails(BaseModel):
    """Details of a meeting, shared by requests and facts of meetings and series.

    A new field of a meeting is added here.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Title
    minutes: Number = Field(default=60, ge=5, le=24 * 60)
    where: Where = ""
    capacity: Number = Field(default=0, ge=0, le=10_000)

    def details(self) -> dict[str, Any]:
        """The details alone, by name."""
        return {name: getattr(self, name) for name in MeetingDetails.model_fields}


class OtherDetails(BaseModel):
    """Details to change. `None` leaves a detail as it is.

    `answers_close` is in minutes before the start (0: at the start); `roles` are the names of all
    roles wanted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Title | None = None
    minutes: int | None = Field(default=None, ge=5, le=24 * 60)
    where: Where | None = None
    capacity: int | None = Field(default=None, ge=0, le=10_000)
    answers_close: int | None = Field(default=None, ge=0, le=60 * 24 * 28)
    roles: tuple[RoleName, ...] | None = Field(default=None, max_length=8)


class Counts(BaseModel):
    """How many members gave which answer, and how many checked in.

    `yes` counts members who have a place, `waiting` those beyond the capacity. `guests` come with
    members who have a place. `walk_ins` were present and are not members.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    yes: InView = Field(default=0, ge=0)
    maybe: InView = Field(default=0, ge=0)
    no: InView = Field(default=0, ge=0)
    checked_in: InView = Field(default=0, ge=0)
    guests: InView = Field(default=0, ge=0)
    waiting: InView = Field(default=0, ge=0)
    walk_ins: InView = Field(default=0, ge=0)


class DayRole(BaseModel):
    """A role for the day that somebody may take, such as note-taker; `member` is who took it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: CommunityText
    member: MemberId | None = None


class MeetingFacts(MeetingDetails):
    """A meeting as anybody in its community may see it.

    `starts` is wall time in `zone` (IANA). `starts_at` is the same instant in UTC, derived for
    sorting; `starts` is authoritative. `sequence` rises with each change of time or status (RFC
    5545, 3.8.7.4). `moved_from` is the wall time, in `zone`, before the last move. `chair` may hold
    the meeting, as every facilitator may. A date of a series names its series, with the wall time
    that the rule gave it (RECURRENCE-ID, 3.8.4.4), and is `announced` once it has its card. Answers
    are taken until `answers_until`; `capacity` counts members and guests (0: no limit).
    """

    title: CommunityText
    id: MeetingId
    community: CommunityId
    code: MeetingCode
    version: Number
    author: MemberId
    starts: NaiveDatetime
    zone: str
    starts_at: AwareDatetime
    status: MeetingStatus
    sequence: Number = Field(ge=0)
    moved_from: NaiveDatetime | None = None
    reason: Annotated[CommunityText, ForMembers] = ""
    counts: Counts = Counts()
    chair: MemberId | None = None
    answers_until: AwareDatetime | None = None
    roles: tuple[DayRole, ...] = ()
    series: SeriesId | None = None
    repeats: str = ""
    date_of: NaiveDatetime | None = None
    announced: bool = True
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None


class MeetingShown(Reply):
    """A meeting as it is now, and the asker's answer (empty for a face or a guest).

    `waiting` is the asker's place in the queue, from 1; 0 if they have a place or need none. `door`
    is shown to facilitators only, once the meeting has started.
    """

    meeting: MeetingFacts
    mine: RsvpAnswer | None = None
    my_guests: OwnNumber = 0
    waiting: OwnNumber = 0
    door: Annotated[DoorCode | None, Confidential] = None


class MeetingsListed(Reply):
    """Meetings, in the order that was asked for. Empty if there are none."""

    meetings: tuple[MeetingFacts, ...]


class ScheduleMeeting(
    MeetingDetails,
    Request[MeetingShown],
    wire="scheduling.schedule-meeting.v1",
    asked_by=Standing.FACILITATOR,
    limits=(MEETINGS_A_DAY,),
):
    """Schedule a meeting (facilitators)."""

    starts: NaiveDatetime
    zone: str


class ChangeMeeting(
    OtherDetails,
    Change[MeetingShown],
    wire="scheduling.change-meeting.v1",
    asked_by=Standing.FACILITATOR,
):
    """Change the given details (facilitators). After the end, only the title can change."""

    code: MeetingCode
    chair: MemberId | None = None


class TakeRole(OneEach[MeetingShown], wire="scheduling.take-role.v1", asked_by=Standing.MEMBER):
    """Take a role for the day, or give up one's own."""

    code: MeetingCode | None = None
    role: RoleName
    take: bool = True


class RestoreMeeting(
    Change[MeetingShown], wire="scheduling.restore-meeting.v1", asked_by=Standing.FACILITATOR
):
    """Undo a cancellation while the meeting is still to come (facilitators)."""

    code: MeetingCode


class MoveMeeting(
    Change[MeetingShown], wire="scheduling.move-meeting.v1", asked_by=Standing.FACILITATOR
):
    """Move a meeting to another time (facilitators).

    `zone` is that of `starts`; the meeting keeps its own.
    """

    code: MeetingCode
    starts: NaiveDatetime
    zone: str


class CancelMeeting(
    Change[MeetingShown], wire="scheduling.cancel-meeting.v1", asked_by=Standing.FACILITATOR
):
    """Cancel a meeting (facilitators)."""

    code: MeetingCode
    reason: Reason = ""


class CloseMeeting(
    Change[MeetingShown], wire="scheduling.close-meeting.v1", asked_by=Standing.MEMBER
):
    """End a meeting by hand (facilitators, or its chair). Empty code: the one that is on."""

    code: MeetingCode | None = None


class AnswerRsvp(OneEach[MeetingShown], wire="scheduling.answer-rsvp.v1", asked_by=Standing.MEMBER):
    """Answer whether the asker comes; `None` withdraws the answer. Empty code: the next meeting.

    `guests` come along with a yes; if not given, the number stays as it was.
    """

    code: MeetingCode | None = None
    answer: RsvpAnswer | None
    guests: int | None = Field(default=None, ge=0, le=9)


class CheckIn(OneEach[MeetingShown], wire="scheduling.check-in.v1", asked_by=Standing.MEMBER):
    """Check in at a meeting. Empty code: the meeting that is on or about to begin.

    A face sets `how` if it noticed the member by itself; `door` is the code shown at the meeting.
    """

    code: MeetingCode | None = None
    how: Presence = Presence.SELF
    door: DoorCode | None = None


class ShowMeeting(
    Question[MeetingShown],
    wire="scheduling.show-meeting.v1",
    asked_by=Standing.VISITOR,
    opened_by=MEETINGS_OPEN,
):
    """Show a meeting by code or id. With neither: the next one."""

    code: MeetingCode | None = None
    meeting: MeetingId | None = None


class Which(StrEnum):
    """Which meetings to list."""

    COMING = "coming"
    MINE = "mine"
    PAST = "past"
    CALLED_OFF = "called-off"


class ListMeetings(
    Question[MeetingsListed],
    wire="scheduling.list-meetings.v1",
    asked_by=Standing.VISITOR,
    opened_by=MEETINGS_OPEN,
):
    """List meetings of the community: coming ones and mine soonest first, past ones latest first.

    Mine are meetings to come that the asker answered with yes or maybe.
    """

    limit: int = Field(default=5, ge=1, le=50)
    which: Which = Which.COMING


class ShowMySchedulingData(
    ShowMyDataHere, wire="scheduling.show-my-data.v1", asked_by=Standing.KNOWN
):
    """Show everything that scheduling stores about the asker."""


class MeetingEvent(Event):
    """Base of the meeting events: `aggregate` is the meeting, `meeting` its state afterwards.

    If it `rings`, those whose plans it changes are told by `PlansChanged`, and the room with them.
    """

    meeting: MeetingFacts
    rings: bool = False

    @classmethod
    def of(cls, meeting: MeetingFacts, **facts: Any) -> Self:
        """The event that carries a meeting's state after the change."""
        return cls(aggregate=meeting.id, version=meeting.version, meeting=meeting, **facts)


class MeetingScheduled(MeetingEvent, wire="scheduling.meeting-scheduled.v1", kept=KEPT_AS_A_FACT):
    """A meeting was scheduled."""


class MeetingAnnounced(MeetingEvent, wire="scheduling.meeting-announced.v1"):
    """A date of a series gets its card, as its turn has come."""


class MeetingChanged(MeetingEvent, wire="scheduling.meeting-changed.v1", kept=KEPT_AS_A_FACT):
    """Something about a meeting changed, other than its time or status."""


class MeetingRestored(MeetingEvent, wire="scheduling.meeting-restored.v1", kept=KEPT_AS_A_FACT):
    """A cancelled meeting takes place after all."""


class MeetingMoved(MeetingEvent, wire="scheduling.meeting-moved.v1", kept=KEPT_AS_A_FACT):
    """A meeting was moved to another time.

    `shifted` is set if its wall time stayed and the rules of its zone changed: for the rest of the
    world it begins this many minutes later (below 0: earlier). `members` said yes to it.
    """

    shifted: Number = 0
    members: tuple[MemberId, ...] = ()


class MeetingCancelled(MeetingEvent, wire="scheduling.meeting-cancelled.v1", kept=KEPT_AS_A_FACT):
    """A meeting was cancelled; `quietly` if many were at once and one notice reports them all."""

    quietly: bool = False


class MeetingClosed(MeetingEvent, wire="scheduling.meeting-closed.v1", kept=KEPT_AS_A_FACT):
    """A meeting ended, by hand or by the clock."""


class MeetingBlanked(MeetingEvent, wire="scheduling.meeting-blanked.v1", kept=KEPT_AS_A_FACT):
    """A meeting's texts were blanked because their author was erased."""


class RsvpChanged(MeetingEvent, wire="scheduling.rsvp-changed.v1"):
    """A member gave, changed or withdrew (`answer` empty) an RSVP."""

    member: MemberId
    answer: RsvpAnswer | None


class CheckedIn(MeetingEvent, wire="scheduling.checked-in.v1", kept=KEPT_AS_A_FACT):
    """A member is present; `how` says how it is known."""

    member: MemberId
    how: Presence = Presence.SELF


class ReminderDue(MeetingEvent, wire="scheduling.reminder-due.v1"):
    """It is time to remind `members`, who said yes or maybe and have reminders on.

    Not worth sending after `until`.
    """

    reminder: UUID
    members: tuple[MemberId, ...]
    until: AwareDatetime
