"""`indaba import terms`: a file of school terms, as spreadsheets save it."""

from datetime import date
from pathlib import Path

import pytest

from indaba.contracts.refusal import Refusal
from indaba.contracts.series import ReadRepeat
from indaba.operate.client import NotYourCommunity
from indaba.operate.console import Console
from indaba.operate.data.importing_terms import TermsNotRead, bring_in
from indaba.operate.installation import Installation
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINDIWE = "@lindiwe:example.org"
HEADING = "Province;Year;Term;First;Last;Status;Source"


@pytest.fixture(autouse=True)
def _as_operators_do(town: Town) -> None:
    """The command asks by the machine's clock, so the town lives by it."""
    town.clock.follow_the_machine()


def _year(town: Town) -> int:
    """One whose first term is not over on any day."""
    return town.clock.now().year + 1


def _row(town: Town) -> str:
    year = _year(town)
    return f"Nord-Süd;{year};1;13/01/{year};19/03/{year};gazetted;DBE"


def _in_its_term(town: Town) -> str:
    tuesday = next(day for n in range(1, 8) if (day := date(_year(town), 2, n)).weekday() == 1)
    said = f"{tuesday.day} February {tuesday.year}"
    return f"every Tuesday 15:00 from {said}, not in school holidays"


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
    file.write_text(f"{HEADING}\n{_row(town)}\n", encoding=encoding)

    await _brought(town, bus_url, file)

    assert "Terms kept: 1" in capsys.readouterr().out
    said = _in_its_term(town)
    read = await town.ask(ReadRepeat(text=said), held)
    assert not read.readings[0].terms_unknown


async def test_one_wrong_row_and_nothing_is_learnt(
    town: Town, bus_url: str, tmp_path: Path
) -> None:
    held = await town.founded()
    file = tmp_path / "terms.csv"
    file.write_text(f"{HEADING}\n{_row(town)}\nGauteng;{_year(town)};9;soon;later;maybe;\n")

    with pytest.raises(TermsNotRead) as wrong:
        await _brought(town, bus_url, file)

    assert "Row 3: the status must be one of" in wrong.value.words
    assert "Nothing was kept" in wrong.value.words
    said = _in_its_term(town)
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
    picture.write_text(f"{HEADING}\n{_row(town)}\n")
    with pytest.raises(NotYourCommunity):
        await _brought(town, bus_url, picture, "Dancers")


async def test_only_a_facilitator_gives_terms(town: Town, bus_url: str, tmp_path: Path) -> None:
    await town.founded()
    await town.joined("@thandi:example.org")
    file = tmp_path / "terms.csv"
    file.write_text(f"{HEADING}\n{_row(town)}\n")

    site = Installation(databases={}, bus_url=bus_url)
    with pytest.raises(Refusal):
        await bring_in(site, file, "Maths teachers", "@thandi:example.org", Console())
