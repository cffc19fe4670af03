"""`indaba rotate-secrets`: a new key for passports; the old one is valid until the next."""

from pathlib import Path

from indaba.contracts.refusal import Refusal
from indaba.operate.console import Console
from indaba.operate.data.restore import StillRunning
from indaba.operate.local import lock
from indaba.operate.local.engines.homeserver import write_private

GOOD = 2
"""Public keys that are good at a time: the new one, and the one before for what is under way."""


class NoKeys(Refusal):
    """There is nothing to rotate."""

    code = "no-keys"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There are no passport keys in {folder}. Is it the right folder?")


def rotate(data: Path, secrets: Path | None, saying: Console) -> None:
    """Make a new pair of keys in a data folder, or in the folder of docker-compose.yml's secrets.

    Raises `StillRunning` or `NoKeys`.
    """
    if secrets is not None:
        _rotate(secrets / "passport_private_key", secrets / "passport_public_key", mode=0o644)
        saying.line(f"Made a new passport key in {secrets}. The former one stays good for now.")
        saying.line(
            "Restart all processes, membership last. Passwords of databases: docs/operators.md"
        )
        return
    claim = lock.Claim(data)
    try:
        claim.take()
    except lock.AlreadyRunning:
        raise StillRunning(data) from None
    try:
        folder = data / "secrets"
        _rotate(folder / "passport-private.pem", folder / "passport-public.pem", mode=0o600)
    finally:
        claim.give_back()
    saying.line("Made a new passport key. The former one stays good until the next time.")
    saying.line("Start with: make up")


def _rotate(private: Path, public: Path, mode: int) -> None:
    from indaba.process.passports import new_keys, pems

    if not (private.exists() and public.exists()):
        raise NoKeys(private.parent)
    new_private, new_public = new_keys()
    former, oldest = (
        pems(private.read_text(encoding="utf-8")),
        pems(public.read_text(encoding="utf-8")),
    )
    # The very first key stays: it makes the pseudonyms by which organisations are counted.
    _put(public, new_public + "".join(oldest[: GOOD - 1]), mode)
    _put(private, new_private + former[-1], mode)


def _put(path: Path, text: str, mode: int) -> None:
    write_private(path, text)
    path.chmod(mode)
