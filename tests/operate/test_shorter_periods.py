"""Settings may shorten how long something is kept, and nothing else."""

import ast
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from indaba.contracts.keeping import KEEPING, shorter_periods
from indaba.contracts.retention import Kept, shorten
from indaba.operate.observe import doctor
from indaba.operate.processes import PROCESSES, ledger_of
from indaba.process import settings
from indaba.process.settings import BadSetting, KeepingSettings, ProcessSettings, read
from workshop import PUBLIC_KEY

ROOT = Path(__file__).parents[2]
NAME = "INDABA_SHORTER_PERIODS"
CAN = [row for row in KEEPING if row.may_be_shorter]
CANNOT = [row for row in KEEPING if not row.may_be_shorter]


@pytest.fixture(autouse=True)
def _as_the_table_says() -> Iterator[None]:
    yield
    shorten({})


@pytest.mark.parametrize("row", CAN, ids=lambda row: row.name)
def test_a_period_can_be_shorter_down_to_what_rests_on_it_and_never_longer(row: Kept) -> None:
    least, most = row.least.days, row.longest.days
    for days in (least, most):
        shorten(shorter_periods([f"{row.name}={days}"]))
        assert row.long == timedelta(days=days)
        assert all(other.long == other.longest for other in KEEPING if other is not row)
    shorten(shorter_periods([f"{row.name}={least}"]))
    assert row.period.endswith(row.after)

    for days in (least - 1, most + 1, 0, -1, 10**9):
        with pytest.raises(ValueError, match=f"{row.name} can be {least} to {most} days"):
            shorter_periods([f"{row.name}={days}"])


@pytest.mark.parametrize("row", CANNOT, ids=lambda row: row.name)
def test_what_ends_with_something_or_is_needed_whole_has_no_setting(row: Kept) -> None:
    with pytest.raises(ValueError, match=f"{row.name} is no period that can be shorter"):
        shorter_periods([f"{row.name}=1"])


@pytest.mark.parametrize(
    "given",
    ['["feedback=3000"]', '["feedbak=20"]', '["feedback=soon"]', '["feedback"]', '{"x": 1}', "30"],
)
def test_nonsense_is_refused_at_start_by_name_and_doctor_says_so(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, given)

    with pytest.raises(BadSetting):
        read(ProcessSettings, bus_url="unix:///nowhere", passport_public_key=PUBLIC_KEY)
    finding = doctor.periods_finding()
    assert not finding.ok
    assert NAME in finding.next


def test_doctor_says_what_is_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.periods_finding().ok
    monkeypatch.setenv(NAME, '["feedback=20"]')

    assert "feedback 20 days" in doctor.periods_finding().what


@pytest.mark.parametrize("process", PROCESSES)
async def test_every_process_keeps_to_it(process: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, json.dumps([f"{row.name}={row.least.days}" for row in CAN]))
    common = read(ProcessSettings, bus_url="unix:///nowhere", passport_public_key=PUBLIC_KEY)
    own = PROCESSES[process].settings.model_construct(
        database_url="postgresql+asyncpg://nobody@nowhere/nothing"
    )

    ledger = ledger_of(process, common, own)

    await ledger.database.dispose()
    assert all(row.long == row.least for row in CAN)
    assert all(row.long == row.longest for row in CANNOT)


def _read_at_import(tree: ast.AST) -> Iterator[int]:
    """Lines on which a period is read once, when the module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Attribute) and node.attr in ("long", "period"):
            yield node.lineno
        yield from _read_at_import(node)


def test_nobody_reads_a_period_before_the_settings_are_read() -> None:
    files = [
        *ROOT.glob("shared/**/*.py"),
        *ROOT.glob("services/**/*.py"),
        *ROOT.glob("bots/**/*.py"),
    ]
    early = {str(f): list(_read_at_import(ast.parse(f.read_text()))) for f in files}

    assert {name: lines for name, lines in early.items() if lines} == {}


def test_the_setting_is_every_processs() -> None:
    assert issubclass(ProcessSettings, KeepingSettings)
    assert settings.variable(KeepingSettings, "shorter_periods") == NAME
