"""SQL about how many people each figure of a community stands for."""

from indaba.contracts.ids import CommunityId
from indaba.ledger.session import Transaction
from indaba.membership.model.group_sizes import GroupSizes
from indaba.membership.store.people import communities


async def keep_group_sizes(work: Transaction, community: CommunityId, sizes: GroupSizes) -> None:
    """Store the size in force, and the one that waits."""
    waiting = sizes.waiting
    changed = communities.update().where(communities.c.id == community)
    await work.connection.execute(
        changed.values(
            group_size=sizes.now,
            group_size_waiting=waiting.size if waiting else None,
            group_size_begins_at=waiting.begins_at if waiting else None,
        )
    )
