"""Runs, judged."""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from indaba.process import logs
from simulation import town, truths
from simulation.play import Play, Restless, Unexpected
from simulation.stage import Stage, stage
from simulation.weather import CALM, Weather


@dataclass(frozen=True)
class Ended:
    """One run: what happened, how it ended, and what was wrong with it."""

    seed: int
    trace: str
    state: str
    summary: Counter[str]
    wrong: tuple[str, ...]
    troubles: Counter[str]
    steps: int
    waits: int
    messages: int
    seconds: float

    @property
    def hash(self) -> str:
        """Of all that happened and all that was left."""
        return f"{self.trace}-{self.state}"


async def run(where: Stage, seed: int, replicas: int = 1, weather: Weather | None = None) -> Ended:
    """One run on an empty town."""
    await where.clear()
    began = time.perf_counter()
    with town.on(where.databases):
        play = Play(where, seed, replicas, Weather.of(seed) if weather is None else weather)
        wrong: list[str] = []
        try:
            await play.run()
        except (Unexpected, Restless) as finding:
            wrong.append(f"{type(finding).__name__}: {finding}")
    seconds = time.perf_counter() - began
    summary: Counter[str] = Counter()
    if not wrong:
        wrong = await truths.faults_of(play, where)
        summary = await truths.summary_of(play, where)
    return Ended(
        seed=seed,
        trace=play.conductor.trace,
        state=await truths.state_of(where),
        summary=summary,
        wrong=tuple(wrong),
        troubles=play.faults,
        steps=play.conductor.steps,
        waits=play.conductor.waits,
        messages=play.messages,
        seconds=seconds,
    )


async def calm(where: Stage) -> Ended:
    """The term as it goes when nothing goes wrong: what all others are held against."""
    return await run(where, seed=0, weather=CALM)


async def _some(seeds: range, replicas: int) -> None:
    logs.configure(json=True, level=50)
    with tempfile.TemporaryDirectory(prefix="indaba-", dir="/dev/shm") as folder:
        async with stage(Path(folder)) as where:
            expected = await calm(where)
            print("calm", expected.steps, expected.seconds, expected.wrong)
            for seed in seeds:
                ended = await run(where, seed, replicas)
                print(seed, ended.hash, ended.steps, ended.waits, ended.messages,
                      f"{ended.seconds:.2f}", dict(ended.troubles), ended.wrong)
                if not ended.wrong and ended.summary != expected.summary:
                    print("  DIFFERS +", list((ended.summary - expected.summary))[:6])
                    print("          -", list((expected.summary - ended.summary))[:6])


if __name__ == "__main__":
    asyncio.run(_some(range(int(sys.argv[1]), int(sys.argv[2])), int(sys.argv[3])))
