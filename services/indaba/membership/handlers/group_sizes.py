"""How many people each figure of a community stands for: now, and from when more."""

from indaba.contracts.group_sizes import (
    NOTICE,
    GroupSizeSet,
    GroupSizeShown,
    SetGroupSize,
    ShowGroupSize,
    TakeBackGroupSize,
)
from indaba.contracts.refusal import NoCommunity
from indaba.ledger import Work
from indaba.membership.handlers.belonging import facilitating
from indaba.membership.model import Community, GroupSizes
from indaba.membership.store import Store
from indaba.membership.workflows.group_sizes import change_sizes


async def show_group_size(request: ShowGroupSize, work: Work) -> GroupSizeShown:  # noqa: ARG001 - says all
    """Show the size in force, and a larger one that waits. Raises `NoCommunity`."""
    community = await Store(work).community(work.passport.in_community(), locked=False)
    if community is None:
        raise NoCommunity
    return _shown(community, community.sizes)


async def set_group_size(request: SetGroupSize, work: Work) -> GroupSizeSet:
    """Set how many people each figure stands for; more than now, only a week later.

    Raises `GroupSizeTooLarge`.
    """
    _, community = await facilitating(work)
    begins_at = work.now + NOTICE
    sizes = community.sizes.asked(request.size, len(community.roles), begins_at)
    await change_sizes(community, sizes, work)
    return GroupSizeSet(size=sizes.now, before=community.group_size, waiting=sizes.waiting)


async def take_back_group_size(request: TakeBackGroupSize, work: Work) -> GroupSizeShown:  # noqa: ARG001 - says all
    """Let the size that waits never begin. Raises `NoSizeWaits`."""
    _, community = await facilitating(work)
    sizes = community.sizes.taken_back()
    await change_sizes(community, sizes, work)
    return _shown(community, sizes)


def _shown(community: Community, sizes: GroupSizes) -> GroupSizeShown:
    members = len(community.roles)
    return GroupSizeShown(size=sizes.now, waiting=sizes.waiting, members=members)
