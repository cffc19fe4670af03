"""`indaba export`: all of a community as files that need no Indaba: JSON, CSV, ICS, Markdown."""

# ruff: noqa: S608 - the names in queries come from the catalogue and from this file

import csv
import json
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from indaba.contracts.refusal import Refusal
from indaba.ledger.session import Session
from indaba.operate.console import Console
from indaba.operate.data.backup import running_postgres
from indaba.operate.data.closed import closed_to_others
from indaba.operate.installation import Installation
from indaba.operate.naming import the_one_meant
from indaba.operate.processes import FILES, Kind, of_kind

FORMULA = ("=", "+", "-", "@", "\t", "\r")
OF = {"meeting": "meetings", "resource": "resources", "vote": "votes"}
"""Tables that have no community of their own, by the column that leads to one which has."""

NOT_TOLD = {"found_by", "words", "door"}
"""Columns that are computed, or are secrets."""

COLUMNS = """SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
WHERE table_schema = 'public' GROUP BY table_name ORDER BY table_name"""
MEMBERS = """SELECT m.member, m.role, m.joined_at, a.platform, a.account
FROM memberships m JOIN accounts a ON a.member = m.member WHERE m.community = $1
ORDER BY m.joined_at, a.platform, a.account"""
README = """This is all that Indaba knows of the community "{name}".

community.json   everything, by service and table
csv/             the same as tables, for a spreadsheet
calendar.ics     its meetings, for a calendar
meetings.md      its meetings with their minutes, decisions and actions
library.md       its library
files/           the files in its library; library.md says which is which

It holds personal data (members' accounts, what they said). Whoever has it answers for it
(POPIA, GDPR): keep it closed to others, and delete it when it is needed no more.
"""
Tables = dict[str, dict[str, list[dict[str, Any]]]]


class _Row(NamedTuple):
    id: UUID
    name: str
    key: str


class NoSuchCommunity(Refusal):
    """There is no community of that name."""

    code = "no-such-community"

    def __init__(self, named: str, known: list[str]) -> None:
        super().__init__(
            f"There is no community called {named!r}. Known: {', '.join(known) or 'none'}."
        )


class FolderInUse(Refusal):
    """An export needs a new or empty folder."""

    code = "folder-in-use"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"The folder {folder} is not empty. Name a new one for the export.")


async def export(site: Installation, named: str, folder: Path, saying: Console) -> None:
    """Write everything a community has into `folder`.

    Raises `NoSuchCommunity`, `SeveralOfThatName` or `FolderInUse`.
    """
    _check_empty(folder)
    async with AsyncExitStack() as engines:
        if site.data is not None:
            await engines.enter_async_context(running_postgres(site.data))
        tables = await _gathered(site.databases, named)
        calendar = await _calendar(site.databases["portal"], tables)
    files = site.data / FILES if site.data is not None else site.files
    with closed_to_others(folder):
        _write(folder, tables, calendar)
        missing = _copy_files(tables, files, folder / "files")
    saying.line(f"Exported {named} into {folder}. It holds personal data: keep it closed.")
    if missing:
        saying.line(f"{missing} files are not on this machine; copy them from the files folder.")


def _check_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse(folder)


async def _gathered(databases: Mapping[str, str], named: str) -> Tables:
    """Rows by service and table."""
    found: Tables = {}
    names = of_kind(Kind.SERVICE)
    sessions = {n: await asyncpg.connect(databases[n].replace("+asyncpg", "")) for n in names}
    try:
        key = await _key_of(sessions["membership"], named)
        for name, session in sessions.items():
            async with session.transaction(isolation="repeatable_read", readonly=True):
                found[name] = await _tables(session, key)
        own = await sessions["membership"].fetch("SELECT * FROM communities WHERE id = $1", key)
        found["membership"]["communities"] = _plain(own)
        found["membership"]["members"] = _plain(await sessions["membership"].fetch(MEMBERS, key))
    finally:
        for session in sessions.values():
            await session.close()
    return found


