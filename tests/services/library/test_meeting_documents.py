import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.library import FindResources, ResourceKind, ResourcesFound, WithdrawResource
from indaba.contracts.membership import EraseMe, IssuePassport, PassportIssued, Platform
from indaba.contracts.openness import Openness
from indaba.contracts.record import Document, DocumentEvent, HighlightsShared, MinutesApproved
from indaba.contracts.scheduling import MeetingFacts, MeetingStatus
from indaba.contracts.wire import Envelope
from services.town import Town
from workshop import do, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

MINUTES = "# Minutes: Circle\n4 members were there.\n## Reading\n- Decided: retell stories zebra"
HIGHLIGHTS = "# Circle\n## Decisions\n- We retell stories giraffe"


def _meeting(town: Town, community: CommunityId, **changed: Any) -> MeetingFacts:
    now = town.clock.now().replace(microsecond=0)
    facts: dict[str, Any] = {
        "id": MeetingId(uuid4()),
        "community": community,
        "code": "M7K2",
        "version": 5,
        "author": MemberId(uuid4()),
        "title": "Circle",
        "starts": now.replace(tzinfo=None),
        "zone": "UTC",
        "minutes": 60,
        "starts_at": now - timedelta(hours=1),
        "status": MeetingStatus.CLOSED,
        "sequence": 0,
        "ended_at": now,
    }
    return MeetingFacts(**{**facts, **changed})


def _told(
    kind: type[DocumentEvent],
    meeting: MeetingFacts,
    version: int,
    text: str,
    author: MemberId | None = None,
    opened: Openness = Openness.MEMBERS,
) -> DocumentEvent:
    document = Document(
        author=author or meeting.author,
        version=version,
        title="Circle, Thursday 3 December 2026",
        text=text,
        opened=opened,
    )
    return kind.of(meeting, document=document)


def _wrapped(town: Town, event: DocumentEvent) -> Envelope:
    now = town.clock.now()
    return Envelope.around(
        event, id=town.clock.new_id(), occurred_at=now, correlation=town.clock.new_id()
    )


async def _hears(town: Town, *events: DocumentEvent) -> None:
    envelopes = [_wrapped(town, event) for event in events]
    heard = await town.ledgers["library"]._events.hear(envelopes)
    assert heard == {envelope.id for envelope in envelopes}


async def _found(town: Town, held: PassportIssued | None, words: str) -> ResourcesFound:
    return await town.ask(FindResources(words=words, limit=10), held)


async def _guest(town: Town, held: PassportIssued) -> PassportIssued:
    """Somebody with the community's link, as the portal asks for them."""
    community = held.passport.community
    asked = IssuePassport(platform=Platform.MATRIX, community=community, guest=True)
    return await town.ask(asked)


async def test_highlights_are_found_by_all_once_published_and_minutes_by_members(
    town: Town,
) -> None:
    held = await town.founded()
    meeting = _meeting(town, _community(held))
    await _hears(
        town,
        _told(MinutesApproved, meeting, 1, MINUTES),
        _told(HighlightsShared, meeting, 1, HIGHLIGHTS),
    )
    guest = await _guest(town, held)
    assert (await _found(town, guest, "giraffe")).resources == ()
    await _hears(town, _told(HighlightsShared, meeting, 2, HIGHLIGHTS, opened=Openness.WORLD))
    [highlights] = (await _found(town, guest, "giraffe")).resources
    assert highlights.kind is ResourceKind.HIGHLIGHTS
    assert highlights.summary == "Decisions\n- We retell stories giraffe"
    assert highlights.title == "Circle, Thursday 3 December 2026"
    assert highlights.quote is None
    for words in ("zebra", "stories", ""):
        assert all(r.quote is None for r in (await _found(town, guest, words)).resources)
    [minutes] = (await _found(town, held, "zebra")).resources
    assert minutes.kind is ResourceKind.DOCUMENT
    assert minutes.quote is not None
    assert minutes.quote.text.endswith("- Decided: retell stories zebra")
    assert minutes.summary == ""
    assert minutes.title == "Minutes: Circle, Thursday 3 December 2026"


