import asyncio
import shutil
import subprocess
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
import sqlalchemy as sa
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine

from indaba.ledger import migrations
from indaba.operate.console import Console
from indaba.operate.data import secrets
from indaba.operate.data.backup import backup
from indaba.operate.data.migrating import MigrationFailed, behind, bring_up_to_date
from indaba.operate.data.restore import restore
from indaba.operate.data.upgrade import NoFreshBackup, upgrade
from indaba.operate.local.engines import Postgres
from indaba.operate.processes import PROCESSES, Process

pytestmark = pytest.mark.asyncio(loop_scope="module")
EARLIER = "library_0002"
EVENT = "0190b6b5-0000-7000-8000-000000000001"
HOOKED = '''"""Fails half way."""

from alembic import op

revision = "library_9999"
down_revision = "{last}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE half_done (id int)")
    op.execute("SELECT 1 / 0")
'''


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as an earlier version left it: the library's schema is one step behind."""
    data = tmp_path_factory.mktemp("left") / "data"
    postgres = Postgres(data / "postgres")
    await postgres.start()
    await postgres.provision(tuple(PROCESSES))
    others = {name: postgres.url(name) for name in PROCESSES if name != "library"}
    await bring_up_to_date(others)
    database = create_async_engine(postgres.url("library"))
    async with database.begin() as connection:
        await connection.run_sync(_only_to, EARLIER)
        await connection.execute(sa.text("INSERT INTO ledger.marks VALUES ('kept', 'yes')"))
        event = f"INSERT INTO ledger.journal VALUES ('{EVENT}', 'x.y.v1', now(), '{{}}')"
        await connection.execute(sa.text(event))
        await connection.execute(sa.text("INSERT INTO ledger.inbox VALUES ('done', now(), NULL)"))
    await database.dispose()
    await postgres.stop()
    secrets.passport_keys(data)
    return data


@pytest.fixture
def older(left: Path, tmp_path: Path) -> Path:
    """A copy of it to upgrade, owners and all."""
    subprocess.run(["cp", "--archive", str(left), str(tmp_path / "data")], check=True)
    return tmp_path / "data"


def _only_to(connection: sa.Connection, revision: str) -> None:
    config = migrations._config(PROCESSES["library"].migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, "ledger_0002")
    command.upgrade(config, revision)


async def _behind(data: Path) -> list[str]:
    postgres = Postgres(data / "postgres")
    await postgres.start()
    try:
        return await behind({name: postgres.url(name) for name in PROCESSES})
    finally:
        await postgres.stop()


async def _column(data: Path, query: str) -> list[Any]:
    """The first column of what the library's database answers."""
    postgres = Postgres(data / "postgres")
    await postgres.start()
    session = await asyncpg.connect(
        host=str(postgres.sockets), port=5432, user="library", database="library"
    )
    rows = await session.fetch(query)
    await session.close()
    await postgres.stop()
    return [row[0] for row in rows]


async def test_an_upgrade_asks_for_a_backup_of_today(older: Path, tmp_path: Path) -> None:
    with pytest.raises(NoFreshBackup, match="no backup was named"):
        await upgrade(older, None, Console())
    with pytest.raises(NoFreshBackup, match="not whole"):
        await upgrade(older, tmp_path / "nowhere", Console())
    assert await _behind(older) == ["library"]


async def test_an_older_data_folder_is_brought_to_this_version(older: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    await backup(older, saved, Console())

    await upgrade(older, saved, Console())

    assert await _behind(older) == []
    await upgrade(older, None, Console())  # nothing is left to do


async def test_an_older_backup_is_restored_and_its_events_are_published_again(
    older: Path, tmp_path: Path
) -> None:
    saved, data = tmp_path / "saved", tmp_path / "restored"
    await backup(older, saved, Console())

    await restore(saved, data, Console(), yes=False)

    assert await _behind(data) == []
    assert await _column(data, "SELECT id::text FROM ledger.outbox") == [EVENT]
    assert await _column(data, "SELECT key FROM ledger.inbox WHERE done_at <= now()") == ["done"]


async def test_a_backup_of_another_indaba_is_no_way_back(older: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    await backup(older, saved, Console())
    shutil.rmtree(older / "secrets")
    secrets.passport_keys(older)

    with pytest.raises(NoFreshBackup, match="of another Indaba"):
        await upgrade(older, saved, Console())


async def test_a_migration_that_fails_leaves_every_database_as_it_was(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = tmp_path / "saved"
    await backup(older, saved, Console())
    folder = tmp_path / "broken"
    library = PROCESSES["library"]
    await asyncio.to_thread(shutil.copytree, library.migrations, folder)
    [last] = migrations.heads(folder) - migrations.heads(tmp_path / "none")
    (folder / "library_9999.py").write_text(HOOKED.format(last=last))
    monkeypatch.setattr(Process, "migrations", property(lambda p: _folder(p, library, folder)))

    with pytest.raises(MigrationFailed, match="No database was changed"):
        await upgrade(older, saved, Console())

    monkeypatch.undo()
    assert await _behind(older) == ["library"]
    assert await _column(older, "SELECT to_regclass('half_done') IS NOT NULL") == [False]


def _folder(process: Process, library: Process, broken: Path) -> Path:
    return broken if process is library else _usual(process)


_usual = Process.migrations.fget  # type: ignore[attr-defined]
