"""Contracts about digests, news, feedback and the chair's checklist. Owned by scheduling."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.actions import ActionFacts
from indaba.contracts.confidential import Confidential
from indaba.contracts.figures import FEWEST, GroupSize, Number, ReleasedTable
from indaba.contracts.ids import CommunityId, MeetingCode, MemberId
from indaba.contracts.membership import Platform
from indaba.contracts.publishing import Publication
from indaba.contracts.purposes import Purpose
from indaba.contracts.record import NoteFacts
from indaba.contracts.scheduling import MeetingEvent, MeetingFacts, RsvpAnswer
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Done, Event, OneEach, Question, Reply


class DigestShown(Reply):
    """The week: the next fourteen days of meetings, and what the last seven days brought.

    `decisions`, `asked` (calls for help), `minutes` (meetings whose minutes or highlights were
    published) and `actions` are of the last seven days. `mine` are the asker's open actions.
    Everything is empty if there is nothing to report.
    """

    meetings: tuple[MeetingFacts, ...]
    answers: dict[str, RsvpAnswer] = Field(default_factory=dict)
    decisions: tuple[NoteFacts, ...] = ()
    asked: tuple[NoteFacts, ...] = ()
    minutes: tuple[MeetingFacts, ...] = ()
    actions: tuple[ActionFacts, ...] = ()
    mine: tuple[ActionFacts, ...] = ()


class ShowDigest(
    Question[DigestShown], wire="scheduling.show-digest.v1", asked_by=Standing.MEMBER, by_faces=True
):
    """Show the week that ends now, to a member or, on behalf of the room, to a face."""


class DigestTimes(Reply):
    """When the community's digest comes: weekday from 1 (Monday), and hour. Weekday 0: never."""

    weekday: Number
    hour: Number


class SetDigest(
    OneEach[DigestTimes], wire="scheduling.set-digest.v1", asked_by=Standing.FACILITATOR
):
    """Choose the day and hour of the weekly digest (facilitators). Weekday 0: no digest."""

    weekday: int = Field(ge=0, le=7)
    hour: int = Field(default=8, ge=0, le=23)


class SetMyDigest(OneEach[Done], wire="scheduling.set-my-digest.v1", asked_by=Standing.MEMBER):
    """Turn the asker's own private digest on or off."""

    on: bool


class DigestDue(Event, wire="scheduling.digest-due.v1"):
    """A week is over: the room gets its digest, `members` theirs.

    Not worth sending after `until`.
    """

    community: CommunityId
    members: tuple[MemberId, ...]
    until: AwareDatetime


class NewsDue(Event, wire="scheduling.news-due.v1"):
    """Facilitators of a community are told what a new release brings, on one platform.

    Not worth sending after `until`.
    """

    community: CommunityId
    release: str
    members: tuple[MemberId, ...]
    platform: Platform
    until: AwareDatetime


class PublicationAsked(Event, wire="scheduling.publication-asked.v1"):
    """Facilitators are asked, on one platform, what of their community stays open to the world.

    Not worth sending after `until`.
    """

    community: CommunityId
    publication: Publication
    members: tuple[MemberId, ...]
    platform: Platform
    until: AwareDatetime


class WillUse(StrEnum):
    """Whether somebody will use something from the meeting."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class GiveFeedback(
    OneEach[Done],
    wire="scheduling.give-feedback.v1",
    asked_by=Standing.MEMBER,
    consent=Purpose.FEEDBACK,
):
    """Answer one of three questions about a meeting, until two weeks after its end (who attended).

    Each answer is stored as it is given. Nobody is shown any of them before that.
    """

    code: MeetingCode
    useful: int | None = Field(default=None, ge=1, le=5)
    could_speak: int | None = Field(default=None, ge=1, le=5)
    will_use: WillUse | None = None


class FeedbackFigures(BaseModel):
    """Answers about a meeting, released once; all three tables are about the same people.

    Answers to `useful` and `could_speak` are `1` to `5`, those to `will_use` are `WillUse` values.
    An empty answer stands for people who answered only other questions. Each part stands for
    `needed` people, or for as many as were required at the time of release.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    useful: ReleasedTable
    could_speak: ReleasedTable
    will_use: ReleasedTable
    needed: GroupSize = FEWEST


class FeedbackShown(Reply):
    """Feedback on a meeting. `figures` is `None` while feedback is taken, until `open_until`."""

    meeting: MeetingFacts
    open_until: AwareDatetime
    figures: Annotated[FeedbackFigures | None, Confidential]


class ShowFeedback(
    Question[FeedbackShown], wire="scheduling.show-feedback.v1", asked_by=Standing.FACILITATOR
):
    """Show a meeting's feedback once it is closed (facilitators). Empty code: the last meeting."""

    code: MeetingCode | None = None


class Duty(BaseModel):
    """One line of the chair's checklist: `key` names it; `done` is derived from what is stored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: Annotated[str, StringConstraints(max_length=40)]
    when: str
    done: bool


class ChecklistShown(Reply):
    """What the chair has to do before, during and after a meeting, in order (facilitators)."""

    meeting: MeetingFacts
    duties: tuple[Duty, ...]


class ShowChecklist(
    Question[ChecklistShown], wire="scheduling.show-checklist.v1", asked_by=Standing.FACILITATOR
):
    """Show the chair's checklist. Empty code: the meeting that is on, else the next one."""

    code: MeetingCode | None = None


class FeedbackAsked(MeetingEvent, wire="scheduling.feedback-asked.v1"):
    """A meeting ended a while ago: `members` who came may give feedback until `until`."""

    asking: UUID
    members: tuple[MemberId, ...]
    until: AwareDatetime


class FeedbackClosed(MeetingEvent, wire="scheduling.feedback-closed.v1"):
    """Feedback on a meeting is closed, and there is something to release.

    Not worth sending after `until`.
    """

    until: AwareDatetime
