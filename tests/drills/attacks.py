"""Drill: the attack corpus, each entry a test of its own in `tests/attacks`."""

import asyncio
import re
import sys
import time
from pathlib import Path

from drills.verdict import Verdict

HERE = Path(__file__).parents[1]
_COUNT = re.compile(r"(\d+) (passed|failed|error|errors|skipped)")


async def drill() -> Verdict:
    """Run the corpus in a process of its own; every entry that does not hold is a fault."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-n", "2", str(HERE / "attacks")),
        cwd=HERE.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    lines = told.decode(errors="replace").splitlines()
    counts = {word: int(n) for n, word in _COUNT.findall(lines[-1] if lines else "")}
    faults = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    if process.returncode and not faults:
        faults = lines[-5:] or ["the tests did not run"]
    surfaces = sorted(
        path.stem.removeprefix("test_") for path in (HERE / "attacks").rglob("test_*.py")
    )
    return Verdict(
        name="attacks",
        promised="no hostile word, event, file, address or passport costs others anything",
        tried=f"{sum(counts.values())} entries on {len(surfaces)} surfaces: {', '.join(surfaces)}",
        survived=f"{counts.get('passed', 0)} held",
        faults=tuple(faults),
        seconds=time.monotonic() - began,
        figures={"entries": sum(counts.values()), "held": counts.get("passed", 0)},
    )
