"""Data folders hold secrets: closed to others, and in no repository."""

import subprocess
from pathlib import Path

import pytest

from indaba.operate.local.lock import Claim

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["data", "data-demo", "data-preview"])
def test_a_data_folder_is_made_closed_to_others(tmp_path: Path, folder: str) -> None:
    claim = Claim(tmp_path / folder).take()
    claim.give_back()
    assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "folder", ["data", "data-demo", "data-preview", "data.before-20261130-140000", "data.restoring"]
)
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_git_takes_in_no_data_folder(folder: str) -> None:
    asked = ["git", "check-ignore", "--quiet", f"{folder}/secrets/accounts.json"]
    assert subprocess.run(asked, cwd=ROOT, check=False).returncode == 0
