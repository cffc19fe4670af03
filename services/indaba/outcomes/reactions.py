"""What outcomes does about events of others."""

from indaba.contracts.erasure import OutcomesErased
from indaba.contracts.membership import MemberErased
from indaba.ledger import Work
from indaba.ledger.erasure import erase


async def erase_member(event: MemberErased, work: Work) -> None:
    """Nothing but the ledger's own copies can name a member here yet."""
    await erase(work, event.member)
    work.tell(
        OutcomesErased(
            aggregate=event.erasure, version=1, erasure=event.erasure, service="outcomes"
        )
    )
