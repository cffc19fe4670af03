"""Databases lent to tests one after the other: emptying one is quicker than making one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from indaba.ledger.migrations import heads, migrate
from indaba.operate.local.engines import Postgres
from indaba.operate.processes import PROCESSES

LARGE = 1 << 20
TRIES = 3
AFTER_A_DEADLOCK = 0.1
"""Seconds before it is tried again, in which the service gets what it waits for."""
ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
DO $$
DECLARE each record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR each IN
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
      AND tablename NOT IN ({kept})
      AND pg_relation_size(format('%I.%I', schemaname, tablename)::regclass) > 0
  LOOP
    IF pg_relation_size(each.name::regclass) > {large} THEN
      EXECUTE 'TRUNCATE ' || each.name || ' CASCADE';
    ELSE
      EXECUTE 'DELETE FROM ' || each.name;
    END IF;
  END LOOP;
END $$
"""
SHAPE = """
SELECT md5(concat((
  SELECT string_agg(concat_ws(' ', relname, relkind, attname, atttypid, attnum), ','
    ORDER BY relnamespace, relname, attnum)
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
), (
  SELECT string_agg(concat_ws(' ', relname, tgname, tgenabled), ',' ORDER BY relname, tgname)
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal
)))
"""
"""Columns and triggers, as one word: what a test added to them would go on in others."""


_heads = cache(heads)  # reading a folder of migrations costs more than emptying a database


class Databases:
    """A test has each of its databases to itself, and finds nothing of others in it."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._like: dict[str, str] = {}
        self._shapes: dict[str, str] = {}
        self._spare: dict[str, list[str]] = {}
        self._migrated: dict[frozenset[str], str] = {}

    async def lend(self, template: str | Path | None = None) -> str:
        """The name of a new database, or of one that holds what the template holds.

        A folder of migrations is a template too: a database that they were carried out in.
        """
        if isinstance(template, Path):
            template = await self._migrated_by(template)
        if self._spare.get(template or ""):
            return self._spare[template or ""].pop()
        name = f"test_{uuid4().hex[:12]}"
        if template is None:
            await self._postgres.provision([name])
            return name
        await self._postgres.clone(template, name)
        if template in (*PROCESSES, *self._migrated.values()):
            self._like[name] = template
            self._shapes[name] = await self._shape(name)
        return name

    @asynccontextmanager
    async def lending(self) -> AsyncIterator[Callable[..., Awaitable[str]]]:
        """Lends by URL, and takes back all of it in the end."""
        lent: list[str] = []

        async def fresh(template: str | Path | None = None) -> str:
            lent.append(await self.lend(template))
            return self._postgres.url(lent[-1])

        yield fresh
        for name in reversed(lent):
            await self.take_back(name)

    async def take_back(self, name: str) -> None:
        """Dropped, or emptied for the next who wants one like it, if it has kept its shape."""
        template = self._like.get(name)
        if template is not None and await self._emptied(name) == self._shapes[name]:
            self._spare.setdefault(template, []).append(name)
        else:
            await self._postgres.drop(name)

    @asynccontextmanager
    async def emptying(self, name: str, *but: str) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
        """Each call leaves nothing in a database but its schema, and the tables of these names.

        It gives whether the schema is still what it was at first.
        """
        async with self._inside(name) as session:
            shape = await session.fetchval(SHAPE)

            async def empty() -> bool:
                await _empty(session, *but)
                return bool(await session.fetchval(SHAPE) == shape)

            yield empty

    async def _migrated_by(self, folder: Path) -> str:
        known = _heads(folder)
        if known not in self._migrated:
            name = f"like_{uuid4().hex[:12]}"
            await self._postgres.provision([name])
            await migrate(self._postgres.url(name), folder)
            self._migrated[known] = name
        return self._migrated[known]

    async def _emptied(self, name: str) -> str:
        async with self._inside(name) as session:
            await session.execute(ALONE)
            await _empty(session)
            return str(await session.fetchval(SHAPE))

    async def _shape(self, name: str) -> str:
        async with self._inside(name) as session:
            return str(await session.fetchval(SHAPE))

    @asynccontextmanager
    async def _inside(self, name: str) -> AsyncIterator[Any]:
        import asyncpg

        session = await asyncpg.connect(
            host=str(self._postgres.sockets), port=5432, user="indaba", database=name
        )
        try:
            yield session
        finally:
            await session.close()


@cache
def lender(postgres: Postgres) -> Databases:
    """All who test on a PostgreSQL lend from one: what one file gave back serves the next."""
    return Databases(postgres)


async def _empty(session: Any, *but: str) -> None:
    """Services at work may hold what we want and want what we hold: then we try again."""
    from asyncpg import DeadlockDetectedError

    kept = ", ".join(f"'{name}'" for name in ("alembic_version", *but))
    for tries_left in reversed(range(TRIES)):
        try:
            await session.execute(EMPTY.format(kept=kept, large=LARGE))
        except DeadlockDetectedError:
            if not tries_left:
                raise
            await asyncio.sleep(AFTER_A_DEADLOCK)
        else:
            return
