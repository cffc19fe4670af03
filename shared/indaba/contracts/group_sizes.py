"""How many people a figure of a community must stand for. Owned by membership (decision 0034).

A larger size begins a week after a facilitator asked for it, and until then any facilitator can
take it back. Every service that releases figures stores the sizes that were in force over time, see
`ledger/releases.py`; a size that has not begun is no concern of theirs.
"""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from indaba.contracts.figures import FEWEST, MOST_ASKED, GroupSize, InView
from indaba.contracts.refusal import Refusal, hint
from indaba.contracts.standing import Standing
from indaba.contracts.wire import KEPT_AS_A_FACT, Change, Event, Question, Reply

NOTICE = timedelta(days=7)
"""How long before it begins a larger size is announced."""

CHANGE_WORTH_TELLING_FOR = timedelta(days=1)


class GroupSizeTooLarge(Refusal):
    """There are fewer members than each figure would have to stand for."""

    code = "group-size-too-large"

    def __init__(self, size: int, members: int) -> None:
        people = "1 member" if members == 1 else f"{members} members"
        super().__init__(
            f"No figure could ever stand for {size} people here, as the community has {people}. "
            f"The largest number that makes sense now is {most_for(members)}.",
            size=str(size),
            members=str(members),
        )


class NoSizeWaits(Refusal):
    """Nobody asked for a larger size, or it has begun, or was taken back already."""

    code = "no-size-waits"

    def __init__(self, size: int) -> None:
        super().__init__(
            f"There is nothing to take back: figures stand for {size} people or more, and no "
            "larger number is waiting. To see it again: {hint}",
            hint=hint("cop small-groups"),
            size=str(size),
        )


def most_for(members: int) -> int:
    """The largest size that a community of so many members may ask for."""
    return min(MOST_ASKED, max(FEWEST, members))


class WaitingSize(BaseModel):
    """A larger size that a facilitator asked for, in force from `begins_at` on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    size: GroupSize
    begins_at: AwareDatetime


class GroupSizeSet(Reply):
    """The size in force from now on, the one in force until now, and a larger one that waits."""

    size: GroupSize
    before: GroupSize
    waiting: WaitingSize | None = None


class SetGroupSize(
    Change[GroupSizeSet], wire="membership.set-group-size.v1", asked_by=Standing.FACILITATOR
):
    """Set how many people each figure of the community must stand for (facilitators).

    A larger size waits for a week, in place of one that waits already. A smaller one is in force at
    once for what begins from now on, and with it, or with the present one, none waits any more.
    """

    size: GroupSize


class GroupSizeShown(Reply):
    """The size in force, a larger one that waits, and how many members the community has."""

    size: GroupSize
    waiting: WaitingSize | None = None
    members: InView


class ShowGroupSize(
    Question[GroupSizeShown],
    wire="membership.show-group-size.v1",
    asked_by=Standing.MEMBER,
    by_faces=True,
):
    """Show how many people each figure must stand for, now and soon."""


class TakeBackGroupSize(
    Change[GroupSizeShown],
    wire="membership.take-back-group-size.v1",
    asked_by=Standing.FACILITATOR,
):
    """Take back the larger size that waits, whoever asked for it (facilitators)."""


class GroupSizeAsked(Event, wire="membership.group-size-asked.v1"):
    """A facilitator asked for a larger size. `aggregate` is the community.

    It is in force from `begins_at` on, unless it is taken back or replaced before; until then
    `now` is. One that was asked for earlier and has not begun never will.
    """

    size: GroupSize
    now: GroupSize
    begins_at: AwareDatetime

    @property
    def until(self) -> datetime:
        """When it is pointless to announce it."""
        return self.begins_at


class GroupSizeTakenBack(Event, wire="membership.group-size-taken-back.v1"):
    """A larger size never begins: a facilitator took it back. `aggregate` is the community."""

    size: GroupSize
    now: GroupSize


class GroupSizeChanged(Event, wire="membership.group-size-changed.v1", kept=KEPT_AS_A_FACT):
    """From `since` on, figures stand for at least `size` people. `aggregate` is the community.

    Answers given while `before` was in force are still reported by it if it is the larger one. A
    larger size begins a week after it was asked for (`GroupSizeAsked`); earlier, at once.
    """

    size: GroupSize
    before: GroupSize
    since: AwareDatetime

    @property
    def until(self) -> datetime:
        """When it is pointless to announce it."""
        return self.since + CHANGE_WORTH_TELLING_FOR
