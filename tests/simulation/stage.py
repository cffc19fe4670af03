"""A PostgreSQL for simulations, emptied between runs."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from indaba.ledger import migrations
from indaba.operate.local.engines import Postgres
from simulation.town import SERVICES

SERVER = {
    # Nobody but the seed may decide when something happens.
    "autovacuum": "off",
    "deadlock_timeout": "'1ms'",
    # Processes die here, the database never: nothing needs to reach a disk.
    "full_page_writes": "off",
    "max_wal_size": "'1GB'",
}
DATABASE = {
    "synchronous_commit": "off",
    # The same plan however often a connection has seen a statement.
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
TABLES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname IN ('public', 'ledger') AND tablename <> 'alembic_version' ORDER BY 1
"""
EMPTIED = """
DO $$
DECLARE each record; filled text := '';
BEGIN
  FOR each IN
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname IN ('public', 'ledger') AND tablename <> 'alembic_version' ORDER BY 1
  LOOP
    IF pg_relation_size(each.name::regclass) > 0 THEN filled := filled || ', ' || each.name; END IF;
  END LOOP;
  IF filled <> '' THEN EXECUTE 'TRUNCATE ' || substr(filled, 3) || ' CASCADE'; END IF;
END $$
"""


class Stage:
    """The databases of a simulated town."""

    def __init__(self, postgres: Postgres, monitor: Any) -> None:
        self.monitor = monitor
        self._sessions: dict[str, Any] = {}
        self._postgres = postgres
        self.databases: dict[str, AsyncEngine] = {}
        self.all_rows: dict[str, str] = {}

    async def build(self) -> None:
        """Make each database as its service's migrations say."""
        await self._postgres.provision(list(SERVICES))
        for name, service in SERVICES.items():
            url = self._postgres.url(name)
            await migrations.migrate(url, service.MIGRATIONS)
            for setting, value in DATABASE.items():
                await self.monitor.execute(f"ALTER DATABASE {name} SET {setting} = {value}")
            self._sessions[name] = session = await asyncpg.connect(
                host=str(self._postgres.sockets), port=5432, user=name, database=name
            )
            await session.execute("CREATE TABLE effects (kind text, key text)")
            each = " UNION ALL ".join(
                f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
                for (table,) in await session.fetch(TABLES)
            )
            # Several of PostgreSQL's workers may read the tables, and none waits for another.
            self.all_rows[name] = f"{each} ORDER BY 1"
            self.databases[name] = create_async_engine(
                url, pool_size=24, max_overflow=0, pool_use_lifo=True, hide_parameters=True
            )

    async def clear(self) -> None:
        """Nothing has happened yet."""
        for session in self._sessions.values():
            await session.execute(EMPTIED)

    async def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        """What a database holds."""
        return [tuple(row) for row in await self._sessions[service].fetch(query)]

    async def close(self) -> None:
        """Let the databases go."""
        for database in self.databases.values():
            await database.dispose()
        for session in self._sessions.values():
            await session.close()


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """A server of one's own in a folder that is removed afterwards."""
    postgres = Postgres(folder / "simulated")
    await postgres.start()
    try:
        async with postgres.superuser() as monitor:
            for name, value in SERVER.items():
                await monitor.execute(f"ALTER SYSTEM SET {name} = {value}")
            await monitor.execute("SELECT pg_reload_conf()")
            built = Stage(postgres, monitor)
            await built.build()
            yield built
            await built.close()
    finally:
        await postgres.stop()
        shutil.rmtree(postgres.folder, ignore_errors=True)
