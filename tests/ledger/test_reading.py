import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from indaba.ledger.reading import DoesMore, only_reading, only_reads

Fresh = Any
MADE = "CREATE TABLE things (name text PRIMARY KEY, updated_at int)"
things = sa.table("things", sa.column("name"), sa.column("updated_at"))


@pytest.fixture
async def engine(database: Fresh) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(await database())
    async with made.begin() as connection:
        await connection.execute(sa.text(MADE))
        await connection.execute(sa.text("INSERT INTO things VALUES ('one', 1)"))
    yield made
    await made.dispose()


async def test_no_transaction_is_around_what_is_read(engine: AsyncEngine) -> None:
    state = sa.text("SELECT state FROM pg_stat_activity WHERE pid = :pid")
    states = []
    async with engine.connect() as looking:
        for database in (only_reading(engine), engine):
            async with database.connect() as connection:
                mine = await connection.execute(sa.text("SELECT pg_backend_pid()"))
                found = await looking.execute(state, {"pid": mine.scalar()})
                states.append(found.scalar())
            await looking.rollback()
    assert states == ["idle", "idle in transaction"]


async def test_who_reads_waits_for_nobody_who_writes(engine: AsyncEngine) -> None:
    locking = sa.select(things.c.name).with_for_update()
    async with engine.begin() as writer:
        await writer.execute(locking)
        async with only_reading(engine).connect() as reader:
            await reader.execute(sa.text("SELECT 1"))
            names = (await reader.execute(locking)).scalars().all()
    assert names == ["one"]
    assert "FOR UPDATE" in str(locking)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO things VALUES ('two', 2)",
        "UPDATE things SET updated_at = 2",
        "DELETE FROM things",
        "TRUNCATE things",
        "SET LOCAL statement_timeout = 1",
        "LOCK TABLE things",
        "SELECT name FROM things FOR UPDATE",
        "SELECT name FROM things FOR NO KEY UPDATE",
        "SELECT name FROM things FOR SHARE",
        "SELECT pg_advisory_xact_lock(1)",
        "SELECT pg_try_advisory_xact_lock_shared(1)",
        "SELECT set_config('statement_timeout', '1', true)",
        "WITH gone AS (DELETE FROM things RETURNING name) SELECT name FROM gone",
        "WITH new AS (INSERT INTO things VALUES ('two', 2) RETURNING name) SELECT name FROM new",
    ],
)
async def test_what_does_more_is_not_sent(engine: AsyncEngine, statement: str) -> None:
    async with only_reading(engine).connect() as connection:
        with pytest.raises(DoesMore):
            await connection.execute(sa.text(statement))
    async with engine.connect() as connection:
        assert [*await connection.execute(sa.select(things))] == [("one", 1)]


async def test_a_column_may_be_called_what_it_likes(engine: AsyncEngine) -> None:
    async with only_reading(engine).connect() as connection:
        found = await connection.execute(sa.text("SELECT updated_at FROM things AS updates"))
        assert found.scalar() == 1


async def test_the_connection_writes_again_for_the_next_who_takes_it(engine: AsyncEngine) -> None:
    async with only_reading(engine).connect() as connection:
        assert only_reads(connection)
        await connection.execute(sa.select(things.c.name))
    async with engine.connect() as connection:
        assert not only_reads(connection)
        await connection.execute(sa.text("UPDATE things SET updated_at = 5"))
        await connection.rollback()
        assert (await connection.execute(sa.select(things.c.updated_at))).scalar() == 1


def test_nothing_that_is_not_a_reading_opens_a_connection_without_a_transaction() -> None:
    """`connect()` on what writes would send a BEGIN and a ROLLBACK around every question."""
    root = Path(__file__).parents[2]
    held_for_locks = {"lease.py", "shards.py", "migrations.py"}
    found = {
        f"{path.name}: {line.strip()}"
        for folder in ("shared", "services", "bots")
        for path in (root / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"database\.connect\(\)", line) and path.name not in held_for_locks
    }
    assert found == set()
