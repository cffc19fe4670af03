from collections.abc import AsyncIterator
from typing import Any

import pytest

from indaba.contracts.library import (
    FindResources,
    PublishResource,
    ResourceKind,
    SaveResource,
    ShowResource,
    WithdrawResource,
)
from indaba.contracts.membership import PassportIssued
from indaba.contracts.refusal import Refused
from indaba.process.file_store import FileStore
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _filled(town: Town) -> PassportIssued:
    held = await town.founded()
    for said in (
        {"title": "Reading aloud", "why": "Rural schools like it", "summary": "Stories and songs"},
        {"title": "Meetings in the countryside", "why": "How to convene", "kind": "guideline"},
        {
            "title": "Ümlaute und Café",
            "sectors": ("Adult education",),
            "skills": ("Listening",),
        },
        {"title": "Iincwadi", "summary": "Iincwadi zesiXhosa zabantwana", "language": "xh"},
    ):
        number = len(str(said))
        await town.ask(SaveResource(link=f"https://example.org/{number}", **said), held)
        town.clock.ahead += _second()
    return held


def _second() -> Any:
    from datetime import timedelta

    return timedelta(seconds=1)


async def _titles(town: Town, held: PassportIssued, words: str, **more: Any) -> list[str]:
    found = await town.ask(FindResources(words=words, **more), held)
    return [resource.title for resource in found.resources]


@pytest.mark.thorough(keep=4)
@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("stories", "Reading aloud"),
        ("story song", "Reading aloud"),
        ("meeting", "Meetings in the countryside"),
        ("umlaute", "Ümlaute und Café"),
        ("CAFÉ", "Ümlaute und Café"),
        ("cafe\u0301", "Ümlaute und Café"),
        ("listening", "Ümlaute und Café"),
        ("adult", "Ümlaute und Café"),
        ("zabantwana", "Iincwadi"),
        ("nothing whatever iincwadi", "Iincwadi"),
        ("the meetings", "Meetings in the countryside"),
    ],
)
async def test_any_word_finds_it(town: Town, words: str, title: str) -> None:
    held = await _filled(town)

    assert await _titles(town, held, words) == [title]


async def test_a_title_counts_above_the_rest_and_more_words_above_fewer(town: Town) -> None:
    held = await town.founded()
    for number, said in enumerate(
        (
            {"title": "Fractions", "why": "Good"},
            {"title": "Halves", "why": "Fractions in it"},
            {"title": "Fractions and games", "why": "Good"},
        )
    ):
        await town.ask(SaveResource(link=f"https://example.org/{number}", **said), held)  # type: ignore[arg-type]

    assert (await _titles(town, held, "fractions"))[2] == "Halves"
    assert (await _titles(town, held, "fractions games"))[0] == "Fractions and games"


async def test_without_words_the_newest_come_first(town: Town) -> None:
    held = await _filled(town)

    first = await town.ask(FindResources(limit=2), held)
    rest = await town.ask(FindResources(words="  ", limit=2, offset=2), held)

    assert [r.title for r in (*first.resources, *rest.resources)] == [
        "Iincwadi",
        "Ümlaute und Café",
        "Meetings in the countryside",
        "Reading aloud",
    ]
    assert (first.total, rest.total) == (4, 4)


async def test_a_kind_narrows_what_is_found(town: Town) -> None:
    held = await _filled(town)

    found = await _titles(town, held, "", kind=ResourceKind.GUIDELINE)

    assert found == ["Meetings in the countryside"]


async def test_a_misspelled_word_is_taken_for_a_known_one_and_that_is_said(town: Town) -> None:
    held = await _filled(town)

    found = await town.ask(FindResources(words="countrysied meetings"), held)
    far = await town.ask(FindResources(words="zzzzqq"), held)

    assert found.read_as == (("countrysied", "countryside"),)
    assert [resource.title for resource in found.resources] == ["Meetings in the countryside"]
    assert (far.total, far.read_as) == (0, ())


