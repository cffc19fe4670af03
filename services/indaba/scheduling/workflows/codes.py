"""Short codes that a community never used before."""

from indaba.contracts.ids import CommunityId
from indaba.ledger import Work
from indaba.scheduling.model import code_from
from indaba.scheduling.store import Meetings

CODES = 31**9
"""Far more than there are codes, so that each is as likely."""


async def fresh_code(work: Work, community: CommunityId) -> str:
    """A meeting's code; longer ones once the short are rare."""
    store = Meetings(work)
    for length in (4, 4, 4, 5, 5, 6, 8):
        code = code_from(work.world.below(CODES), length)
        if not await store.code_is_taken(community, code):
            return code
    raise AssertionError
