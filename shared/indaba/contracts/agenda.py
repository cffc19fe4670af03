"""Contracts about agendas and facilitation methods. Owned by scheduling."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.ids import MeetingCode, MemberId
from indaba.contracts.limits import TOPICS_A_DAY
from indaba.contracts.scheduling import MeetingEvent, MeetingFacts
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Change, CommunityText, Question, Reply, Request

ItemTitle = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)
]
PreRead = Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=300)]


class Result(StrEnum):
    """What an agenda item should lead to."""

    SHARE = "share"
    DECIDE = "decide"
    LEARN = "learn"
    PLAN = "plan"
    CONNECT = "connect"
    EVALUATE = "evaluate"


class ItemStatus(StrEnum):
    """How far an item is. At most one is `NOW`; items not reached are carried over."""

    OPEN = "open"
    NOW = "now"
    DONE = "done"
    CARRIED = "carried"


class AgendaItem(BaseModel):
    """An agenda item. `number` counts from 1 in the chair's order.

    `carried` marks an item carried over from an earlier meeting.
    """

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
    """A meeting's agenda in order, empty if it has no items; `minutes` is the total planned.

    Without a planned meeting, `meeting` is empty and the items wait for the next one.
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
    """Add an item at the end. Empty code: the next meeting, even if it is not scheduled yet."""

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
    Change[AgendaShown], wire="scheduling.change-agenda-item.v1", asked_by=Standing.MEMBER
):
    """Change what is given (facilitators, the chair, or who added it). `place` moves the item."""

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
    Change[AgendaShown], wire="scheduling.remove-agenda-item.v1", asked_by=Standing.MEMBER
):
    """Remove an item (facilitators, the chair, or who added it)."""

    code: MeetingCode | None = None
    number: int = Field(ge=1, le=100)


class OpenTopic(Change[AgendaShown], wire="scheduling.open-topic.v1", asked_by=Standing.MEMBER):
    """Open an item by number, a topic by its words, or, with neither, the next open item.

    The topic before it is done. Words that match no item add a new one.
    """

    code: MeetingCode | None = None
    number: int | None = Field(default=None, ge=1, le=100)
    title: ItemTitle | None = None


class MethodStep(BaseModel):
    """A step of a method: the text posted in the room, and how many minutes it takes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    words: str
    minutes: Number


class Method(BaseModel):
    """A way to work on an agenda item, from the method library."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str
    name: str
    group: str
    in_text: str
    note: str
    steps: tuple[MethodStep, ...]


class MethodsListed(Reply):
    """All methods, or the one asked for."""

    methods: tuple[Method, ...]


class ListMethods(
    Question[MethodsListed], wire="scheduling.list-methods.v1", asked_by=Standing.ANYBODY
):
    """Show all methods, or one by key or name. Refused if there is no such method."""

    name: str = Field(default="", max_length=60)


class AgendaChanged(MeetingEvent, wire="scheduling.agenda-changed.v1"):
    """An agenda has other items, another order or another topic."""

    items: tuple[AgendaItem, ...]


class TopicOpened(MeetingEvent, wire="scheduling.topic-opened.v1"):
    """A topic was opened in a meeting. Each item carries the author of its text."""

    item: AgendaItem


class StepDue(MeetingEvent, wire="scheduling.step-due.v1"):
    """A step of the topic's method begins; `step` counts from 1 to `steps`.

    Not worth sending after `until`.
    """

    item: Number
    step: Number
    steps: Number
    words: str
    minutes: Number
    until: AwareDatetime
