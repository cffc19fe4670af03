import asyncio
import json
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from indaba.operate.console import Console
from indaba.operate.data import manifest
from indaba.operate.data.backup import FolderInUse, backup
from indaba.operate.data.manifest import DamagedBackup, NewerBackup
from indaba.operate.data.restore import DataThere, StillRunning, restore
from indaba.operate.local.engines import Postgres
from indaba.operate.local.lock import Claim
from operate.house import open_to_others

SAYING = Console()
EVENT = """INSERT INTO ledger.journal VALUES ($1, 'x.y.v1', now(), '{}')"""


async def _session(data: Path, database: str) -> Any:
    sockets = str(Postgres(data / "postgres").sockets)
    return await asyncpg.connect(host=sockets, user=database, database=database, port=5432)


async def _keep_writing(data: Path) -> None:
    session = await _session(data, "library")
    with suppress(asyncio.CancelledError):
        while True:
            await session.execute(
                "INSERT INTO ledger.inbox VALUES (gen_random_uuid()::text, now(), NULL)"
            )
            await asyncio.sleep(0.001)
    await session.close()


async def _keys(data: Path) -> set[str]:
    session = await _session(data, "library")
    found = {row["key"] for row in await session.fetch("SELECT key FROM ledger.inbox")}
    await session.close()
    return found


@pytest.fixture(scope="session")
def backed_up(house: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A backup taken while a running Indaba was written to; and what was there before it."""
    folder = tmp_path_factory.mktemp("backups") / "first"

    async def save() -> set[str]:
        writing = asyncio.create_task(_keep_writing(house.data))
        await asyncio.sleep(0.3)
        before = await _keys(house.data)
        session = await _session(house.data, "library")
        await session.execute(EVENT, "0190b6b5-0000-7000-8000-000000000001")
        await session.close()
        await backup(house.data, folder, SAYING)
        writing.cancel()
        await asyncio.wait({writing})
        return before

    loop = asyncio.new_event_loop()
    before = loop.run_until_complete(save())
    loop.close()
    return folder, before


def test_a_backup_is_closed_to_others(backed_up: tuple[Path, set[str]]) -> None:
    folder, _ = backed_up
    assert open_to_others(folder) == []
    named = {path.name for path in folder.iterdir()}
    assert {"manifest.json", "library.dump", "secrets", "synapse"} <= named


async def test_what_was_there_before_a_backup_is_there_after_a_restore(
    backed_up: tuple[Path, set[str]], house: Any, tmp_path: Path
) -> None:
    folder, before = backed_up
    data = tmp_path / "data"
    await restore(folder, data, SAYING, yes=False)
    postgres = Postgres(data / "postgres")
    await postgres.start()
    try:
        assert before <= await _keys(data)
        session = await _session(data, "library")
        waiting = [str(row["id"]) for row in await session.fetch("SELECT id FROM ledger.outbox")]
        assert "0190b6b5-0000-7000-8000-000000000001" in waiting
        oldest = await session.fetchval("SELECT now() - min(done_at) FROM ledger.inbox")
        assert oldest.total_seconds() < 120
        await session.close()
    finally:
        await postgres.stop()
    for name in ("accounts.json", "passport-private.pem"):
        kept = house.data / "secrets" / name
        assert (data / "secrets" / name).read_text() == kept.read_text()
    assert not (data / "valkey").exists()
    with closing(sqlite3.connect(data / "synapse" / "homeserver.db")) as homeserver:
        users = {row[0] for row in homeserver.execute("SELECT name FROM users")}
    assert "@thandi:indaba.localhost" in users


async def test_a_running_indaba_is_not_restored_over(
    backed_up: tuple[Path, set[str]], house: Any
) -> None:
    with pytest.raises(StillRunning):
        await restore(backed_up[0], house.data, SAYING, yes=True)


async def test_data_that_is_there_is_kept_aside_and_only_when_asked(
    backed_up: tuple[Path, set[str]], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "precious").write_text("mine")
    with pytest.raises(DataThere):
        await restore(backed_up[0], data, SAYING, yes=False)
    assert (data / "precious").read_text() == "mine"
    await restore(backed_up[0], data, SAYING, yes=True)
    (aside,) = tmp_path.glob("data.before-*")
    assert aside.stat().st_mode & 0o777 == 0o700
    assert (aside / "precious").read_text() == "mine"
    assert not (data / "precious").exists()
    assert (data / "postgres").exists()


@pytest.mark.parametrize("harm", ["changed", "missing", "unfinished"])
async def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    backed_up: tuple[Path, set[str]], tmp_path: Path, harm: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(backed_up[0], folder)
    dump = folder / "library.dump"
    match harm:
        case "changed":
            dump.write_bytes(dump.read_bytes()[:-1] + b"x")
        case "missing":
            dump.unlink()
        case "unfinished":
            (folder / "manifest.json").unlink()
    with pytest.raises(DamagedBackup):
        await restore(folder, tmp_path / "data", SAYING, yes=True)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "newer",
    [{"format": 99}, {"postgres": 99}, {"schemas": {"library": ["library_0099"]}}],
)
async def test_a_backup_of_a_newer_indaba_is_refused(
    backed_up: tuple[Path, set[str]], tmp_path: Path, newer: dict[str, Any]
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(backed_up[0], folder)
    path = folder / manifest.NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | newer))
    with pytest.raises(NewerBackup):
        await restore(folder, tmp_path / "data", SAYING, yes=True)
    assert not (tmp_path / "data").exists()


async def test_a_backup_does_not_mix_with_another(
    backed_up: tuple[Path, set[str]], house: Any
) -> None:
    with pytest.raises(FolderInUse):
        await backup(house.data, backed_up[0], SAYING)


async def test_an_indaba_that_does_not_run_is_backed_up_too(
    backed_up: tuple[Path, set[str]], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    await restore(backed_up[0], data, SAYING, yes=False)
    await backup(data, tmp_path / "second", SAYING)
    assert manifest.read(tmp_path / "second").schemas == manifest.read(backed_up[0]).schemas
    Claim(data).take().give_back()
