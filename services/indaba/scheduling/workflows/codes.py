"""Short codes that a community has never used before."""

from indaba.contracts.ids import CommunityId
from indaba.ledger import Work
from indaba.scheduling.model import code_from
from indaba.scheduling.store import Meetings

CODES = 31**9
"""Much larger than the number of codes, so that all are equally likely."""


async def fresh_code(work: Work, community: CommunityId) -> str:
    """A code for a meeting. It gets longer when the short ones become rare."""
    store = Meetings(work)
    for length in (4, 4, 4, 5, 5, 6, 8):
        code = code_from(work.world.below(CODES), length)
        if not await store.code_is_taken(community, code):
            return code
    raise AssertionError
