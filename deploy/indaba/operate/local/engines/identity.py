"""Who PostgreSQL runs as. It refuses to be root, and `indaba up` may well be root."""

import ctypes
import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True)
class Identity:
    """How a child becomes somebody else.

    `enter` runs between fork and exec. `owner` is the user id that must own the files, or None
    when they stay ours.
    """

    enter: Callable[[], None]
    owner: int | None = None

    def let_through(self, folder: Path) -> None:
        """Let the owner, if it is another user, pass through a folder without looking into it."""
        if self.owner is not None:
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o011)

    def own(self, folder: Path) -> None:
        """Gives the folder and everything in it to the owner. Idempotent."""
        if self.owner is None:
            return
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.owner, -1, follow_symlinks=False)


def ourselves() -> Identity:
    """The current user."""
    return Identity(enter=lambda: None)


def in_namespace() -> Identity:
    """Root outside, an ordinary user inside: files keep their owner, any folder is reachable.

    Inside we take the number of a user that has a name on this machine: initdb looks it up.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    inside = _ordinary_user().pw_uid
    uid, gid = os.geteuid(), os.getegid()

    def enter() -> None:
        if libc.unshare(_CLONE_NEWUSER):
            raise OSError(ctypes.get_errno(), "user namespace refused")
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{inside} {uid} 1")
        _write("/proc/self/gid_map", f"{inside} {gid} 1")

    return Identity(enter=enter)


def as_user(user: pwd.struct_passwd) -> Identity:
    """Gives up root for good. Works only where that user can reach the folder and the binaries."""

    def enter() -> None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    return Identity(enter=enter, owner=user.pw_uid)


def fitting() -> Identity:
    """The first that works here: ourselves if not root, a user namespace, an ordinary user."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return ourselves()
    namespace = in_namespace()
    if _works(namespace):
        return namespace
    return as_user(_unprivileged_user()) if os.geteuid() == 0 else ourselves()


def _works(identity: Identity) -> bool:
    try:
        subprocess.run(["/bin/true"], preexec_fn=identity.enter, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _ordinary_user() -> pwd.struct_passwd:
    return next(entry for entry in pwd.getpwall() if entry.pw_uid)


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return _ordinary_user()


def _write(path: str, text: str) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)
