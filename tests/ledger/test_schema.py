from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from indaba.ledger import migrations
from workshop import ledger_of, rows

LATER = '''"""Of a later version."""

revision = "portal_9999"
down_revision = None
branch_labels = ("portal",)
depends_on = None


def upgrade() -> None:
    pass
'''


async def test_a_process_refuses_a_schema_it_does_not_know_in_words(
    database: Any, bus_url: str, tmp_path: Path
) -> None:
    ledger = ledger_of("portal", await database(), bus_url, migrations=tmp_path)

    with pytest.raises(migrations.SchemaUnknown, match="indaba migrate"):
        await ledger.start()

    await ledger.stop()


async def test_migrating_twice_does_nothing_the_second_time(database: Any, tmp_path: Path) -> None:
    url = await database()

    assert await migrations.migrate(url, tmp_path)
    assert not await migrations.migrate(url, tmp_path)


async def test_a_process_that_meets_a_newer_schema_says_so_and_does_not_start(
    database: Any, bus_url: str, tmp_path: Path
) -> None:
    later, now = tmp_path / "later", tmp_path / "now"
    later.mkdir()
    now.mkdir()
    (later / "portal_9999.py").write_text(LATER)
    url = await database()
    await migrations.migrate(url, later)
    ledger = ledger_of("portal", url, bus_url, migrations=now)

    with pytest.raises(migrations.SchemaUnknown, match="newer version brought it there"):
        await ledger.start()

    await ledger.stop()


async def test_a_running_process_of_the_version_before_still_finds_its_outbox(
    open_ledger: Any,
) -> None:
    ledger = await open_ledger("portal")
    event = "0190b6b5-0000-7000-8000-000000000001"
    for statement in (
        f"INSERT INTO ledger.outgoing SELECT uuid '{event}'",
        f"INSERT INTO ledger.outgoing (id) SELECT uuid '{event}' ON CONFLICT (id) DO NOTHING",
    ):
        async with ledger.database.begin() as connection:
            await connection.execute(sa.text(statement))
    assert len(await rows(ledger, "SELECT id FROM ledger.outbox")) == 1

    taken = (
        "DELETE FROM ledger.outgoing WHERE id IN"
        " (SELECT id FROM ledger.outgoing ORDER BY id LIMIT 200 FOR UPDATE SKIP LOCKED)"
        " RETURNING id::text"
    )
    async with ledger.database.begin() as connection:
        assert (await connection.execute(sa.text(taken))).scalars().all() == [event]
    assert await rows(ledger, "SELECT id FROM ledger.outbox") == []
