"""The tests' own databases: who is lent one used before must not notice."""

import asyncio
from typing import Any

import asyncpg
import pytest

from databases import LARGE, Databases
from indaba.ledger.migrations import heads, migrate
from indaba.operate.local.engines import Engines
from indaba.outcomes.app import MIGRATIONS
from workshop import until


@pytest.fixture
async def lender(engines: Engines) -> Databases:
    await migrate(engines.postgres.url("outcomes"), MIGRATIONS)
    return Databases(engines.postgres)


async def _do(engines: Engines, name: str, query: str) -> list[Any]:
    session = await asyncpg.connect(
        host=str(engines.postgres.sockets), port=5432, user="indaba", database=name
    )
    try:
        return list(await session.fetch(query))
    finally:
        await session.close()


@pytest.mark.parametrize("rows", [1, 20000])
async def test_a_database_lent_again_holds_nothing_of_before_and_has_its_schema(
    engines: Engines, lender: Databases, rows: int
) -> None:
    first = await lender.lend("outcomes")
    schema = await _do(engines, first, "SELECT * FROM alembic_version ORDER BY 1")
    statement = (
        "INSERT INTO ledger.journal SELECT gen_random_uuid(), 'x', now(), '{}'"
        f" FROM generate_series(1, {rows})"
    )
    await _do(engines, first, statement)
    [(size,)] = await _do(engines, first, "SELECT pg_relation_size('ledger.journal')")
    assert (size > LARGE) == (rows > 1)
    await lender.take_back(first)

    assert await lender.lend("outcomes") == first
    assert await _do(engines, first, "SELECT * FROM ledger.journal") == []
    assert await _do(engines, first, "SELECT * FROM alembic_version ORDER BY 1") == schema != []
    await engines.postgres.drop(first)


async def test_databases_at_a_schema_are_copies_of_one_and_lent_again_too(
    engines: Engines, lender: Databases
) -> None:
    first = await lender.lend(MIGRATIONS)
    second = await lender.lend(MIGRATIONS)
    assert await _revisions(engines, first) == heads(MIGRATIONS)
    await lender.take_back(first)
    assert await lender.lend(MIGRATIONS) == first != second
    assert await _revisions(engines, second) == heads(MIGRATIONS)
    for name in (first, second):
        await engines.postgres.drop(name)


async def _revisions(engines: Engines, name: str) -> frozenset[str]:
    return frozenset(
        str(version) for [version] in await _do(engines, name, "TABLE alembic_version")
    )


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE ledger.journal RENAME wire TO wired",
        "ALTER TABLE ledger.journal ALTER wire TYPE varchar",
        "CREATE TABLE more (n int)",
        "DROP TABLE ledger.journal",
        "CREATE TRIGGER x AFTER UPDATE ON ledger.marks EXECUTE FUNCTION tsvector_update_trigger()",
    ],
)
async def test_a_database_that_was_changed_is_lent_to_nobody(
    engines: Engines, lender: Databases, change: str
) -> None:
    first = await lender.lend("outcomes")
    await _do(engines, first, change)
    await lender.take_back(first)

    second = await lender.lend("outcomes")
    assert second != first
    assert not await _do(
        engines, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{first}'"
    )
    await engines.postgres.drop(second)


async def test_a_service_at_work_holds_up_the_emptying_and_does_not_break_it(
    engines: Engines, lender: Databases
) -> None:
    name = await lender.lend("outcomes")
    await _do(engines, name, "INSERT INTO ledger.marks (name, value) VALUES ('a', 'b')")
    await _do(
        engines,
        name,
        "INSERT INTO ledger.journal VALUES (gen_random_uuid(), 'x', '-infinity', '{}')",
    )
    ours = "SELECT tablename FROM pg_tables WHERE tablename IN ('marks', 'journal')"
    [(first,), (second,)] = await _do(engines, name, ours)
    touched = {
        "marks": "UPDATE ledger.marks SET name = name",
        "journal": "UPDATE ledger.journal SET id = id",
    }
    # Who has waited so long is refused, and that is not to be the service.
    await _do(engines, name, f"ALTER DATABASE {name} SET deadlock_timeout = '3s'")
    service = await asyncpg.connect(
        host=str(engines.postgres.sockets), port=5432, user="indaba", database=name
    )
    await service.execute("SET deadlock_timeout = '1min'")

    async def is_held_up() -> bool:
        return bool(await _do(engines, name, "SELECT 1 FROM pg_locks WHERE NOT granted"))

    async with lender.emptying(name) as empty:
        async with service.transaction():
            await service.execute(touched[second])
            emptied = asyncio.ensure_future(empty())
            await until(is_held_up)
            await service.execute(touched[first])
        assert await emptied
    await service.close()
    assert await _do(engines, name, "TABLE ledger.marks") == []
    assert await _do(engines, name, "TABLE ledger.journal") == []
    await engines.postgres.drop(name)
