"""What the library does when other services report something."""

from dataclasses import replace

from indaba.contracts.erasure import LibraryErased
from indaba.contracts.ids import MemberId
from indaba.contracts.library import (
    ResourceBlanked,
    ResourceDescribed,
    ResourceEvent,
    ResourceKind,
    ResourceSaved,
    ResourceStatus,
    ResourceWithdrawn,
)
from indaba.contracts.linking import MembersMerged, MembersParted
from indaba.contracts.membership import MemberErased
from indaba.contracts.record import DocumentEvent, HighlightsShared, MinutesApproved
from indaba.contracts.retention import MembershipUnlinked
from indaba.ledger import Work
from indaba.ledger.erasure import erase, unlink
from indaba.ledger.merging import forget, merge, now_called, part
from indaba.library.model import (
    Resource,
    document_facts,
    document_id,
    document_name,
    next_edition,
)
from indaba.library.store import LongOver, Store, changed_resources
from indaba.library.timers import sweeping
from indaba.library.workflows import counts_now


async def erase_member(event: MemberErased, work: Work) -> None:
    """Erase a member: delete their texts, messages, files and uses. Links stay."""
    store = Store(work)
    fresh = await erase(work, event.member)
    for before in await store.touched_by(event.member):
        resource, fields = before.forget(event.member, fresh)
        if replace(resource, version=before.version) == before:
            continue
        await store.keep(resource)
        await store.blank_told(resource.id, fields)
        await _remove(before, resource, store, work)
        work.emit(ResourceBlanked.of(resource.facts()))
    await store.forget_uses(event.member)
    work.emit(
        LibraryErased(aggregate=event.erasure, version=1, erasure=event.erasure, service="library")
    )


async def _remove(before: Resource, resource: Resource, store: Store, work: Work) -> None:
    """Stop reading a withdrawn resource's page, and delete its file."""
    if resource.status is ResourceStatus.PUBLISHED:
        return
    await store.read_no_more(resource.id)
    if before.file is not None:
        await sweeping.remove_soon(before.file.digest, work)


async def unlink_member(event: MembershipUnlinked, work: Work) -> None:
    """Replace the id of a member who left everywhere long ago, in all that they saved and used."""
    await LongOver(work).unlink(event.member, await unlink(work, event.member))
    await forget(work, event.member)


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Put one member wherever the other is stored, as both are the same person."""
    version, until = event.version, event.undo_until
    await merge(work, event.gone, event.member, _become_one, version=version, until=until)


async def part_members(event: MembersParted, work: Work) -> None:
    """Part two members again, and emit each resource that either saved, wrote on or used."""
    parted = await part(work, event.gone, _become_one, version=event.version)
    store = Store(work)
    for name in sorted(changed_resources(parted.changes)) if parted else ():
        resource = await store.alone(name)
        if resource is not None:
            resource = resource.counted(await counts_now(resource, work))
            await store.keep(resource)
            work.emit(ResourceDescribed.of(resource.facts()))


async def _become_one(gone: MemberId, member: MemberId, work: Work) -> None:
    store = Store(work)
    touched = await store.touched_by(gone)
    await store.merge_uses(gone, member)
    for before in touched:
        merged = before.merge(gone, member)
        merged = replace(merged, counts=await counts_now(before, work))
        if merged == before:
            continue
        resource = replace(merged, version=before.version + 1)
        await store.keep(resource)
        work.emit(ResourceDescribed.of(resource.facts()))


async def keep_minutes(event: MinutesApproved, work: Work) -> None:
    """Store approved minutes as a resource for members."""
    await _keep_document(event, ResourceKind.DOCUMENT, work)


async def keep_highlights(event: HighlightsShared, work: Work) -> None:
    """Store shared highlights as a resource. The event says who can read it."""
    await _keep_document(event, ResourceKind.HIGHLIGHTS, work)


async def _keep_document(event: DocumentEvent, kind: ResourceKind, work: Work) -> None:
    """Store the newest version, in whatever order versions arrive. Without text, it is withdrawn.

    A newer version may lack texts whose author was erased, so the texts of older ones are blanked
    in events.
    """
    store, meeting, document = Store(work), event.meeting, event.document
    name = document_name(meeting.id, kind)
    await store.one_at_a_time("document", name)
    author = await now_called(work, document.author)
    facts = document_facts(document, meeting.id, kind, author)
    before = await store.alone(document_id(meeting.id, kind))
    if before is None:
        resource = Resource(
            id=document_id(meeting.id, kind),
            community=meeting.community,
            code=await store.fresh_code(meeting.community, work.world),
            kind=kind,
            same_as=name,
            saved_at=meeting.ended_at or meeting.starts_at,
            **facts,
        )
        await store.add(resource)
    else:
        resource = next_edition(before, facts)
        if resource is before:
            return
        await store.keep(resource)
        await store.blank_told(resource.id, ("summary", "quote.text"))
    _tell(before, resource, work)


def _tell(before: Resource | None, resource: Resource, work: Work) -> None:
    was_there = before is not None and before.status is ResourceStatus.PUBLISHED
    kind: type[ResourceEvent] = ResourceDescribed if was_there else ResourceSaved
    if resource.status is ResourceStatus.WITHDRAWN:
        if not was_there:
            return
        kind = ResourceWithdrawn
    work.emit(kind.of(resource.facts()))
