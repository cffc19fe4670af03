"""All drills, one after the other: `make drills`. `SEED=7` chooses the moments of death."""

import os
import sys
from collections.abc import Awaitable, Callable

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
from drills.verdict import Verdict
from indaba.process import run


async def _all(seed: int) -> list[Verdict]:
    wanted = sys.argv[1:]
    drills: dict[str, Callable[[], Awaitable[Verdict]]] = {
        "bus_truth": lambda: bus_truth.drill(bus_truth.FULL, seed),
        "matrix_truth": lambda: matrix_truth.drill(matrix_truth.FULL, seed),
        "simulation": lambda: simulated_town.drill(simulated_town.FULL, seed),
        "discord_truth": lambda: discord_truth.drill(discord_truth.FULL, seed),
        "fan_out": lambda: fan_out.drill(fan_out.FULL, seed),
        "synapse_crowd": lambda: synapse_crowd.drill(synapse_crowd.FULL, seed),
        "erasure": lambda: erasure.drill(seed),
        "attacks": attacks.drill,
        "backup": lambda: backup.drill(backup.FULL, seed),
    }
    verdicts = []
    for name, drill in drills.items():
        if wanted and name not in wanted:
            continue
        verdicts.append(await drill())
        sys.stdout.write(f"{verdicts[-1].told()}\n\n")
        sys.stdout.flush()
    return verdicts


def main() -> None:
    seed = int(os.environ.get("SEED", "1"))
    verdicts = run.live(_all(seed))
    sys.exit(0 if all(v.kept for v in verdicts) else 1)


if __name__ == "__main__":
    main()
