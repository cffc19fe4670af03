"""Writes rows of read copies, many at a time, keeping only the newest version of each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

Key = tuple[Any, ...]
Row = tuple[int, Mapping[str, Any]]
"""A version, and the values of the other columns that are not in the key."""

Shape = tuple[sa.Table, tuple[str, ...], tuple[str, ...]]
"""A table, the columns of its key, and the others."""


class Kept(Enum):
    """What a column holds, if not simply the newest version's value.

    Set in the column's `info`: `info=Kept.EARLIEST.marked`.
    """

    EARLIEST = "the least value of all versions"
    LATEST = "the greatest value of all versions"
    FIRST = "the newest version's; of rows of one version, the one with the least value counts"

    @property
    def marked(self) -> dict[str, "Kept"]:
        """The `info` for such a column."""
        return {_MARK: self}


_MARK = "kept"


class NewestRows:
    """Gathers rows within one transaction, the newest version of each, until they are written.

    The result is the same in whatever order and however often rows come: a row changes nothing if
    that version or a newer one is known. A column may say otherwise, see `Kept`.
    """

    def __init__(self) -> None:
        self._rows: dict[Shape, dict[Key, Row]] = {}

    def add(
        self, table: sa.Table, key: Mapping[str, Any], version: int, values: Mapping[str, Any]
    ) -> None:
        """Gather a row. The table has a column `version` and a unique index on the key."""
        rows = self._rows.setdefault((table, tuple(key), tuple(values)), {})
        known = rows.get(named := tuple(key.values()))
        rows[named] = (version, values) if known is None else _newest(table, known, version, values)

    async def write(self, connection: AsyncConnection) -> None:
        """Write what was gathered since the last write, one statement per table.

        Rows are written in order of table and key, so that two transactions writing the same rows
        cannot deadlock.
        """
        gathered, self._rows = self._rows, {}
        for shape in sorted(gathered, key=lambda shape: (shape[0].fullname, shape[2])):
            rows = sorted(gathered[shape].items(), key=itemgetter(0))
            await connection.execute(_upsert(shape), _columns(shape, rows))


@dataclass(frozen=True, slots=True)
class _Rules:
    """The columns of a table that do not simply hold the newest version's value."""

    earliest: tuple[str, ...]
    latest: tuple[str, ...]
    first: tuple[str, ...]
    arrays: tuple[str, ...]


@lru_cache(maxsize=128)
def _rules(table: sa.Table) -> _Rules:
    def marked(mark: Kept) -> tuple[str, ...]:
        return tuple(c.name for c in table.c if c.info.get(_MARK) is mark)

    arrays = tuple(c.name for c in table.c if isinstance(c.type, sa.ARRAY))
    return _Rules(marked(Kept.EARLIEST), marked(Kept.LATEST), marked(Kept.FIRST), arrays)


def _newest(table: sa.Table, known: Row, version: int, values: Mapping[str, Any]) -> Row:
    """The row that results from two with the same key."""
    rules, before = _rules(table), known[1]
    newer = version > known[0] or (
        version == known[0] and any(values[name] < before[name] for name in rules.first)
    )
    newest = (version, values) if newer else known
    if not (rules.earliest or rules.latest):
        return newest
    joined = {name: _least(values[name], before[name]) for name in rules.earliest}
    joined |= {name: _greatest(values[name], before[name]) for name in rules.latest}
    return newest[0], {**newest[1], **joined}


def _least(one: Any, other: Any) -> Any:
    """The smaller value. As in PostgreSQL's `least`, `None` is ignored."""
    return min((value for value in (one, other) if value is not None), default=None)


def _greatest(one: Any, other: Any) -> Any:
    return max((value for value in (one, other) if value is not None), default=None)


@lru_cache(maxsize=128)
def _upsert(shape: Shape) -> sa.Insert:
    """A statement with one parameter per column for any number of rows, so prepared only once."""
    table, key, values = shape
    names, arrays = (*key, "version", *values), _rules(table).arrays
    types = {n: sa.Text() if n in arrays else table.c[n].type for n in names}
    given = sa.func.unnest(
        *(sa.bindparam(f"all_{n}", type_=sa.ARRAY(t, dimensions=1)) for n, t in types.items())
    ).table_valued(*(sa.column(n, t) for n, t in types.items()), name="given")
    row = given.render_derived().c
    rows = sa.select(*(sa.cast(row[n], table.c[n].type) if n in arrays else row[n] for n in names))
    return _replacing(insert(table).from_select(names, rows), shape)


def _replacing(fresh: Insert, shape: Shape) -> sa.Insert:
    """On a conflict, do in SQL what `_newest` does in memory."""
    table, key, values = shape
    rules, excluded = _rules(table), fresh.excluded
    newer: sa.ColumnElement[bool] = table.c.version < excluded.version
    for name in rules.first:
        same = sa.and_(table.c.version == excluded.version, excluded[name] < table.c[name])
        newer = sa.or_(newer, same)
    joined: dict[str, sa.ColumnElement[Any]] = {
        **{name: sa.func.least(table.c[name], excluded[name]) for name in rules.earliest},
        **{name: sa.func.greatest(table.c[name], excluded[name]) for name in rules.latest},
    }
    changed: dict[str, sa.ColumnElement[Any]] = {
        name: sa.case((newer, excluded[name]), else_=table.c[name]) if joined else excluded[name]
        for name in ("version", *values)
    }
    other = (table.c[name].is_distinct_from(value) for name, value in joined.items())
    return fresh.on_conflict_do_update(
        index_elements=list(key), set_=changed | joined, where=sa.or_(newer, *other)
    )


def _columns(shape: Shape, rows: Sequence[tuple[Key, Row]]) -> dict[str, list[Any]]:
    table, key, values = shape
    given = {f"all_{name}": [named[n] for named, _ in rows] for n, name in enumerate(key)}
    given["all_version"] = [version for _, (version, _) in rows]
    for name in values:
        given[f"all_{name}"] = [row[name] for _, (_, row) in rows]
    for name in _rules(table).arrays:
        given[f"all_{name}"] = [_literal(value) for value in given[f"all_{name}"]]
    return given


def _literal(values: Iterable[Any]) -> str:
    """An array as a PostgreSQL literal: nested arrays would all need the same length."""
    quoted = (_QUOTED.sub(_ESCAPED, str(value)) for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


_QUOTED, _ESCAPED = re.compile(r'(["\\])'), r"\\\1"
