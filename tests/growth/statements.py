"""What statements are sent to the databases, and how PostgreSQL would carry them out."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

WAITING = ("heard_waiting", "posts_waiting", "cards_behind", "mirrors_behind")
"""Indexes of nothing but what waits to be done: they are as long as the work that is left."""


@dataclass(frozen=True)
class Statement:
    """One statement as it was sent, with its first parameters."""

    database: str
    text: str
    parameters: Any


@dataclass(frozen=True)
class Scan:
    """A table, or an index, of which all is read."""

    database: str
    table: str
    text: str

    def __str__(self) -> str:
        return f"{self.database}: all of {self.table} is read by\n{self.text}"


@contextmanager
def watched(databases: Mapping[str, AsyncEngine]) -> Iterator[list[Statement]]:
    """Collects what is sent within this."""
    sent: list[Statement] = []
    hooks = []
    for name, engine in databases.items():

        def note(
            _connection: Any,
            _cursor: Any,
            text: str,
            parameters: Any,
            _context: Any,
            executemany: bool,
            name: str = name,
        ) -> None:
            sent.append(Statement(name, text, parameters[0] if executemany else parameters))

        sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
        hooks.append((engine.sync_engine, note))
    try:
        yield sent
    finally:
        for one, note in hooks:
            sa.event.remove(one, "before_cursor_execute", note)


async def scans(database: AsyncEngine, statement: Statement) -> list[Scan]:
    """The whole tables and indexes that a statement reads."""
    if statement.text.split(None, 1)[0].upper() not in (
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "WITH",
    ):
        return []
    async with database.connect() as connection:
        asked = f"EXPLAIN (FORMAT JSON, VERBOSE) {statement.text}"
        found = (await connection.exec_driver_sql(asked, statement.parameters)).scalar_one()
    plans = json.loads(found) if isinstance(found, str) else found
    return [
        Scan(statement.database, table, statement.text) for table in _whole(plans[0]["Plan"], False)
    ]


def _whole(node: Mapping[str, Any], limited: bool) -> Iterator[str]:
    """Tables that are read from end to end. An index that is read in order up to a limit is not."""
    kind = node["Node Type"]
    limited = limited or kind == "Limit"
    by_index = kind in ("Index Scan", "Index Only Scan") and node["Index Name"] not in WAITING
    if kind == "Seq Scan" or (by_index and "Index Cond" not in node and not limited):
        yield f"{node['Schema']}.{node['Relation Name']}"
    for inner in node.get("Plans", ()):
        yield from _whole(inner, limited and kind not in ("Sort", "Aggregate", "Hash"))
