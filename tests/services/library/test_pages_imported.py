import os
from pathlib import Path

import pytest

from indaba.contracts.library import FindResources, ResourceFacts, ResourceKind
from indaba.operate.client import NobodyAnswers, NotYourCommunity
from indaba.operate.console import Console
from indaba.operate.data.importing import (
    NoAddress,
    PageNotRead,
    bring_in,
)
from indaba.operate.installation import Installation
from indaba.operate.local.lock import NotRunning
from indaba.operate.naming import SeveralOfThatName
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = Path(__file__).with_name("page.txt")
REAL = os.environ.get("INDABA_GUIDE_PAGE", "")
LINDIWE = "@lindiwe:example.org"


@pytest.fixture(autouse=True)
def _as_operators_do(request: pytest.FixtureRequest) -> None:
    """The command asks by the machine's clock, so the town lives by it, where a test has one."""
    if "town" in request.fixturenames:
        request.getfixturevalue("town").clock.follow_the_machine()


async def _brought(town: Town, bus_url: str, file: Path, words: str) -> tuple[ResourceFacts, ...]:
    held = await town.founded()
    site = Installation(databases={}, bus_url=bus_url)
    await bring_in(site, file, "maths teachers", LINDIWE, "", Console())
    return (await town.ask(FindResources(words=words), held)).resources


async def test_a_page_is_brought_in_with_its_fields_and_found(
    town: Town, bus_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (found,) = await _brought(town, bus_url, PAGE, "rural signal gathering")

    assert found.title == "How to start a reading circle"
    assert (found.sectors, found.skills) == (("Early learning", "Literacy"), ("Facilitation",))
    assert found.link == "https://circles.example.org/files/Reading-Circle-Guide.pdf"
    assert found.related == ("The Book Wagon", "Stories on the phone")
    assert found.kind is ResourceKind.DOCUMENT
    said = capsys.readouterr().out
    assert f"Code: {found.code} (is saved)" in said
    assert "Title: How to start a reading circle" in said


async def test_keys_in_a_pages_links_are_left_out_and_counted(
    town: Town, bus_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "9f86d081884c7d659a2feaa0c55ad015"
    file = tmp_path / "page.txt"
    link = "https://circles.example.org/files/Reading-Circle-Guide.pdf"
    file.write_text(PAGE.read_text().replace(link, f"{link}?access_token={key}"))
    assert key in file.read_text()

    (resource,) = await _brought(town, bus_url, file, "rural signal gathering")

    assert resource.link == link
    printed = " ".join(capsys.readouterr().out.split())
    assert "Left out of links: 1 that may let others in: access_token" in printed
    assert key not in printed


async def test_a_page_brought_in_twice_is_one_resource(
    town: Town, bus_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    held = await town.founded()
    site = Installation(databases={}, bus_url=bus_url)

    key = held.community.key if held.community else ""
    for _ in range(2):
        await bring_in(site, PAGE, key, LINDIWE, "https://circles.example.org/guide", Console())

    assert "was there already" in capsys.readouterr().out
    (found,) = (await town.ask(FindResources(), held)).resources
    assert found.link == "https://circles.example.org/guide"
    assert found.document.endswith("Reading-Circle-Guide.pdf")


@pytest.mark.skipif(not REAL, reason="INDABA_GUIDE_PAGE names no file with the guide's page")
async def test_the_guide_is_found_by_rural_connectivity_meetings(town: Town, bus_url: str) -> None:
    found = await _brought(town, bus_url, Path(REAL), "rural connectivity meetings")

    assert found[0].title == "Community of Practice Guide"
    assert found[0].kind is ResourceKind.GUIDELINE


async def test_who_is_no_member_is_told_where_they_are_one(town: Town, bus_url: str) -> None:
    await town.founded()
    site = Installation(databases={}, bus_url=bus_url)

    with pytest.raises(NotYourCommunity) as other:
        await bring_in(site, PAGE, "Dancers", LINDIWE, "", Console())
    with pytest.raises(NotYourCommunity) as stranger:
        await bring_in(site, PAGE, "Maths teachers", "@nobody:example.org", "", Console())

    assert "It is in: Maths teachers." in other.value.words
    assert "It is in no community." in stranger.value.words


async def test_of_two_communities_with_one_name_the_key_says_which(
    town: Town, bus_url: str
) -> None:
    ours = await town.founded()
    await town.founded(LINDIWE, "!another:example.org")
    assert ours.community
    site = Installation(databases={}, bus_url=bus_url)

    with pytest.raises(SeveralOfThatName) as several:
        await bring_in(site, PAGE, "maths TEACHERS", LINDIWE, "", Console())
    await bring_in(site, PAGE, ours.community.key, LINDIWE, "", Console())

    assert ours.community.key in several.value.words


async def test_what_cannot_be_brought_in_is_said_in_words(tmp_path: Path) -> None:
    site = Installation(databases={}, bus_url="unix:///nowhere", data=tmp_path)
    files = {"empty": b" \n", "binary": b"\xff\xfe\0", "other": b"Just\n\nsome text\n"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    undocumented = tmp_path / "undocumented"
    undocumented.write_text("Title\n\nTeaser\n- Sectors: A\n\nBody.\n")

    for name in (*files, "absent", "."):
        with pytest.raises(PageNotRead):
            await bring_in(site, tmp_path / name, "C", "a", "", Console())
    with pytest.raises(NoAddress):
        await bring_in(site, undocumented, "C", "a", "", Console())
    with pytest.raises(NotRunning):
        await bring_in(site, PAGE, "C", "a", "", Console())


async def test_nobody_there_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indaba.operate.client.PATIENCE", 1.0)
    with pytest.raises(NobodyAnswers):
        await bring_in(
            Installation(databases={}, bus_url=f"unix://{tmp_path}/x.sock"),
            PAGE,
            "C",
            "a",
            "",
            Console(),
        )
