"""What Indaba's processes send each other: requests, replies, events. Pydantic and stdlib only."""

from typing import TypeVar

from indaba.contracts import (
    actions,
    agenda,
    calendars,
    consenting,
    digest,
    erasure,
    group_sizes,
    holding,
    library,
    linking,
    membership,
    outcomes,
    plans,
    publishing,
    reaching,
    record,
    reminding,
    removal,
    responsible,
    retention,
    safeguarding,
    scheduling,
    series,
    times,
    votes,
)
from indaba.contracts.wire import Event, Message, Request

__all__ = [
    "actions",
    "agenda",
    "calendars",
    "consenting",
    "digest",
    "erasure",
    "find",
    "group_sizes",
    "holding",
    "library",
    "lines",
    "linking",
    "membership",
    "outcomes",
    "plans",
    "publishing",
    "reaching",
    "record",
    "reminding",
    "removal",
    "responsible",
    "retention",
    "safeguarding",
    "scheduling",
    "series",
    "spoken",
    "times",
    "votes",
]

M = TypeVar("M", bound=Message)


def spoken(kind: type[M]) -> list[type[M]]:
    """Every contract of a kind that has a wire name of its own, ordered by wire name."""
    contracts: dict[str, type[M]] = {}
    todo = [kind]
    while todo:
        cls = todo.pop()
        todo.extend(cls.__subclasses__())
        if vars(cls).get("wire"):
            contracts[cls.wire] = cls
    return [contracts[wire] for wire in sorted(contracts)]


def _by_wire() -> dict[str, type[Message]]:
    return {c.wire: c for kind in (Event, Request) for c in spoken(kind)}


_BY_WIRE = _by_wire()


def find(wire: str) -> type[Message] | None:
    """The contract with a wire name; `None` if no imported module defines it.

    Contracts of modules imported after this one are found too.
    """
    if wire not in _BY_WIRE:
        _BY_WIRE.update(_by_wire())
    return _BY_WIRE.get(wire)
