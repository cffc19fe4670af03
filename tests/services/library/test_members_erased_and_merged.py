from collections.abc import AsyncIterator

import pytest

from indaba.contracts.library import (
    DescribeResource,
    FindResources,
    HowUsed,
    Quoted,
    ResourceStatus,
    SaveResource,
    ShowMyLibraryData,
    ShowResource,
    UseResource,
)
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import AssignRole, EraseMe, PassportIssued, Platform
from indaba.contracts.passport import Role
from indaba.contracts.wire import Envelope
from indaba.process.file_store import FileStore
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

THANDI, SIPHO = "@thandi:example.org", "@sipho:example.org"
LINK = "https://maths.example.org/fractions"


async def _everything(town: Town) -> str:
    """Every row of the library, as text."""
    ledger, found = town.ledgers["library"], []
    tables = await rows(
        ledger,
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname IN ('public', 'ledger')",
    )
    for (table,) in tables:
        found += [text for (text,) in await rows(ledger, f"SELECT t::text FROM {table} t")]
    return "\n".join(found)


async def _bytes(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk


async def _erased(town: Town, held: PassportIssued) -> None:
    erasure = (await town.ask(EraseMe(), held)).erasure

    async def finished() -> bool:
        answered = f"SELECT 1 FROM ledger.journal WHERE envelope->'body'->>'erasure' = '{erasure}'"
        return bool(await rows(town.ledgers["library"], answered))

    await until(finished)


async def test_an_erased_member_and_their_words_are_nowhere_and_links_stay(
    town: Town, files: FileStore
) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    await town.ask(
        AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR), held
    )
    thandi, member = await town.passport(THANDI), thandi.passport.member
    assert member
    said = {"title": "Canary title", "why": "Canary why", "summary": "Canary summary"}
    hers = SaveResource(link=LINK, sectors=("Canary sector",), **said)  # type: ignore[arg-type]
    code = (await town.ask(hers, thandi)).resource.code
    file = await files.put(_bytes(b"%PDF-"), name="Canary.pdf")
    filed = (await town.ask(SaveResource(file=file), thandi)).resource.code
    quote = Quoted(author=member, text="Canary message", message="$canary")
    quoted = (await town.ask(SaveResource(quote=quote), held)).resource.code
    other = (await town.ask(SaveResource(link=f"{LINK}/2", title="His"), held)).resource.code
    await town.ask(DescribeResource(code=other, why="Canary correction"), thandi)
    await town.ask(UseResource(code=other, note="Canary note"), thandi)
    await town.ask(UseResource(code=other), held)
    before = await _everything(town)

    await _erased(town, thandi)
    after = await _everything(town)
    await until(lambda: _is_gone(files, file.digest))

    assert before.count("anary") > 10 < before.count(str(member))
    assert [line for line in after.splitlines() if str(member) in line or "anary" in line] == []
    left = (await town.ask(ShowResource(code=code), held)).resource
    assert (left.title, left.link) == ("maths.example.org/fractions", LINK)
    assert left.author not in (member, held.passport.member)
    shown = await town.ask(ShowResource(code=other), held)
    assert (shown.resource.title, shown.resource.why) == ("His", "")
    assert (shown.uses, len(await rows(town.ledgers["library"], "SELECT 1 FROM uses"))) == ((), 1)
    found = await town.ask(FindResources(limit=50), held)
    assert {resource.code for resource in found.resources} == {code, other}
    assert {filed, quoted}.isdisjoint({resource.code for resource in found.resources})


async def _is_gone(files: FileStore, digest: str) -> bool:
    return not files.has(digest)


async def test_one_who_is_erased_and_comes_back_is_one_of_those_who_used_it(town: Town) -> None:
    """Else four uses of theirs and one figure of five would tell that somebody else used it."""
    held = await town.founded()
    code = (await town.ask(SaveResource(link=LINK, title="His"), held)).resource.code
    for _ in range(6):
        puppet = await town.joined(THANDI)
        shown = (await town.ask(UseResource(code=code), puppet)).resource
        assert shown.counts.people is None
        await _erased(town, puppet)
    await town.ask(UseResource(code=code), held)
    assert len(await rows(town.ledgers["library"], "SELECT 1 FROM uses")) == 1


