"""Series and school terms in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, SeriesId
from indaba.contracts.series import Pattern, Term
from indaba.ledger import Work
from indaba.ledger.merging import who_asks
from indaba.scheduling.model import Calendar, Series, pattern_of, repeats_of
from indaba.scheduling.store.tables import series as _series
from indaba.scheduling.store.tables import terms as _terms


class AllSeries:
    """The series, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def of(self, series: SeriesId) -> Series | None:
        """A series, locked until the commit; `None` if there is none."""
        rows = await self._read(_series.c.id == series)
        return rows[0] if rows else None

    async def avoiding_school_holidays(self, community: CommunityId) -> list[Series]:
        """A community's series that avoid school holidays, locked."""
        province = _series.c.pattern["avoided"]["province"].astext
        return await self._read(_series.c.community == community, ~_series.c.ended, province != "")

    async def holidays_chosen(self, community: CommunityId | None) -> str:
        """The place whose public holidays the community's newest such series avoids."""
        place = _series.c.pattern["avoided"]["public_holidays"].astext
        newest = sa.select(place).where(_series.c.community == community, place != "")
        rows = await self._sql.execute(newest.order_by(_series.c.id.desc()).limit(1))
        return str(rows.scalar_one_or_none() or "")

    async def keep(self, series: Series) -> None:
        """Store a new or changed series."""
        row = {name: getattr(series, name) for name in _SAME}
        row |= {
            "pattern": pattern_of(series.repeats).model_dump(mode="json"),
            "words": series.words,
            "roles": list(series.roles),
            "not_held": [at.isoformat() for at in series.not_held],
        }
        new = insert(_series).values({**row, "put_in_by": await who_asks(self._work)})
        await self._sql.execute(new.on_conflict_do_update(index_elements=["id"], set_=row))

    async def calendar(self, community: CommunityId) -> Calendar:
        """The school terms that a community has imported."""
        query = sa.select(_terms).where(_terms.c.community == community)
        rows = (await self._sql.execute(query)).mappings()
        return Calendar(tuple(Term.model_validate(dict(row)) for row in rows))

    async def keep_terms(self, community: CommunityId, terms: Sequence[Term]) -> int:
        """Add terms to those stored; returns how many there are now."""
        for term in terms:
            row = {"community": community, **term.model_dump()}
            same = ["community", "province", "year", "number", "status"]
            await self._sql.execute(
                insert(_terms).values(row).on_conflict_do_update(index_elements=same, set_=row)
            )
        query = sa.select(sa.func.count()).where(_terms.c.community == community)
        return int((await self._sql.execute(query)).scalar_one())

    async def _read(self, *where: sa.ColumnElement[bool]) -> list[Series]:
        query = sa.select(_series).where(*where).order_by(_series.c.id).with_for_update()
        return [_whole(row) for row in (await self._sql.execute(query)).mappings()]


_SAME = tuple(set(Series.__dataclass_fields__) - {"repeats", "roles", "not_held"})


def _whole(row: Any) -> Series:
    return Series(
        **{name: row[name] for name in _SAME},
        repeats=repeats_of(Pattern.model_validate(row["pattern"])),
        roles=tuple(row["roles"]),
        not_held=tuple(datetime.fromisoformat(at) for at in row["not_held"]),
    )
