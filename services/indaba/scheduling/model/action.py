"""An action: something that somebody promised to do by a day."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from uuid import UUID

from indaba.contracts.actions import ActionFacts, ActionStatus
from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.refusal import Refusal, hint
from indaba.scheduling.model.plain_text import one_line

OPEN = frozenset({ActionStatus.OPEN, ActionStatus.NEEDS_HELP})


class NoSuchAction(Refusal):
    """The community has no action with that code."""

    code = "no-such-action"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"I know no action {code} here. To see yours type: {{hint}}",
            hint=hint("action list"),
            code=code,
        )


class NotYourAction(Refusal):
    """The action belongs to somebody else."""

    code = "not-your-action"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} is somebody else's. Only who owns it, who wrote it, or a facilitator can "
            "change it.",
            code=code,
        )


class NobodysAction(Refusal):
    """Nobody has taken the action on yet."""

    code = "nobodys-action"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Nobody has {code} yet. To take it type: {{hint}}",
            hint=hint("action hand", code=code),
            code=code,
        )


class ActionOver(Refusal):
    """The action is done or was dropped, and what was asked is for open ones."""

    code = "action-over"

    def __init__(self, code: str, status: ActionStatus) -> None:
        how = "is done" if status is ActionStatus.DONE else "was dropped"
        super().__init__(f"{code} {how} already, so nothing has changed.", code=code)


class NothingToDo(Refusal):
    """An action without text."""

    code = "action-empty"

    def __init__(self) -> None:
        super().__init__("An action needs words: what will be done? Begin with a verb.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action; fields as in `ActionFacts`."""

    id: UUID
    community: CommunityId
    code: str
    author: MemberId
    text: str
    promised: date
    owner: MemberId | None = None
    due: date | None = None
    status: ActionStatus = ActionStatus.OPEN
    meeting: MeetingId | None = None
    meeting_code: str = ""
    handed_on: int = 0
    note: str = ""
    version: int = 1

    def may_change(self, member: MemberId, *, facilitates: bool) -> None:
        """Raise `NotYourAction` or `NobodysAction` unless the member may change it."""
        if not (facilitates or member in (self.owner, self.author)):
            raise NotYourAction(self.code) if self.owner else NobodysAction(self.code)

    def report(self, status: ActionStatus, note: str) -> Self:
        """The action with a status and a note. Unchanged if both are the same.

        Raises `ActionOver` if it is over, and this neither says that it is done nor opens it again.
        """
        words = one_line(note)
        if (status, words or self.note) == (self.status, self.note):
            return self
        if status not in (ActionStatus.DONE, ActionStatus.OPEN, self.status):
            self.still_open()
        return self._changed(status=status, note=words or self.note)

    def hand(self, to: MemberId) -> Self:
        """The action as another member's, open for them. Raises `ActionOver`."""
        if to == self.owner:
            return self
        self.still_open()
        handed_on = self.handed_on + (self.owner is not None)
        return self._changed(owner=to, handed_on=handed_on, status=ActionStatus.OPEN)

    def due_by(self, day: date) -> Self:
        """The action as due by another day. Raises `ActionOver`."""
        self.still_open()
        return self if day == self.due else self._changed(due=day)

    def facts(self) -> ActionFacts:
        """What members of the community may see."""
        return ActionFacts(**{name: getattr(self, name) for name in ActionFacts.model_fields})

    def still_open(self) -> None:
        """Raise `ActionOver` if it is done or was dropped."""
        if self.status not in OPEN:
            raise ActionOver(self.code, self.status)

    def _changed(self, **facts: Any) -> Self:
        return replace(self, version=self.version + 1, **facts)


def doing(text: str) -> str:
    """The promise in one line. Raises `NothingToDo`."""
    words = one_line(text)
    if not words:
        raise NothingToDo
    return words[:300]
