"""Takes from a process, for good, what reading untrusted content never needs.

Linux only. Landlock leaves it the files of Python and of the system's libraries to read, and
nothing to write; a seccomp filter takes local sockets (those of our database and bus), other
programs and other processes' memory; root becomes nobody. What the kernel does not have is left out
and named.
"""

import ctypes
import os
import platform
import pwd
import struct
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

FILES, CALLS, USER = "files", "system calls", "user"
"""What is taken away: see `confine`."""

IN_WORDS = {
    FILES: "this kernel has no Landlock, so that process could read what its user can",
    CALLS: "this kernel or processor has no filter we know, so that process could reach local "
    "sockets and start programs",
    USER: "it runs as root, because nobody else can read where Indaba is installed",
}

_TRIED = f"import {__name__} as tried; print(*tried.confine(), sep='\\n')"

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ABI_ONLY, _BENEATH = 1, 1
_EXECUTE, _READ_FILE, _READ_DIR = 1, 4, 8
_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many rights about files each version of Landlock that added some knows in all."""

_SIGNALS_AND_ABSTRACT_SOCKETS = 3
_SCOPES_SINCE, _NET_SINCE = 6, 4

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/usr/local/share/ca-certificates",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/urandom",
)

_CALLS = {
    "x86_64": (0xC000003E, 41, (59, 322, 101, 310, 311)),
    "aarch64": (0xC00000B7, 198, (221, 281, 117, 270, 271)),
}
"""Per processor: its mark, `socket`, and execve, execveat, ptrace, process_vm_readv and _writev."""

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000
"""From here on the same calls come under other numbers."""

_ALLOW, _REFUSE, _LOCAL = 0x7FFF0000, 0x00050000 | 13, 1


def confine() -> tuple[str, ...]:
    """Confine this process and all that it starts. What could not be taken away, of the three.

    Call before the first thread is started.
    """
    missing = [] if _give_up_root() else [USER]
    if _prctl(_NO_NEW_PRIVILEGES, 1):
        return (*missing, FILES, CALLS)
    for what, take in ((FILES, _files), (CALLS, _calls)):
        if not take():
            missing.append(what)
    return tuple(missing)


def found_missing() -> tuple[str, ...]:
    """What cannot be taken away on this machine, tried in a process of its own."""
    tried = subprocess.run(  # noqa: S603 - a module of ours
        [sys.executable, "-P", "-c", _TRIED], capture_output=True, text=True, check=False
    )
    return (
        tuple(filter(None, tried.stdout.splitlines()))
        if tried.returncode == 0
        else (FILES, CALLS, USER)
    )


def _prctl(option: int, value: int, more: bytes | None = None) -> int:
    nothing = ctypes.c_ulong(0)
    argument = nothing if more is None else ctypes.c_char_p(more)
    return int(_LIBC.prctl(option, ctypes.c_ulong(value), argument, nothing, nothing))


def _give_up_root() -> bool:
    """Become nobody where we are root. Whether we are not root any more."""
    if os.geteuid() != 0:
        return True
    needed = list(_python())
    try:
        nobody = pwd.getpwnam("nobody")
        os.seteuid(nobody.pw_uid)
    except (KeyError, OSError):
        return False
    can_read = all(os.access(path, os.R_OK, effective_ids=True) for path in needed)
    os.seteuid(0)
    if can_read:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    return can_read


def _python() -> Iterable[Path]:
    """Where Python and what it imports lie."""
    named = (sys.base_prefix, sys.prefix, *sys.path)
    return {path for path in map(Path, filter(None, named)) if path.exists()}


def _readable() -> Iterable[Path]:
    chosen = filter(None, (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")))
    named = {Path(path) for path in (*_SYSTEM, *chosen)}
    return {path for path in named if path.exists()} | set(_python())


def _files() -> bool:
    """Leave this process some files to read; whether the kernel can do that."""
    version = _LIBC.syscall(_CREATE_RULESET, None, 0, _ABI_ONLY)
    if version < 1:
        return False
    known = max(count for since, count in _RIGHTS.items() if since <= version)
    scopes = _SIGNALS_AND_ABSTRACT_SOCKETS if version >= _SCOPES_SINCE else 0
    asked = struct.pack("QQQ", (1 << known) - 1, 0, scopes)
    asked = asked[: 24 if version >= _SCOPES_SINCE else 16 if version >= _NET_SINCE else 8]
    rules = _LIBC.syscall(_CREATE_RULESET, asked, len(asked), 0)
    if rules < 0:
        return False
    try:
        for path in _readable():
            _let_read(rules, path)
        return bool(_LIBC.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _let_read(rules: int, path: Path) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rights = _READ_FILE | _EXECUTE | (_READ_DIR if path.is_dir() else 0)
    try:
        _LIBC.syscall(_ADD_RULE, rules, _BENEATH, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)


def _calls() -> bool:
    """Refuse some system calls from now on; whether the kernel can do that."""
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    program = _program(*known)
    code = ctypes.create_string_buffer(b"".join(program))
    where = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    return _prctl(_SECCOMP, _FILTER, where) == 0


def _program(mark: int, socket: int, never: Iterable[int]) -> list[bytes]:
    """A filter for the kernel that refuses some calls, and local sockets."""
    refuse, allow = _step(_RETURN, 0, 0, _REFUSE), _step(_RETURN, 0, 0, _ALLOW)
    steps = [_step(_LOAD, 0, 0, 4), _step(_EQUAL, 1, 0, mark), refuse, _step(_LOAD, 0, 0, 0)]
    steps += [_step(_AT_LEAST, 0, 1, _X32), refuse]
    for number in never:
        steps += [_step(_EQUAL, 0, 1, number), refuse]
    steps += [_step(_EQUAL, 0, 3, socket), _step(_LOAD, 0, 0, 16)]
    steps += [_step(_EQUAL, 0, 1, _LOCAL), refuse, allow]
    return steps


def _step(code: int, if_so: int, if_not: int, operand: int) -> bytes:
    return struct.pack("HBBI", code, if_so, if_not, operand)
