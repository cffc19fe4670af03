"""What is said about actions: promises with an owner and a day. Scheduling owns it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from indaba.contracts.figures import Number
from indaba.contracts.ids import ActionCode, CommunityId, MeetingCode, MeetingId, MemberId
from indaba.contracts.limits import NOTES_A_DAY
from indaba.contracts.scheduling import MeetingFacts
from indaba.contracts.standing import Standing
from indaba.contracts.wire import CommunityText, Event, Question, Reply, Request

Doing = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)
]


class ActionStatus(StrEnum):
    """How far an action is."""

    OPEN = "open"
    NEEDS_HELP = "needs-help"
    DONE = "done"
    DROPPED = "dropped"


class ActionFacts(BaseModel):
    """An action. `owner` is empty until somebody takes it; `due` is a day in the community's zone.

    `promised` is the day it was made: its age is shown, never a score.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: ActionCode
    community: CommunityId
    version: Number
    author: MemberId
    text: CommunityText
    owner: MemberId | None = None
    due: date | None = None
    status: ActionStatus = ActionStatus.OPEN
    promised: date
    meeting: MeetingId | None = None
    meeting_code: str = ""
    handed_on: Number = 0
    note: CommunityText = ""


class ActionShown(Reply):
    """An action as it is now; `doubt` says in words why its day was not understood."""

    action: ActionFacts
    doubt: str = ""


class ActionsListed(Reply):
    """Actions, those due first ahead, those without a day last."""

    actions: tuple[ActionFacts, ...]


class WhichActions(StrEnum):
    """Which actions are listed; `LATE` ones are open past their day."""

    MINE = "mine"
    OPEN = "open"
    LATE = "late"


class AddAction(
    Request[ActionShown],
    wire="scheduling.add-action.v1",
    asked_by=Standing.MEMBER,
    limits=(NOTES_A_DAY,),
):
    """Promise something, for oneself or by name. `due` is free text in the asker's zone."""

    text: Doing
    owner: MemberId | None = None
    due: str = Field(default="", max_length=80)
    meeting: MeetingCode | None = None


class ListActions(
    Question[ActionsListed], wire="scheduling.list-actions.v1", asked_by=Standing.MEMBER
):
    """List open actions of the community, those due first; a hundred at most (members)."""

    which: WhichActions = WhichActions.MINE


class ChangeAction(
    Request[ActionShown], wire="scheduling.change-action.v1", asked_by=Standing.MEMBER
):
    """Say how far it is: its owner, its author, or a facilitator. With a note if one likes."""

    code: ActionCode
    status: ActionStatus
    note: Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=300)] = ""


class HandAction(Request[ActionShown], wire="scheduling.hand-action.v1", asked_by=Standing.MEMBER):
    """Pass an action on, or take one that nobody has: the new owner is `to`."""

    code: ActionCode
    to: MemberId


class ActionEvent(Event):
    """`aggregate` is the action's own id, `action` its public state after it."""

    action: ActionFacts

    @classmethod
    def of(cls, aggregate: UUID, action: ActionFacts) -> Self:
        """The event about an action as it is after it."""
        return cls(aggregate=aggregate, version=action.version, action=action)


class ActionAdded(ActionEvent, wire="scheduling.action-added.v1"):
    """Somebody promised something."""


class ActionChanged(ActionEvent, wire="scheduling.action-changed.v1"):
    """An action is done, dropped, handed on, or needs help."""


class ActionsDue(Event, wire="scheduling.actions-due.v1"):
    """Before the next meeting, its owner is asked privately how an action goes.

    `aggregate` is this asking. One event per owner; worthless after `until`.
    """

    community: CommunityId
    member: MemberId
    actions: tuple[ActionFacts, ...]
    meeting: MeetingFacts | None = None
    until: AwareDatetime
