"""All measures, side by side in one run: `make bench`, or some of them: `make bench ARGS=growth`.

Prints a page and keeps it as dist/bench.md, with the figures in dist/bench.json. Figures of one
machine and one hour: only the ratios say something elsewhere.
"""

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import chat, dates, durable, growth, memory, rebuild, slash
from bench.report import page
from drills.mortals import Nursery, nursery
from indaba.operate.local.engines import Engines
from indaba.process import logs, run, zones

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"
COMMUNITIES = 3000
PATIENCE, PATIENCE_TO_FILL = 300.0, 3600.0

Measure = Callable[[Path, Nursery], Awaitable[Any]]


async def _slash(folder: Path, _: Nursery) -> Any:
    engines = Engines(folder / "engines")
    await engines.start()
    try:
        await _migrated(engines)
        return await slash.measured(engines, rounds=3, commands=40)
    finally:
        await engines.stop()


async def _dates(_: Path, __: Nursery) -> Any:
    return dates.measured()


async def _migrated(engines: Engines) -> None:
    from bots.discord_town import FOLDERS
    from indaba.ledger import migrations

    for name, folder in FOLDERS.items():
        await migrations.migrate(engines.postgres.url(name), folder)


MEASURES: dict[str, Measure] = {
    "latency": lambda folder, context: durable.latencies(folder, context, seconds=10),
    "throughput": lambda folder, context: durable.throughput(folder, context, count=2000),
    "replicas": lambda folder, context: durable.replicas(folder, context, count=2000),
    "chat": lambda folder, _: chat.measured(folder, rounds=3, commands=40),
    "slash": _slash,
    "growth": lambda folder, _: growth.measured(folder, COMMUNITIES),
    "rebuild": lambda folder, _: rebuild.measured(folder, meetings=300),
    "memory": lambda folder, _: memory.of_each(folder),
    "dates": _dates,
}


AS_IT_COMES = ("chat", "slash")
"""On asyncio's own loop: simcord wants that one, and so the bots beside us are on it too."""


def _all(wanted: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": machine()}
    with nursery("bench.stage") as context:
        for name, measure in MEASURES.items():
            if wanted and name not in wanted:
                continue
            sys.stderr.write(f"measuring {name}\n")
            on_a_loop = asyncio.run if name in AS_IT_COMES else run.live
            try:
                patience = PATIENCE_TO_FILL if name == "growth" else PATIENCE
                found[name] = on_a_loop(_one(measure, context, patience))
            except Exception as error:  # noqa: BLE001 - the others are measured all the same
                found[name] = {"not measured": f"{type(error).__name__}: {error}"}
    return found


async def _one(measure: Measure, context: Nursery, patience: float) -> Any:
    async with asyncio.timeout(patience):
        with tempfile.TemporaryDirectory(prefix="indaba-") as folder:
            return await measure(Path(folder), context)


def machine() -> dict[str, str]:
    """Where and with what it was measured."""
    cpus = Path("/proc/cpuinfo").read_text().partition("model name\t: ")[2].partition("\n")[0]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    packages = ("faststream", "redis", "sqlalchemy", "asyncpg", "discord.py", "matrix-nio")
    return {
        "processors": f"{os.cpu_count()} x {cpus or platform.processor()}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
        "load before": f"{os.getloadavg()[0]:.2f}",
        **{name: version(name) for name in packages},
    }


def main() -> None:
    zones.use_pinned()
    logs.configure(json=True, level=50)
    wanted = sys.argv[1:]
    found = _all(wanted)
    told = page(found)
    DIST.mkdir(exist_ok=True)
    (DIST / "bench.json").write_text(json.dumps(found, indent=1) + "\n")
    (DIST / "bench.md").write_text(told)
    print(told)


if __name__ == "__main__":
    main()
