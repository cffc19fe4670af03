"""A service's door plate says what it really answers, tells and listens to."""

import ast
import importlib
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clock import TestWorld
from indaba.bus import Bus
from indaba.contracts import find, spoken
from indaba.contracts.wire import Event, Request
from indaba.ledger import Ledger
from indaba.operate.processes import ERASURE_OWNER, Kind, of_kind
from indaba.process.passports import PassportControl
from workshop import OFFICE, PUBLIC_KEY

SERVICES = of_kind(Kind.SERVICE)


def _wired(service: str) -> Ledger:
    app = importlib.import_module(f"indaba.{service}.app")
    world = TestWorld()
    ledger = Ledger(
        service,
        "postgresql+asyncpg://nobody@/nowhere",
        app.MIGRATIONS,
        Bus("redis://127.0.0.1:1", service, world),
        world,
        PassportControl(PUBLIC_KEY),
    )
    wire: Any = app.wire
    if service == ERASURE_OWNER:
        wire = partial(wire, office=OFFICE, erased_by=())
    wire(ledger)
    return ledger


def _plate(service: str, heading: str) -> list[str]:
    text = importlib.import_module(f"indaba.{service}").__doc__ or ""
    found = re.search(rf"{heading}: (.*?)(?:\n\n|\Z)", text, re.DOTALL)
    assert found, f"{service}: no '{heading}' on the door plate"
    return sorted(re.findall(r"[a-z_]+\.[a-z-]+\.v\d", found[1]))


def _tells(service: str) -> list[str]:
    """Wire names of the service's own events that its rooms make."""
    folder = Path(importlib.import_module(f"indaba.{service}.app").__file__ or "").parent
    nodes = [
        node for page in folder.rglob("*.py") for node in ast.walk(ast.parse(page.read_text()))
    ]
    made = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    made |= {
        n.value.id
        for n in nodes
        if isinstance(n, ast.Attribute) and n.attr == "of" and isinstance(n.value, ast.Name)
    }
    return [e.wire for e in spoken(Event) if e.__name__ in made]


@pytest.mark.parametrize("service", SERVICES)
def test_a_door_plate_says_what_is_so(service: str) -> None:
    ledger = _wired(service)

    assert _plate(service, "Answers") == ledger.answers
    assert _plate(service, "Listens to") == ledger.listens_to
    assert _plate(service, "Tells") == _tells(service)


def test_every_request_is_answered_by_its_owner() -> None:
    answered = {wire for service in SERVICES for wire in _wired(service).answers}

    assert answered == {request.wire for request in spoken(Request)}


def test_nobody_listens_to_themselves() -> None:
    for service in SERVICES:
        for wire in _wired(service).listens_to:
            contract = find(wire)
            assert contract is not None
            assert contract.context() != service
