"""A meeting's timers and posts happen once, though scheduling and the bot are killed in them."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from itertools import cycle
from random import Random

import pytest
import pytest_asyncio

from bots.matrix_town import Town
from indaba.operate.local.engines import Engines, Synapse
from journeys.mortal_meetings import Stage
from workshop import emptied

pytestmark = pytest.mark.asyncio(loop_scope="module")
SEEDS = range(1, 1 + int(os.environ.get("INDABA_DRILL_SEEDS", "1")))
CIRCLES = 4
SOON = timedelta(seconds=2.5)
HOUR = timedelta(hours=1)
CARD = Counter(["card", "opening", "👍", "🤔", "👎"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    engines: Engines, synapse_outside: Synapse, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    emptied(engines.valkey.url)
    town = Town(synapse_outside, engines)
    town.clock.follow_the_machine()
    await town.begin()
    await town._services.pop(1).stop()
    await town.expect_a_bot()
    built = Stage(town, engines.valkey.url, tmp_path_factory.mktemp("deployed"))
    try:
        for process in built.both:
            process.begin()
        await built.populate(CIRCLES)
        yield built
    finally:
        await built.end()
        await town.farewell()
        await town.end()
    emptied(engines.valkey.url)


# Each process is killed at each of its steps where it is tested; here both are, within a meeting.
@pytest.mark.thorough
@pytest.mark.parametrize(("mortals", "deaths"), [(1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("seed", SEEDS)
async def test_killed_in_each_moment_of_a_meeting_everything_is_said_once(
    stage: Stage, seed: int, mortals: int, deaths: int
) -> None:
    random = Random(seed)
    turn = cycle(random.sample(stage.both, 2))
    await stage.remember()

    async def under_fire(happens: Callable[[], Awaitable[None]]) -> None:
        await stage.under_fire(random, happens, [next(turn) for _ in range(mortals)], deaths)

    await under_fire(lambda: _called(stage, random, f"Fractions {seed}"))
    await _all_said(stage, CARD)
    await under_fire(lambda: _near(stage, random, HOUR + SOON))
    await _all_said(stage, CARD + Counter(["reminder"]))
    await under_fire(lambda: _near(stage, random, SOON))
    begun = CARD + Counter(["reminder", "begun", "📍"])
    await _all_said(stage, begun)
    await under_fire(lambda: _ended(stage, random))
    await _all_said(stage, begun + Counter(["answer", "over"]))


async def _called(stage: Stage, random: Random, title: str) -> None:
    async with asyncio.TaskGroup() as group:
        for circle in stage.circles:
            group.create_task(stage.call(circle, title, random.uniform(0, 0.5)))


async def _near(stage: Stage, random: Random, start: timedelta) -> None:
    for circle in stage.circles:
        await stage.comes_near(circle, start + timedelta(seconds=random.uniform(0, 0.5)))


async def _ended(stage: Stage, random: Random) -> None:
    for circle in stage.circles:
        await asyncio.sleep(random.uniform(0, 0.2))
        await circle.chair.say(circle.room, f"!cop meeting end {circle.code}")


async def _all_said(stage: Stage, expected: Counter[str]) -> None:
    assert await stage.hears(expected) == [expected] * CIRCLES
    assert await stage.dead_letters() == 0
