"""The secrets of a data folder: made once, readable by their owner only."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from indaba.operate.local.engines.homeserver import write_private

FOLDER = "secrets"


@dataclass(frozen=True, slots=True)
class Account:
    """A chat account we made. `token` is empty before its first login."""

    user: str
    user_id: str
    password: str
    token: str
    device_id: str


def folder_of(data: Path) -> Path:
    """The folder of secrets, made 0700 on first use."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def passport_keys(data: Path) -> tuple[str, str]:
    """The private and the public key, made on first use."""
    folder = folder_of(data)
    private, public = folder / "passport-private.pem", folder / "passport-public.pem"
    if not (private.exists() and public.exists()):
        from indaba.process.passports import new_keys

        for path, key in zip((private, public), new_keys(), strict=True):
            write_private(path, key)
    return private.read_text(encoding="utf-8"), public.read_text(encoding="utf-8")


def new_password() -> str:
    """A password nobody has to type."""
    return secrets.token_urlsafe(24)


def accounts(data: Path) -> dict[str, Account]:
    """The accounts made so far, by user name; empty if there are none."""
    try:
        known = json.loads((data / FOLDER / "accounts.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {user: Account(**account) for user, account in known.items()}


def keep_accounts(data: Path, known: dict[str, Account]) -> None:
    """Replace what is kept."""
    text = json.dumps({user: asdict(account) for user, account in known.items()}, indent=1)
    write_private(folder_of(data) / "accounts.json", text)
