import re
import subprocess
import sys
from pathlib import Path

import pytest

from indaba.contracts import spoken
from indaba.contracts.wire import Event, Request
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.operate import docs
from indaba.operate.processes import PROCESSES, Kind
from indaba.process.settings import ProcessSettings, Settings, variable

ROOT = Path(__file__).parents[2]


def test_the_pages_kept_are_the_pages_written() -> None:
    assert docs.stale() == []


def test_a_stale_page_is_named_and_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    (tmp_path / "deploy").mkdir()
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    (tmp_path / "docs" / "events.md").write_text("old")
    capsys.readouterr()
    assert docs.main(["--check"]) == 1
    assert capsys.readouterr().out.startswith("docs/events.md is stale")


def test_the_settings_command_prints_the_environment_file() -> None:
    indaba = Path(sys.executable).with_name("indaba")
    printed = subprocess.run([indaba, "settings"], capture_output=True, text=True, check=True)
    assert printed.stdout == (ROOT / "deploy" / "env.example").read_text()


def test_every_setting_is_in_the_environment_file() -> None:
    text = (ROOT / "deploy" / "env.example").read_text()
    classes: list[type[Settings]] = [ProcessSettings, *(p.settings for p in PROCESSES.values())]
    for settings in classes:
        for field in settings.model_fields:
            assert f"{variable(settings, field)}=" in text


def test_every_contract_and_every_command_has_its_chapter() -> None:
    for contract in (*spoken(Event), *spoken(Request)):
        assert f"### {contract.wire}\n" in docs.events()
    for kind in INTENTS:
        assert (f"## {kind.called()}\n" in docs.commands()) == (not kind.hidden)


@pytest.mark.parametrize("name", list(PROCESSES))
def test_the_table_names_the_migrations_that_the_part_names(name: str) -> None:
    import importlib

    kind = PROCESSES[name].kind
    root = "conversation.root" if kind is Kind.BOT else f"{name}.app"
    app = importlib.import_module(f"indaba.{root}")
    assert PROCESSES[name].migrations == app.MIGRATIONS


@pytest.mark.parametrize("page", ["docs/promises.md"])
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    named = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", (ROOT / page).read_text())
    assert len(named) > 20
    for path, name in named:
        assert (ROOT / path).exists(), path
        assert not name or f"def {name}(" in (ROOT / path).read_text(), name


def test_pages_lead_to_pages_that_are_there() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert len(pages) > 20
    for page in pages:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("page", ["README.md", "docs/facilitators.md"])
def test_every_line_that_a_page_tells_people_to_type_is_understood(page: str) -> None:
    text = (ROOT / page).read_text()
    told = re.findall(r"`!cop ([^`]+)`", text) + re.findall(r"^!cop (.+)$", text, re.MULTILINE)
    read = {line: read_line(line, INTENTS) for line in told}

    assert len(told) > 5
    assert [line for line, found in read.items() if not isinstance(found, Understood)] == []


@pytest.mark.parametrize("name", list(PROCESSES))
def test_the_architecture_page_says_of_each_process_what_its_row_says(name: str) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    [row] = re.findall(rf"^\| `{name}` \| (.+) \|$", page, re.MULTILINE)
    kind, _, reads = row.split(" | ")
    process = PROCESSES[name]

    assert kind == f"{process.kind}{' (optional)' if process.optional else ''}"
    assert (set(re.findall(r"\w+", reads)) & PROCESSES.keys()) == set(process.reads)
