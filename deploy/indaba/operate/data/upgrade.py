"""`indaba upgrade`: an older data folder becomes one of this version, or stays as it was."""

import hashlib
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indaba.contracts.refusal import Refusal
from indaba.operate.console import Console
from indaba.operate.data import manifest
from indaba.operate.data.migrating import behind, bring_up_to_date
from indaba.operate.data.restore import StillRunning
from indaba.operate.local import lock
from indaba.operate.local.engines.postgres import Postgres
from indaba.operate.processes import PROCESSES

FRESH = timedelta(days=1)
KEY = "secrets/passport-public.pem"


class UpgradeNeeded(Refusal):
    """Data of an older version is not touched before it is backed up."""

    code = "upgrade-needed"

    def __init__(self, data: Path, processes: list[str]) -> None:
        super().__init__(
            f"The data in {data} is of an older version ({', '.join(processes)}). Save it, then "
            "upgrade it: indaba backup FOLDER, then indaba upgrade --backup FOLDER"
        )


class NoFreshBackup(Refusal):
    """An upgrade needs a fresh backup to fall back to."""

    code = "no-fresh-backup"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"I upgrade only what was just saved: {why}. Nothing was changed. "
            "Make a backup: indaba backup FOLDER, then: indaba upgrade --backup FOLDER"
        )


async def upgrade(data: Path, backup: Path | None, saying: Console) -> None:
    """Bring all databases of a data folder to the newest schema, or none.

    Raises `StillRunning`, `NoFreshBackup` or `MigrationFailed`.
    """
    if not (data / "postgres").exists():
        raise lock.NotRunning(data)
    claim = lock.Claim(data)
    try:
        claim.take()
    except lock.AlreadyRunning:
        raise StillRunning(data) from None
    postgres = Postgres(data / "postgres")
    try:
        await postgres.start()
        await postgres.provision(tuple(PROCESSES))
        databases = {name: postgres.url(name) for name in PROCESSES}
        older = await behind(databases)
        if not older:
            saying.line("All databases are at the newest schema. Start with: make up")
            return
        saved = check_fresh(data, backup)
        await bring_up_to_date(databases, saying.step)
    finally:
        await postgres.stop()
        claim.give_back()
    saying.line(f"Upgraded {', '.join(older)}. Start with: make up")
    back = shlex.join(["indaba", "restore", str(saved), "--data", str(data), "--yes"])
    saying.line(f"The way back, with the version you had, while nothing was written since: {back}")


def check_fresh(data: Path, backup: Path | None) -> Path:
    """The backup. Raises `NoFreshBackup` unless it is whole, of this data and at most a day old."""
    if backup is None:
        raise NoFreshBackup("no backup was named")
    try:
        whole = manifest.read(backup)
    except (manifest.DamagedBackup, manifest.NewerBackup) as refusal:
        raise NoFreshBackup(f"the backup in {backup} is not whole ({refusal.code})") from None
    age = datetime.now(UTC) - whole.began_at
    if age > FRESH:
        raise NoFreshBackup(f"the backup in {backup} is {age.days} days old")
    key = data / KEY
    ours = hashlib.sha256(key.read_bytes()).hexdigest() if key.exists() else None
    if whole.files.get(KEY) != ours:
        raise NoFreshBackup(f"the backup in {backup} is of another Indaba")
    return backup
