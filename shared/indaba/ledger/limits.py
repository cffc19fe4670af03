"""Counts what a request would keep, and refuses it where that is more than a limit allows.

What is counted are a service's own rows, so what is deleted, merged or erased is counted right, and
a request that keeps nothing new is never refused.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Self
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.contracts.limits import Bound, Limit, LimitReached, Whose
from indaba.contracts.passport import Role
from indaba.contracts.wire import Request
from indaba.ledger.merging import now_called
from indaba.ledger.reading import only_reads
from indaba.ledger.session import Transaction
from indaba.ledger.work import Work
from indaba.process.metrics import LIMIT_SHARE, LIMITS_REACHED

FULLEST = 5
"""How many of those who have most are named to operators."""

Used = Callable[[Transaction, UUID | None], Awaitable[int]]
Most = Callable[[Transaction], Awaitable[Sequence[tuple[UUID | None, int]]]]
Asker = Callable[[Work, Any], Awaitable[UUID]]
UsedBy = Callable[[Transaction, UUID, MemberId], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Counter:
    """How a service counts for one limit; `most` is allowed, in what it is a limit of.

    `used` is how much somebody has, by an index. `fullest` are those who have most, the most first,
    for operators. `whose` finds out who asks, where their passport does not say. `used_by` is how
    much of what is a community's one member has used, by what they asked for themselves.
    """

    limit: Limit
    most: int
    used: Used
    fullest: Most
    whose: Asker | None = None
    used_by: UsedBy | None = None

    def __post_init__(self) -> None:
        if (self.used_by is None) is (self.limit.whose is Whose.COMMUNITY):
            raise TypeError(f"{self.limit.name}: what is a community's is counted by member, too")

    @classmethod
    def of(
        cls,
        limit: Limit,
        most: Mapping[str, int],
        used: Used,
        fullest: Most,
        whose: Asker | None = None,
        used_by: UsedBy | None = None,
    ) -> Self:
        """A counter for a limit; `most` are the operators' own, by name."""
        return cls(limit, most.get(limit.name, limit.most), used, fullest, whose, used_by)

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

    async def bounds(self, work: Work, key: UUID | None) -> Sequence[tuple[Bound, "Count"]]:
        """How far the limit goes for who asks, and how their use of it is counted.

        Of what is a community's nobody has more than a share, so that nobody uses up another's.
        """
        used = partial(self.used, work, key)
        if self.used_by is None or key is None:
            return [(self.limit.for_all(self.units), used)]
        asker = await now_called(work, work.passport.a_member())
        facilitates = Role.FACILITATOR in work.passport.roles
        return [
            (
                self.limit.for_one(self.units, facilitates=facilitates),
                partial(self.used_by, work, key, asker),
            ),
            (self.limit.for_all(self.units, facilitates=facilitates), used),
        ]


Count = Callable[[], Awaitable[int]]


class Before(NamedTuple):
    """A limit as a request found it: how far it goes, how it is counted, and how much there was."""

    bound: Bound
    used: Count
    there: int


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
            if not only_reads(work.connection):  # a question adds nothing
                await _hold(work, counter, key)
            for bound, used in await counter.bounds(work, key):
                counted.append(Before(bound, used, await used()))
        return counted

    async def after(self, request: Request[Any], before: Sequence[Before]) -> tuple[str, ...]:
        """What is to be said of limits that are near. Raises `LimitReached`, and all is undone."""
        near = []
        for bound, now_used, there in before:
            used = await now_used() + request.adds(bound.limit)
            if used > max(there, bound.allowed):
                LIMITS_REACHED.labels(self._process, bound.limit.name).inc()
                raise LimitReached(bound, min(there, bound.most))
            if used > there and bound.is_near(used):
                near.append(bound.usage(used))
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
