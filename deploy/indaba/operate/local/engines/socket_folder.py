"""Where engines put their Unix sockets: a private folder with a short path."""

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from indaba.operate.local.engines.trouble import UnsafeFolder

# sun_path holds 107 bytes; PostgreSQL's file is the longest: "/.s.PGSQL.5432.lock".
_LONGEST_FOLDER = 107 - 19


def socket_folder(data: Path) -> Path:
    """The same answer for the same data folder, from any process; nothing is created.

    Beside the data when the path is short enough, as nobody sweeps that; else under /tmp.
    """
    beside = data.absolute() / "run"
    if len(os.fsencode(beside)) <= _LONGEST_FOLDER:
        return beside
    mark = hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:12]
    return Path("/tmp") / f"indaba-{mark}-{os.geteuid()}"  # noqa: S108 - checked in `private`


def private(folder: Path, *owners: int) -> Path:
    """Creates the folder 0700 or checks that it is.

    Raises UnsafeFolder if it is a link, open to others, or not owned by us or one of `owners`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen = folder.lstat()
    closed = stat.S_ISDIR(seen.st_mode) and not seen.st_mode & 0o077
    if not closed or seen.st_uid not in {os.geteuid(), *owners}:
        raise UnsafeFolder(folder)
    return folder


def tidy(folder: Path) -> None:
    """Removes the folder if nothing is in it. Idempotent."""
    with contextlib.suppress(OSError):
        folder.rmdir()
