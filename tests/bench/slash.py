"""A slash command to its answer on a simulated Discord: ours, and a plain discord.py bot's."""

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

import discord
import simcord
from discord import app_commands

from bench.durable import Times, spread
from bots.discord_town import Town
from indaba.operate.local.engines import Engines


async def measured(engines: Engines, rounds: int, commands: int) -> list[dict[str, Any]]:
    """Round by round. Ours asks a service and keeps its answer; the other answers at once."""
    town = Town(engines)
    await town.begin()
    await town.open()
    channel, lindiwe = await town.founded()
    found = []
    for _ in range(rounds):
        ours: Times = []
        for _ in range(commands):
            began = time.perf_counter()
            await town.slash(lindiwe, channel, "meeting list")
            ours.append(time.perf_counter() - began)
        found.append({"Indaba": spread(ours[2:]), "plain discord.py": await _beside(commands)})
    await town.close()
    await town.end()
    return found


async def _beside(commands: int) -> dict[str, float]:
    """In a process of its own: a process plays one Discord at a time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, str(commands), stdout=subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    found: dict[str, float] = json.loads(said)
    return found


class _Plain(discord.Client):
    """As the examples of discord.py have it."""

    async def setup_hook(self) -> None:
        tree = app_commands.CommandTree(self)

        @tree.command(name="list", description="What is coming")
        async def listed(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("No meeting is planned.", ephemeral=True)

        await tree.sync()


async def _plain(commands: int) -> Times:
    client = _Plain(intents=discord.Intents.default())
    env = simcord.Env(client)
    times: Times = []
    await env.start()
    guild = env.create_guild("School")
    channel = guild.create_text_channel("maths")
    somebody = guild.add_member(env.create_user("thandi"))
    for _ in range(commands):
        began = time.perf_counter()
        await somebody.slash(channel, "list")
        times.append(time.perf_counter() - began)
    await env.shutdown()
    return times[2:]


if __name__ == "__main__":
    print(json.dumps(spread(asyncio.run(_plain(int(sys.argv[1]))))))