async def test_all_words_are_found_also_beyond_what_is_shown(town: Town) -> None:
    held = await town.founded()
    long = "- many words here\n" * 500 + "- okapi"
    await _hears(town, _told(HighlightsShared, _meeting(town, _community(held)), 1, long))
    [found] = (await _found(town, held, "okapi")).resources
    assert len(found.summary) <= 2000


async def test_in_whatever_order_versions_come_the_newest_stays_once(town: Town) -> None:
    held = await town.founded()
    meeting, other = (_meeting(town, _community(held)) for _ in range(2))
    told = [
        *(_told(MinutesApproved, meeting, n, f"- minutes {n}") for n in (1, 2, 3)),
        *(_told(HighlightsShared, meeting, n, f"- news {n}") for n in (1, 2)),
        _told(HighlightsShared, meeting, 3, ""),
        _told(HighlightsShared, other, 1, "- others"),
    ]
    envelopes = [_wrapped(town, event) for event in told]
    ledger = town.ledgers["library"]
    columns = "id, kind, status, title, summary, quote::text, text, edition, author, saved_at"
    expected: list[Any] | None = None
    for seed in range(10):
        chance = random.Random(seed)
        again = [*envelopes, *chance.choices(envelopes, k=5)]
        chance.shuffle(again)
        await do(ledger, "TRUNCATE resources CASCADE")
        while again:
            await do(ledger, "TRUNCATE ledger.inbox")
            batch = [again.pop() for _ in range(min(len(again), chance.randint(1, 3)))]
            assert await ledger._events.hear(batch) == {e.id for e in batch}
        state = await rows(ledger, f"SELECT {columns} FROM resources ORDER BY id")
        expected = expected or state
        assert state == expected, seed
    assert expected is not None
    assert sorted((row[2], row[6]) for row in expected) == [
        ("published", "- minutes 3"),
        ("published", "- others"),
        ("withdrawn", ""),
    ]


@pytest.mark.parametrize("kind", [MinutesApproved, HighlightsShared])
async def test_a_newer_version_leaves_nothing_of_the_older(
    town: Town, kind: type[DocumentEvent]
) -> None:
    held = await town.founded()
    meeting = _meeting(town, _community(held))
    await _hears(town, _told(kind, meeting, 1, "- canary"))
    [before] = (await _found(town, held, "canary")).resources
    await _hears(town, _told(kind, meeting, 2, "- sparrow"))
    [after] = (await _found(town, held, "sparrow")).resources
    assert (after.id, after.code) == (before.id, before.code)
    assert (await _found(town, held, "canary")).resources == ()
    await _hears(town, _told(kind, meeting, 3, ""))
    assert (await _found(town, held, "sparrow")).resources == ()
    ledger = town.ledgers["library"]
    kept = await rows(ledger, "SELECT envelope::text FROM ledger.journal")
    kept += await rows(ledger, "SELECT r::text FROM resources r")
    assert "sparrow" not in str(kept)
    assert "canary" not in str(kept)


async def test_who_published_is_erased_and_the_document_stays(town: Town) -> None:
    held = await town.founded()
    sipho = await town.joined("@sipho:example.org")
    member = sipho.passport.member
    assert member
    meeting = _meeting(town, _community(held))
    await _hears(
        town,
        _told(MinutesApproved, meeting, 1, MINUTES, member),
        _told(HighlightsShared, meeting, 1, HIGHLIGHTS, member),
    )
    await town.ask(EraseMe(), sipho)
    ledger = town.ledgers["library"]

    async def nowhere() -> bool:
        found = await rows(ledger, "SELECT r::text FROM resources r")
        return str(member) not in str(found)

    await until(nowhere)
    assert len((await _found(town, held, "zebra")).resources) == 1
    assert len((await _found(town, held, "giraffe")).resources) == 1


async def test_a_facilitator_can_take_minutes_out_with_all_their_words(town: Town) -> None:
    held = await town.founded()
    await _hears(town, _told(MinutesApproved, _meeting(town, _community(held)), 1, MINUTES))
    [minutes] = (await _found(town, held, "zebra")).resources
    await town.ask(WithdrawResource(code=minutes.code), held)
    kept = await rows(town.ledgers["library"], "SELECT r::text FROM resources r")
    assert "zebra" not in str(kept)


def _community(held: PassportIssued) -> CommunityId:
    assert held.passport.community
    return held.passport.community
