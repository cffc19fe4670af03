"""What the library does about events of others."""

from dataclasses import replace

from indaba.contracts.erasure import LibraryErased
from indaba.contracts.library import ResourceBlanked, ResourceDescribed, ResourceStatus
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import MemberErased
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.library.model import Resource
from indaba.library.store import Store
from indaba.library.timers import sweeping


async def erase_member(event: MemberErased, work: Work) -> None:
    """Counts and links stay; the member goes, with what they wrote, said and sent."""
    store = Store(work.connection)
    for gone in await store.former(event.member):
        await erase(work, gone)
    fresh = await erase(work, event.member)
    for before in await store.touched_by(event.member):
        resource, fields = before.forget(event.member, fresh)
        if replace(resource, version=before.version) == before:
            continue
        await store.keep(resource)
        await store.blank_told(resource.id, fields)
        await _remove(before, resource, store, work)
        work.tell(
            ResourceBlanked(
                aggregate=resource.id, version=resource.version, resource=resource.facts()
            )
        )
    await store.forget_uses(event.member, fresh)
    work.tell(
        LibraryErased(aggregate=event.erasure, version=1, erasure=event.erasure, service="library")
    )


async def _remove(before: Resource, resource: Resource, store: Store, work: Work) -> None:
    """What is not to be found any more is not read any more either, and its file goes."""
    if resource.status is ResourceStatus.PUBLISHED:
        return
    await store.read_no_more(resource.id)
    if before.file is not None:
        await sweeping.remove_soon(before.file.digest, work)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Two members were one: what the one saved, wrote, said and used is the other's."""
    store = Store(work.connection)
    await store.know_as(event.gone, event.member)
    touched = await store.touched_by(event.gone)
    await store.merge_uses(event.gone, event.member)
    for before in touched:
        merged = before.merge(event.gone, event.member)
        merged = replace(merged, counts=await store.counts(before.id))
        if merged == before:
            continue
        resource = replace(merged, version=before.version + 1)
        await store.keep(resource)
        work.tell(
            ResourceDescribed(
                aggregate=resource.id, version=resource.version, resource=resource.facts()
            )
        )
