"""What requests and events share: the count of those who used a resource."""

from indaba.contracts.figures import ReleasedTable
from indaba.contracts.ids import ResourceId
from indaba.ledger import Work
from indaba.ledger.releases import Releases
from indaba.library.store import Store


async def counts_now(resource: ResourceId, work: Work) -> ReleasedTable:
    """How many said that they used it, without a word that is shown beside it."""
    people = await Store(work).used_without_words(resource)
    return await Releases(work).in_steps(f"uses/{resource}", people)
