"""`indaba restore`: a backup becomes the data folder; the existing data is moved aside."""

import logging
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from indaba.contracts.refusal import Refusal
from indaba.membership.timers.erasures_file import add_to
from indaba.operate.console import Console
from indaba.operate.data import manifest
from indaba.operate.data.backup import major, tool
from indaba.operate.data.manifest import Manifest, NewerBackup
from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.data.reapply_erasures import erase_again, lists
from indaba.operate.data.vacuum import sweep_postgres
from indaba.operate.local import lock
from indaba.operate.local.engines.postgres import Postgres
from indaba.operate.processes import ERASURES, FILES, KEYS, PROCESSES, readers_first
from indaba.process import logs

TOLD_AGAIN = timedelta(hours=48)
"""How far back from the backup events are published again; inboxes remember longer."""


class StillRunning(Refusal):
    """Indaba must not run during a restore."""

    code = "still-running"

    def __init__(self, data: Path) -> None:
        super().__init__(f"Indaba runs on {data}. Stop it first (Ctrl-C where it was started).")


class DataThere(Refusal):
    """The data folder holds something already."""

    code = "data-there"

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"The folder {data} holds data. Add --yes to put the backup in its place; "
            "what is there is kept aside, nothing is deleted."
        )


async def restore(
    folder: Path, data: Path, saying: Console, *, yes: bool, erasures: Path | None = None
) -> None:
    """Put the backup in the place of the data folder. Whatever fails, that stays as it was.

    The bus is left behind on purpose: events around the backup are published again, and inboxes
    recognise what they have handled. People erased since are erased again, by all lists of the
    erased that are found: the data's, those of backups beside this one, and `erasures`.
    """
    whole = manifest.read(folder)
    _check_known(folder, whole)
    claim = lock.Claim(data)
    try:
        claim.take()
    except lock.AlreadyRunning:
        raise StillRunning(data) from None
    try:
        occupied = _is_occupied(data)
        if occupied and not yes:
            raise DataThere(data)
        listed = lists(folder, data, erasures)
        aside = _begun(folder, data)
        await _fill(folder, aside, whole, saying, listed)
        _swap(data, aside, saying, keep=occupied)
    finally:
        claim.give_back()
    saying.line(f"Restored into {data}. Start with: make up")


def _check_known(folder: Path, whole: Manifest) -> None:
    """Raise `NewerBackup` if the backup is from a newer version."""
    from indaba.ledger.migrations import known

    if whole.postgres > major():
        raise NewerBackup(folder, whole.indaba, f"PostgreSQL {whole.postgres}")
    for name, found in whole.schemas.items():
        if name not in PROCESSES:
            continue
        if unknown := sorted(set(found) - known(PROCESSES[name].migrations)):
            raise NewerBackup(folder, whole.indaba, f"schema {', '.join(unknown)} of {name}")


def _is_occupied(data: Path) -> bool:
    return any(path.name != "indaba.lock" for path in data.iterdir())


def _begun(folder: Path, data: Path) -> Path:
    """A new folder beside the data, with all that is plain files."""
    aside = data.with_name(f"{data.name}.restoring")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    for name in ("secrets", "synapse", FILES):
        if (folder / name).exists():
            shutil.copytree(folder / name, aside / name)
    if (folder / KEYS).exists():
        _put_keys(folder / KEYS, aside / KEYS)
    if (folder / "trial.json").exists():
        shutil.copy2(folder / "trial.json", aside / "trial.json")
    return aside


def _put_keys(keys: Path, folder: Path) -> None:
    from indaba.matrix_bot.crypto import retire_lines

    folder.mkdir(mode=0o700)
    for path in keys.iterdir():
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(0o600)
    for path in folder.glob("*.db"):
        retire_lines(path)


async def _fill(
    folder: Path, aside: Path, whole: Manifest, saying: Console, listed: frozenset[str]
) -> None:
    """Bring the databases back, and an older backup to this version's schema."""
    postgres = Postgres(aside / "postgres")
    await postgres.start()
    restored = []
    try:
        await postgres.provision(tuple(PROCESSES))
        for name in readers_first():
            dump = folder / f"{name}.dump"
            if not dump.exists():  # a process that the backup is older than
                continue
            await tool("pg_restore", postgres, "--exit-on-error", f"--dbname={name}", str(dump))
            if whole.schemas.get(name):
                restored.append(name)
            saying.step(f"Restored the database {name}")
        await bring_up_to_date({name: postgres.url(name) for name in PROCESSES})
        for name in restored:
            await _bring_to_now(postgres, name, whole.began_at)
        await _erase_again(postgres, aside, listed, saying)
    finally:
        await postgres.stop()


async def _erase_again(
    postgres: Postgres, aside: Path, listed: frozenset[str], saying: Console
) -> None:
    """Erase again everybody erased since the backup."""
    databases = {name: postgres.url(name) for name in PROCESSES}
    add_to(aside / ERASURES, listed)
    logs.configure(level=logging.WARNING)
    if count := await erase_again(databases, aside, listed):
        await sweep_postgres(postgres)
        saying.step(f"Erased again who was erased since the backup: {count}")


async def _bring_to_now(postgres: Postgres, name: str, began: datetime) -> None:
    """Extend the inboxes' memory by the backup's age, and publish events around it again.

    The database is at the newest schema.
    """
    session = await asyncpg.connect(host=str(postgres.sockets), port=5432, user=name, database=name)
    try:
        passed = datetime.now(UTC) - began
        await session.execute("UPDATE ledger.inbox SET done_at = done_at + $1", passed)
        await session.execute(
            "INSERT INTO ledger.outbox (id) SELECT id FROM ledger.journal"
            " WHERE occurred_at > $1 ON CONFLICT DO NOTHING",
            began - TOLD_AGAIN,
        )
    finally:
        await session.close()


def _swap(data: Path, aside: Path, saying: Console, *, keep: bool) -> None:
    if keep:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        before = data.rename(data.with_name(f"{data.name}.before-{stamp}"))
        before.chmod(0o700)
        saying.line(f"What was there is kept in {before}")
    else:
        shutil.rmtree(data)
    aside.rename(data)
