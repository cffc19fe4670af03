"""Memory at rest: of `indaba up` with its engines, and of each process when each is its own."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.local.engines import Engines
from workshop import PRIVATE_KEY, PUBLIC_KEY

SERVICES = ("membership", "scheduling", "library", "outcomes", "portal")
PROGRAMS = ("synapse", "valkey", "postgres", "indaba")


def of_tree(parent: int) -> dict[str, float]:
    """Proportional memory (PSS) in MB by program, of a process and all below it."""
    found: dict[str, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if not _descends(int(stat.parent.name), parent):
                continue
            command = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            size = of_process(int(stat.parent.name))
        except OSError:
            continue
        name = next((w for w in PROGRAMS if w in command), "other")
        found[name] = found.get(name, 0) + size
    return found


def of_process(pid: int) -> float:
    """Proportional memory (PSS) in MB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Pss:")) / 1024


async def of_each(folder: Path) -> dict[str, float]:
    """Of the services and the portal, started as in the composition, ten seconds later."""
    engines = Engines(folder / "engines")
    await engines.start()
    urls = {name: engines.postgres.url(name) for name in SERVICES}
    await bring_up_to_date(urls)
    running = {name: started(name, urls[name], engines.valkey.url, folder) for name in SERVICES}
    try:
        await asyncio.sleep(10)
        return {name: of_process(process.pid) for name, process in running.items()}
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        for process in running.values():
            process.wait(20)
        await engines.stop()


def started(name: str, database: str, bus: str, folder: Path) -> subprocess.Popen[bytes]:
    """A process of a deployment, as the composition starts it."""
    settings = {
        "INDABA_BUS_URL": bus,
        "INDABA_PASSPORT_PUBLIC_KEY": PUBLIC_KEY,
        "INDABA_FILES_FOLDER": str(folder / "files"),
        f"INDABA_{name.upper()}_DATABASE_URL": database,
        "INDABA_MEMBERSHIP_PASSPORT_PRIVATE_KEY": PRIVATE_KEY,
        "INDABA_PORTAL_PORT": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "indaba.operate.cli", "run", name],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
    )


def _descends(pid: int, parent: int) -> bool:
    while pid not in (0, 1, parent):
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    return pid == parent
