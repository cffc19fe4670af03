"""How many people a figure of a community must stand for. Owned by membership (decision 0034).

Every service that releases figures stores the sizes over time, see `ledger/releases.py`.
"""

from pydantic import AwareDatetime

from indaba.contracts.figures import GroupSize
from indaba.contracts.standing import Standing
from indaba.contracts.wire import KEPT_AS_A_FACT, Change, Event, Reply


class GroupSizeSet(Reply):
    """The size in force from now on, and the one in force until now."""

    size: GroupSize
    before: GroupSize


class SetGroupSize(
    Change[GroupSizeSet], wire="membership.set-group-size.v1", asked_by=Standing.FACILITATOR
):
    """Set how many people each figure of the community must stand for (facilitators)."""

    size: GroupSize


class GroupSizeChanged(Event, wire="membership.group-size-changed.v1", kept=KEPT_AS_A_FACT):
    """From `since` on, figures stand for at least `size` people. `aggregate` is the community.

    Answers given while `before` was in force are still reported by it if it is the larger one.
    """

    size: GroupSize
    before: GroupSize
    since: AwareDatetime
