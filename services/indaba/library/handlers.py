"""One function per request that the library answers."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from indaba.contracts.ids import MemberId, ResourceId
from indaba.contracts.library import (
    AskForRoom,
    DescribeResource,
    FindResources,
    PublishResource,
    Quoted,
    ResourceDescribed,
    ResourceDetails,
    ResourceFacts,
    ResourceKind,
    ResourceSaved,
    ResourcesFound,
    ResourceShared,
    ResourceShown,
    ResourceUsed,
    ResourceWithdrawn,
    SaveResource,
    ShareResource,
    ShowMyLibraryData,
    ShowResource,
    StoredFile,
    UseResource,
    UseShown,
    WithdrawResource,
)
from indaba.contracts.link_secrets import request_without_secrets
from indaba.contracts.membership import MemberData
from indaba.contracts.openness import Openness, is_open
from indaba.contracts.passport import Passport, Role
from indaba.contracts.refusal import ChangedSince, hint
from indaba.contracts.standing import reads_all
from indaba.contracts.wire import Done
from indaba.ledger import Work
from indaba.ledger.listing import of_the_ledger
from indaba.ledger.merging import now_called
from indaba.library.model import (
    FileGone,
    FileNotThere,
    NoSuchResource,
    NothingSaid,
    OneThing,
    Resource,
    SecretInLink,
    kind_of_file,
    kind_of_page,
    language_tag,
    names,
    one_line,
    paragraphs,
    web,
)
from indaba.library.store import Store, Use
from indaba.library.timers.reading import READ
from indaba.library.workflows import counts_now
from indaba.process.file_store import FileStore

MOST_USES = 20
UNSHOWN = 0
LONGEST = {"why": 500, "note": 500, "related": 200, "quote": 4000}


async def save_resource(request: SaveResource, work: Work, files: FileStore) -> ResourceShown:
    """Save a link, a file or a message, unless it is saved already. Raises `OneThing`."""
    store, member = await _asked_by_member(work)
    _check_no_secrets(request)
    if bool(request.link) + (request.file is not None) + (request.quote is not None) != 1:
        raise OneThing
    community = work.passport.in_community()
    thing = await _content(request, work, files)
    await store.one_at_a_time("save", community, thing["same_as"])
    existing = await store.same(community, thing["same_as"])
    if existing is not None:
        return ResourceShown(resource=_facts(existing, work), known=True)
    details = _clean(
        request.model_dump(exclude={"link", "file", "quote", "as_it_is"}, exclude_none=True)
    )
    resource = Resource(
        id=ResourceId(work.world.new_id()),
        community=community,
        code=await store.fresh_code(community, work.world),
        author=member,
        saved_at=work.now,
        **{**thing, **details},
    ).written_by(member)
    await store.add(resource)
    if resource.link and not resource.title:
        await store.read_later(resource.id, work.now, work.correlation)
        await work.set_timer(work.now, READ, str(resource.id), {})
    work.emit(ResourceSaved.of(resource.facts()))
    return ResourceShown(resource=_facts(resource, work))


async def ask_for_room(request: AskForRoom, work: Work) -> Done:  # noqa: ARG001 - limits say no
    """Confirm that a file may be stored. The ledger has already checked the limits."""
    return Done()


async def describe_resource(request: DescribeResource, work: Work) -> ResourceShown:
    """Correct a resource's details."""
    store, member = await _asked_by_member(work)
    _check_no_secrets(request)
    before = await _resource(work, store, request.code)
    details = _clean(request.model_dump(exclude={"code", "as_it_is"}, exclude_none=True))
    resource = before.describe(member, facilitates=_facilitates(work), details=details)
    if resource is not before:
        await store.keep(resource)
        work.emit(ResourceDescribed.of(resource.facts()))
    return ResourceShown(resource=_facts(resource, work))


