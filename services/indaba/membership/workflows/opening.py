"""What was open to everybody before there was a choice, and when it closes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.ids import CommunityId
from indaba.contracts.openness import Openness
from indaba.contracts.publishing import Publication, PublicationChanged, PublicationUndecided
from indaba.ledger import Work
from indaba.membership.store import Everywhere, Known, Publications, Store
from indaba.membership.workflows.release import home_of

ASK = "ask-what-stays-open"
ASK_EACH = timedelta(days=7)
STAYS_OPEN = timedelta(days=30)
"""How long what was open earlier stays open if nobody decides."""


async def ask_what_stays_open(body: dict[str, Any], work: Work) -> None:
    """Ask a community's facilitators once a week what stays open. At the end, close the rest.

    The period begins with the first call, as the stored row has no date.
    """
    community = await Everywhere(work).one(CommunityId(UUID(body["community"])))
    if community is None:
        return
    before = await Publications(work).of(community.id)
    if not before.undecided():
        return
    until = before.until or work.now + STAYS_OPEN
    now = seen_at(before.model_copy(update={"until": until}), work.now)
    if now != before:
        await tell_publication(community.id, now, work)
    if now.undecided():
        _ask_facilitators(community, now, work)
        due = min(work.now + ASK_EACH, until)
        await work.set_timer(due, ASK, str(community.id), body, community.id)


def seen_at(publication: Publication, now: datetime) -> Publication:
    """A publication as seen now, without what has expired."""
    if publication.until is None or now < publication.until:
        return publication
    over = dict.fromkeys((part.value for part in publication.undecided()), Openness.MEMBERS)
    return publication.model_copy(update={**over, "until": None})


async def tell_publication(community: CommunityId, publication: Publication, work: Work) -> None:
    """Store and emit what the world sees of a community from now on."""
    await Publications(work).keep(community, publication)
    version = await Store(work).grew(community)
    work.emit(PublicationChanged(aggregate=community, version=version, publication=publication))


def _ask_facilitators(community: Known, publication: Publication, work: Work) -> None:
    if not (community.places and community.facilitators):
        return
    work.emit(
        PublicationUndecided(
            aggregate=work.world.new_id(),
            version=1,
            community=community.id,
            publication=publication,
            members=tuple(community.facilitators),
            platform=home_of(community),
            zone=community.zone,
        )
    )
