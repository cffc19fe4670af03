"""Rows of read copies of which only the newest version counts, written many at a time."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

Key = tuple[Any, ...]
Row = tuple[int, Mapping[str, Any]]
"""Its version, and the columns that are neither that nor its key."""

Shape = tuple[sa.Table, tuple[str, ...], tuple[str, ...]]
"""A table, the columns of its key, and the others."""


class NewestRows:
    """Gathers rows within one transaction, the newest version of each, until they are written.

    In whatever order and however often they come, what is kept is the same: a row changes nothing
    where that version or a newer one is known already.
    """

    def __init__(self) -> None:
        self._rows: dict[Shape, dict[Key, Row]] = {}

    def add(
        self, table: sa.Table, key: Mapping[str, Any], version: int, values: Mapping[str, Any]
    ) -> None:
        """Keep a row in mind. The table has a column `version` and a unique index on the key."""
        rows = self._rows.setdefault((table, tuple(key), tuple(values)), {})
        known = rows.get(named := tuple(key.values()))
        if known is None or known[0] < version:
            rows[named] = (version, values)

    async def write(self, connection: AsyncConnection) -> None:
        """Write what was gathered, one statement for each table; nothing, nothing.

        By table and key in order, so that two who write the same wait for each other in turn.
        """
        gathered, self._rows = self._rows, {}
        for shape in sorted(gathered, key=lambda shape: (shape[0].fullname, shape[2])):
            rows = sorted(gathered[shape].items(), key=itemgetter(0))
            await connection.execute(_upsert(shape), _columns(shape, rows))


@lru_cache(maxsize=128)
def _upsert(shape: Shape) -> sa.Insert:
    """One parameter for each column, however many rows: prepared once."""
    table, key, values = shape
    names = (*key, "version", *values)
    columns = [table.c[name] for name in names]
    given = sa.func.unnest(
        *(sa.bindparam(f"all_{c.name}", type_=sa.ARRAY(c.type)) for c in columns)
    ).table_valued(*(sa.column(c.name, c.type) for c in columns), name="given")
    fresh = insert(table).from_select(names, sa.select(*given.render_derived().c))
    changed = {name: fresh.excluded[name] for name in ("version", *values)}
    return fresh.on_conflict_do_update(
        index_elements=list(key), set_=changed, where=table.c.version < fresh.excluded.version
    )


def _columns(shape: Shape, rows: Sequence[tuple[Key, Row]]) -> dict[str, list[Any]]:
    _, key, values = shape
    given = {f"all_{name}": [named[n] for named, _ in rows] for n, name in enumerate(key)}
    given["all_version"] = [version for _, (version, _) in rows]
    for name in values:
        given[f"all_{name}"] = [row[name] for _, (_, row) in rows]
    return given