async def withdraw_resource(request: WithdrawResource, work: Work) -> ResourceShown:
    """Withdraw a resource. Raises `NoSuchResource`."""
    store, member = await _asked_by_member(work)
    before = await store.by_code_ever(work.passport.in_community(), request.code)
    if before is None:
        raise NoSuchResource(request.code)
    resource = before.withdraw(member, facilitates=_facilitates(work))
    if resource is not before:
        await store.keep(resource)
        await store.read_no_more(resource.id)
        if before.quote is not None:
            await store.blank_told(
                resource.id, ("quote.text",) if before.title else ("quote.text", "title")
            )
        work.emit(ResourceWithdrawn.of(resource.facts()))
    return ResourceShown(resource=_facts(resource, work))


async def find_resources(request: FindResources, work: Work) -> ResourcesFound:
    """Find resources by words. Visitors find what is open, by its open texts.

    Only members find messages. A face does not, because it posts what it finds where guests read.
    """
    community = work.passport.in_community()
    opened, by_members = _openness(work.passport), bool(work.passport.roles)
    matches = await Store(work).find(community, request, opened, by_members=by_members)
    return ResourcesFound(
        resources=tuple(_facts(resource, work) for resource in matches.resources),
        total=matches.total,
        read_as=matches.read_as,
    )


async def show_resource(request: ShowResource, work: Work) -> ResourceDetails:
    """Show a resource and what members wrote about using it.

    To visitors, one that is not open and one that does not exist get the same refusal.

    Raises `NoSuchResource`.
    """
    store = Store(work)
    resource = await store.by_code(work.passport.in_community(), request.code, locked=False)
    by_visitor, opened = not reads_all(work.passport), _openness(work.passport)
    if by_visitor and (resource is None or resource.opened not in opened):
        raise work.passport.no()
    if resource is None:
        raise NoSuchResource(request.code)
    uses = await store.uses_of(resource.id, MOST_USES)
    shown = (UseShown(author=u.member, how=u.how, note=u.note, said_at=u.said_at) for u in uses)
    return ResourceDetails(resource=_facts(resource, work), uses=tuple(shown))


async def use_resource(request: UseResource, work: Work) -> ResourceShown:
    """Store how a member's use of a resource went."""
    store, member = await _asked_by_member(work)
    before = await _resource(work, store, request.code)
    earlier = await store.use_of(before.id, member)
    note = one_line(request.note, LONGEST["note"])
    if earlier and (earlier.how, earlier.note) == (request.how, note):
        return ResourceShown(resource=_facts(before, work))
    use = Use(
        id=earlier.id if earlier else work.world.new_id(),
        resource=before.id,
        member=member,
        how=request.how,
        note=note,
        said_at=work.now,
    )
    await store.say_use(use)
    resource = before.counted(await counts_now(before, work))
    await store.keep(resource)
    work.emit(
        ResourceUsed.of(
            resource.facts(),
            member=member,
            how=use.how,
            use=use.id,
        )
    )
    return ResourceShown(resource=_facts(resource, work))


async def share_resource(request: ShareResource, work: Work) -> ResourceShown:
    """Note that a resource was shown in a room."""
    store, member = await _asked_by_member(work)
    before = await _resource(work, store, request.code)
    resource = before.counted(before.counts)
    await store.keep(resource)
    work.emit(
        ResourceShared.of(
            resource.facts(),
            member=member,
        )
    )
    return ResourceShown(resource=_facts(resource, work))


async def publish_resource(request: PublishResource, work: Work, files: FileStore) -> ResourceShown:
    """Publish a resource as it was previewed, or end its publication. Raises `ChangedSince`."""
    work.passport.a_facilitator()
    store, _ = await _asked_by_member(work)
    before = await _resource(work, store, request.code)
    resource = before.publish(open_=request.open)
    if request.open and request.seen != before.facts().seen_as():
        raise ChangedSince(hint("resource publish", code=before.code))
    if request.open and before.file is not None:
        await _check_is_there(before, before.file, files)
    if resource is not before:
        await store.keep(resource)
        work.emit(ResourceDescribed.of(resource.facts()))
    return ResourceShown(resource=_facts(resource, work))


