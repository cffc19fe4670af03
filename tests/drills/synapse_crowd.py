"""Reminders for two hundred rooms of a real homeserver, while scheduling and the bot are killed."""

import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from bots.matrix_people import Person
from bots.matrix_town import Town
from drills.matrix_truth import engines_and_homeserver
from drills.mortals import moments
from drills.verdict import Verdict
from indaba.process import logs
from journeys.mortal_meetings import Circle, Deployed, Stage

CHAIRS, AT_ONCE = 8, 4
HOUR = timedelta(hours=1)
PATIENCE = 240.0


@dataclass(frozen=True)
class Scale:
    """How many rooms, reminded within how many seconds, and how often each process is killed."""

    rooms: int
    seconds: float
    kills: int


FULL = Scale(rooms=200, seconds=20, kills=2)


async def drill(scale: Scale, seed: int) -> Verdict:
    """Remind them all."""
    began = time.monotonic()
    logs.configure(json=True, level=50)
    with tempfile.TemporaryDirectory(prefix="indaba-") as folder:
        async with engines_and_homeserver(Path(folder)) as (engines, synapse):
            town = Town(synapse, engines)
            await town.begin()
            await town._services.pop(1).stop()
            await town.expect_a_bot()
            stage = Stage(town, engines.valkey.url, Path(folder))
            for process in stage.both:
                process.begin()
            try:
                verdict = await _reminded(stage, scale, Random(seed))
            finally:
                await stage.end()
                await town.farewell()
                await town.end()
    return Verdict(**{**vars(verdict), "seconds": time.monotonic() - began})


async def _reminded(stage: Stage, scale: Scale, random: Random) -> Verdict:
    await _populate(stage, scale.rooms)
    await stage.settled(PATIENCE)
    began = time.monotonic()
    for circle in stage.circles:
        await stage.comes_near(circle, HOUR + timedelta(seconds=random.uniform(1, scale.seconds)))
    async with asyncio.TaskGroup() as dying:
        for process in stage.both:
            dying.create_task(_die(process, moments(random, scale.kills, scale.seconds)))
    await stage.settled(PATIENCE)
    took = time.monotonic() - began
    heard = Counter([(await stage.said(circle))["reminder"] for circle in stage.circles])
    letters = await stage.dead_letters()
    faults = [f"{rooms} rooms were reminded {n} times" for n, rooms in heard.items() if n != 1]
    faults += [f"{letters} dead letters"] if letters else []
    return Verdict(
        name="fan-out on Synapse",
        promised="everybody is reminded once",
        tried=f"{scale.rooms} rooms of a real homeserver, due within {scale.seconds:g} s, "
        f"scheduling and the bot killed {scale.kills} times each",
        survived=f"{heard[1]} reminded once, all done {took:.0f} s after the first",
        faults=tuple(faults),
        figures={"once": heard[1], "seconds": took},
    )


async def _die(process: Deployed, when: list[float]) -> None:
    began = asyncio.get_running_loop().time()
    for moment in when:
        await asyncio.sleep(max(0.0, began + moment - asyncio.get_running_loop().time()))
        await process.reborn()


async def _populate(stage: Stage, rooms: int) -> None:
    """Rooms, each with a community and a meeting to which its facilitator comes."""
    chairs = [await stage.town.person(f"chair{number}") for number in range(CHAIRS)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(chair: Person) -> None:
        async with gate:
            room = await stage.town.room_with_bot(chair)
            held = await stage.town.founded(chair, room)
            circle = Circle(room, chair, held, held)
            await stage.call(circle, "Fractions")
            stage.circles.append(circle)

    await asyncio.gather(*(one(chairs[number % CHAIRS]) for number in range(rooms)))
