"""`indaba status`: how each part is, from the running system and its databases."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from indaba.ledger import migrations, tables
from indaba.ledger.failures import is_passing
from indaba.operate.console import Console
from indaba.operate.installation import Installation, ready_page
from indaba.operate.processes import PROCESSES


@dataclass(frozen=True, slots=True)
class Standing:
    """How a process's database is. Counts are -1 where the database could not be asked.

    `why` is empty where all is well; `schema` and `known` are the revisions found and expected.
    """

    process: str
    why: str
    schema: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    outgoing: int = -1
    dead_letters: int = -1

    @property
    def reachable(self) -> bool:
        """Whether the database answered."""
        return self.outgoing >= 0


async def standings(databases: Mapping[str, str]) -> list[Standing]:
    """How each database is; one that is away does not hold the others up."""
    return list(await asyncio.gather(*(_standing(n, url) for n, url in databases.items())))


async def show(site: Installation, *, as_json: bool) -> None:
    """Print it, as a table or as JSON."""
    page = ready_page(site)
    said = page.get("parts", {})
    rows = [_row(each, said, site) for each in await standings(site.databases)]
    if as_json:
        told = {name: page.get(name, "") for name in ("version", "zones")}
        found = {"running": site.is_running, **told, "parts": rows}
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return
    saying = Console()
    if not site.is_running:
        saying.line(f"Indaba does not run on {site.data}. Start it with: make up")
        return
    if page:
        saying.fact("Version", page["version"])
        saying.fact("Time zones", page.get("zones", ""))
        saying.fact("Portal", site.portal)
    head = ("Part", "State", "Schema", "Waiting to be published", "Dead letters")
    saying.table(head, [_cells(row) for row in rows])


def _row(each: Standing, said: Mapping[str, str], site: Installation) -> dict[str, Any]:
    state = said.get(each.process, "" if site.data is None else "not running")
    if not each.reachable or state in ("", "ready"):
        state = each.why or state or "the database is well"
    return {**asdict(each), "state": state}


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    counts = [str(row[name]) if row[name] >= 0 else "?" for name in ("outgoing", "dead_letters")]
    name = str(row["process"]).replace("_", " ")
    return (name, row["state"], ", ".join(row["schema"]) or "none", *counts)


async def _standing(process: str, url: str) -> Standing:
    database = create_async_engine(url)
    known = tuple(sorted(await asyncio.to_thread(_known, process)))
    try:
        async with asyncio.timeout(5):
            found = tuple(sorted(await migrations.revisions(database)))
            if found != known:
                return Standing(process, _schema_words(found, known), found, known, 0, 0)
            outgoing, letters = await _counts(database)
            return Standing(process, "", found, known, outgoing, letters)
    except Exception as error:
        if isinstance(error, TimeoutError) or is_passing(error):
            return Standing(process, "the database does not answer", known=known)
        if type(error).__module__.startswith(("asyncpg", "sqlalchemy")):
            return Standing(process, f"the database says: {error}", known=known)
        raise
    finally:
        await database.dispose()


async def _counts(database: AsyncEngine) -> tuple[int, int]:
    async with database.connect() as connection:
        outgoing, letters = [
            (await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
            for table in (tables.outbox, tables.dead_letters)
        ]
    return outgoing, letters


def _known(process: str) -> frozenset[str]:
    return migrations.heads(PROCESSES[process].migrations)


def _schema_words(found: tuple[str, ...], known: tuple[str, ...]) -> str:
    named = ", ".join(found) or "none"
    return f"the schema is {named}, this program knows {', '.join(known)}"
