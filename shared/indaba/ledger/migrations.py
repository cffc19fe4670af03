"""Migrates a database to the schema its process knows, and refuses to run on another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from indaba.ledger import changes
from indaba.ledger.locks import Lock

SCHEMA = Path(__file__).parent / "schema"


class SchemaUnknown(Exception):  # noqa: N818 - read by operators
    """The database's schema is older or newer than the program. The text says what to do."""


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCHEMA))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{SCHEMA / 'versions'}\n{folder}")
    return config


def heads(folder: Path) -> frozenset[str]:
    """The newest revisions that a process knows: the ledger's and its own."""
    return frozenset(ScriptDirectory.from_config(_config(folder)).get_heads())


def known(folder: Path) -> frozenset[str]:
    """Every revision that a process knows, old and new."""
    script = ScriptDirectory.from_config(_config(folder))
    return frozenset(revision.revision for revision in script.walk_revisions())


async def revisions(database: AsyncEngine) -> frozenset[str]:
    """The revisions a database is at; empty for a new database."""
    async with database.connect() as connection:
        return frozenset(await connection.run_sync(_heads_of))


def _heads_of(connection: sa.Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


async def require_current(database: AsyncEngine, process: str, folder: Path) -> None:
    """Raise `SchemaUnknown` unless the database is at the newest schema we know."""
    current, newest = await revisions(database), heads(folder)
    if current == newest:
        return
    is_newer = not current <= known(folder)
    raise SchemaUnknown(
        f"The database of {process} is at schema {_words(current)}, "
        f"this program knows {_words(newest)}. "
        + ("A newer version brought it there: run that one." if is_newer else "Run: indaba migrate")
    )


async def migrate(url: str, folder: Path) -> bool:
    """Migrate a database to the newest schema, under a lock. Whether anything was done."""
    async with migrated(url, folder) as changed:
        return changed


@asynccontextmanager
async def migrated(url: str, folder: Path) -> AsyncIterator[bool]:
    """Migrate a database under a lock. Commits after the block, or rolls back if it raises.

    Yields whether anything was done.
    """
    database = create_async_engine(url)
    try:
        async with database.begin() as connection:
            await connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({Lock.MIGRATING})"))
            before = frozenset(await connection.run_sync(_heads_of))
            behind = before != await asyncio.to_thread(heads, folder)
            if behind:
                await connection.run_sync(_upgrade, folder)
                await connection.run_sync(changes.watch)
            yield behind
    finally:
        await database.dispose()


def _upgrade(connection: sa.Connection, folder: Path) -> None:
    config = _config(folder)
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")


def _words(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
