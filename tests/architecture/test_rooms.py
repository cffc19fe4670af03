"""The rules of docs/decisions that programs can check. Each names its decision when it fails."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from indaba.operate.processes import Kind, of_kind

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "shared", ROOT / "services", ROOT / "bots", ROOT / "deploy"]
TESTS = ROOT / "tests"
ROOMS = {
    "__init__",
    "app",
    "handlers",
    "reactions",
    "timers",
    "workflows",
    "model",
    "store",
    "settings",
    "migrations",
}
FORBIDDEN = {"utils", "helpers", "common", "misc", "base", "manager", "constants"}


def _pages(*sources: Path) -> list[Path]:
    return [page for source in sources or SOURCES for page in sorted(source.rglob("*.py"))]


def _functions(*sources: Path) -> Iterator[tuple[str, int]]:
    for page in _pages(*sources):
        for node in ast.walk(ast.parse(page.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.body[0].lineno + 1
                yield f"{page.relative_to(ROOT)}:{node.lineno} {node.name}", length


@pytest.mark.parametrize("service", of_kind(Kind.SERVICE))
def test_every_service_has_the_same_rooms(service: str) -> None:
    folder = ROOT / "services/indaba" / service
    found = {p.stem for p in folder.iterdir() if p.name != "__pycache__"}

    assert found <= ROOMS, "decision 0001: a room is a file, or a folder of the same name"


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.name)
def test_the_namespace_has_no_init(source: Path) -> None:
    assert not (source / "indaba/__init__.py").exists(), "decision 0001: it would hide the others"


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    assert [p for p in _pages() if p.stem in FORBIDDEN] == [], "decision 0001"


def test_no_file_is_over_four_hundred_lines() -> None:
    pages = _pages(*SOURCES, TESTS)
    assert [p for p in pages if p.read_text().count("\n") > 400] == [], "decision 0001"


def test_no_function_is_over_forty_lines_and_most_are_short() -> None:
    lengths = dict(_functions())

    tested = dict(_functions(TESTS))
    assert {name: n for name, n in (lengths | tested).items() if n > 40} == {}, "decision 0001"
    assert statistics.median(lengths.values()) <= 8
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 24


def test_sql_is_written_in_stores_and_ledgers_only() -> None:
    for page in _pages():
        path = page.relative_to(ROOT).as_posix()
        if "/store" in path or "/ledger/" in path or "/migrations/" in path:
            continue
        if path.startswith("deploy/") or path.endswith(("/tables.py", "/lease.py")):
            continue
        found = re.findall(r"\"(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) ", page.read_text())
        assert found == [], f"{path}: decision 0003: the only SQL is the store's"


def test_the_present_and_chance_come_in_through_the_world() -> None:
    """Operators' commands and engines are outside: they run no community's business."""
    words = re.compile(r"datetime\.now\(|time\.time\(|uuid4\(|secrets\.|random\.")
    allowed = {"shared/indaba/process/world.py"}
    found = [
        path
        for page in _pages()
        if not (path := page.relative_to(ROOT).as_posix()).startswith("deploy/")
        and path not in allowed
        and words.search(page.read_text())
    ]

    assert found == [], "decision 0003: clock, ids and chance come in through one port"


def test_nothing_holds_an_address_of_a_package_registry() -> None:
    pages = [*ROOT.glob("deploy/requirements/*"), *ROOT.glob("docs/**/*.md"), ROOT / "README.md"]
    words = re.compile(r"https?://\S+(\.whl|\.tgz|\.deb|/simple/?)\b")

    assert [p.name for p in pages if p.is_file() and words.search(p.read_text())] == []


def test_a_migration_says_in_its_name_what_it_does() -> None:
    folders = [*ROOT.glob("*/indaba/*/migrations"), ROOT / "shared/indaba/ledger/schema/versions"]
    names = [page.stem for folder in folders for page in folder.glob("*.py")]

    assert len(names) > 20
    assert [name for name in names if not re.fullmatch(r"[a-z_]+_\d{4}_[a-z_]+", name)] == []


def test_every_store_is_given_a_transaction_and_nothing_else_of_the_database() -> None:
    shape = re.compile(r"def __init__\(self, (\w+): (\w+)")
    stores = [p for p in _pages() if "/store" in p.as_posix() or p.name == "store.py"]
    given = {m for page in stores for m in shape.findall(page.read_text())}

    assert given - {("database", "AsyncEngine")} == {("work", "Work"), ("work", "Transaction")}
