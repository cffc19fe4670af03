from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from indaba.operate.console import Console
from indaba.operate.data.backup import backup
from indaba.operate.data.manifest import DamagedBackup
from indaba.operate.data.restore import restore
from indaba.process.file_store import FileStore

WORDS = b"%PDF-1.7 fractions with bottle tops"
SAYING = Console()


async def _bytes(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_saved_files_are_there_after_a_restore_and_half_written_ones_are_not(
    house: Any, tmp_path: Path
) -> None:
    files = FileStore(house.data / "files")
    file = await files.put(_bytes(WORDS), name="tops.pdf")
    half = house.data / "files" / "incoming" / "half"
    half.write_bytes(b"%PDF")
    await backup(house.data, tmp_path / "backup", SAYING)
    half.unlink()
    await restore(tmp_path / "backup", tmp_path / "data", SAYING, yes=False)
    again = FileStore(tmp_path / "data" / "files")
    with again.open(file.digest) as kept:
        assert kept.read() == WORDS
    assert again.put_at(file.digest) == files.put_at(file.digest)
    for folder in (tmp_path / "backup" / "files", again.folder):
        assert folder.stat().st_mode & 0o077 == 0
        assert [path.name for path in folder.rglob("*") if path.is_file()] == [file.digest]


async def test_a_backup_that_lost_a_saved_file_is_refused(house: Any, tmp_path: Path) -> None:
    file = await FileStore(house.data / "files").put(_bytes(WORDS), name="tops.pdf")
    await backup(house.data, tmp_path / "backup", SAYING)
    FileStore(tmp_path / "backup" / "files").remove(file.digest)
    with pytest.raises(DamagedBackup):
        await restore(tmp_path / "backup", tmp_path / "data", SAYING, yes=False)
    assert not (tmp_path / "data").exists()


async def test_an_indaba_without_saved_files_is_backed_up_and_restored(
    house: Any, tmp_path: Path
) -> None:
    files = house.data / "files"
    if files.exists():
        files.rename(house.data / "elsewhere")
    try:
        await backup(house.data, tmp_path / "backup", SAYING)
    finally:
        if (house.data / "elsewhere").exists():
            (house.data / "elsewhere").rename(files)
    await restore(tmp_path / "backup", tmp_path / "data", SAYING, yes=False)
    assert not (tmp_path / "data" / "files").exists()
