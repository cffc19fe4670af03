import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from indaba.matrix_bot.crypto import Keyring
from indaba.operate.console import Console
from indaba.operate.data.backup import backup
from indaba.operate.data.restore import restore
from indaba.operate.installation import Installation
from indaba.operate.observe.doctor import keys_findings

BOT, DEVICE = "@indaba:example.org", "PHONE"


def _identity(folder: Path) -> str:
    keyring = Keyring(str(folder), BOT)
    keyring.open(DEVICE)
    own = str(keyring.machine.account.identity_keys["ed25519"])
    keyring.close()
    return own


def _rights(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:o}"


async def test_the_keys_of_a_running_bot_are_backed_up_and_put_back_closed_to_others(
    house: Any, tmp_path: Path
) -> None:
    (kept,) = (house.data / "keys").glob("*.db")
    await backup(house.data, tmp_path / "backup", Console())
    await restore(tmp_path / "backup", tmp_path / "data", Console(), yes=False)
    for folder in (house.data / "keys", tmp_path / "backup" / "keys", tmp_path / "data" / "keys"):
        assert _rights(folder) == "700"
        assert _rights(folder / kept.name) == "600"
        with closing(sqlite3.connect(folder / kept.name)) as keys:
            assert keys.execute("SELECT user_id FROM accounts").fetchone()[0].startswith("@indaba")
    assert "the folder of the bot's keys" in house.do("doctor").stdout


def test_a_device_keeps_its_keys_and_another_device_gets_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = _identity(folder)
    assert _identity(folder) == first
    other = Keyring(str(folder), BOT)
    other.open("TABLET")
    assert other.machine.account.identity_keys["ed25519"] != first
    other.close()
    assert _rights(folder) == "700"
    assert {_rights(path) for path in folder.iterdir()} == {"600"}


@pytest.mark.parametrize(("rights", "is_ok"), [(0o700, True), (0o755, False)])
def test_a_folder_of_keys_that_is_open_to_others_is_a_trouble(
    tmp_path: Path, rights: int, is_ok: bool
) -> None:
    folder = tmp_path / "keys"
    _identity(folder)
    folder.chmod(rights)
    (found,) = keys_findings(_site(tmp_path, folder))
    assert found.ok is is_ok
    assert str(folder) in found.what


def test_a_folder_of_keys_that_is_gone_is_a_trouble(tmp_path: Path) -> None:
    (found,) = keys_findings(_site(tmp_path, tmp_path / "keys"))
    assert not found.ok
    assert "backup" in found.next


def _site(data: Path, keys: Path) -> Installation:
    return Installation({}, "", homeserver="https://example.org", data=data, keys=keys)
