"""Runs, judged."""

import time
from collections import Counter
from dataclasses import dataclass

from simulation import town, truths
from simulation.play import Play, Restless, Unexpected
from simulation.stage import Stage
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
        weather = Weather.of(seed) if weather is None else weather
        play = Play(where, seed, replicas, weather, truths.stale_copies)
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


def differs(ended: Ended, expected: Ended) -> list[str]:
    """What is wrong with a run: promises not kept, or another end than without faults."""
    if ended.wrong:
        return list(ended.wrong)
    more, less = ended.summary - expected.summary, expected.summary - ended.summary
    return [
        *(f"not so without faults: {one}" for one in more),
        *(f"missing: {one}" for one in less),
    ]
