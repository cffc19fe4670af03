"""The present comes in through one port, so that nothing depends on the day it is run."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = {
    "shared/indaba/process/world.py": "the port itself",
    "deploy/indaba/operate/data/backup.py": "a backup says when it was begun",
    "deploy/indaba/operate/data/restore.py": "says how old the backup is",
    "deploy/indaba/operate/data/upgrade.py": "refuses a backup that is too old to go by",
    "deploy/indaba/operate/observe/dead_letters.py": "a timer that is replayed is due at once",
    "deploy/indaba/operate/local/lock.py": "notes since when a data folder is in use",
    "deploy/indaba/operate/local/preview.py": "the simulated Discord's clock follows the machine's",
    "deploy/indaba/operate/local/demo/playing.py": "the demo's own world, shifted",
}
"""Product files that read the machine's clock, and why they may."""

TESTS = {
    "tests/clock.py": "the tests' clock itself",
    "tests/architecture/test_clock.py": "names what is looked for",
    "tests/homeserver_clock/sitecustomize.py": "puts the homeserver's clock where the tests' is",
    "tests/any_day.py": "moves the machine's clock, by so much",
    "tests/process/test_awkward_moments.py": "tests by how much",
    "tests/process/test_world.py": "tests the real world",
    "tests/operate/one_house/test_rotate_and_export.py": "calls commands of operators",
    "tests/operate/test_dead_letters.py": "calls operators' commands, and those are real",
    "tests/operate/one_house/test_backup.py": "calls operators' commands, and those are real",
    "tests/operate/test_doctor.py": "calls operators' commands, and those are real",
    "tests/operate/test_upgrade.py": "restores a backup, as operators do",
    "tests/operate/made_up/life.py": "a made-up service that a deployment runs",
    "tests/operate/test_table_of_processes.py": "calls operators' commands, and those are real",
    "tests/operate/test_databases_lent.py": "fills a table; nobody reads the time",
    "tests/journeys/mortal_meetings.py": "watches processes of a deployment",
    "tests/journeys/test_the_demos_term.py": "the demo plays up to the machine's today",
    "tests/services/certificates.py": "a certificate that a browser accepts",
}
"""Tests that read it. Those of processes with settings of their own live by the machine's."""

OF_THE_MACHINE = ("tests/drills/", "tests/bench/", "tests/wire/")
"""Runs beside a deployment, as do the made-up chat systems that a deployment talks to."""

Lines = dict[str, list[int]]
CALLS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"},
    "func": {"now", "current_date", "current_timestamp"},
    "utils": {"utcnow"},
}
SQL = re.compile(
    r"\bnow\(\)|\b(current_date|current_timestamp|localtimestamp)\b"
    r"|\b(clock|statement|transaction)_timestamp\(",
    re.IGNORECASE,
)
STATEMENT = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|DEFAULT|WHERE|AND|VALUES)\b")


def _readings(page: str) -> Iterator[int]:
    """Lines in which the machine's or the database's clock is read."""
    tree = ast.parse(page)
    spoken = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if node not in spoken and (_asks_the_machine(node) or _asks_the_database(node)):
            yield node.lineno  # type: ignore[attr-defined]  # both kinds have one


def _asks_the_machine(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            return name in CALLS.get(owner, ())
        case ast.ImportFrom(module="time", names=names):
            return any(name.name in CALLS["time"] for name in names)
    return False


def _asks_the_database(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return bool(SQL.search(text) and STATEMENT.search(text))
    return False


def _worlds(page: str) -> Iterator[int]:
    """Lines in which the real world is made, as only what runs beside a deployment does."""
    for node in ast.walk(ast.parse(page)):
        match node:
            case ast.Call(func=ast.Name(id="RealWorld")):
                yield node.lineno


MAY_READ = re.compile(
    r"\b(now|utcnow|today|time|time_ns|localtime|gmtime|ctime|strftime)\b|RealWorld"
    r"|current_|localtimestamp|_timestamp",
    re.IGNORECASE,
)
"""In the text of a page that is worth reading as Python."""


def _found(*folders: str, by: Callable[[str], Iterator[int]] = _readings) -> Lines:
    pages = [page for folder in folders for page in sorted((ROOT / folder).rglob("*.py"))]
    texts = {page.relative_to(ROOT).as_posix(): page.read_text() for page in pages}
    read = {path: sorted(set(by(text))) for path, text in texts.items() if MAY_READ.search(text)}
    return {path: lines for path, lines in read.items() if lines}


def test_nothing_reads_the_clock_but_the_few_files_that_are_about_it() -> None:
    found = _found("shared", "services", "bots", "deploy")

    assert {p: lines for p, lines in found.items() if p not in PRODUCT} == {}, "use World.now"
    assert PRODUCT.keys() - found.keys() == set(), "no longer needs to be listed"


def test_no_test_reads_the_clock_but_the_few_that_run_beside_a_deployment() -> None:
    both = _found("tests", by=_worlds) | _found("tests")
    found = {p: n for p, n in both.items() if not p.startswith(OF_THE_MACHINE)}

    assert {p: lines for p, lines in found.items() if p not in TESTS} == {}, "use tests/clock.py"
    assert TESTS.keys() - found.keys() == set(), "no longer needs to be listed"


@pytest.mark.parametrize(
    "page",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "field(default_factory=date.today)",
        "time.time_ns()",
        "from time import time",
        "discord.utils.utcnow()",
        "sa.func.now()",
        "sql = 'DELETE FROM x WHERE at < now()'",
        "sql = 'INSERT INTO x VALUES (CURRENT_DATE)'",
    ],
)
def test_every_way_of_reading_the_clock_is_seen(page: str) -> None:
    assert list(_readings(page)) == [1]


@pytest.mark.parametrize(
    "page",
    [
        "world.now()",
        "self.clock.now()",
        "time.monotonic()",
        "from time import perf_counter",
        "datetime.fromtimestamp(sent, UTC)",
        "say('It is now() or never')",
    ],
)
def test_the_world_and_lengths_of_time_are_let_be(page: str) -> None:
    assert list(_readings(page)) == []
