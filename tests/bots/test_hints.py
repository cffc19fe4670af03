"""Every hint anywhere in the code names an intent and reads back as it, on both platforms."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

from cells import every
from indaba.contracts.refusal import Hint, hint
from indaba.conversation.commands.fields import folded
from indaba.conversation.commands.hints import UnknownHintError, put_in, typed
from indaba.conversation.commands.intent import SLASH
from indaba.conversation.commands.line import Understood, phrases, read_line
from indaba.conversation.commands.topics import INTENTS

ROOT = Path(__file__).parents[2]
SOURCES = ("shared", "services", "bots", "deploy")
CALLS = {"hint", "types"}
"""Functions that take an intent's name and its arguments."""

CALLED = re.compile(rf"\b(?:{'|'.join(CALLS)})\(")
"""Reading a file takes long, so only those are read where one is called."""

PREFIXES = ["!cop ", "", "!indaba ", SLASH]
FILLED = {"code": "M7K2", "name": "go-round", "method": "go-round", "account": "@somebody"}
CODES = {"A": "A7K2", "R": "R7K2"}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for page in (page for source in SOURCES for page in (ROOT / source).rglob("*.py")):
        text = page.read_text()
        for node in ast.walk(ast.parse(text if CALLED.search(text) else "")):
            if _is_hint(node):
                yield f"{page.relative_to(ROOT)}:{node.lineno}", node


def _is_hint(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and _called(node) in CALLS and bool(node.args)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _hints() -> Iterator[tuple[str, Hint]]:
    for place, call in _calls():
        name = call.args[0]
        if not isinstance(name, ast.Constant):
            continue
        known = {k.arg: _value(str(name.value), k) for k in call.keywords if k.arg}
        yield place, Hint(str(name.value), known)


def _value(intent: str, given: ast.keyword) -> str:
    """What is written there; where that is known only when it runs, something of its kind."""
    if isinstance(given.value, ast.Constant) and given.value.value:
        return str(given.value.value)
    kind, field = phrases(INTENTS)[folded(intent)], str(given.arg)
    return CODES.get(str(kind.mark(field, "code")), FILLED.get(field, "7K2M-9QPX3"))


def test_there_are_hints_to_be_tried() -> None:
    assert len(list(_hints())) > 60


@every("place, wanted", _hints)
def test_a_hint_reads_back_as_the_intent_it_names(place: str, wanted: Hint) -> None:
    for prefix in PREFIXES:
        line = typed(wanted, prefix, INTENTS)
        assert line.startswith(prefix)
        read = read_line(line.removeprefix(prefix), INTENTS)
        if prefix.strip("! ") == "cop" and not isinstance(read, Understood):
            read = read_line(f"cop {line.removeprefix(prefix)}", INTENTS)
        assert isinstance(read, Understood), (place, line)
        assert read.intent is phrases(INTENTS)[folded(wanted.intent)]
        assert read.filled.keys() == wanted.arguments.keys()


def test_the_names_of_hints_are_written_where_they_are_given() -> None:
    """So that the test above sees them. A duty's hint and `Hint`'s own door are the exceptions."""
    hidden = {
        place.rpartition(":")[0]
        for place, call in _calls()
        if not isinstance(call.args[0], ast.Constant)
    }

    assert hidden == {"bots/indaba/conversation/commands/topics/digest.py"}


def test_no_service_and_no_page_of_the_portal_knows_how_people_type() -> None:
    grammar = re.compile(r"[!/]cop\b(?!\.)|\bcop [a-z]")
    for page in (ROOT / "services").rglob("*"):
        if page.suffix == ".py":
            words = _words(ast.parse(page.read_text()))
        elif page.suffix in {".html", ".typ"}:
            words = [page.read_text()]
        else:
            continue
        assert [w for w in words if grammar.search(w)] == [], page


def _words(page: ast.Module) -> list[str]:
    """All strings of a page but the names of intents in hints."""
    named = {id(node.args[0]) for node in ast.walk(page) if _is_hint(node)}
    return [
        node.value
        for node in ast.walk(page)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in named
    ]


@pytest.mark.parametrize(
    ("prefix", "line"),
    [
        ("!cop ", "!cop meeting cancel M7K2"),
        ("", "meeting cancel M7K2"),
        (SLASH, "/meeting cancel code:M7K2"),
    ],
)
def test_a_refusal_is_shown_as_people_type_there(prefix: str, line: str) -> None:
    told = hint("meeting cancel", code="M7K2")

    assert (
        put_in("To call it off type: {hint}", told, prefix, INTENTS)
        == f"To call it off type: {line}"
    )


def test_a_hint_without_an_intent_is_a_mistake() -> None:
    with pytest.raises(UnknownHintError):
        typed(hint("meeting dance"), "!cop ", INTENTS)
    with pytest.raises(UnknownHintError):
        typed(hint("meeting cancel", tune="waltz"), "!cop ", INTENTS)
