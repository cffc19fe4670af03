"""What an installation does with a service that has a row in the table and nothing else.

Prints what was seen as JSON. Run in a process of its own: its contracts are nobody else's.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import asyncpg

from indaba.bus import Bus
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    JoinCommunity,
    Place,
    Platform,
)
from indaba.conversation.delivery.service_client import ask
from indaba.operate.console import Console
from indaba.operate.data import bus_users
from indaba.operate.data import erase as erasing
from indaba.operate.data.backup import backup
from indaba.operate.data.deployment import make_secrets
from indaba.operate.data.export import export
from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.data.restore import restore
from indaba.operate.data.secrets import passport_keys
from indaba.operate.installation import Installation
from indaba.operate.local.demo.playing import opened
from indaba.operate.local.engines import Engines
from indaba.operate.local.engines.postgres import binaries
from indaba.operate.local.lock import Claim
from indaba.operate.processes import (
    ERASURE_OWNER,
    ERASURES,
    PROCESSES,
    Kind,
    erased_by,
    of_kind,
)
from indaba.operate.settings_text import environment_file
from indaba.process.world import RealWorld
from operate.as_compose import with_variables
from operate.made_up import NAME, join_the_table
from workshop import until

ROOT = Path(__file__).parents[3]
ROOM = Place(platform=Platform.MATRIX, room="!maths:example.org")
THANDI = "@thandi:example.org"


async def live(folder: Path, compose: Mapping[str, Any]) -> dict[str, Any]:
    """Everything an operator does, from the first start to the restore of an older backup."""
    data, saying = folder / "data", Console()
    seen: dict[str, Any] = {}
    engines, claim = Engines(data), Claim(data).take()
    engines.valkey.admit(bus_users.keep(data).rules)
    await engines.start()
    try:
        seen["initdb"] = await _closed_databases(engines, folder)
        await engines.postgres.provision(tuple(PROCESSES))
        await bring_up_to_date({name: engines.postgres.url(name) for name in PROCESSES})
        seen["settings"] = "INDABA_MADE_UP_DATABASE_URL" in environment_file()
        seen["started"] = await asyncio.to_thread(_started, engines, data, compose)
        services = of_kind(Kind.SERVICE, Kind.PORTAL)
        async with opened(engines, data, RealWorld(), services):
            await _somebody_joins(data, engines)
            seen["migrated"] = await _notes(engines, 2)
            await backup(data, folder / "backup", saying)
            seen["saved"] = (folder / "backup" / f"{NAME}.dump").exists()
            await export(Installation.of_data(data), "Maths", folder / "export", saying)
            seen["exported"] = _exported(folder / "export")
            seen["erased_by"] = await _erased(engines, folder)
            seen["forgotten"] = await _notes(engines, 1)
    finally:
        await engines.stop()
        claim.give_back()
    seen["restored"] = await _restored(folder, data)
    return seen


async def _closed_databases(engines: Engines, folder: Path) -> bool:
    """Run what PostgreSQL's image runs, with the secrets that an operator makes."""
    make_secrets(folder / "secrets", Console())
    environment = {
        "PATH": f"{binaries()}:/usr/bin:/bin",
        "SECRETS": str(folder / "secrets"),
        "POSTGRES_USER": "indaba",
        "PGHOST": str(engines.postgres.sockets),
    }
    for name in PROCESSES:
        await engines.postgres.drop(name)
    session = await asyncpg.connect(
        host=str(engines.postgres.sockets), port=5432, user="indaba", database="postgres"
    )
    try:
        for name in PROCESSES:
            await session.execute(f'DROP ROLE IF EXISTS "{name}"')
        script = [str(ROOT / "deploy" / "initdb" / "databases.sh")]
        await asyncio.to_thread(subprocess.run, script, env=environment, check=True)
        return bool(await session.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", NAME))
    finally:
        await session.close()


def _started(engines: Engines, data: Path, compose: Mapping[str, Any]) -> list[int]:
    """As compose starts a service: its command, its settings from files, its health page."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    environment = {k: v for k, v in os.environ.items() if not k.startswith("INDABA_")}
    files = {"DATABASE": data / "made_up_database_url", "BUS": data / "made_up_bus_url"}
    files["DATABASE"].write_text(engines.postgres.url(NAME))
    files["BUS"].write_text(bus_users.address(data, engines.valkey.url, NAME))
    like = compose["services"]["outcomes"]
    mine = {
        key.replace("OUTCOMES", "MADE_UP"): next(
            (str(file) for name, file in files.items() if name in key),
            with_variables(str(value), {}),
        )
        for key, value in like["environment"].items()
    }
    passport_keys(data)
    mine["INDABA_PASSPORT_PUBLIC_KEY_FILE"] = str(data / "secrets" / "passport-public.pem")
    mine["INDABA_HEALTH_PORT"] = str(port)
    mine["INDABA_HEALTH_HOST"] = "127.0.0.1"
    command = [sys.executable, "-m", "operate.made_up.command"]
    command += [word.replace("outcomes", NAME) for word in like["command"]]
    running = subprocess.Popen(command, env=environment | mine | {"PYTHONPATH": "tests"}, cwd=ROOT)
    try:
        return [_status(running, port, "/ready"), _status(running, port, "/metrics")]
    finally:
        running.terminate()
        running.wait(30)


def _status(running: subprocess.Popen[bytes], port: int, path: str) -> int:
    until_then = time.monotonic() + 40
    while time.monotonic() < until_then and running.poll() is None:
        line = HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            line.request("GET", path)
            if (status := line.getresponse().status) == 200:
                return status
        except OSError:
            pass
        finally:
            line.close()
        time.sleep(0.05)
    return 0


async def _somebody_joins(data: Path, engines: Engines) -> None:
    world = RealWorld()
    url = bus_users.address(data, engines.valkey.url, bus_users.OPERATOR)
    bus = Bus(url, "face", world)
    bus.expect_replies()
    await bus.start()
    try:
        founding = FoundCommunity(
            name="Maths",
            purpose="Share what works",
            language="English",
            zone="UTC",
            place=ROOM,
            posts_in=ROOM,
            account="@lindiwe:example.org",
            has_power=True,
            adult=True,
            consent_version=CONSENT_VERSION,
        )
        await ask(bus, world, founding, world.new_id())
        joining = JoinCommunity(
            place=ROOM, account=THANDI, adult=True, consent_version=CONSENT_VERSION
        )
        await ask(bus, world, joining, world.new_id())
    finally:
        await bus.stop()


async def _notes(engines: Engines, expected: int) -> int:
    """How many notes there are, once there are as many as expected."""
    session = await asyncpg.connect(engines.postgres.url(NAME).replace("+asyncpg", ""))

    async def settled() -> bool:
        return int(await session.fetchval("SELECT count(*) FROM notes")) == expected

    try:
        await until(settled)
        return int(await session.fetchval("SELECT count(*) FROM notes"))
    finally:
        await session.close()


def _exported(folder: Path) -> int:
    found = json.loads((folder / "community.json").read_text())
    return len(found[NAME]["notes"])


async def _erased(engines: Engines, folder: Path) -> list[str]:
    """Erase a member as an operator does; who had to answer, once all have."""
    site = Installation.of_data(engines.postgres.folder.parent)
    begun = await erasing._begin(site, THANDI)
    assert await erasing._finished(site, begun.erasure) == []
    assert set(begun.services) == {ERASURE_OWNER, *erased_by()}
    owner = await asyncpg.connect(engines.postgres.url(ERASURE_OWNER).replace("+asyncpg", ""))
    digests = await owner.fetch("SELECT digest FROM erased")
    await owner.close()
    folder.joinpath(ERASURES).write_text("".join(f"{row['digest']}\n" for row in digests))
    return list(begun.services)


async def _restored(folder: Path, data: Path) -> int:
    """Notes after a backup from before the erasure was restored: the erased stay erased."""
    listed = folder / ERASURES
    await restore(folder / "backup", data, Console(), yes=True, erasures=listed)
    engines = Engines(data)
    await engines.postgres.start()
    try:
        return await _notes(engines, 1)
    finally:
        await engines.postgres.stop()


if __name__ == "__main__":
    join_the_table()
    found = asyncio.run(live(Path(sys.argv[1]), json.loads(sys.argv[2])))
    sys.stdout.write(json.dumps(found))
