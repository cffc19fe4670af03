"""Contracts about holding a meeting: starting it, and who is present. Owned by scheduling."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from indaba.contracts.confidential import Confidential
from indaba.contracts.ids import MeetingCode, MemberId
from indaba.contracts.limits import MEETINGS_A_DAY
from indaba.contracts.scheduling import (
    MeetingEvent,
    MeetingFacts,
    MeetingShown,
    Presence,
    Title,
)
from indaba.contracts.standing import Standing
from indaba.contracts.wire import KEPT_AS_A_FACT, OneEach, Question, Reply, Request


class StartMeeting(
    Request[MeetingShown],
    wire="scheduling.start-meeting.v1",
    asked_by=Standing.MEMBER,
    limits=(MEETINGS_A_DAY,),
):
    """Begin a meeting now (facilitators, or its chair). Idempotent.

    Empty code: the next meeting if its check-in is open; else, with a title, a new one on the spot.
    """

    code: MeetingCode | None = None
    title: Title | None = None
    zone: str = ""


class RegisterShown(Reply):
    """Who was present, in order of arrival, and how it is known (facilitators)."""

    meeting: MeetingFacts
    present: Annotated[tuple[tuple[MemberId, Presence], ...], Confidential]


class ShowRegister(
    Question[RegisterShown], wire="scheduling.show-register.v1", asked_by=Standing.FACILITATOR
):
    """Show the register of a meeting (facilitators). Empty code: the one that is on."""

    code: MeetingCode | None = None


class CorrectRegister(
    OneEach[RegisterShown], wire="scheduling.correct-register.v1", asked_by=Standing.FACILITATOR
):
    """Add or remove members, and set the number of walk-ins (facilitators).

    Walk-ins are only a number: names of people who never joined are not stored.
    """

    code: MeetingCode | None = None
    came: tuple[MemberId, ...] = Field(default=(), max_length=100)
    was_not_there: tuple[MemberId, ...] = Field(default=(), max_length=100)
    walk_ins: int | None = Field(default=None, ge=0, le=10_000)


class MeetingStarted(MeetingEvent, wire="scheduling.meeting-started.v1"):
    """A meeting has begun. Not worth announcing after `until`."""

    until: AwareDatetime


class CheckInCorrected(MeetingEvent, wire="scheduling.check-in-corrected.v1", kept=KEPT_AS_A_FACT):
    """A member was not present after all."""

    member: MemberId
