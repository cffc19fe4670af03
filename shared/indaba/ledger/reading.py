"""Connections for statements that only read: no transaction around them, so no word to end it."""

import re
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
_DOES_MORE = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|FOR\s+(NO\s+)?KEY|FOR\s+SHARE"
    r"|pg_(try_)?advisory_\w+|set_config|nextval)\b",
    re.IGNORECASE,
)
_READING = "indaba_only_reads"


class DoesMore(Exception):  # noqa: N818 - a mistake of whoever wrote the statement
    """The statement does more than read: it needs a transaction."""


def only_reading(database: AsyncEngine) -> AsyncEngine:
    """The same pool for statements that only read, each sent alone: one round trip, not three.

    Two statements may see what was committed between them, as they do in a transaction at
    PostgreSQL's own level. Rows are not locked, whatever a statement says, as no lock would last;
    so who reads never waits for who writes. What writes or sets anything raises `DoesMore` and is
    not sent.
    """
    reading = database.execution_options(isolation_level="AUTOCOMMIT", **{_READING: True})
    event.listen(reading.sync_engine, "before_execute", _without_locks, retval=True)
    event.listen(reading.sync_engine, "before_cursor_execute", _check)
    return reading


def only_reads(connection: AsyncConnection) -> bool:
    """Whether a connection is one of those, on which no lock would last."""
    return bool(connection.sync_connection.get_execution_options().get(_READING))  # type: ignore[union-attr]


def _without_locks(_: Any, statement: Any, many: Any, one: Any, __: Any) -> tuple[Any, Any, Any]:
    if isinstance(statement, sa.Select) and statement._for_update_arg is not None:  # noqa: SLF001 - nothing else says it
        statement = statement._generate()  # noqa: SLF001 - a copy
        statement._for_update_arg = None  # noqa: SLF001 - as above
    return statement, many, one


def _check(_: Any, __: Any, statement: str, *___: Any) -> None:
    if not _only_reads(statement):
        raise DoesMore(statement)


@lru_cache(maxsize=4096)
def _only_reads(statement: str) -> bool:
    return _READS.match(statement) is not None and _DOES_MORE.search(statement) is None
