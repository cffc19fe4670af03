"""Notes what a merge changes, row by row, and puts it back.

The database itself notes it, by a trigger that every table of a process has: what a service does to
merge two members, now or in years, is undone without its knowing.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from indaba.contracts.ids import MemberId
from indaba.ledger import tables
from indaba.ledger.inverse import Change, Key, Keys, Row, folded, inverse, key_of
from indaba.ledger.session import Transaction

_changes = tables.changes
_OWN = (tables.merged.fullname,)
"""What of the ledger's own a merge changes; the rest is messages, which stay as they were told."""

_KEYS = """
SELECT n.nspname || '.' || c.relname AS table,
       array_agg(a.attname::text ORDER BY a.attnum)
           FILTER (WHERE i.indkey IS NULL OR a.attnum = ANY (i.indkey)) AS key,
       array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     AND NOT a.attisdropped AND a.attgenerated = ''
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind = 'r' AND c.relname <> 'alembic_version'
      AND (n.nspname = 'public' OR n.nspname || '.' || c.relname = ANY (:own))
GROUP BY 1
"""


def watch(connection: sa.Connection) -> None:
    """Have each table's changes noted while members are merged.

    Called whenever the schema has changed, so that no table is forgotten. Rows of a table without
    a primary key are known by all that is in them.
    """
    for row in connection.execute(sa.text(_KEYS), {"own": list(_OWN)}).mappings().all():
        name = _quoted(row["table"])
        key = ", ".join("'" + column.replace("'", "''") + "'" for column in row["key"])
        connection.execute(sa.text(f"DROP TRIGGER IF EXISTS note_change ON {name}"))
        connection.execute(
            sa.text(
                f"CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON {name}"
                " FOR EACH ROW WHEN (current_setting('indaba.linking', true) <> '')"
                f" EXECUTE FUNCTION ledger.note_change({key})"
            )
        )


@asynccontextmanager
async def noted(work: Transaction, gone: MemberId, *, undoable: bool) -> AsyncIterator[None]:
    """Note what is changed within the block, to be put back; not unless it is `undoable`."""
    await drop(work, gone)
    setting = sa.func.set_config("indaba.linking", str(gone) if undoable else "", sa.true())
    await work.connection.execute(sa.select(setting))
    yield
    ended = sa.func.set_config("indaba.linking", "", sa.true())
    await work.connection.execute(sa.select(ended))
    if not undoable:
        return
    keys = {name: key for name, (key, _) in (await _known(work)).items()}
    net = folded(await _noted(work, gone), keys)
    await drop(work, gone)
    rows = [
        {"gone": gone, "table": one.table, "before": one.before, "after": one.after}
        for one in (_least(change, keys) for change in reversed(net))
    ]
    if rows:
        await work.connection.execute(_changes.insert(), rows)


async def put_back(work: Transaction, gone: MemberId, member: MemberId) -> list[Change]:
    """Undo what was noted of `gone`; gives what was changed by that. Nothing is noted after."""
    known = await _known(work)
    keys = {name: key for name, (key, _) in known.items()}
    done = [c for c in folded(await _noted(work, gone), keys) if c.table in keys]
    await _present(work, done, keys, "FOR UPDATE")
    present = await _present(work, done, keys)
    undone = inverse(done, present, keys, lambda one: str(member) if one == str(gone) else one)
    for change in undone:
        await _carry_out(work, change, *known[change.table])
    await drop(work, gone)
    return undone


async def drop(work: Transaction, gone: MemberId) -> None:
    """Keep nothing of a merge."""
    await work.connection.execute(_changes.delete().where(_changes.c.gone == gone))


async def forget(work: Transaction, members: Sequence[MemberId]) -> None:
    """Keep no row that names any of these, whoever was merged."""
    for name in members:
        row = sa.func.concat(
            sa.cast(_changes.c.before, sa.Text), sa.cast(_changes.c.after, sa.Text)
        )
        named = sa.or_(_changes.c.gone == name, row.contains(str(name)))
        await work.connection.execute(_changes.delete().where(named))


