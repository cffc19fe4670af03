"""Whatever a page or a docstring says to type in a shell is a real target or command."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from indaba.operate.cli import app
from indaba.operate.processes import PROCESSES
from sources import nodes

ROOT = Path(__file__).parents[2]
SOURCES = ("shared", "services", "bots", "deploy")
MAKE = re.compile(r"(?:`|^|\$ )(?:PYTHON=\S+ |INDABA_\w+=\S+ )?make ([a-z-]+)", re.MULTILINE)
INDABA = re.compile(
    r"(?:`|^)(?:\.venv/bin/)?indaba ((?:[\w./-]+|\[?--\S+)(?: [^`#\n]+)?)", re.MULTILINE
)


def pages() -> dict[str, str]:
    """Every page people read, by path."""
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob(".github/**/*.md")]
    return {page.relative_to(ROOT).as_posix(): page.read_text() for page in files}


def docstrings() -> Iterator[tuple[str, str]]:
    """Every string of the product's code that names a command in backticks, by path."""
    for path, node in nodes(*SOURCES, having=r"`(\S+ )*\S*(make|indaba) "):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for named in re.findall(r"`[^`\n]+`", node.value):
                yield path, named


@cache
def texts() -> list[tuple[str, str]]:
    return [*pages().items(), *docstrings()]


def named(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return [(path, match) for path, text in texts() for match in pattern.findall(text)]


def trouble(line: str) -> str:
    """What is wrong with a line that follows `indaba `; empty where nothing is."""
    here = typer.main.get_command(app)
    words = line.replace("[", " ").replace("]", " ").split()
    while isinstance(here, TyperGroup) and words and words[0] in here.commands:
        here = here.commands[words.pop(0)]
    if isinstance(here, TyperGroup):
        return f"no such command: {line}"
    options = {name for each in here.params for name in (*each.opts, *each.secondary_opts)}
    for word in words:
        if word.startswith("--") and word.split("=")[0] not in options:
            return f"no such option: {word}"
    if here.name == "run" and words and words[0] not in PROCESSES and not words[0].isupper():
        return f"no such process: {words[0]}"
    return ""


def test_every_make_target_that_is_named_is_there() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = {
        name for line in re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE) for name in line.split()
    }
    mentions = named(MAKE)

    assert len(mentions) > 20
    assert {(path, target) for path, target in mentions if target not in targets} == set()


def test_every_make_target_is_a_rule_and_is_in_the_help() -> None:
    text = (ROOT / "Makefile").read_text()
    first = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert first is not None
    targets = first[1].split()

    assert [t for t in targets if not re.search(rf"^{t}:", text, re.MULTILINE)] == []
    assert [t for t in targets if t != "help" and f'@echo "make {t} ' not in text] == []


def test_every_indaba_command_that_is_named_is_there() -> None:
    mentions = named(INDABA)

    assert len(mentions) > 50
    assert [(path, words) for path, line in mentions if (words := trouble(line))] == []


@pytest.mark.parametrize(
    "line", ["backups", "dead-letters", "dead-letters lost", "up --dat x", "run matrix"]
)
def test_a_command_that_is_not_there_is_noticed(line: str) -> None:
    assert trouble(line)
