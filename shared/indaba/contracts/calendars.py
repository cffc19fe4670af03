"""Contracts about external calendars that a community follows. Owned by scheduling.

Each of their dates becomes a meeting here. Their addresses are never sent: they may be secret.
"""

from enum import StrEnum
from typing import Annotated, Any, NewType, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Change, CommunityText, Event, OneEach, Question, Reply

CalendarId = NewType("CalendarId", UUID)

CalendarLink = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)
]
CalendarNumber = Annotated[Number, Field(ge=1, le=10)]
"""How people refer to a followed calendar; reused once it is no longer followed."""


class CalendarState(StrEnum):
    """Whether a followed calendar can be read."""

    BEING_READ = "being-read"
    FOLLOWED = "followed"
    FAILING = "failing"


class NotFollowed(BaseModel):
    """How many entries have no meeting here, and why, in words.

    `such_as` has the titles of three of them at most; of private entries none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    count: Number = Field(ge=1)
    why: str
    such_as: tuple[CommunityText, ...] = ()


class CalendarFacts(BaseModel):
    """A followed calendar as facilitators may see it.

    `title` is the calendar's own name, empty without one. `host` is the site it comes from. `dates`
    counts its meetings to come. `why` says in words what is wrong, empty if nothing is. `zone` is
    the community's zone when following began: times that name no zone are read in it.
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
    """A calendar that is now followed. The result of its first reading comes as an event."""

    calendar: CalendarFacts


class FollowCalendar(
    OneEach[CalendarFollowed], wire="scheduling.follow-calendar.v1", asked_by=Standing.FACILITATOR
):
    """Follow a public calendar file (ICS, also as a webcal: address) (facilitators).

    A calendar that is already followed is read again now.
    """

    link: CalendarLink


class CalendarUnfollowed(Reply):
    """The calendar no longer followed, and how many of its meetings to come were cancelled."""

    calendar: CalendarFacts
    cancelled: Number


class UnfollowCalendar(
    Change[CalendarUnfollowed],
    wire="scheduling.unfollow-calendar.v1",
    asked_by=Standing.FACILITATOR,
):
    """Stop following a calendar, by id or number; with neither, the only one (facilitators).

    Cancels its meetings to come unless they are to be kept. Past meetings stay.
    """

    calendar: CalendarId | None = None
    number: CalendarNumber | None = None
    keep_meetings: bool = False


class CalendarsListed(Reply):
    """The calendars that a community follows, by number; empty if it follows none."""

    calendars: tuple[CalendarFacts, ...]


class ListCalendars(
    Question[CalendarsListed], wire="scheduling.list-calendars.v1", asked_by=Standing.FACILITATOR
):
    """List the calendars that the community follows (facilitators)."""


class CalendarEvent(Event):
    """Base of the calendar events: `aggregate` is the calendar, `calendar` its state afterwards."""

    calendar: CalendarFacts

    @classmethod
    def of(cls, calendar: CalendarFacts, **facts: Any) -> Self:
        """The event that carries a calendar's state after the change."""
        return cls(aggregate=calendar.id, version=calendar.version, calendar=calendar, **facts)


class CalendarRead(CalendarEvent, wire="scheduling.calendar-read.v1"):
    """A calendar was read for the first time, read again after a failure, or had changed.

    The counts say how many meetings this scheduled, changed (or moved), and cancelled.
    """

    called: Number = Field(default=0, ge=0)
    changed: Number = Field(default=0, ge=0)
    cancelled: Number = Field(default=0, ge=0)


class CalendarNotRead(CalendarEvent, wire="scheduling.calendar-not-read.v1"):
    """A calendar could not be read; `calendar.why` says why. Sent once until a reading succeeds."""
