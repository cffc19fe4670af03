import ast
import re
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import get_args

import pytest
from pydantic import BaseModel

from cells import every
from indaba import contracts
from indaba.contracts import find, spoken
from indaba.contracts.wire import (
    KEPT_AS_A_FACT,
    KEPT_FOR_PROOF,
    Event,
    Message,
    Personal,
    Published,
    Request,
)

FOLDER = Path(contracts.__file__).parent
EVERYTHING: list[type[Message]] = [*spoken(Event), *spoken(Request)]


@every("contract", EVERYTHING, ids=lambda c: c.wire)
def test_a_wire_name_is_context_words_and_version(contract: type[Message]) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z]+(-[a-z]+)*\.v[1-9]", contract.wire)


@every("contract", EVERYTHING, ids=lambda c: c.wire)
def test_a_contract_is_found_by_its_wire_name_and_says_what_it_is(
    contract: type[Message],
) -> None:
    assert find(contract.wire) is contract
    assert contract.__doc__


def _marks(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> set[object]:
    marks: set[object] = set()
    for field in model.model_fields.values():
        marks |= {mark for mark in field.metadata if isinstance(mark, type)}
        marks |= {Personal} if "Personal" in repr(field.annotation) else set()
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and inner not in seen:
            marks |= _marks(inner, seen | {inner})
    return marks


@every("event", spoken(Event), ids=lambda e: e.wire)
def test_no_event_has_a_place_for_personal_data(event: type[Event]) -> None:
    assert Personal not in _marks(event)


@every("event", spoken(Event), ids=lambda e: e.wire)
def test_community_text_travels_with_its_authors_id(event: type[Event]) -> None:
    models = [event, *(f.annotation for f in event.model_fields.values())]
    for model in models:
        if isinstance(model, type) and issubclass(model, BaseModel):
            own = {m for f in model.model_fields.values() for m in f.metadata}
            assert Published not in own or "author" in model.model_fields


def test_no_event_has_an_id_as_a_key() -> None:
    """An erasure finds whom an event names among its values."""
    keyed = {
        f"{model.__name__}.{name}"
        for event in spoken(Event)
        for model in (event, *_models_in(event))
        for name, field in model.model_fields.items()
        if re.search(r"(dict|Mapping)\[[\w.]*(Id|UUID)\b", repr(field.annotation))
    }
    assert not keyed


def _models_in(model: type[BaseModel]) -> list[type[BaseModel]]:
    kinds = [kind for f in model.model_fields.values() for kind in _kinds(f.annotation)]
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return models + [inner for one in models for inner in _models_in(one)]


def _kinds(annotation: object) -> list[object]:
    """An annotation and what it is made of."""
    return [annotation, *(kind for part in get_args(annotation) for kind in _kinds(part))]


def test_every_event_says_how_long_it_is_kept() -> None:
    beyond = {e.kept for e in spoken(Event) if e.kept > KEPT_FOR_PROOF}
    assert beyond == {KEPT_AS_A_FACT}
    assert min(e.kept.days for e in spoken(Event)) >= 30


@every("request_kind", spoken(Request), ids=lambda r: r.wire)
def test_every_request_names_its_reply(request_kind: type[Request]) -> None:  # type: ignore[type-arg]
    assert issubclass(request_kind.reply(), BaseModel)


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.py")), ids=lambda p: p.name)
def test_contracts_import_pydantic_and_the_standard_library_only(page: Path) -> None:
    tree = ast.parse(page.read_text())
    names = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    allowed = ("pydantic", "indaba.contracts", *sys.stdlib_module_names)

    assert [n for n in names if not f"{n}.".startswith(tuple(f"{a}." for a in allowed))] == []


def test_no_contract_is_known_only_where_its_module_happens_to_be_imported() -> None:
    for module in iter_modules(contracts.__path__):
        import_module(f"{contracts.__name__}.{module.name}")

    ours = {kind.__module__ for kind in (*spoken(Event), *spoken(Request))}
    named = {name.rpartition(".")[2] for name in ours if name.startswith(contracts.__name__)}
    assert named <= set(contracts.__all__)
