"""What is said about meetings, RSVPs, reminders and registers. Scheduling owns it."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NaiveDatetime, StringConstraints

from indaba.contracts.ids import CommunityId, MeetingCode, MeetingId, MemberId
from indaba.contracts.membership import MemberData
from indaba.contracts.wire import CommunityText, Event, Question, Reply, Request

Title = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
]
Reason = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=300)]
WhenText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class MeetingStatus(StrEnum):
    """Where a meeting is in its life."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class RsvpAnswer(StrEnum):
    """What a member said about coming."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Counts(BaseModel):
    """How many members said what, and how many checked in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    yes: int = Field(default=0, ge=0)
    maybe: int = Field(default=0, ge=0)
    no: int = Field(default=0, ge=0)
    checked_in: int = Field(default=0, ge=0)


class MeetingFacts(BaseModel):
    """A meeting as anybody in its community may see it.

    `starts` is wall time in `zone` (IANA); `starts_at` the same instant in UTC, derived for
    sorting and never the truth. `sequence` rises with each change of time or status (RFC 5545,
    3.8.7.4); `moved_from` is the wall time before the last move.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: MeetingId
    community: CommunityId
    code: MeetingCode
    version: int
    author: MemberId
    title: CommunityText
    starts: NaiveDatetime
    zone: str
    minutes: int = Field(ge=5, le=24 * 60)
    starts_at: AwareDatetime
    status: MeetingStatus
    sequence: int = Field(ge=0)
    moved_from: NaiveDatetime | None = None
    reason: CommunityText = ""
    counts: Counts = Counts()


class Reading(BaseModel):
    """One way to understand what was typed: wall time in `zone`, and the instant in UTC."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    starts: NaiveDatetime
    zone: str
    starts_at: AwareDatetime


class WhenRead(Reply):
    """What a date text means. `sure` only where there is one reading and every word was used.

    `readings` are the candidates, likeliest first, empty where nothing was understood; `doubt`
    says in words why it is asked back (empty when sure).
    """

    sure: bool
    readings: tuple[Reading, ...]
    doubt: str = ""


class ReadWhen(Question[WhenRead], wire="scheduling.read-when.v1"):
    """Understand a free-text time in the asker's zone and the community's date order."""

    text: WhenText


class MeetingShown(Reply):
    """A meeting as it is now, and what the asker answered (empty for a face or a guest)."""

    meeting: MeetingFacts
    mine: RsvpAnswer | None = None


class MeetingsListed(Reply):
    """Coming meetings, soonest first; empty when none is planned."""

    meetings: tuple[MeetingFacts, ...]


class ScheduleMeeting(Request[MeetingShown], wire="scheduling.schedule-meeting.v1"):
    """Call a meeting (facilitators)."""

    title: Title
    starts: NaiveDatetime
    zone: str
    minutes: int = Field(default=60, ge=5, le=24 * 60)


class MoveMeeting(Request[MeetingShown], wire="scheduling.move-meeting.v1"):
    """Move a meeting to another time (facilitators)."""

    code: MeetingCode
    starts: NaiveDatetime
    zone: str


class CancelMeeting(Request[MeetingShown], wire="scheduling.cancel-meeting.v1"):
    """Call a meeting off (facilitators)."""

    code: MeetingCode
    reason: Reason = ""


class CloseMeeting(Request[MeetingShown], wire="scheduling.close-meeting.v1"):
    """End a meeting by hand (facilitators)."""

    code: MeetingCode


class AnswerRsvp(Request[MeetingShown], wire="scheduling.answer-rsvp.v1"):
    """Say whether I come; `None` withdraws the answer. Empty code: the next meeting."""

    code: MeetingCode | None = None
    answer: RsvpAnswer | None


class CheckIn(Request[MeetingShown], wire="scheduling.check-in.v1"):
    """Say that I am here. Empty code: the meeting that is on or about to begin."""

    code: MeetingCode | None = None


class ShowMeeting(Question[MeetingShown], wire="scheduling.show-meeting.v1"):
    """Show a meeting by code or id; neither: the next one."""

    code: MeetingCode | None = None
    meeting: MeetingId | None = None


class ListMeetings(Question[MeetingsListed], wire="scheduling.list-meetings.v1"):
    """List coming meetings of the community."""

    limit: int = Field(default=5, ge=1, le=50)


class RemindersSet(Reply):
    """Whether the asker is reminded."""

    on: bool


class SetReminders(Request[RemindersSet], wire="scheduling.set-reminders.v1"):
    """Turn my reminders on or off, in every community."""

    on: bool


class ShowMySchedulingData(Question[MemberData], wire="scheduling.show-my-data.v1"):
    """Show all that scheduling keeps about the asker."""


class MeetingEvent(Event):
    """`aggregate` is the meeting, `version` its version, `meeting` its public state after it."""

    meeting: MeetingFacts

    @classmethod
    def of(cls, meeting: MeetingFacts, **facts: Any) -> Self:
        """The event about a meeting as it is after it."""
        return cls(aggregate=meeting.id, version=meeting.version, meeting=meeting, **facts)


class MeetingScheduled(MeetingEvent, wire="scheduling.meeting-scheduled.v1"):
    """A meeting was called."""


class MeetingMoved(MeetingEvent, wire="scheduling.meeting-moved.v1"):
    """A meeting has another time."""


class MeetingCancelled(MeetingEvent, wire="scheduling.meeting-cancelled.v1"):
    """A meeting was called off."""


class MeetingClosed(MeetingEvent, wire="scheduling.meeting-closed.v1"):
    """A meeting ended, by hand or by itself."""


class MeetingBlanked(MeetingEvent, wire="scheduling.meeting-blanked.v1"):
    """The meeting's words are gone because their author was erased."""


class RsvpChanged(MeetingEvent, wire="scheduling.rsvp-changed.v1"):
    """A member answered, changed or withdrew (`answer` empty) an RSVP."""

    member: MemberId
    answer: RsvpAnswer | None


class CheckedIn(MeetingEvent, wire="scheduling.checked-in.v1"):
    """A member said that they are here."""

    member: MemberId


class ReminderDue(MeetingEvent, wire="scheduling.reminder-due.v1"):
    """It is time to remind `members` (said yes or maybe, reminders on). Worthless after `until`."""

    reminder: UUID
    members: tuple[MemberId, ...]
    until: AwareDatetime
