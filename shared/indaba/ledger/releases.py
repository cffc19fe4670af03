"""The one place in a service that releases covered figures, and keeps what it released.

Two releases that differ by one person give that person away. So what was released stands: for good,
or until the next one differs by enough people. Nothing here names anybody.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.figures import (
    FEWEST,
    Partition,
    ReleasedShare,
    ReleasedTable,
    enough,
    people_between,
    release,
    release_names,
    release_share,
)
from indaba.ledger import tables
from indaba.ledger.work import Work

T = TypeVar("T")
Tally = Mapping[str, int]
_releases = tables.releases
_TABLE = TypeAdapter(ReleasedTable)
_SHARE = TypeAdapter[ReleasedShare | None](ReleasedShare | None)
_NAMES = TypeAdapter[tuple[str, ...]](tuple[str, ...])


class Releases:
    """Releases, within one transaction. `name` says of what, such as `feedback/<id>`.

    A community may ask for more people behind each figure than the `least` there may be.
    """

    def __init__(self, work: Work, least: int = FEWEST) -> None:
        self._work = work
        self._least = enough(least)

    async def once(self, name: str, tally: Tally, partitions: Iterable[Partition]) -> ReleasedTable:
        """Release what is complete. Later answers change nothing."""
        now = release(tally, partitions, least=self._least)
        return await self._standing(name, None, now, _TABLE)

    async def share_once(
        self, name: str, yes: Iterable[frozenset[object]], no: Iterable[frozenset[object]]
    ) -> ReleasedShare | None:
        """Release how many things were so, by the people behind them. Later ones change nothing."""
        now = release_share(yes, no, least=self._least)
        return await self._standing(name, None, now, _SHARE)

    async def in_steps(self, name: str, people: int) -> ReleasedTable:
        """Release how many people there are so far; it rises by enough people at a time."""
        now = release({"": people}, least=self._least)
        return await self._standing(name, {"": people}, now, _TABLE)

    async def names(self, name: str, tally: Tally, most: int) -> tuple[str, ...]:
        """Release which groups are large enough, anew once enough people have moved."""
        now = release_names(tally, most, least=self._least)
        return await self._standing(name, tally, now, _NAMES)

    async def _standing(self, name: str, tally: Tally | None, now: T, kind: TypeAdapter[T]) -> T:
        """What was released before, unless what there is `now` is far enough from it.

        What is released once for all has no tally, and nothing is far from it.
        """
        query = sa.select(_releases).where(_releases.c.name == name)
        before = (await self._work.connection.execute(query)).mappings().first()
        known = before["tally"] if before else {}
        near = tally is not None and people_between(known, tally) < self._least
        if before and (near or tally is None):
            return kind.validate_python(before["figures"])
        if near:
            return now
        if await self._stored(name, tally or {}, kind.dump_python(now, mode="json"), before):
            return now
        return await self._standing(name, tally, now, kind)

    async def _stored(
        self, name: str, tally: Tally, figures: Any, before: sa.RowMapping | None
    ) -> bool:
        """Store a release; false if another was stored since we looked."""
        values = {"released_at": self._work.now, "tally": dict(tally), "figures": figures}
        statement: sa.UpdateBase
        if before is None:
            first = insert(_releases).values(name=name, **values)
            statement = first.on_conflict_do_nothing().returning(_releases.c.name)
        else:
            same = (_releases.c.name == name) & (_releases.c.tally == before["tally"])
            statement = _releases.update().where(same).values(values).returning(_releases.c.name)
        return (await self._work.connection.execute(statement)).first() is not None
