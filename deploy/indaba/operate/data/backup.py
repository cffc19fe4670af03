"""`indaba backup`: databases, files, secrets, the homeserver we brought. Indaba may be running.

Readers are saved before the services they read, and the homeserver last. So no reader in a backup
has an event that its owner in the same backup lacks; a restore publishes the owners' events again.
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from indaba.contracts.refusal import Refusal
from indaba.operate.console import Console
from indaba.operate.data import manifest
from indaba.operate.data.closed import closed_to_others
from indaba.operate.local import lock
from indaba.operate.local.engines.postgres import Postgres, binaries
from indaba.operate.processes import ERASURES, FILES, KEYS, readers_first
from indaba.process.outside.reader import ended

SUPERUSER = "indaba"
INCOMING = "incoming"
"""Where the file store has files that are still being written."""

HOMESERVER_FILES = ("signing.key", "secrets.json", "port")


class FolderInUse(Refusal):
    """A backup needs a new or empty folder."""

    code = "folder-in-use"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The folder {folder} is not empty. A backup needs a new one, such as {folder}-2."
        )


class ToolFailed(Refusal):
    """One of PostgreSQL's own programs failed."""

    code = "tool-failed"

    def __init__(self, program: str, said: str) -> None:
        super().__init__(f"{program} could not do its work. It said: {said.strip()}")


async def backup(data: Path, folder: Path, saying: Console) -> None:
    """Make the backup in `folder`. Raises `FolderInUse`, `NotRunning` or `ToolFailed`."""
    _check(data, folder)
    with closed_to_others(folder):
        await _save(data, folder, saying)
    saying.line(f"The backup is in {folder}. It holds secrets: keep it closed to others.")


async def _save(data: Path, folder: Path, saying: Console) -> None:
    began = datetime.now(UTC)
    names = readers_first()
    async with running_postgres(data) as postgres:
        for name in names:
            await _dump(postgres, name, folder / f"{name}.dump")
            saying.step(f"Saved the database {name}")
        schemas = {name: await _schema(postgres, name) for name in names}
    _copy_secrets(data, folder)
    if (data / ERASURES).exists():
        shutil.copyfile(data / ERASURES, folder / ERASURES)
    if (data / KEYS).exists():
        await asyncio.to_thread(_copy_keys, data / KEYS, folder / KEYS)
        saying.step("Saved the keys to encrypted rooms")
    if (data / FILES).exists():
        await asyncio.to_thread(_copy_files, data / FILES, folder / FILES)
        saying.step("Saved the communities' files")
    if _has_homeserver(data):
        await asyncio.to_thread(_copy_homeserver, data / "synapse", folder / "synapse")
        saying.step("Saved the homeserver")
    manifest.write(folder, _manifest(folder, began, schemas))


def _check(data: Path, folder: Path) -> None:
    if not (data / "postgres").exists():
        raise lock.NotRunning(data)
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse(folder)


@asynccontextmanager
async def running_postgres(data: Path) -> AsyncIterator[Postgres]:
    """The PostgreSQL of a running Indaba, or one started for this purpose."""
    postgres, claim = Postgres(data / "postgres"), lock.Claim(data)
    try:
        claim.take()
    except lock.AlreadyRunning:
        yield postgres
        return
    try:
        await postgres.start()
        yield postgres
    finally:
        await postgres.stop()
        claim.give_back()


async def tool(program: str, postgres: Postgres, *words: str) -> None:
    """Run one of PostgreSQL's programs on its socket. Raises `ToolFailed`."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    process = await asyncio.create_subprocess_exec(
        binaries() / program,
        f"--host={postgres.sockets}",
        f"--username={SUPERUSER}",
        *words,
        env=ours,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = await process.communicate()
    finally:
        await ended(process)
    if process.returncode:
        raise ToolFailed(program, said.decode(errors="replace"))


async def _dump(postgres: Postgres, name: str, path: Path) -> None:
    await tool("pg_dump", postgres, "--format=custom", f"--file={path}", f"--dbname={name}")


async def _schema(postgres: Postgres, name: str) -> list[str]:
    from sqlalchemy.ext.asyncio import create_async_engine

    from indaba.ledger.migrations import revisions

    database = create_async_engine(postgres.url(name))
    try:
        return sorted(await revisions(database))
    finally:
        await database.dispose()


def _has_homeserver(data: Path) -> bool:
    return (data / "synapse" / "homeserver.db").exists()


def _copy_secrets(data: Path, folder: Path) -> None:
    if (data / "secrets").exists():
        shutil.copytree(data / "secrets", folder / "secrets")
    if (data / "trial.json").exists():
        shutil.copy2(data / "trial.json", folder / "trial.json")


def _copy_homeserver(synapse: Path, folder: Path) -> None:
    """Its database as of one instant, even during writes; its media and its keys."""
    folder.mkdir()
    _copy_database(synapse / "homeserver.db", folder / "homeserver.db")
    for name in HOMESERVER_FILES:
        shutil.copy2(synapse / name, folder / name)
    if (synapse / "media").exists():
        shutil.copytree(synapse / "media", folder / "media")


def _copy_keys(keys: Path, folder: Path) -> None:
    """Each file as of one instant, even if the bot is writing it."""
    folder.mkdir()
    for path in sorted(keys.iterdir()):
        if path.suffix == ".db":
            _copy_database(path, folder / path.name)
        elif not path.name.endswith(("-journal", "-wal", "-shm")):
            shutil.copy2(path, folder / path.name)


def _copy_files(files: Path, folder: Path) -> None:
    """Copied after the databases that refer to them. Files never change, but may be deleted.

    Half-written files are skipped, and so is a file deleted meanwhile.
    """
    folder.mkdir()
    for path in sorted(files.glob("*/*")):
        if path.parent.name == INCOMING:
            continue
        copy = folder / path.parent.name / path.name
        copy.parent.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copy2(path, copy)


def _copy_database(there: Path, copy: Path) -> None:
    """A database of SQLite's as it is at one instant."""
    address = f"file:{quote(str(there))}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _manifest(folder: Path, began: datetime, schemas: dict[str, list[str]]) -> manifest.Manifest:
    from indaba.process.release import version

    return manifest.Manifest(
        format=manifest.FORMAT,
        indaba=version(),
        postgres=major(),
        began=began.isoformat(),
        schemas=schemas,
        files=manifest.digests(folder),
    )


def major() -> int:
    """The major version of the PostgreSQL we bring."""
    return int(binaries().parent.name.removeprefix("pginstall"))
