"""Counts what a request would keep, and refuses it where that is more than a limit allows.

What is counted are a service's own rows, so what is deleted, merged or erased is counted right, and
a request that keeps nothing new is never refused.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.limits import Limit, LimitReached, Whose
from indaba.contracts.wire import Request
from indaba.ledger.merging import now_called
from indaba.ledger.session import Transaction
from indaba.ledger.work import Work
from indaba.process.metrics import LIMIT_SHARE, LIMITS_REACHED

FULLEST = 5
"""How many of those who have most are named to operators."""

Used = Callable[[Transaction, UUID | None], Awaitable[int]]
Most = Callable[[Transaction], Awaitable[Sequence[tuple[UUID | None, int]]]]
Asker = Callable[[Work, Any], Awaitable[UUID]]


@dataclass(frozen=True, slots=True)
class Counter:
    """How a service counts for one limit; `most` is allowed, in what it is a limit of.

    `used` is how much somebody has, by an index. `fullest` are those who have most, the most first,
    for operators. `whose` finds out who asks, where their passport does not say.
    """

    limit: Limit
    most: int
    used: Used
    fullest: Most
    whose: Asker | None = None

    @classmethod
    def of(
        cls,
        limit: Limit,
        most: Mapping[str, int],
        used: Used,
        fullest: Most,
        whose: Asker | None = None,
    ) -> Self:
        """A counter for a limit; `most` are the operators' own, by name."""
        return cls(limit, most.get(limit.name, limit.most), used, fullest, whose)

    @property
    def units(self) -> int:
        """What is allowed, as it is counted."""
        return self.limit.units(self.most)

    async def key(self, work: Work, request: Request[Any]) -> UUID | None:
        """Whose limit a request comes up against; `None` for everybody's."""
        match self.limit.whose:
            case Whose.MACHINE:
                return None
            case Whose.COMMUNITY:
                return work.passport.in_community()
        if self.whose is not None:
            return await self.whose(work, request)
        return await now_called(work, work.passport.a_member())


class Before(NamedTuple):
    """A limit as a request found it: whose it is, and how much they had."""

    counter: Counter
    key: UUID | None
    used: int


class Limits:
    """The limits of one service."""

    def __init__(self, process: str) -> None:
        self._process = process
        self.counters: dict[str, Counter] = {}

    def _of(self, request: Request[Any]) -> list[Counter]:
        """The counters for a request, in the order in which everybody takes their locks."""
        names = sorted(limit.name for limit in request.within())
        return [self.counters[name] for name in names if name in self.counters]

    async def before(self, request: Request[Any], work: Work) -> Sequence[Before]:
        """What is used before. Nobody else adds to it until the transaction ends."""
        counted = []
        for counter in self._of(request):
            key = await counter.key(work, request)
            await _hold(work, counter, key)
            counted.append(Before(counter, key, await counter.used(work, key)))
        return counted

    async def after(
        self, request: Request[Any], work: Work, before: Sequence[Before]
    ) -> tuple[str, ...]:
        """What is to be said of limits that are near. Raises `LimitReached`, and all is undone."""
        near = []
        for counter, key, there in before:
            limit, most = counter.limit, counter.units
            used = await counter.used(work, key) + request.adds(limit)
            if used > max(there, most):
                LIMITS_REACHED.labels(self._process, limit.name).inc()
                raise LimitReached(limit, min(there, most), most)
            if used > there and limit.is_near(used, most):
                near.append(limit.said(used, most))
        return tuple(near)

    async def measure(self, session: Transaction) -> None:
        """Tell the metrics how full each limit is for whoever has most of it."""
        for name, counter in self.counters.items():
            fullest = await counter.fullest(session)
            used = fullest[0][1] if fullest else 0
            LIMIT_SHARE.labels(self._process, name).set(used / counter.units)


async def _hold(work: Work, counter: Counter, key: UUID | None) -> None:
    name = sa.func.hashtextextended(f"limit/{counter.limit.name}/{key}", 0)
    await work.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(name)))
