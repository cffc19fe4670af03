"""What of the library the world reads, and what facilitators do about it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from indaba.contracts.library import (
    DescribeResource,
    FindResources,
    PublishResource,
    Quoted,
    ResourceFacts,
    SaveResource,
    ShowResource,
    UseResource,
    WithdrawResource,
)
from indaba.contracts.membership import AssignRole, PassportIssued, Platform
from indaba.contracts.openness import Part
from indaba.contracts.passport import Role
from indaba.contracts.refusal import Refused
from indaba.process.file_store import FileStore
from services.town import Town
from workshop import do, rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

THANDI, STRANGER = "@thandi:example.org", "@stranger:example.org"


async def _saved(town: Town, held: PassportIssued, **said: Any) -> ResourceFacts:
    wanted = {"link": "https://example.org/f", "title": "Fractions", **said}
    return (await town.ask(SaveResource(**wanted), held)).resource


async def _publish(
    town: Town, held: PassportIssued, resource: ResourceFacts, *, open_: bool = True
) -> ResourceFacts:
    asked = PublishResource(code=resource.code, open=open_, seen=resource.seen_as())
    return (await town.ask(asked, held)).resource


async def _changes(town: Town) -> int:
    """How often it was told that a resource is otherwise now."""
    told = "SELECT 1 FROM ledger.journal WHERE wire = 'library.resource-described.v1'"
    return len(await rows(town.ledgers["library"], told))


async def _is_read(town: Town, resource: ResourceFacts) -> bool:
    """Whether a stranger reads it, by its code and by looking around: the two must agree."""
    visitor = await town.passport(STRANGER)
    listed = await town.ask(FindResources(limit=50), visitor)
    codes = [each.code for each in listed.resources]
    try:
        shown = await town.ask(ShowResource(code=resource.code), visitor)
    except Refused as no:
        return [no.told, *codes] != ["not-a-member", *(c for c in codes if c != resource.code)]
    assert shown.resource.code in codes
    assert (shown.resource.why, shown.uses) == ("", ())
    return True


async def test_what_is_saved_is_for_members_until_published_and_after(town: Town) -> None:
    held = await town.founded()
    resource = await _saved(town, held, why="For us")
    await town.ask(UseResource(code=resource.code, note="It went well"), held)
    for _ in range(2):
        assert not await _is_read(town, resource)
        assert (await _publish(town, held, resource)).published
        again = await _publish(town, held, resource)
        assert again.published
        assert await _is_read(town, resource)
        assert not (await _publish(town, held, resource, open_=False)).published
        told = await _changes(town)
        await _publish(town, held, resource, open_=False)
        assert await _changes(town) == told, "what was closed already is not changed"


async def test_an_unknown_code_and_one_for_members_are_told_alike(town: Town) -> None:
    held = await town.founded()
    resource, visitor = await _saved(town, held), await town.passport(STRANGER)
    told = []
    for code in (resource.code, "R2222"):
        with pytest.raises(Refused) as no:
            await town.ask(ShowResource(code=code), visitor)
        told.append((no.value.told, no.value.words))
    assert told[0] == told[1]


async def test_only_facilitators_publish(town: Town) -> None:
    held = await town.founded()
    resource = await _saved(town, held)
    for open_ in (True, False):
        with pytest.raises(Refused, match="facilitator"):
            await _publish(town, await _member(town), resource, open_=open_)
    assert not await _is_read(town, resource)


async def _member(town: Town) -> PassportIssued:
    known = await town.passport(THANDI)
    return known if known.passport.roles else await town.joined(THANDI)


async def test_two_facilitators_at_once_publish_once(town: Town) -> None:
    held = await town.founded()
    await town.joined(THANDI)
    await town.ask(
        AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR), held
    )
    other, resource = await town.passport(THANDI), await _saved(town, held)
    both = await asyncio.gather(*(_publish(town, who, resource) for who in (held, other)))
    assert [each.published for each in both] == [True, True]
    assert await _changes(town) == 1
    assert await _is_read(town, resource)


async def test_what_is_other_than_it_was_seen_is_not_published(town: Town) -> None:
    held = await town.founded()
    seen = await _saved(town, held)
    await town.ask(DescribeResource(code=seen.code, summary="Names of pupils"), held)
    with pytest.raises(Refused, match="not as you saw it") as no:
        await _publish(town, held, seen)
    assert no.value.hint is not None
    assert no.value.hint.intent == "resource publish"
    with pytest.raises(Refused):
        await town.ask(PublishResource(code=seen.code), held)
    assert not await _is_read(town, seen)


@pytest.mark.parametrize(
    ("who", "said", "stays"),
    [
        ("member", {"title": "Other words"}, False),
        ("member", {"why": "Other words"}, True),
        ("facilitator", {"title": "Other words"}, True),
    ],
)
async def test_what_a_member_changes_is_for_members_again(
    town: Town, who: str, said: dict[str, Any], stays: bool
) -> None:
    held = await town.founded()
    member = await _member(town)
    resource = await _saved(town, member)
    await _publish(town, held, resource)
    asked = DescribeResource(code=resource.code, **said)
    await town.ask(asked, member if who == "member" else held)
    assert await _is_read(town, resource) is stays


async def test_what_was_said_in_the_room_stays_there(town: Town) -> None:
    held = await town.founded()
    member = held.passport.member
    assert member
    quote = Quoted(author=member, text="Wait ten seconds", message="$1")
    saved = await _saved(town, held, link="", title="", quote=quote)
    with pytest.raises(Refused) as no:
        await _publish(town, held, saved)
    assert no.value.told == "stays-with-members"
    assert not await _is_read(town, saved)


async def test_a_file_that_is_gone_is_not_published(town: Town, files: FileStore) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7 words"

    held = await town.founded()
    shelf = await files.put(content(), name="poster.pdf")
    saved = await _saved(town, held, link="", title="", file=shelf)
    files.remove(shelf.digest)
    with pytest.raises(Refused) as no:
        await _publish(town, held, saved)
    assert no.value.told == "file-gone"
    await _publish(town, held, saved, open_=False)
    assert not await _is_read(town, saved)


async def test_what_is_taken_out_is_read_by_nobody(town: Town) -> None:
    held = await town.founded()
    resource = await _saved(town, held)
    await _publish(town, held, resource)
    await town.ask(WithdrawResource(code=resource.code), held)
    assert not await _is_read(town, resource)
    with pytest.raises(Refused, match="I know no resource"):
        await _publish(town, held, resource)


async def test_what_was_open_earlier_is_read_as_long_as_the_community_leaves_it(
    town: Town,
) -> None:
    held = await town.founded()
    resource = await _saved(town, held)
    await do(town.ledgers["library"], "UPDATE resources SET opened = 'earlier'")
    assert not await _is_read(town, resource)
    await town.published(Part.EARLIER)
    assert await _is_read(town, resource)
    await town.published(Part.EARLIER, close=True)
    assert not await _is_read(town, resource)
    await _publish(town, held, resource)
    assert await rows(town.ledgers["library"], "SELECT opened FROM resources") == [("world",)]
    assert await _is_read(town, resource)