async def test_what_was_released_of_uses_stands_when_one_of_them_is_erased(town: Town) -> None:
    held = await town.founded()
    code = (await town.ask(SaveResource(link=LINK, title="His"), held)).resource.code
    people = [await town.joined(f"@user{n}:example.org") for n in range(5)]
    for one in people:
        shown = (await town.ask(UseResource(code=code), one)).resource
    assert shown.counts.people == 5
    await _erased(town, people[0])
    assert (await town.ask(UseResource(code=code), held)).resource.counts.people == 5


async def test_a_file_that_another_community_saved_too_stays(town: Town, files: FileStore) -> None:
    await town.founded()
    other = await town.founded(SIPHO, "!other:example.org")
    thandi = await town.joined(THANDI)
    file = await files.put(_bytes(b"%PDF-"), name="plan.pdf")
    await town.ask(SaveResource(file=file), thandi)
    code = (await town.ask(SaveResource(file=file), other)).resource.code

    await _erased(town, thandi)
    await until(lambda: _no_timers(town))

    assert files.has(file.digest)
    kept = (await town.ask(ShowResource(code=code), other)).resource
    assert (kept.status, kept.title) == (ResourceStatus.PUBLISHED, "plan.pdf")


async def _no_timers(town: Town) -> bool:
    return not await rows(town.ledgers["library"], "SELECT 1 FROM ledger.timers")


async def _merge(town: Town, gone: PassportIssued, member: PassportIssued) -> None:
    assert gone.passport.member
    assert member.passport.member
    event = MembersMerged(
        aggregate=gone.passport.member,
        version=9,
        gone=gone.passport.member,
        member=member.passport.member,
    )
    clock = town.clock
    envelope = Envelope.around(
        event, id=clock.new_id(), occurred_at=clock.now(), correlation=clock.new_id()
    )
    await town.bus.tell("membership", [envelope])

    async def merged() -> bool:
        return bool(await rows(town.ledgers["library"], "SELECT 1 FROM ledger.merged"))

    await until(merged)


async def test_two_members_who_were_one_are_one_from_then_on(town: Town) -> None:
    held, gone, member = (
        await town.founded(),
        await town.joined(THANDI),
        await town.joined(SIPHO),
    )
    code = (await town.ask(SaveResource(link=LINK, title="T", why="Old"), gone)).resource.code
    other = (await town.ask(SaveResource(link=f"{LINK}/2", title="U"), held)).resource.code
    await town.ask(UseResource(code=other, how=HowUsed.USED), gone)
    await town.ask(UseResource(code=other, how=HowUsed.ADAPTED, note="Later"), member)
    await town.ask(UseResource(code=code, how=HowUsed.ADAPTED), member)
    await town.ask(UseResource(code=code, how=HowUsed.DID_NOT_WORK), gone)

    await _merge(town, gone, member)
    mine = await town.ask(ShowResource(code=code), held)
    shared = await town.ask(ShowResource(code=other), held)
    late = await town.ask(UseResource(code=other, how=HowUsed.DID_NOT_WORK), gone)
    mended = await town.ask(DescribeResource(code=code, why="New"), member)

    assert mine.resource.author == member.passport.member
    assert (mine.uses, [use.note for use in shared.uses]) == ((), ["Later"])
    assert late.resource.code == other
    said = "SELECT code, how FROM uses JOIN resources ON resources.id = uses.resource"
    used = {tuple(row) for row in await rows(town.ledgers["library"], said)}
    assert used == {(code, "did-not-work"), (other, "did-not-work")}
    assert mended.resource.why == "New"
    told = "SELECT 1 FROM ledger.journal WHERE wire = 'library.resource-described.v1'"
    assert len(await rows(town.ledgers["library"], told)) == 2
    data = (await town.ask(ShowMyLibraryData(), member)).data
    assert [each["code"] for each in data["saved"]] == [code]


async def test_who_was_two_is_erased_as_both(town: Town) -> None:
    await town.founded()
    gone, member = await town.joined(THANDI), await town.joined(SIPHO)
    await town.ask(SaveResource(link=LINK, title="Canary"), gone)
    await _merge(town, gone, member)

    await _erased(town, member)

    after = await _everything(town)
    ids = (str(gone.passport.member), str(member.passport.member), "Canary")
    assert [word for word in ids if word in after] == []
