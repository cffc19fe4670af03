"""`indaba import terms`: a file of school terms, as spreadsheets save it."""

from pathlib import Path

import pytest

from indaba.contracts.refusal import Refusal
from indaba.contracts.series import ReadRepeat
from indaba.operate.client import NotYourCommunity
from indaba.operate.console import Console
from indaba.operate.data.importing_terms import TermsNotRead, bring_in
from indaba.operate.installation import Installation
from services.town import Town

LINDIWE = "@lindiwe:example.org"
HEADING = "Province;Year;Term;First;Last;Status;Source"
ROW = "Nord-Süd;2027;1;13/01/2027;19/03/2027;gazetted;DBE"


async def _brought(town: Town, bus_url: str, file: Path, community: str = "Maths teachers") -> None:
    await bring_in(Installation(databases={}, bus_url=bus_url), file, community, LINDIWE, Console())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_a_file_is_learnt_however_it_is_encoded(
    town: Town,
    bus_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    encoding: str,
) -> None:
    held = await town.founded()
    file = tmp_path / "terms.csv"
    file.write_text(f"{HEADING}\n{ROW}\n", encoding=encoding)

    await _brought(town, bus_url, file)

    assert "Terms kept: 1" in capsys.readouterr().out
    said = "every Tuesday 15:00 from 2 February 2027, not in school holidays"
    read = await town.ask(ReadRepeat(text=said), held)
    assert not read.readings[0].terms_unknown


async def test_one_wrong_row_and_nothing_is_learnt(
    town: Town, bus_url: str, tmp_path: Path
) -> None:
    held = await town.founded()
    file = tmp_path / "terms.csv"
    file.write_text(f"{HEADING}\n{ROW}\nGauteng;2027;9;soon;later;maybe;\n")

    with pytest.raises(TermsNotRead) as wrong:
        await _brought(town, bus_url, file)

    assert "Row 3: the status must be one of" in wrong.value.words
    assert "Nothing was kept" in wrong.value.words
    said = "every Tuesday 15:00 from 2 February 2027, not in school holidays"
    assert (await town.ask(ReadRepeat(text=said), held)).readings[0].terms_unknown


async def test_what_is_no_csv_or_not_ones_own_is_said_in_words(
    town: Town, bus_url: str, tmp_path: Path
) -> None:
    await town.founded()
    picture, long = tmp_path / "picture.png", tmp_path / "long.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    long.write_bytes(b"x" * 1_000_001)

    for file in (picture, long, tmp_path / "absent.csv", tmp_path):
        with pytest.raises(TermsNotRead):
            await _brought(town, bus_url, file)
    picture.write_text(f"{HEADING}\n{ROW}\n")
    with pytest.raises(NotYourCommunity):
        await _brought(town, bus_url, picture, "Dancers")


async def test_only_a_facilitator_gives_terms(town: Town, bus_url: str, tmp_path: Path) -> None:
    await town.founded()
    await town.joined("@thandi:example.org")
    file = tmp_path / "terms.csv"
    file.write_text(f"{HEADING}\n{ROW}\n")

    site = Installation(databases={}, bus_url=bus_url)
    with pytest.raises(Refusal):
        await bring_in(site, file, "Maths teachers", "@thandi:example.org", Console())
