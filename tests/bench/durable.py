"""Requests that become facts in one service and are known in another, by us and by others."""

import asyncio
import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from bench import floor
from bench.stage import Stage, engines_at
from drills.mortals import Nursery
from indaba.operate.local.engines import Engines

ROOT = Path(__file__).parents[2]
AT_ONCE = 60
RATES = (50, 200)
TIMERS_LATE = 0.0005
"""Seconds by which timers may come late: that is ours who measure, not theirs who answer."""

Times = list[float]


def spread(seconds: Times) -> dict[str, float]:
    """p50 and p99 in milliseconds."""
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {"p50 ms": statistics.median(ordered) * 1000, "p99 ms": last * 1000}


async def latencies(folder: Path, context: Nursery, seconds: float) -> dict[str, Any]:
    """From the moment a request is due to its commit in the other service, open loop.

    Ours, and the same with an outbox that is looked at ten times a second.
    """
    found: dict[str, Any] = {}
    async with engines_at(folder) as (engines, none):
        for polled in (False, True):
            stage = Stage(engines, none, context)
            await stage.begin(polled=polled)
            for rate in RATES:
                name = f"{rate}/s, {'outbox polled at 100 ms' if polled else 'Indaba'}"
                found[name] = spread(await _open_loop(stage, rate, seconds))
            await stage.end()
        found["fdatasync of 4 KiB"] = spread(await asyncio.to_thread(syncs, folder / "page"))
    return found


async def _open_loop(stage: Stage, rate: int, seconds: float) -> Times:
    """Requests at fixed moments, whether or not those before are answered."""
    count = int(rate * seconds)
    began = time.perf_counter() + 0.2
    due: dict[UUID, float] = {}

    async def one(number: int) -> None:
        moment = began + number / rate
        await asyncio.sleep(max(0.0, moment - TIMERS_LATE - time.perf_counter()))
        while time.perf_counter() < moment:
            await asyncio.sleep(0)
        due[await stage.ask()] = moment

    await asyncio.gather(*(one(number) for number in range(count)))
    await stage.until_known(set(due))
    return [stage.known[who] - moment for who, moment in due.items()]


def syncs(page: Path, count: int = 400) -> Times:
    """Bare fdatasync of 4 KiB."""
    times: Times = []
    with page.open("wb") as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(os.urandom(4096))
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
            time.sleep(0.002)
    return times


async def throughput(folder: Path, context: Nursery, count: int) -> dict[str, float]:
    """Events a second, from request to the other service's commit: ours before and after others."""
    async with engines_at(folder) as (engines, none):
        found = {
            "Indaba, three processes": await _ours(engines, none, context, count),
            "bare asyncpg and redis, the same commits, one process": await floor.bare(
                engines, count
            ),
            "FastStream's default subscriber, no inbox, no outbox": await floor.faststream(
                engines, count
            ),
        }
        for name in ("taskiq", "procrastinate"):
            found[name] = await _peer(engines, name, count)
        found["Indaba once more"] = await _ours(engines, none, context, count)
        return found


async def replicas(folder: Path, context: Nursery, count: int) -> dict[str, float]:
    """Requests a second with one process of the service, and with two."""
    async with engines_at(folder) as (engines, none):
        return {
            f"{number} of the service": await _ours(engines, none, context, count, number)
            for number in (1, 2)
        }


async def _ours(
    engines: Engines, none: Path, context: Nursery, count: int, number: int = 1
) -> float:
    stage = Stage(engines, none, context)
    await stage.begin(number)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> UUID:
        async with gate:
            return await stage.ask()

    began = time.perf_counter()
    asked = await asyncio.gather(*(one() for _ in range(count)))
    await stage.until_known(set(asked), 120)
    rate = count / (time.perf_counter() - began)
    await stage.end()
    return rate


async def _peer(engines: Engines, name: str, count: int) -> float:
    """In an environment of its own; 0 where that is not here."""
    python = ROOT / ".venv-bench" / "bin" / "python"
    if not python.exists():
        return 0.0
    postgres = engines.postgres.url("portal").replace("+asyncpg", "")
    given = [name, postgres, engines.valkey.url, str(count)]
    process = await asyncio.create_subprocess_exec(
        python, Path(__file__).with_name("peers.py"), *given, stdout=subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 240)
    return float(said.decode().strip().splitlines()[-1]) if process.returncode == 0 else 0.0
