"""Somebody who asks for every figure at every moment, keeps all answers, and does sums with them.

What they know: each answer, when it came, and that each person is counted once. A sum of people is
known by name, as the set of answers and stretches of time that it adds up; every difference of two
sums of which one holds the other is a sum as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from indaba.contracts import spoken
from indaba.contracts.figures import FEWEST, Released, ReleasedShare, ReleasedTable
from indaba.contracts.membership import PassportIssued
from indaba.contracts.refusal import Refused
from indaba.contracts.standing import Standing
from indaba.contracts.wire import Question, Request
from services.town import Town
from workshop import rows, until

Atom = tuple[str, str, int]
"""Of what, which answer, and in which stretch between two looks."""

Sums = dict[frozenset[Atom], int]
MOST_SUMS = 4000


def solve(sums: Sums) -> Sums:
    """Everything that follows by taking known sums from sums that hold them."""
    known, fresh = dict(sums), list(sums)
    while fresh:
        assert len(known) < MOST_SUMS, "more sums than can be looked through"
        one = fresh.pop()
        for other in list(known):
            for small, large in ((one, other), (other, one)):
                rest = large - small
                if small < large and rest not in known:
                    known[rest] = known[large] - known[small]
                    fresh.append(rest)
    return known


def given_away(sums: Sums, fewest: int = FEWEST) -> Sums:
    """The sums that stand for fewer people than any may."""
    return {atoms: people for atoms, people in solve(sums).items() if 0 <= people < fewest}


@dataclass
class Attacker:
    """One person who asks. `questions` are all that their standing lets them ask."""

    town: Town
    codes: dict[str, tuple[str, ...]]
    released: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)

    async def look(self, acts: int, *held: PassportIssued) -> dict[str, Any]:
        """Ask everything with each of these passports, so many acts after the beginning.

        Gives what was not released, by where it stood.
        """
        await _heard(self.town)
        seen: dict[str, Any] = {}
        for place, passport in enumerate(held):
            for name, request in self._questions():
                try:
                    reply = await self.town.ask(request, passport)
                except Refused as no:
                    seen[f"{place} {name}"] = no.told
                    continue
                for path, value, is_released in _values(reply, f"{place} {name}"):
                    if is_released:
                        self._keep(path, value, acts)
                    else:
                        seen[path] = value
        return seen

    def _keep(self, path: str, value: Any, acts: int) -> None:
        before = self.released.setdefault(path, [])
        if not before or before[-1][1] != value:
            before.append((acts, value))

    def _questions(self) -> Iterator[tuple[str, Request[Any]]]:
        for kind in spoken(Request):
            if issubclass(kind, Question) and kind.asked_by not in (Standing.FACE, Standing.LEAD):
                yield from self._asked(kind)

    def _asked(self, kind: type[Request[Any]]) -> Iterator[tuple[str, Request[Any]]]:
        """A question with every value we have for its arguments, and with none."""
        fields = {name: self.codes[name] for name in kind.model_fields if name in self.codes}
        for values in product(*fields.values()):
            given = {n: v for n, v in zip(fields, values, strict=True) if v}
            try:
                yield f"{kind.wire} {given}", kind(**given)
            except ValidationError:
                continue

    def sums(self) -> Sums:
        """What the releases say, as sums of people."""
        found: Sums = {}
        for path, seen in self.released.items():
            for moment, value in seen:
                until = range(moment + 1)
                if isinstance(value, ReleasedTable) and value.people is not None:
                    asked = {answer for part in value.parts for answer in part.answers}
                    told = [(part.answers, part.people) for part in value.parts]
                    for answers, people in [*told, (tuple(asked or {""}), value.people)]:
                        atoms = frozenset((path, a, n) for a in answers for n in until)
                        found[atoms] = people
                if isinstance(value, ReleasedShare):
                    found[frozenset((path, "", n) for n in until)] = value.people
        return found


async def _heard(town: Town) -> None:
    """What was told has reached every service."""

    async def so() -> bool:
        for ledger in town.ledgers.values():
            if await rows(ledger, "SELECT 1 FROM ledger.outbox"):
                return False
            if any((await ledger.bus.behind()).values()):
                return False
        return True

    await until(so)


def _values(value: Any, path: str, *, released: bool = False) -> Iterator[tuple[str, Any, bool]]:
    """What stands in a reply, each with its place, and whether it was released."""
    if isinstance(value, ReleasedTable | ReleasedShare):
        yield path, value, True
    elif isinstance(value, BaseModel):
        for name, known in type(value).model_fields.items():
            marks = [*known.metadata, *(m for a in get_args(known.annotation) for m in _marks(a))]
            yield from _values(getattr(value, name), f"{path}.{name}", released=Released in marks)
    elif isinstance(value, tuple | list) and not released:
        for place, each in enumerate(value):
            yield from _values(each, f"{path}[{place}]")
        yield f"{path}#", len(value), False
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _values(each, f"{path}[{name}]")
    else:
        yield path, value, released


def _marks(annotation: Any) -> tuple[Any, ...]:
    return getattr(annotation, "__metadata__", ())
