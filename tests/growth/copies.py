"""Many communities out of one: its rows with other ids, accounts, rooms and keys.

The rows are those that the real handlers wrote. A copy has the same ids wherever the first has,
also inside JSON, so that what belongs together does so in every copy and in every database. What is
kept of secrets are digests: those become others too, and open nothing.
"""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import asyncpg

from growth.names import OWN

TABLES = """
SELECT format('%I.%I', table_schema, table_name) AS name,
  array_agg(quote_ident(column_name) ORDER BY ordinal_position) AS columns
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema IN ('public', 'ledger') AND table_type = 'BASE TABLE'
  AND table_name <> 'alembic_version' AND is_identity = 'NO'
GROUP BY 1 ORDER BY 1
"""
UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
DIGEST = rb"\b[0-9a-f]{40,64}\b"
SPREAD = 0x9E3779B97F4A7C15
"""Odd, so that no two of the copies have the same id; near copies are far apart in an index."""

BATCH = 64
"""Copies that are sent at a time."""


class Renaming:
    """What is a community's own, in any text, and what it is called in a copy."""

    def __init__(self, texts: Iterable[str]) -> None:
        own = b"|".join(re.escape(text.encode()) for text in (OWN, *texts))
        self._own = re.compile(b"(%s|%s|%s)" % (UUID, DIGEST, own))

    def parts(self, text: bytes) -> list[bytes]:
        """The text in pieces: every second one is a community's own."""
        return self._own.split(text)

    def named(self, parts: list[bytes], number: int) -> bytes:
        """The text as it is in a copy; the community itself is number 0."""
        if not number:
            return b"".join(parts)
        names = {own: _renamed(own, number) for own in set(parts[1::2])}
        parts = parts.copy()
        parts[1::2] = [names[own] for own in parts[1::2]]
        return b"".join(parts)

    def text(self, text: str, number: int) -> str:
        return self.named(self.parts(text.encode()), number).decode()


def _renamed(own: bytes, number: int) -> bytes:
    if len(own) == 36 and own.count(b"-") == 4:
        other = int(own.replace(b"-", b""), 16) ^ (number * SPREAD % 2**62)
        digits = b"%032x" % other
        cuts = (0, 8, 12, 16, 20, 32)
        return b"-".join(digits[a:b] for a, b in pairwise(cuts))
    if len(own) >= 40:
        return b"%0*x" % (len(own), int(own, 16) ^ number)
    return b"%s%07d" % (own[:-7], number)


@dataclass
class First:
    """The rows of the first community in one database, as COPY writes them."""

    columns: dict[str, list[str]]
    rows: dict[str, list[bytes]]
    parts: dict[str, list[bytes]] = field(default_factory=dict)


class Copies:
    """Copies of the community in one database. `most_rows` of a table are copied at most."""

    def __init__(self, session: Any, first: First, renaming: Renaming) -> None:
        self._session = session
        self._first = first
        self._renaming = renaming

    @classmethod
    async def of(
        cls, session: asyncpg.Connection, renaming: Renaming, most_rows: Mapping[str, int]
    ) -> "Copies":
        """Remember the rows that are there now."""
        await session.execute("SET session_replication_role = replica")
        columns = {row["name"]: list(row["columns"]) for row in await session.fetch(TABLES)}
        first = First(columns, {})
        for name, names in columns.items():
            told = io.BytesIO()
            query = f"SELECT {', '.join(names)} FROM {name}"
            await session.copy_from_query(query, output=told)
            rows = told.getvalue().splitlines(keepends=True)[: most_rows.get(name)]
            first.rows[name] = rows
            first.parts[name] = renaming.parts(b"".join(rows))
        return cls(session, first, renaming)

    @property
    def tables(self) -> Mapping[str, int]:
        """How many rows of the first there are in each table."""
        return {name: len(rows) for name, rows in self._first.rows.items()}

    async def add(self, numbers: Mapping[str, range]) -> None:
        """Add copies to the tables named; each has numbers from 1."""
        for name, wanted in numbers.items():
            for begin in range(wanted.start, wanted.stop, BATCH):
                await self._add(name, range(begin, min(begin + BATCH, wanted.stop)))
        await self._session.execute("VACUUM (ANALYZE)")

    async def _add(self, table: str, numbers: range) -> None:
        parts = self._first.parts[table]
        source = io.BytesIO(b"".join(self._renaming.named(parts, number) for number in numbers))
        schema, _, name = table.partition(".")
        await self._session.copy_to_table(
            name.strip('"'),
            schema_name=schema,
            source=source,
            columns=[column.strip('"') for column in self._first.columns[table]],
        )
