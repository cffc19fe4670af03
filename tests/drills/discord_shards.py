"""Two processes share a bot's shards, and one of them is killed: nothing lost, nothing twice."""

import asyncio
import time
from collections.abc import Sequence

from drills.discord_stage import Stage
from drills.mortals import Mortal

SHARDS, GROUPS = 4, 2
AGAIN_WITHIN = 30.0
SHARED_OUT = 12.0
"""Seconds for two copies to share what there is; a shard that is handed over is begun anew."""


async def one_of_two_killed(stage: Stage, mentions: int) -> tuple[list[str], float]:
    """Kill each of two copies in turn amid what people say.

    Gives the messages, and the longest that people waited for an answer after a death.
    """
    for one in stage.bots:
        one.kill()
    await _several_shards(stage)
    copies = [await _begin(stage, replica) for replica in ("1", "2")]
    await stage.discord.connected(60)
    said: list[str] = []
    longest = 0.0
    for number, doomed in enumerate(copies):
        await asyncio.sleep(SHARED_OUT)
        said += await stage.mention(mentions)
        await asyncio.to_thread(doomed.kill)
        died = time.monotonic()
        after = await stage.mention(max(mentions, len(stage.channels)))
        longest = max(longest, await _answered(stage, after, died))
        said += after
        copies[number] = await _begin(stage, str(number + 1))
    await stage.answered(said)
    return said, longest


async def _several_shards(stage: Stage) -> None:
    """Servers until each shard has one, with a channel where people may speak to the bot."""
    there, gateway = stage.discord.world, stage.discord.gateway
    gateway.limits.shards, gateway.limits.max_concurrency = SHARDS, GROUPS
    await gateway.drop()
    while len({_shard_of(guild) for guild in there.guilds}) < SHARDS:
        await asyncio.sleep(0.003)
        made = there.guild()
        if [_shard_of(guild) for guild in there.guilds].count(_shard_of(made)) > 1:
            del there.guilds[made]
            continue
        stage.channels.append(there.channel(made))


def _shard_of(guild: str) -> int:
    return (int(guild) >> 22) % SHARDS


async def _begin(stage: Stage, replica: str) -> Mortal:
    bot = stage.bot(replica=replica)
    stage.bots.append(bot)
    bot.begin()
    return bot


async def _answered(stage: Stage, messages: Sequence[str], since: float) -> float:
    """Seconds until all have an answer; twice what is allowed where some have none by then."""
    while (passed := time.monotonic() - since) < 2 * AGAIN_WITHIN:
        if all(stage.answers(messages).values()):
            return passed
        await asyncio.sleep(0.1)
    return passed