async def _known(work: Transaction) -> Mapping[str, tuple[list[str], list[str]]]:
    """The primary key and the columns of each table."""
    rows = await work.connection.execute(sa.text(_KEYS), {"own": list(_OWN)})
    return {row["table"]: (row["key"], row["columns"]) for row in rows.mappings()}


async def _noted(work: Transaction, gone: MemberId) -> list[Change]:
    query = sa.select(_changes).where(_changes.c.gone == gone).order_by(_changes.c.number)
    rows = (await work.connection.execute(query)).mappings()
    return [Change(row["table"], row["before"], row["after"]) for row in rows]


def _least(change: Change, keys: Keys) -> Change:
    """Of a row that stayed, its key and what differs: nobody else's words are kept."""
    before, after = change.before, change.after
    if before is None or after is None:
        return change
    same = {n for n in before if n not in keys[change.table] and before[n] == after.get(n)}
    old, new = ({n: v for n, v in row.items() if n not in same} for row in (before, after))
    return Change(change.table, old, new)


async def _present(
    work: Transaction, done: Sequence[Change], keys: Keys, lock: str = ""
) -> dict[Key, Row]:
    """The rows as they are now, each found by its key; locked until the commit if that is said."""
    wanted: dict[str, list[dict[str, Any]]] = {}
    for change in done:
        table, values = key_of(change, keys)
        wanted.setdefault(table, []).append(dict(zip(keys[table], values, strict=True)))
    present: dict[Key, Row] = {}
    for table, rows in wanted.items():
        name = _quoted(table)
        same = " AND ".join(f"t.{_quote(column)} = k.{_quote(column)}" for column in keys[table])
        one = ("SELECT to_jsonb(t) AS row FROM", name, "t WHERE", same, "LIMIT 1", lock)
        named = f"jsonb_populate_recordset(NULL::{name}, :rows) k"
        statement = " ".join(("SELECT row FROM", named, "CROSS JOIN LATERAL (", *one, ") AS t"))
        query = sa.text(statement).bindparams(sa.bindparam("rows", rows, type_=JSONB))
        for row in (await work.connection.execute(query)).scalars():
            present[key_of(Change(table, row, None), keys)] = row
    return present


async def _carry_out(
    work: Transaction, change: Change, key: Sequence[str], columns: Sequence[str]
) -> None:
    old, row = change.before or {}, change.after or change.before or {}
    table, names = _quoted(change.table), [n for n in columns if n in row and n not in old]
    changed = [n for n in columns if n in row and n in old and row[n] != old[n]]
    given = f"jsonb_populate_record(NULL::{table}, :row)"
    its_key = ", ".join(f"t.{_quote(name)}" for name in key)
    same = " ".join((f"({its_key})", "= (SELECT", its_key, "FROM", given, "t)"))
    statement: tuple[str, ...]
    if change.after is None:
        statement = ("DELETE FROM", table, "t WHERE", same)
    elif change.before is None:
        into = (table, f"({_all(names)})", "OVERRIDING SYSTEM VALUE")
        statement = (
            "INSERT INTO",
            *into,
            "SELECT",
            _all(names),
            "FROM",
            given,
            "ON CONFLICT DO NOTHING",
        )
    elif changed:
        values = ("(SELECT", _all(changed), "FROM", given, ")")
        statement = ("UPDATE", table, "t SET", f"({_all(changed)})", "=", *values, "WHERE", same)
    else:
        return
    query = sa.text(" ".join(statement)).bindparams(sa.bindparam("row", row, type_=JSONB))
    await work.connection.execute(query)


def _all(names: Sequence[str]) -> str:
    return ", ".join(map(_quote, names))


def _quoted(table: str) -> str:
    return ".".join(map(_quote, table.split(".", 1)))


def _quote(name: str) -> str:
    """A name as in SQL; a colon would be a parameter. Raises `ValueError` for other characters."""
    if not re.fullmatch(r"\w+", name):
        raise ValueError(name)
    return f'"{name}"'
