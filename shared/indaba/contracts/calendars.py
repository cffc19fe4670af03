"""What is said about calendars kept elsewhere that a community follows. Scheduling owns it.

Each of their dates becomes a meeting here. The address itself is never told: it may be a secret.
"""

from enum import StrEnum
from typing import Annotated, Any, NewType, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.standing import Standing
from indaba.contracts.wire import CommunityText, Event, Question, Reply, Request

CalendarId = NewType("CalendarId", UUID)

CalendarLink = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)
]
CalendarNumber = Annotated[Number, Field(ge=1, le=10)]
"""By which people call a calendar of their community; free again once it is not followed."""


class CalendarState(StrEnum):
    """How it goes with following."""

    BEING_READ = "being-read"
    FOLLOWED = "followed"
    FAILING = "failing"


class NotFollowed(BaseModel):
    """So many entries have no meeting here, and why, in words."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    count: Number = Field(ge=1)
    why: str


class CalendarFacts(BaseModel):
    """A followed calendar as facilitators may see it.

    `title` is what it calls itself, empty if it does not. `host` is where it is. `dates` counts
    its meetings to come; `why` says in words what is wrong, empty while nothing is. `zone` is the
    community's when following began: times that name no zone are read in it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: CalendarId
    community: CommunityId
    number: CalendarNumber
    version: Number
    author: MemberId
    title: CommunityText = ""
    host: str
    zone: str
    state: CalendarState
    dates: Number = Field(default=0, ge=0)
    left_out: tuple[NotFollowed, ...] = ()
    read_at: AwareDatetime | None = None
    why: str = ""


class CalendarFollowed(Reply):
    """A followed calendar; being read at first, what was found comes as an event."""

    calendar: CalendarFacts


class FollowCalendar(
    Request[CalendarFollowed], wire="scheduling.follow-calendar.v1", asked_by=Standing.FACILITATOR
):
    """Follow a public calendar file (ICS), also as webcal: (facilitators).

    One that is followed already is read again now.
    """

    link: CalendarLink


class CalendarUnfollowed(Reply):
    """What was followed, and how many of its meetings to come were called off."""

    calendar: CalendarFacts
    cancelled: Number


class UnfollowCalendar(
    Request[CalendarUnfollowed],
    wire="scheduling.unfollow-calendar.v1",
    asked_by=Standing.FACILITATOR,
):
    """Follow a calendar no longer, by id or number; neither: the only one (facilitators).

    Its meetings to come are called off unless they are to be kept; past ones stay.
    """

    calendar: CalendarId | None = None
    number: CalendarNumber | None = None
    keep_meetings: bool = False


class CalendarsListed(Reply):
    """The calendars a community follows, by number; empty if it follows none."""

    calendars: tuple[CalendarFacts, ...]


class ListCalendars(
    Question[CalendarsListed], wire="scheduling.list-calendars.v1", asked_by=Standing.FACILITATOR
):
    """List the calendars that the community follows (facilitators)."""


class CalendarEvent(Event):
    """`aggregate` is the calendar, `version` its version, `calendar` its state after it."""

    calendar: CalendarFacts

    @classmethod
    def of(cls, calendar: CalendarFacts, **facts: Any) -> Self:
        """The event about a calendar as it is after it."""
        return cls(aggregate=calendar.id, version=calendar.version, calendar=calendar, **facts)


class CalendarRead(CalendarEvent, wire="scheduling.calendar-read.v1"):
    """A calendar was read for the first time, or again after it failed, or has changed.

    The counts say how many meetings were called, changed (moved too), and called off by it.
    """

    called: Number = Field(default=0, ge=0)
    changed: Number = Field(default=0, ge=0)
    cancelled: Number = Field(default=0, ge=0)


class CalendarNotRead(CalendarEvent, wire="scheduling.calendar-not-read.v1"):
    """A calendar could not be read, `calendar.why` says why. Told once until it is read again."""
