"""What is said about agendas and methods. Scheduling owns it."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.ids import MeetingCode, MemberId
from indaba.contracts.limits import TOPICS_A_DAY
from indaba.contracts.scheduling import MeetingEvent, MeetingFacts
from indaba.contracts.standing import Standing
from indaba.contracts.wire import CommunityText, Question, Reply, Request

ItemTitle = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
]
PreRead = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=300)]


class Result(StrEnum):
    """What an item is meant to lead to."""

    SHARE = "share"
    DECIDE = "decide"
    LEARN = "learn"
    PLAN = "plan"
    CONNECT = "connect"
    EVALUATE = "evaluate"


class ItemStatus(StrEnum):
    """Where an item is: one is the topic `NOW`; what was not reached is carried over."""

    OPEN = "open"
    NOW = "now"
    DONE = "done"
    CARRIED = "carried"


class AgendaItem(BaseModel):
    """One item, `number` from 1 in the chair's order. `carried` says it comes from before."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: Number
    title: CommunityText
    author: MemberId
    result: Result = Result.SHARE
    owner: MemberId | None = None
    method: str = ""
    minutes: Number = 0
    pre_read: CommunityText = ""
    status: ItemStatus = ItemStatus.OPEN
    carried: bool = False


class AgendaShown(Reply):
    """A meeting's agenda in order, empty if nobody added to it; `minutes` are planned in all.

    Where no meeting is planned, `meeting` is empty and the items wait for the next one.
    """

    meeting: MeetingFacts | None
    items: tuple[AgendaItem, ...]
    minutes: Number


class AddAgendaItem(
    Request[AgendaShown],
    wire="scheduling.add-agenda-item.v1",
    asked_by=Standing.MEMBER,
    limits=(TOPICS_A_DAY,),
):
    """Add an item, last. Empty code: the next meeting, or whichever is called next."""

    code: MeetingCode | None = None
    title: ItemTitle
    result: Result = Result.SHARE
    owner: MemberId | None = None
    method: str = Field(default="", max_length=40)
    minutes: int = Field(default=0, ge=0, le=480)
    pre_read: PreRead = ""


class ShowAgenda(
    Question[AgendaShown],
    wire="scheduling.show-agenda.v1",
    asked_by=Standing.MEMBER,
    by_faces=True,
):
    """Show an agenda. Empty code: the next meeting's."""

    code: MeetingCode | None = None


class ChangeAgendaItem(
    Request[AgendaShown], wire="scheduling.change-agenda-item.v1", asked_by=Standing.MEMBER
):
    """Change what is given (facilitators, the chair, or who added it); `place` moves the item."""

    code: MeetingCode | None = None
    number: int = Field(ge=1, le=100)
    title: ItemTitle | None = None
    result: Result | None = None
    owner: MemberId | None = None
    method: str | None = Field(default=None, max_length=40)
    minutes: int | None = Field(default=None, ge=0, le=480)
    pre_read: PreRead | None = None
    place: int | None = Field(default=None, ge=1, le=100)


class RemoveAgendaItem(
    Request[AgendaShown], wire="scheduling.remove-agenda-item.v1", asked_by=Standing.MEMBER
):
    """Take an item off (facilitators, the chair, or who added it)."""

    code: MeetingCode | None = None
    number: int = Field(ge=1, le=100)


class OpenTopic(Request[AgendaShown], wire="scheduling.open-topic.v1", asked_by=Standing.MEMBER):
    """Go to an item by number, or to a topic by its words; neither: to the next open item.

    The topic before it is done. Words that name no item add one.
    """

    code: MeetingCode | None = None
    number: int | None = Field(default=None, ge=1, le=100)
    title: ItemTitle | None = None


class MethodStep(BaseModel):
    """One step of a method: what to write to the room, and how many minutes it gets."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    words: str
    minutes: Number


class Method(BaseModel):
    """A way to run an item, from the method library."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    name: str
    group: str
    in_text: str
    note: str
    steps: tuple[MethodStep, ...]


class MethodsListed(Reply):
    """The method library, or the one method asked for."""

    methods: tuple[Method, ...]


class ListMethods(
    Question[MethodsListed], wire="scheduling.list-methods.v1", asked_by=Standing.ANYBODY
):
    """Show all methods, or one by key or name. Raises if there is none such."""

    name: str = Field(default="", max_length=60)


class AgendaChanged(MeetingEvent, wire="scheduling.agenda-changed.v1"):
    """An agenda has other items, another order or another topic."""

    items: tuple[AgendaItem, ...]


class TopicOpened(MeetingEvent, wire="scheduling.topic-opened.v1"):
    """A topic began in a meeting. Texts of items carry their author within."""

    item: AgendaItem


class StepDue(MeetingEvent, wire="scheduling.step-due.v1"):
    """A step of the topic's method begins; `step` counts from 1 to `steps`.

    Worthless after `until`.
    """

    item: Number
    step: Number
    steps: Number
    words: str
    minutes: Number
    until: AwareDatetime
