"""One Indaba per data folder: who runs it, and where it is found."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from indaba.contracts.refusal import Refusal
from indaba.operate.local.engines.homeserver import write_private

DEFAULT_DATA = Path("data")


@dataclass(frozen=True, slots=True)
class Running:
    """How to reach a running Indaba. Texts are empty for what it does not have."""

    pid: int
    portal: str
    health: str
    homeserver: str
    room: str
    since: str


class AlreadyRunning(Refusal):
    """A second Indaba was started on a data folder."""

    code = "already-running"

    def __init__(self, data: Path, running: Running | None) -> None:
        where = f" (process {running.pid}, {running.portal})" if running else ""
        super().__init__(
            f"Indaba already runs on {data}{where}. Use that one, stop it with Ctrl-C where it "
            "was started, or give this one a folder of its own: indaba up --data FOLDER",
            data=str(data),
        )


class NotRunning(Refusal):
    """Something needs a running Indaba."""

    code = "not-running"

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"Indaba does not run on {data}. Start it in another terminal with: make up",
            data=str(data),
        )


class Claim:
    """The right to work on a data folder. It ends with the process that holds it."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self._fd = -1

    def take(self) -> "Claim":
        """Make the folder if need be. Raises `AlreadyRunning`."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(self.data / "indaba.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise AlreadyRunning(self.data, _written(self.data)) from None
        self._fd = fd
        return self

    def give_back(self) -> None:
        """Idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def is_claimed(data: Path) -> bool:
    """Whether somebody works on the folder now."""
    try:
        fd = os.open(data / "indaba.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def announce(data: Path, portal: str, health: str, homeserver: str = "", room: str = "") -> None:
    """Let others find us; `health` is the address of /ready without that word."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    known = Running(os.getpid(), portal, health, homeserver, room, now)
    write_private(data / "running.json", json.dumps(asdict(known), indent=1))


def withdraw(data: Path) -> None:
    """Withdraw the announcement. Idempotent."""
    (data / "running.json").unlink(missing_ok=True)


def find(data: Path) -> Running | None:
    """The Indaba that runs on a folder; `None` if none does, or none is ready yet."""
    return _written(data) if is_claimed(data) else None


def need(data: Path) -> Running:
    """The Indaba that runs on a folder. Raises `NotRunning`."""
    running = find(data)
    if running is None:
        raise NotRunning(data.absolute())
    return running


def _written(data: Path) -> Running | None:
    try:
        return Running(**json.loads((data / "running.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
