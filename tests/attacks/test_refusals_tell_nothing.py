"""No refusal carries what only members may read: whoever is refused anything may read it."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from indaba.contracts.refusal import Refusal
from indaba.contracts.standing import ForMembers
from indaba.operate.processes import Kind, of_kind

OUR_OWN_WORDS = {"BadPassport.why", "BadRule.why", "HoursNotRead.why"}
"""Written by us, not by people."""


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _all_imported() -> Iterator[str]:
    """The contracts and each service with all that is in it, so that every refusal is known."""
    services = (f"indaba.{each}" for each in of_kind(Kind.SERVICE))
    for name in ("indaba.contracts", "indaba.recurrence", *services):
        package = import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in module.name:
                import_module(module.name)
        yield name


def test_no_refusal_is_made_with_what_only_members_may_read() -> None:
    ours = tuple(_all_imported())
    closed = {
        name
        for model in _below(BaseModel)
        for name, field in model.model_fields.items()
        if ForMembers in field.metadata
    }
    assert {"reason", "why"} <= closed
    carried = {
        f"{refusal.__name__}.{name}"
        for refusal in _below(Refusal)
        if refusal.__module__.startswith(ours)
        for name in closed & inspect.signature(refusal).parameters.keys()
    }
    assert carried == OUR_OWN_WORDS
