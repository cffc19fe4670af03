"""`indaba sweep`: removes erased data from the disk, too.

A database keeps the bytes of changed rows until it rewrites their place, and its log keeps them
until the next checkpoint; so does the bus's file. All of these are rewritten here.
"""

import asyncio
from pathlib import Path

from indaba.operate.console import Console
from indaba.operate.data import bus_users
from indaba.operate.installation import Installation
from indaba.operate.local.engines import Engines
from indaba.operate.local.engines.postgres import Postgres
from indaba.operate.processes import ERASURES, PROCESSES

MARK = "swept"
LOOK_SECONDS = 600.0
PATIENCE = 60.0


async def sweep(site: Installation, saying: Console) -> None:
    """Rewrite the databases, their log and the bus's file. Tables are locked briefly."""
    if site.data is None:
        for name, url in site.databases.items():
            await _vacuum(url)
            saying.step(f"Wrote the database {name} anew")
        saying.line("The logs and backups of your PostgreSQL are yours to have expire.")
    else:
        await sweep_postgres(Postgres(site.data / "postgres"))
        saying.step("Wrote the databases anew")
    await rewrite_bus(site.bus_url)
    saying.line("What was erased is on this disk no more. Backups from before still have it.")


async def sweep_postgres(postgres: Postgres) -> None:
    """Rewrite every table and catalogue, and keep no earlier log."""
    for name in (*PROCESSES, "postgres"):
        async with postgres.superuser(name) as session:
            await session.execute("VACUUM (FULL, ANALYZE)")
    async with postgres.superuser() as session:
        for _ in range(2):
            await session.execute("CHECKPOINT")
            await session.execute("SELECT pg_switch_wal()")
        await session.execute("CHECKPOINT")


async def rewrite_bus(url: str) -> None:
    """Rewrite the bus's file. Returns when it is done."""
    from indaba.bus import Bus
    from indaba.process.world import RealWorld

    bus = Bus(url, "operator", RealWorld())
    try:
        async with asyncio.timeout(PATIENCE):
            await bus.start()
            for context in PROCESSES:
                await bus.forget(context)
            await bus.rewrite()
    finally:
        await bus.stop()


async def sweep_by_itself(engines: Engines, data: Path) -> None:
    """For `indaba up`: sweep within an hour of each erasure, until cancelled."""
    listed, mark = data / ERASURES, data / MARK
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if not listed.exists() or _changed(mark) >= _changed(listed):
            continue
        began = _changed(listed)
        await sweep_postgres(engines.postgres)
        await rewrite_bus(bus_users.address(data, engines.valkey.url, bus_users.OPERATOR))
        if _changed(listed) == began:
            mark.touch()


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


async def _vacuum(url: str) -> None:
    import asyncpg

    session = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await session.execute("VACUUM (FULL, ANALYZE)")
    finally:
        await session.close()
