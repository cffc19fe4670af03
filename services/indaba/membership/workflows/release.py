"""What membership does once per release."""

from uuid import UUID

from indaba.contracts.ids import CommunityId
from indaba.contracts.linking import PlacesChanged
from indaba.contracts.membership import Platform, ReleaseInstalled
from indaba.ledger import Work
from indaba.membership.store import Everywhere, Known
from indaba.membership.workflows.consenting import begin_asking
from indaba.membership.workflows.succession import watch
from indaba.process import release

BATCH = 20


async def begin_release(work: Work, after: str) -> str:
    """Emit for each community where it lives, and that a newer release is installed.

    Bots and the portal rely on this: before a certain release they did not store where communities
    live.
    """
    since = CommunityId(UUID(after)) if after else None
    page = await Everywhere(work).page(since, BATCH)
    if since is None:
        await begin_asking(work)
    for community in page:
        places = tuple(community.places)
        work.emit(PlacesChanged(aggregate=community.id, version=community.version, places=places))
        await watch(work, community.id, apart=True)
        if community.places and community.facilitators:
            _tell_facilitators(community, work)
    return str(page[-1].id) if len(page) == BATCH else ""


def _tell_facilitators(community: Known, work: Work) -> None:
    work.emit(
        ReleaseInstalled(
            aggregate=work.world.new_id(),
            version=1,
            community=community.id,
            release=release.version(),
            members=tuple(community.facilitators),
            platform=home_of(community),
            zone=community.zone,
        )
    )


def home_of(community: Known) -> Platform:
    """The platform with the most facilitators, of those it lives on."""
    lives_on = {place.platform for place in community.places}
    reached = [on for platforms in community.facilitators.values() for on in platforms]
    return max((p for p in Platform if p in lives_on), key=reached.count)
