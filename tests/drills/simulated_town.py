"""A town played from seeds: clean it keeps every promise, and each planted bug is found."""

import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from drills.verdict import Verdict
from indaba.process import logs
from simulation.bugs import BUGS, planted
from simulation.simulate import Ended, calm, differs, run
from simulation.stage import Stage, stage

MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Scale:
    """How long clean seeds are tried, and how many seeds a bug may take to be found."""

    clean_seconds: float
    most_seeds: int


FULL = Scale(clean_seconds=90, most_seeds=1000)


async def drill(scale: Scale, seed: int) -> Verdict:
    """Try clean seeds, the same seeds again, other numbers of replicas, and every bug."""
    began = time.monotonic()
    logs.configure(json=True, level=50)
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="indaba-", dir=where) as folder:
        async with stage(Path(folder)) as town:
            expected = await calm(town)
            faults = list(expected.wrong)
            clean = await _clean(town, scale, seed * 10_000)
            for ended in clean:
                faults += [f"seed {ended.seed}: {wrong}" for wrong in differs(ended, expected)]
            faults += await _again(town, clean[:3], expected)
            found = {bug: await _found(town, bug, scale, expected) for bug in BUGS}
    faults += [f"not found: {bug}" for bug, seeds in found.items() if not seeds]
    return _verdict(clean, found, faults, time.monotonic() - began)


async def _clean(town: Stage, scale: Scale, first: int) -> list[Ended]:
    """As many seeds as there is time for, with one, two and eight replicas in turn."""
    until, ended = time.monotonic() + scale.clean_seconds, list[Ended]()
    while time.monotonic() < until or len(ended) < 3:
        replicas = (1, 2, 8)[len(ended) % 3]
        ended.append(await run(town, first + len(ended), replicas))
    return ended


async def _again(town: Stage, before: list[Ended], expected: Ended) -> list[str]:
    """The same once more, and with each other number of replicas."""
    faults = []
    for number, was in enumerate(before):
        if (await run(town, was.seed, (1, 2, 8)[number])).hash != was.hash:
            faults.append(f"seed {was.seed}: not the same twice")
        for replicas in (1, 2, 8):
            ended = await run(town, was.seed, replicas)
            faults += [f"{replicas} replicas: {wrong}" for wrong in differs(ended, expected)]
    return faults


async def _found(town: Stage, bug: str, scale: Scale, expected: Ended) -> int:
    """How many seeds it took to find a bug; 0 where it was not found."""
    with planted(bug):
        for seed in range(1, scale.most_seeds + 1):
            if differs(await run(town, seed), expected):
                return seed
            await asyncio.sleep(0)
    return 0


def _verdict(
    clean: list[Ended], found: dict[str, int], faults: list[str], seconds: float
) -> Verdict:
    troubles: Counter[str] = sum((e.troubles for e in clean), Counter())
    steps, took = sum(e.steps for e in clean), sum(e.seconds for e in clean)
    messages = sum(e.messages for e in clean)
    return Verdict(
        name="simulation",
        promised="whatever dies, stalls, is lost, doubled or comes in another order, at whatever "
        "step: one effect, one answer, and the same end as without faults",
        tried=f"{len(clean)} seeds with 1, 2 and 8 replicas, {steps:,} steps, {messages:,} messages"
        f" handed over, {sum(troubles.values()):,} troubles "
        f"({', '.join(f'{count} {what}' for what, count in troubles.most_common())})",
        survived=f"{len(faults)} faults; {steps / took:,.0f} steps and {messages / took:,.0f} "
        "messages a second",
        faults=tuple(faults),
        beside=tuple(f"planted, {bug}: found by seed {seed}" for bug, seed in found.items()),
        seconds=seconds,
        figures={"seeds": len(clean), "steps a second": steps / took},
    )
