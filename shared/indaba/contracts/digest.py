"""What is said about digests, news, feedback and the chair's next steps. Scheduling owns it."""

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
from indaba.contracts.wire import Done, Event, Question, Reply, Request


class DigestShown(Reply):
    """The week: meetings of the next fourteen days, decisions, questions and actions of the last.

    `mine` are the asker's open actions; `asked` are lines tagged as calls for help; `minutes` are
    meetings whose minutes or highlights came out. Nothing of note is an empty digest.
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
    """When the community's digest comes: weekday from 1 (Monday), hour; 0: never."""

    weekday: Number
    hour: Number


class SetDigest(
    Request[DigestTimes], wire="scheduling.set-digest.v1", asked_by=Standing.FACILITATOR
):
    """Choose the day and hour of the weekly digest (facilitators); weekday 0: none."""

    weekday: int = Field(ge=0, le=7)
    hour: int = Field(default=8, ge=0, le=23)


class SetMyDigest(Request[Done], wire="scheduling.set-my-digest.v1", asked_by=Standing.MEMBER):
    """Have one's own digest privately, or not."""

    on: bool


class DigestDue(Event, wire="scheduling.digest-due.v1"):
    """A week is over: the room gets its digest, and `members` theirs. Worthless after `until`."""

    community: CommunityId
    members: tuple[MemberId, ...]
    until: AwareDatetime


class NewsDue(Event, wire="scheduling.news-due.v1"):
    """Facilitators of a community are told now what a release brings, on one platform.

    Worthless after `until`.
    """

    community: CommunityId
    release: str
    members: tuple[MemberId, ...]
    platform: Platform
    until: AwareDatetime


class PublicationAsked(Event, wire="scheduling.publication-asked.v1"):
    """Facilitators are asked now, on one platform, what of their community stays open to the world.

    Worthless after `until`.
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
    Request[Done],
    wire="scheduling.give-feedback.v1",
    asked_by=Standing.MEMBER,
    consent=Purpose.FEEDBACK,
):
    """Three taps, each kept as it comes (who was there, until two weeks after the end).

    Nobody is shown anything of them before that.
    """

    code: MeetingCode
    useful: int | None = Field(default=None, ge=1, le=5)
    could_speak: int | None = Field(default=None, ge=1, le=5)
    will_use: WillUse | None = None


class FeedbackFigures(BaseModel):
    """Who answered what of a meeting, released once; all three tables are of the same people.

    Answers to `useful` and `could_speak` are `1` to `5`, to `will_use` those of `WillUse`. An empty
    one is that of whoever answered another question only. Each part stands for `needed` people, or
    for as many as were asked for when it was told.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    useful: ReleasedTable
    could_speak: ReleasedTable
    will_use: ReleasedTable
    needed: GroupSize = FEWEST


class FeedbackShown(Reply):
    """What was said; `figures` are `None` as long as feedback is taken, until `open_until`."""

    meeting: MeetingFacts
    open_until: AwareDatetime
    figures: Annotated[FeedbackFigures | None, Confidential]


class ShowFeedback(
    Question[FeedbackShown], wire="scheduling.show-feedback.v1", asked_by=Standing.FACILITATOR
):
    """Show a meeting's feedback once it is closed (facilitators). Empty code: the last meeting."""

    code: MeetingCode | None = None


class Duty(BaseModel):
    """One line of the chair's list: `key` names it, `done` says so by what is known."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: Annotated[str, StringConstraints(max_length=40)]
    when: str
    done: bool


class ChecklistShown(Reply):
    """What the chair has to do before, during and after, in order (facilitators)."""

    meeting: MeetingFacts
    duties: tuple[Duty, ...]


class ShowChecklist(
    Question[ChecklistShown], wire="scheduling.show-checklist.v1", asked_by=Standing.FACILITATOR
):
    """Show the chair's list. Empty code: the meeting that is on, else the next."""

    code: MeetingCode | None = None


class FeedbackAsked(MeetingEvent, wire="scheduling.feedback-asked.v1"):
    """The meeting is over for a while: `members` who came may say how it was, until `until`."""

    asking: UUID
    members: tuple[MemberId, ...]
    until: AwareDatetime


class FeedbackClosed(MeetingEvent, wire="scheduling.feedback-closed.v1"):
    """No more feedback on a meeting is taken, and there is something to tell of it.

    Worth saying until `until`.
    """

    until: AwareDatetime
