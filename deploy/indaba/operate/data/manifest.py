"""What a backup holds, so that a restore can tell a whole one from a damaged or a newer one."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from indaba.contracts.refusal import Refusal
from indaba.operate.local.engines.homeserver import write_private

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`began` (ISO, UTC) is before the first dump; `schemas` maps databases to revisions."""

    format: int
    indaba: str
    postgres: int
    began: str
    schemas: dict[str, list[str]]
    files: dict[str, str]

    @property
    def began_at(self) -> datetime:
        """When the backup began."""
        return datetime.fromisoformat(self.began)


class DamagedBackup(Refusal):
    """A backup is not whole."""

    code = "damaged-backup"

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"The backup in {folder} cannot be used: {why}. Nothing was changed. "
            "Take another backup of yours."
        )


class NewerBackup(Refusal):
    """A backup was made by an Indaba that knows more than this one."""

    code = "newer-backup"

    def __init__(self, folder: Path, made_by: str, why: str) -> None:
        super().__init__(
            f"The backup in {folder} was made by Indaba {made_by}, which is newer than this one "
            f"({why}). Nothing was changed. Restore it with that version or a later one."
        )


def write(folder: Path, manifest: Manifest) -> None:
    """Last of all: a folder without it is no backup."""
    write_private(folder / NAME, json.dumps(asdict(manifest), indent=1))


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup. Raises `DamagedBackup` or `NewerBackup`."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if found["format"] > FORMAT:
            raise NewerBackup(folder, str(found["indaba"]), "its form is unknown here")
        manifest = Manifest(**found)
    except FileNotFoundError:
        raise DamagedBackup(folder, f"there is no {NAME}, so it was never finished") from None
    except (ValueError, KeyError, TypeError):
        raise DamagedBackup(folder, f"{NAME} cannot be read") from None
    there = digests(folder)
    for name, digest in manifest.files.items():
        if there.get(name) != digest:
            why = "has changed since" if name in there else "is missing"
            raise DamagedBackup(folder, f"the file {name} {why}")
    return manifest


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but the manifest, by path inside the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    return {str(path.relative_to(folder)): _digest(path) for path in files}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
