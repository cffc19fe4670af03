"""Other bots on the same homeserver, each a process of its own that can be killed."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NIO = HERE.parent / "bench" / "echo_bot.py"
MAUBOT = ROOT / ".venv-maubot" / "bin" / "python"


class Peer:
    """A bot with an account and a token, begun and killed like ours."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self._command = command
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=log, stderr=log
            )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def nio(folder: Path, homeserver: str, account: str, token: str) -> Peer:
    """matrix-nio's loop as its documentation shows it."""
    folder.mkdir(parents=True)
    return Peer(
        "a bare matrix-nio loop", [sys.executable, str(NIO), homeserver, account, token], folder
    )


def maubot(folder: Path, homeserver: str, account: str, token: str) -> Peer | None:
    """maubot by itself, with its own store; `None` where its environment is not there."""
    if not MAUBOT.exists():
        return None
    folder.mkdir(parents=True)
    credentials = {"id": account, "homeserver": homeserver, "access_token": token, "device_id": ""}
    user = {
        "credentials": credentials,
        "sync": True,
        "appservice": False,
        "hs_token": "",
        "autojoin": True,
        "displayname": "disable",
        "avatar_url": "disable",
        "ignore_initial_sync": True,
        "ignore_first_sync": False,
    }
    config = {
        "user": user,
        "database": "sqlite:bot.db",
        "database_opts": {},
        "crypto_db_pickle_key": "none",
        "logging": {"version": 1},
    }
    (folder / "config.yaml").write_text(json.dumps(config))
    plugin = str(HERE / "maubot_echo" / "maubot.yaml")
    command = [str(MAUBOT), "-m", "maubot.standalone", "-c", "config.yaml", "-m", plugin]
    return Peer("maubot", command, folder)