async def _key_of(session: Any, named: str) -> Any:
    rows = await session.fetch("SELECT id, name, key FROM communities ORDER BY name")
    known = [_Row(row["id"], row["name"], row["key"]) for row in rows]
    meant = the_one_meant(named, known)
    if meant is None:
        raise NoSuchCommunity(named, [each.name for each in known])
    return meant.id


async def _tables(session: Any, community: Any) -> dict[str, list[dict[str, Any]]]:
    columns = {name: set(names) for name, names in await session.fetch(COLUMNS)}
    found = {}
    for table, names in columns.items():
        if table in ("codes", "sign_ins", "communities"):
            continue
        if "community" in names:
            query = f'SELECT * FROM "{table}" WHERE community = $1'
        else:
            leads = next((c for c, to in OF.items() if c in names and to in columns), None)
            if leads is None:
                continue
            query = _led(table, leads, columns)
        if rows := _plain(await session.fetch(query, community)):
            found[table] = rows
    return found


def _led(table: str, leads: str, columns: Mapping[str, set[str]]) -> str:
    """The query for a table that leads to the community over another, or over two."""
    to = OF[leads]
    inner = f'SELECT id FROM "{to}" WHERE community = $1'
    if "community" not in columns[to]:
        ours = "SELECT id FROM meetings WHERE community = $1"
        inner = f'SELECT id FROM "{to}" WHERE meeting IN ({ours})'
    return f'SELECT * FROM "{table}" WHERE "{leads}" IN ({inner})'


def _plain(rows: Any) -> list[dict[str, Any]]:
    """JSON-ready, in a steady order."""
    plain = [{k: _value(v) for k, v in row.items() if k not in NOT_TOLD} for row in rows]
    return sorted(plain, key=lambda row: json.dumps(row, sort_keys=True))


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | list):
        return value
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


async def _calendar(url: str, tables: Tables) -> bytes:
    """The community's calendar, as the portal gives it."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from indaba.portal.calendar import feed
    from indaba.portal.entries import Reader
    from indaba.portal.store import Store
    from indaba.process.world import RealWorld

    database, now = create_async_engine(url), RealWorld().now()
    try:
        async with database.connect() as sql:
            store = Store(Session(sql, now))
            key = tables["membership"]["communities"][0]["key"]
            community = await store.community(key)
            if community is None:
                return b""
            meetings, series = await store.for_calendars(community.id)
            return feed(community, meetings, "", series, reader=Reader.at(now))
    finally:
        await database.dispose()


def _write(folder: Path, tables: Tables, calendar: bytes) -> None:
    from indaba.operate.data.export_pages import library_page, meetings_page

    name = tables["membership"]["communities"][0]["name"]
    (folder / "README.txt").write_text(README.format(name=name), encoding="utf-8")
    text = json.dumps(tables, indent=1, ensure_ascii=False)
    (folder / "community.json").write_text(text + "\n", encoding="utf-8")
    (folder / "calendar.ics").write_bytes(calendar)
    (folder / "meetings.md").write_text(meetings_page(tables), encoding="utf-8")
    (folder / "library.md").write_text(library_page(tables), encoding="utf-8")
    (folder / "csv").mkdir()
    for service, found in tables.items():
        for table, rows in found.items():
            _write_csv(folder / "csv" / f"{service}-{table}.csv", rows)


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [])
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: Any) -> Any:
    """What a spreadsheet will not take for a formula (CWE-1236)."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(FORMULA) else text


def _copy_files(tables: Tables, files: Path | None, folder: Path) -> int:
    """The files of published resources under readable names; how many are not here."""
    from indaba.operate.data.export_pages import file_name

    missing = 0
    for row in tables["library"].get("resources", []):
        if not row["file"] or row["status"] != "published":
            continue
        digest = row["file"]["digest"]
        source = files / digest[:2] / digest if files else None
        if source is None or not source.is_file():
            missing += 1
            continue
        folder.mkdir(exist_ok=True)
        shutil.copyfile(source, folder / file_name(row))
    return missing