@pytest.mark.parametrize("meant", ["countryside", "songs", "listening"])
async def test_a_slip_anywhere_in_a_word_is_corrected(town: Town, meant: str) -> None:
    held = await _filled(town)
    swapped = {
        f"{meant[:at]}{meant[at + 1]}{meant[at]}{meant[at + 2 :]}" for at in range(len(meant) - 1)
    }
    missing = (
        {meant[:at] + meant[at + 1 :] for at in range(len(meant))} if len(meant) > 5 else set()
    )
    for word in sorted((swapped | missing) - {meant, meant[:-1]}):
        matches = await town.ask(FindResources(words=word), held)
        assert matches.read_as == ((word, meant),), word
        assert matches.total == 1


async def test_words_of_a_withdrawn_resource_are_known_no_more(town: Town) -> None:
    held = await _filled(town)
    code = (await town.ask(FindResources(words="countryside"), held)).resources[0].code

    await town.ask(WithdrawResource(code=code), held)
    found = await town.ask(FindResources(words="countrysied"), held)

    assert (found.total, found.read_as) == (0, ())


async def test_words_that_are_everywhere_count_where_there_are_no_others(town: Town) -> None:
    held = await _filled(town)

    assert await _titles(town, held, "how to") == ["Meetings in the countryside"]
    assert await _titles(town, held, "!?") == []


@pytest.mark.parametrize("words", ["thandeka", "thandekka", "lerato", "phones", "quiet"])
async def test_a_visitor_finds_nothing_by_words_that_are_for_members(
    town: Town, files: FileStore, words: str
) -> None:
    """Neither what they stand in, nor that somebody wrote them, nor how they are spelled."""
    held = await town.founded()
    link = "https://example.org/f"
    await town.ask(SaveResource(link=link, title="Fractions", why="Thandeka needs quiet"), held)
    shelf = await files.put(_bytes(b"%PDF-1.7 words"), name="Lerato phones.pdf")
    await town.ask(SaveResource(file=shelf), held)
    await _publish(town, held)
    visitor = await town.passport("@stranger:example.org")

    found = await town.ask(FindResources(words=words), visitor)

    assert (found.resources, found.total, found.read_as) == ((), 0, ())
    assert (await town.ask(FindResources(words=words), held)).total == 1


async def test_a_visitor_finds_by_all_that_visitors_read(town: Town) -> None:
    held = await _filled(town)
    visitor = await town.passport("@stranger:example.org")
    assert await _titles(town, visitor, "") == []
    await _publish(town, held)

    for words, title in (
        ("story song", "Reading aloud"),
        ("CAFÉ", "Ümlaute und Café"),
        ("adult", "Ümlaute und Café"),
        ("listening", "Ümlaute und Café"),
        ("iincwadi", "Iincwadi"),
        ("countrysied", "Meetings in the countryside"),
    ):
        assert await _titles(town, visitor, words) == [title]


async def test_a_file_is_read_by_visitors_once_published_with_its_name(
    town: Town, files: FileStore
) -> None:
    held = await town.founded()
    shelf = await files.put(_bytes(b"%PDF-1.7 words"), name="Lerato M suspended.pdf")
    code = (await town.ask(SaveResource(file=shelf), held)).resource.code
    visitor = await town.passport("@stranger:example.org")

    assert await _titles(town, held, "") == ["Lerato M suspended.pdf"]
    assert await _titles(town, visitor, "") == []
    with pytest.raises(Refused, match="member"):
        await town.ask(ShowResource(code=code), visitor)
    await _publish(town, held)
    shown = (await town.ask(ShowResource(code=code), visitor)).resource
    assert (shown.title, shown.file and shown.file.name) == ("Lerato M suspended.pdf",) * 2


async def _publish(town: Town, held: PassportIssued) -> None:
    """All that there is."""
    for resource in (await town.ask(FindResources(limit=50), held)).resources:
        await town.ask(PublishResource(code=resource.code, seen=resource.seen_as()), held)


async def _bytes(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
