"""The one place in a service that releases covered figures, and keeps what it released.

Two releases that differ by one person give that person away. So what was released stands: for good,
or until the next one differs by enough people. Nothing here names anybody.

A community may ask for more people behind each figure (`GroupSizeChanged`). Whoever spoke while it
asked for more is told of by the larger number: a release goes by the largest that held since what
it tells of began.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self, TypeVar

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
from indaba.contracts.group_sizes import GroupSizeChanged
from indaba.contracts.ids import CommunityId
from indaba.ledger import tables
from indaba.ledger.work import Work

T = TypeVar("T")
Tally = Mapping[str, int]
_releases = tables.releases
_sizes = tables.group_sizes
_TABLE = TypeAdapter(ReleasedTable)
_SHARE = TypeAdapter[ReleasedShare | None](ReleasedShare | None)
_NAMES = TypeAdapter[tuple[str, ...]](tuple[str, ...])


class Releases:
    """Releases, within one transaction. `name` says of what, such as `feedback/<id>`.

    `least` is how many people each figure stands for; services take it from `of` alone.
    """

    def __init__(self, work: Work, least: int) -> None:
        self._work = work
        self.least = enough(least)

    @classmethod
    async def of(cls, work: Work, community: CommunityId, since: datetime | None) -> Self:
        """Releases of a community, about what was said since then; `None`: ever."""
        return cls(work, await group_size(work, community, since))

    async def once(self, name: str, tally: Tally, partitions: Iterable[Partition]) -> ReleasedTable:
        """Release what is complete. Later answers change nothing."""
        now = release(tally, partitions, least=self.least)
        return await self._standing(name, None, now, _TABLE)

    async def share_once(
        self, name: str, yes: Iterable[frozenset[object]], no: Iterable[frozenset[object]]
    ) -> ReleasedShare | None:
        """Release how many things were so, by the people behind them. Later ones change nothing."""
        now = release_share(yes, no, least=self.least)
        return await self._standing(name, None, now, _SHARE)

    async def in_steps(self, name: str, people: int) -> ReleasedTable:
        """Release how many people there are so far; it rises by enough people at a time."""
        now = release({"": people}, least=self.least)
        return await self._standing(name, {"": people}, now, _TABLE)

    async def names(self, name: str, tally: Tally, most: int) -> tuple[str, ...]:
        """Release which groups are large enough, anew once enough people have moved."""
        now = release_names(tally, most, least=self.least)
        return await self._standing(name, tally, now, _NAMES)

    async def _standing(self, name: str, tally: Tally | None, now: T, kind: TypeAdapter[T]) -> T:
        """What was released before, unless what there is `now` is far enough from it.

        What is released once for all has no tally, and nothing is far from it.
        """
        query = sa.select(_releases).where(_releases.c.name == name)
        before = (await self._work.connection.execute(query)).mappings().first()
        known = before["tally"] if before else {}
        near = tally is not None and people_between(known, tally) < self.least
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


async def group_size(work: Work, community: CommunityId, since: datetime | None) -> int:
    """The largest number of people that a community has asked for since then, with now."""
    later = _sizes.c.until > since if since else sa.true()
    held = sa.or_(_sizes.c.until.is_(None), later)
    query = sa.select(sa.func.max(_sizes.c.size)).where(_sizes.c.community == community, held)
    return enough((await work.connection.execute(query)).scalar() or FEWEST)


async def know_group_size(event: GroupSizeChanged, work: Work) -> None:
    """Keep which size holds from now on, and until when the one before did."""
    for size, until in ((event.size, None), (event.before, event.since)):
        key = {"community": event.aggregate, "size": size}
        work.keep_newest(_sizes, key, event.version, until=until)
