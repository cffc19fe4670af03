"""What happens to links by the clock: questions expire, and old links are forgotten."""

from typing import Any
from uuid import UUID

from indaba.contracts.linking import LinkNews
from indaba.ledger import Work
from indaba.membership.model.linking import LinkState
from indaba.membership.store import Links
from indaba.membership.workflows.telling import end_link


async def link_over(body: dict[str, Any], work: Work) -> None:
    """Let an unanswered question expire, or delete a link that came to nothing."""
    links = Links(work)
    link = await links.get(UUID(body["link"]))
    if link is None:
        return
    if link.state is LinkState.ASKED:
        await end_link(work, link, news=LinkNews.LAPSED)
    elif link.state in (LinkState.OVER, LinkState.TYPED):
        await links.drop(link.id)