async def _check_is_there(resource: Resource, file: StoredFile, files: FileStore) -> None:
    if not await asyncio.to_thread(files.has, file.digest):
        raise FileGone(resource.code)


async def show_my_data(request: ShowMyLibraryData, work: Work) -> MemberData:
    """Show everything that is stored here about the asker."""
    store = Store(work)
    member = await now_called(work, work.passport.known())
    data: dict[str, Any] = await store.history(member)
    if request.accounts and (community := work.passport.community):
        data["others wrote about you"] = await store.named(community, member, request.accounts)
    data["kept by every process"] = await of_the_ledger(member, work)
    return MemberData(service="library", data=data)


async def _asked_by_member(work: Work) -> tuple[Store, MemberId]:
    """The store, and the asker's present id. Raises `NoCommunity` or `NotAMember`."""
    store = Store(work)
    return store, await now_called(work, work.passport.a_member())


def _openness(passport: Passport) -> frozenset[Openness]:
    """What a resource's openness may be for this asker to read it."""
    if reads_all(passport):
        return frozenset(Openness)
    return frozenset(each for each in Openness if is_open(each, passport.opened))


def _facts(resource: Resource, work: Work) -> ResourceFacts:
    """A resource's facts as people read them.

    `published` includes what has been open since before there was a choice. The version is for
    ordering events. It rises with each use, so it is not shown.
    """
    published = is_open(resource.opened, work.passport.opened)
    return resource.facts().model_copy(update={"published": published, "version": UNSHOWN})


def _facilitates(work: Work) -> bool:
    return Role.FACILITATOR in work.passport.roles


def _check_no_secrets(request: SaveResource | DescribeResource) -> None:
    """Checked here, so that no face can forget it. Raises `SecretInLink`."""
    _, names = request_without_secrets(request)
    if names and not request.as_it_is:
        raise SecretInLink(names)


async def _resource(work: Work, store: Store, code: str, *, locked: bool = True) -> Resource:
    """The community's resource with this code. Raises `NoSuchResource`."""
    resource = await store.by_code(work.passport.in_community(), code, locked=locked)
    if resource is None:
        raise NoSuchResource(code)
    return resource


async def _content(request: SaveResource, work: Work, files: FileStore) -> dict[str, Any]:
    """The fields for what is saved: what identifies it, and its guessed kind.

    Raises `BadAddress`, `FileNotThere` or `NothingSaid`.
    """
    if request.file is not None:
        await Store(work).one_at_a_time("file", request.file.digest)
        return await _file_content(request.file, files)
    if request.quote is not None:
        return await _quote_content(request.quote, work)
    page = web(request.link)
    kind = kind_of_page(page.host, page.path)
    return {"link": page.seen, "same_as": page.same_as, "kind": kind}


async def _file_content(claimed: StoredFile, files: FileStore) -> dict[str, Any]:
    """The fields for a file, read from the stored file itself and not taken from the request."""
    file = await asyncio.to_thread(files.look, claimed.digest, claimed.name)
    if file is None:
        raise FileNotThere
    kind = kind_of_file(file.media_type, file.name)
    return {"file": file, "same_as": f"sha256:{file.digest}", "kind": kind}


async def _quote_content(message: Quoted, work: Work) -> dict[str, Any]:
    text = paragraphs(message.text, LONGEST["quote"])
    if not text:
        raise NothingSaid
    author = await now_called(work, message.author)
    quote = message.model_copy(update={"text": text, "author": author})
    return {"quote": quote, "same_as": f"message:{message.message}", "kind": ResourceKind.MESSAGE}


def _clean(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details of a resource, made safe to store. Raises `BadAddress` or `UnknownLanguage`."""
    ways: dict[str, Callable[[Any], Any]] = {
        "title": one_line,
        "why": lambda text: one_line(text, LONGEST["why"]),
        "summary": paragraphs,
        "document": lambda address: web(address).seen if address else "",
        "sectors": names,
        "skills": names,
        "related": lambda titles: names(titles, LONGEST["related"]),
        "language": language_tag,
    }
    return {name: ways[name](value) if name in ways else value for name, value in details.items()}
