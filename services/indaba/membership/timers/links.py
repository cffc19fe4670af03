"""What becomes of a link by the clock: nobody answered, or it need not be known any more."""

from typing import Any
from uuid import UUID

from indaba.contracts.linking import LinkNews
from indaba.ledger import Work
from indaba.membership.model.linking import LinkState
from indaba.membership.store import Links
from indaba.membership.workflows.telling import end_link


async def link_over(body: dict[str, Any], work: Work) -> None:
    """The question lapses; what came to nothing is forgotten once everybody was told."""
    links = Links(work)
    link = await links.get(UUID(body["link"]))
    if link is None:
        return
    if link.state is LinkState.ASKED:
        await end_link(work, link, news=LinkNews.LAPSED)
    elif link.state in (LinkState.OVER, LinkState.TYPED):
        await links.drop(link.id)
