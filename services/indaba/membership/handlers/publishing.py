"""What the world sees of a community, and its address."""

from dataclasses import replace

from indaba.contracts.openness import Openness, Part
from indaba.contracts.publishing import (
    AddressRenewed,
    Publication,
    PublicationShown,
    Publish,
    RenewAddress,
    RenewedAddress,
    ShowPublication,
)
from indaba.ledger import Work
from indaba.membership.handlers.belonging import facilitating
from indaba.membership.model import AddressRenewedAlready
from indaba.membership.store import Publications, Store
from indaba.membership.workflows.opening import ASK, seen_at, tell_publication

KEY_LENGTH = 16


async def show_publication(request: ShowPublication, work: Work) -> PublicationShown:  # noqa: ARG001 - says all
    """Show what the world sees now."""
    stored = await Publications(work).of(work.passport.in_community())
    return PublicationShown(publication=seen_at(stored, work.now))


async def publish(request: Publish, work: Work) -> PublicationShown:
    """Open parts to the world, or close them. Parts already so do not change."""
    _, community = await facilitating(work)
    publications = Publications(work)
    stored = await publications.of(community.id)
    before = seen_at(stored, work.now)
    parts = request.parts | (before.undecided() if request.undecided else frozenset())
    now = _with(before, parts, Openness.WORLD if request.open else Openness.MEMBERS)
    if now != stored:
        await tell_publication(community.id, now, work)
    if not now.undecided():
        await work.cancel_timer(ASK, str(community.id))
    return PublicationShown(publication=now)


async def renew_address(request: RenewAddress, work: Work) -> RenewedAddress:
    """Give the community a new key. The old one stops working at once.

    Raises `AddressRenewedAlready`.
    """
    _, community = await facilitating(work)
    if request.key != community.key:
        raise AddressRenewedAlready
    renewed = replace(community, key=work.world.secret()[:KEY_LENGTH])
    await Publications(work).renew(community.id, renewed.key)
    version = await Store(work).grew(community.id)
    work.emit(AddressRenewed(aggregate=community.id, version=version, key=renewed.key))
    return RenewedAddress(community=renewed.card())


def _with(before: Publication, parts: frozenset[Part], openness: Openness) -> Publication:
    now = before.model_copy(update={part.value: openness for part in parts})
    return now if now.undecided() else now.model_copy(update={"until": None})
