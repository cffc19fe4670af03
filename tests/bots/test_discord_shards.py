"""Shards: as many as Discord wants, shared by the copies of a bot, begun one after the other."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket

from conftest import FreshDatabase
from indaba.conversation.delivery import lease
from indaba.conversation.root import MIGRATIONS
from indaba.discord_bot import gateway, shards
from indaba.discord_bot.app import DiscordBot
from indaba.discord_bot.settings import DiscordBotSettings
from wire.discord_fake import FakeDiscord, a_discord
from workshop import ledger_of, until

APART = 0.3
"""Seconds between two beginnings in a group; five, on Discord."""

PATIENCE = 40.0


@dataclass
class Bots:
    """Copies of the bot on one database, and the Discord that they connect to."""

    discord: FakeDiscord
    database_url: str
    bus_url: str
    at_work: list[DiscordBot] = field(default_factory=list)

    async def begin(self, shards: int = 0) -> DiscordBot:
        replica = str(len(self.at_work) + 1)
        ledger = ledger_of(
            "discord_bot", self.database_url, self.bus_url, migrations=MIGRATIONS, replica=replica
        )
        settings = DiscordBotSettings(
            database_url=self.database_url, token="a token", shards=shards
        )
        bot = DiscordBot(settings, ledger)
        self.at_work.append(bot)
        await bot.start()
        return bot

    async def end(self, bot: DiscordBot) -> None:
        self.at_work.remove(bot)
        await bot.stop()

    async def is_ready(self, bot: DiscordBot) -> bool:
        return (await bot.ready()).ok


@pytest.fixture
async def bots(
    database: FreshDatabase, bus_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bots]:
    monkeypatch.setattr(shards, "APART", APART)
    monkeypatch.setattr(gateway, "FIRST_PAUSE", 0.2)
    monkeypatch.setattr(lease, "LOOK_SECONDS", 0.2)
    async with a_discord() as fake:
        fake.gateway.limits.apart = APART * 0.8
        monkeypatch.setattr(discord.http.Route, "BASE", fake.rest.base)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(fake.address))
        there = Bots(fake, await database(MIGRATIONS), bus_url)
        yield there
        for bot in list(there.at_work):
            await there.end(bot)


def connections(*bots: DiscordBot) -> list[int]:
    """How many shards each copy hears on."""
    return [bot.conversation.is_at_work + len(bot._shards.gateways) for bot in bots]


def times_asked(fake: FakeDiscord) -> int:
    """How often Discord was asked how many shards it wants, and how many may begin."""
    return len(fake.rest.exchanges["GET /gateway/bot 200"])


def servers_on_all(fake: FakeDiscord, count: int) -> dict[int, str]:
    """A server on each of so many shards."""
    made: dict[int, str] = {}
    for number in range(count):
        # Bits above the 22nd choose the shard.
        made[number] = fake.world.guild(guild_id=str((1 << 60) + (number << 22)))
    return made


async def told_on_all(bots: Bots, count: int) -> bool:
    told = bots.discord.gateway.told_now()
    return {place for place in told if place[1] == count} == {(n, count) for n in range(count)}


def soon(true: Callable[[], Awaitable[bool]]) -> Awaitable[None]:
    return until(true, PATIENCE)


async def test_with_one_shard_nothing_is_said_of_shards_and_a_second_copy_stands_by(
    bots: Bots,
) -> None:
    first = await bots.begin()
    await soon(lambda: bots.is_ready(first))
    second = await bots.begin()

    async def stands_by() -> bool:
        return "standing by" in (await second.ready()).why

    await soon(stands_by)
    assert bots.discord.gateway.happened["identified"] == 1
    assert times_asked(bots.discord) == 1
    assert first.gateway.client is not None
    assert first.gateway.client.shard_count is None
    assert connections(first, second) == [1, 0]


async def test_one_process_has_all_shards_and_begins_them_one_after_the_other(bots: Bots) -> None:
    servers = servers_on_all(bots.discord, 3)
    bots.discord.gateway.limits.shards = 3
    bot = await bots.begin()
    await soon(lambda: told_on_all(bots, 3))
    await soon(lambda: bots.is_ready(bot))
    assert bots.discord.gateway.happened["identified too soon"] == 0
    assert times_asked(bots.discord) == 3, "each asks once before it begins"
    assert all(bot._api.guild(server) for server in servers.values())


async def test_a_setting_overrules_how_many_shards_discord_recommends(bots: Bots) -> None:
    await bots.begin(shards=2)
    await soon(lambda: told_on_all(bots, 2))


# The drill of the shards does it harder.
@pytest.mark.thorough
async def test_two_copies_share_the_shards_and_one_that_ends_leaves_them_to_the_other(
    bots: Bots,
) -> None:
    bots.discord.gateway.limits.shards = 4
    copies = [await bots.begin(), await bots.begin()]

    async def shared() -> bool:
        return connections(*copies) == [2, 2] and await told_on_all(bots, 4)

    async def all_are_ready() -> bool:
        return all([await bots.is_ready(bot) for bot in copies])

    await soon(shared)
    await soon(all_are_ready)
    assert bots.discord.gateway.happened["identified too soon"] == 0
    worker = next(bot for bot in copies if bot.conversation.is_at_work)
    other = next(bot for bot in copies if bot is not worker)
    await bots.end(worker)

    async def taken_over() -> bool:
        return connections(other) == [4] and await told_on_all(bots, 4)

    await soon(taken_over)
    await soon(lambda: bots.is_ready(other))


async def test_a_room_whose_server_another_copy_hears_is_found(bots: Bots) -> None:
    servers = servers_on_all(bots.discord, 2)
    rooms = {n: bots.discord.world.channel(server) for n, server in servers.items()}
    bots.discord.gateway.limits.shards = 2
    copies = [await bots.begin(), await bots.begin()]

    async def shared() -> bool:
        return connections(*copies) == [1, 1] and await told_on_all(bots, 2)

    await soon(shared)
    worker = next(bot for bot in copies if bot.conversation.is_at_work)
    assert worker._api.guild(servers[1]) is None
    assert [await worker.platform.room_at(rooms[n]) for n in (0, 1)] == [rooms[0], rooms[1]]
    assert await worker.platform.has_power(rooms[1], "4711")
    assert await worker.platform.room_at("4712") == ""


async def test_when_the_connections_of_a_day_are_used_up_the_bot_says_so_and_waits(
    bots: Bots,
) -> None:
    bots.discord.gateway.limits.starts_left = 0
    bot = await bots.begin()

    async def says_so() -> bool:
        return "no more connections" in (await bot.ready()).why

    await soon(says_so)
    asked = bots.discord.buckets.answered[200]
    assert bots.discord.gateway.happened["identified"] == 0
    with pytest.raises(TimeoutError):
        await until(lambda: bots.is_ready(bot), 2)
    assert bots.discord.buckets.answered[200] == asked


async def test_a_bot_that_has_too_few_shards_begins_anew_with_as_many_as_it_needs(
    bots: Bots,
) -> None:
    servers_on_all(bots.discord, 2)
    limits, happened = bots.discord.gateway.limits, bots.discord.gateway.happened
    limits.most_guilds = 1
    bot = await bots.begin()

    async def turned_away() -> bool:
        return happened["closed with 4011"] > 0

    await soon(turned_away)
    limits.shards = 2
    await soon(lambda: told_on_all(bots, 2))
    await soon(lambda: bots.is_ready(bot))
