"""How many people a figure must stand for in a community. Membership owns it (decision 0034).

Every service that releases figures keeps the sizes that held, see `ledger/releases.py`.
"""

from pydantic import AwareDatetime

from indaba.contracts.figures import GroupSize
from indaba.contracts.standing import Standing
from indaba.contracts.wire import KEPT_AS_A_FACT, Event, Reply, Request


class GroupSizeSet(Reply):
    """The size that holds from now on, and the one that held until now."""

    size: GroupSize
    before: GroupSize


class SetGroupSize(
    Request[GroupSizeSet], wire="membership.set-group-size.v1", asked_by=Standing.FACILITATOR
):
    """Set how many people each figure of the community must stand for (facilitators)."""

    size: GroupSize


class GroupSizeChanged(Event, wire="membership.group-size-changed.v1", kept=KEPT_AS_A_FACT):
    """From `since` on figures stand for `size` people at least. `aggregate` is the community.

    What was said while `before` held goes on being told by it where it is the larger one.
    """

    size: GroupSize
    before: GroupSize
    since: AwareDatetime
