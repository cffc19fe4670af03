"""All drills: `make drills`, or some: `ARGS=bus_truth`. `SEED=7` chooses the moments of death.

`SLOW=disk,processor` slows the machine on purpose; timings are then told, and may be missed.

Each is a process of its own. Two lanes run side by side, since most of a drill is waiting; those
that promise an answer within seconds come first and have the machine to themselves.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence

from drills import (
    attacks,
    backup,
    bus_truth,
    discord_truth,
    erasure,
    fan_out,
    matrix_truth,
    simulated_town,
    synapse_crowd,
)
from drills.slowed import slowed, ways
from drills.verdict import Verdict
from indaba.process import run, zones

DRILLS: dict[str, Callable[[int], Awaitable[Verdict]]] = {
    "discord_truth": lambda seed: discord_truth.drill(discord_truth.FULL, seed),
    "fan_out": lambda seed: fan_out.drill(fan_out.FULL, seed),
    "matrix_truth": lambda seed: matrix_truth.drill(matrix_truth.FULL, seed),
    "attacks": lambda _: attacks.drill(),
    "bus_truth": lambda seed: bus_truth.drill(bus_truth.FULL, seed),
    "simulation": lambda seed: simulated_town.drill(simulated_town.FULL, seed),
    "synapse_crowd": lambda seed: synapse_crowd.drill(synapse_crowd.FULL, seed),
    "erasure": erasure.drill,
    "backup": lambda seed: backup.drill(backup.FULL, seed),
}
ALONE = ("discord_truth", "fan_out")
LANES = (
    ("matrix_truth", "attacks"),
    ("bus_truth", "simulation", "synapse_crowd", "erasure", "backup"),
)


async def _all(wanted: Sequence[str]) -> bool:
    """Run those that are wanted; whether every promise was kept."""
    unknown = set(wanted) - DRILLS.keys()
    if unknown:
        sys.exit(f"no such drill: {', '.join(sorted(unknown))}; there are {', '.join(DRILLS)}")
    kept = await _lane(ALONE, wanted)
    for went_well in await asyncio.gather(*(_lane(lane, wanted) for lane in LANES)):
        kept &= went_well
    return kept


async def _lane(names: Sequence[str], wanted: Sequence[str]) -> bool:
    kept = True
    for name in names:
        if wanted and name not in wanted:
            continue
        process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--one", name, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await process.communicate()
        sys.stdout.write(told.decode())
        sys.stdout.flush()
        kept &= process.returncode == 0
    return kept


async def _one(name: str) -> bool:
    with slowed():
        verdict = await DRILLS[name](int(os.environ.get("SEED", "1")))
    sys.stdout.write(f"{verdict.told()}\n\n")
    return verdict.kept


def main() -> None:
    zones.use_pinned()
    ways()
    match sys.argv[1:]:
        case ["--one", name]:
            kept = run.live(_one(name))
        case wanted:
            kept = run.live(_all(wanted))
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
