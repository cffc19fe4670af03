"""Changing how many people each figure of a community stands for: larger numbers wait a week."""

from typing import Any
from uuid import UUID

from indaba.contracts.group_sizes import (
    GroupSizeAsked,
    GroupSizeChanged,
    GroupSizeTakenBack,
    WaitingSize,
)
from indaba.contracts.ids import CommunityId
from indaba.ledger import Work
from indaba.ledger.releases import know_group_size
from indaba.membership.model import Community, GroupSizes
from indaba.membership.store import Store, keep_group_sizes

BEGINS = "membership.group-size-begins"


async def change_sizes(community: Community, sizes: GroupSizes, work: Work) -> None:
    """Store and emit a community's sizes, if they are others. The community must be locked."""
    before = community.sizes
    if sizes == before:
        return
    await keep_group_sizes(work, community.id, sizes)
    if sizes.waiting != before.waiting:
        await _plan(community.id, sizes.waiting, work)
        await _tell_waiting(community.id, before, sizes, work)
    if sizes.now != before.now:
        changed = GroupSizeChanged(
            aggregate=community.id,
            version=await Store(work).grew(community.id),
            size=sizes.now,
            before=before.now,
            since=work.now,
        )
        await know_group_size(changed, work)
        work.emit(changed)


async def begin_group_size(body: dict[str, Any], work: Work) -> None:
    """Let the size that waits begin, if it is still wanted and due."""
    community = await Store(work).community(CommunityId(UUID(body["community"])))
    if community is not None:
        await change_sizes(community, community.sizes.as_of(work.now), work)


async def _plan(community: CommunityId, waiting: WaitingSize | None, work: Work) -> None:
    if waiting is None:
        await work.cancel_timer(BEGINS, str(community))
        return
    body = {"community": str(community)}
    await work.set_timer(waiting.begins_at, BEGINS, str(community), body, community)


async def _tell_waiting(
    community: CommunityId, before: GroupSizes, after: GroupSizes, work: Work
) -> None:
    """Emit that a larger size waits from now on, or that one never begins."""
    waits, waited = after.waiting, before.waiting
    if waits is not None:
        version = await Store(work).grew(community)
        work.emit(
            GroupSizeAsked(
                aggregate=community,
                version=version,
                size=waits.size,
                now=after.now,
                begins_at=waits.begins_at,
            )
        )
    elif waited is not None and waited.size != after.now:
        version = await Store(work).grew(community)
        work.emit(
            GroupSizeTakenBack(
                aggregate=community, version=version, size=waited.size, now=after.now
            )
        )
