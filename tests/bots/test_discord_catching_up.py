"""What was said while nobody listened, on a Discord that is slow, or away in part."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from drills.discord_stage import Stage, a_stage
from drills.mortals import nursery
from indaba.operate.local.engines import Engines
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
            there.quiet_seconds = 0.5
            yield there
            for bot in there.bots:
                bot.kill()


# A question of pace, which the drills ask too.
@pytest.mark.thorough
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


async def test_a_server_that_appears_late_or_comes_back_is_caught_up_with_once(
    stage: Stage,
) -> None:
    fake = stage.discord
    other = fake.world.guild("Elsewhere")
    room = fake.world.channel(other)
    stage.channels.append(room)
    fake.gateway.away.add(other)
    account = next(iter(stage.people))
    here, there = [
        await fake.mention(channel, account, "meeting next")
        for channel in (stage.channels[0], room)
    ]
    await stage.bot_at_work()
    assert await stage.answered([here]) == {here: 1}
    assert not stage.answers([there])[there]
    await fake.gateway.comes_back(other)
    assert await stage.answered([there]) == {there: 1}
    assert _times_read(stage, room) == 1
    await fake.gateway.goes_away(other)
    missed = await fake.mention(room, account, "meeting next")
    await fake.gateway.comes_back(other)
    heard = await fake.mention(room, account, "meeting next")
    assert await stage.answered([missed, heard]) == {missed: 1, heard: 1}
    assert _times_read(stage, room) == 2


def _times_read(stage: Stage, room: str) -> int:
    read = stage.discord.rest.exchanges["GET /channels/{channel}/messages 200"]
    return sum(each.path == f"/channels/{room}/messages" for each in read)
