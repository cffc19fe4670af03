"""Docstrings say what the signature cannot: here, which refusals a function raises."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("shared", "services")
"""Not the faces: the docstring of an intent is what people read as its help."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def trees() -> dict[str, ast.Module]:
    """The code of services and of what all processes share, by path."""
    pages = (page for source in SOURCES for page in sorted((ROOT / source).rglob("*.py")))
    return {page.relative_to(ROOT).as_posix(): ast.parse(page.read_text()) for page in pages}


@cache
def refusals() -> frozenset[str]:
    """The names of `Refusal` and of every class below it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"Refusal"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known)


def raised(function: ast.AST) -> set[str]:
    """The refusals that a function raises itself."""
    errors = (n.exc for n in ast.walk(function) if isinstance(n, ast.Raise) and n.exc)
    names = (n.id for exc in errors for n in ast.walk(exc) if isinstance(n, ast.Name))
    return set(names) & refusals()


def unsaid(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Public functions that raise refusals their docstring does not name."""
    for node in ast.walk(tree):
        if isinstance(node, Function) and not node.name.startswith("_"):
            doc = ast.get_docstring(node) or ""
            missing = {name for name in raised(node) if not re.search(rf"\b{name}\b", doc)}
            if missing and doc:
                yield node.name, missing


def test_many_refusals_are_known() -> None:
    assert {"NotAllowed", "NoSuchMeeting", "LastFacilitator"} <= refusals()


def test_a_public_function_names_the_refusals_it_raises() -> None:
    missing = {path: list(unsaid(tree)) for path, tree in trees().items()}

    assert {path: names for path, names in missing.items() if names} == {}
