"""Contracts about actions: promises with an owner and a due day. Owned by scheduling."""

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
from indaba.contracts.wire import Change, CommunityText, Event, Question, Reply, Request

Doing = Annotated[
    CommunityText, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)
]


class ActionStatus(StrEnum):
    """How far along an action is."""

    OPEN = "open"
    NEEDS_HELP = "needs-help"
    DONE = "done"
    DROPPED = "dropped"


class ActionFacts(BaseModel):
    """An action. `owner` is empty until somebody takes it; `due` is a day in the community's zone.

    `promised` is the day it was made. People see its age, never a score.
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
    """An action as it is now. `doubt` says in words why its due day was not understood."""

    action: ActionFacts
    doubt: str = ""


class ActionsListed(Reply):
    """Actions with a due day first, soonest first, then those without one."""

    actions: tuple[ActionFacts, ...]


class WhichActions(StrEnum):
    """Which actions to list. `LATE` are open actions past their due day."""

    MINE = "mine"
    OPEN = "open"
    LATE = "late"


class AddAction(
    Request[ActionShown],
    wire="scheduling.add-action.v1",
    asked_by=Standing.MEMBER,
    limits=(NOTES_A_DAY,),
):
    """Add an action, for oneself or for somebody named. `due` is free text in the asker's zone."""

    text: Doing
    owner: MemberId | None = None
    due: str = Field(default="", max_length=80)
    meeting: MeetingCode | None = None


class ListActions(
    Question[ActionsListed], wire="scheduling.list-actions.v1", asked_by=Standing.MEMBER
):
    """List the community's open actions, soonest due first; a hundred at most (members)."""

    which: WhichActions = WhichActions.MINE


class ChangeAction(
    Change[ActionShown], wire="scheduling.change-action.v1", asked_by=Standing.MEMBER
):
    """Change an action's status; `note` is optional (its owner, its author, or a facilitator)."""

    code: ActionCode
    status: ActionStatus
    note: Annotated[CommunityText, StringConstraints(strip_whitespace=True, max_length=300)] = ""


class HandAction(Change[ActionShown], wire="scheduling.hand-action.v1", asked_by=Standing.MEMBER):
    """Give an action to `to`, the new owner, or take one that nobody has."""

    code: ActionCode
    to: MemberId


class SetDueDay(Change[ActionShown], wire="scheduling.set-due-day.v1", asked_by=Standing.MEMBER):
    """Set by which day an action is due (its owner, its author, or a facilitator).

    `day` is free text in the asker's zone. If it is not clear, nothing changes and `doubt` says
    why.
    """

    code: ActionCode
    day: str = Field(min_length=1, max_length=80)


class ActionEvent(Event):
    """Base of the action events: `aggregate` is the action's id, `action` its state afterwards."""

    action: ActionFacts

    @classmethod
    def of(cls, aggregate: UUID, action: ActionFacts) -> Self:
        """The event that carries an action's state after the change."""
        return cls(aggregate=aggregate, version=action.version, action=action)


class ActionAdded(ActionEvent, wire="scheduling.action-added.v1"):
    """An action was added."""


class ActionChanged(ActionEvent, wire="scheduling.action-changed.v1"):
    """An action was done, dropped, handed on, needs help, or is due on another day."""


class ActionsDue(Event, wire="scheduling.actions-due.v1"):
    """An owner is asked privately, before the next meeting, how their actions are going.

    One event per owner. `aggregate` identifies this reminder. Not worth sending after `until`.
    """

    community: CommunityId
    member: MemberId
    actions: tuple[ActionFacts, ...]
    meeting: MeetingFacts | None = None
    until: AwareDatetime
