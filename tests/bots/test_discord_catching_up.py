"""What was said while nobody listened, on a Discord that is slow, or away in part."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from drills.discord_stage import Stage, a_stage
from drills.mortals import nursery
from indaba.operate.engines import Engines
from workshop import until

CHANNELS = 9
SLOW_SECONDS = 4.0


@pytest_asyncio.fixture
async def stage(engines: Engines) -> AsyncIterator[Stage]:
    """A server with some channels, where no bot is yet."""
    with (
        nursery("drills.discord_stage") as context,
        tempfile.TemporaryDirectory(prefix="indaba-") as folder,
    ):
        async with a_stage(context, Path(folder), engines, people=2, channels=CHANNELS) as there:
            yield there
            for bot in there.bots:
                bot.kill()


async def test_channels_that_are_slow_to_read_do_not_hold_up_the_others(stage: Stage) -> None:
    said = await stage.mention(CHANNELS)
    reading = stage.discord.rest.slow_to_read
    reading.update(dict.fromkeys(stage.channels[:3], SLOW_SECONDS))
    await stage.bot_at_work()

    async def the_others_are_answered() -> bool:
        return all(stage.answers(said[3:]).values())

    await until(the_others_are_answered, 20)
    assert not any(stage.answers(said[:3]).values())
    assert set((await stage.answered(said)).values()) == {1}
