"""One suite for all: Matrix on a real Synapse, Discord on its simulation, and the staged two."""

from collections.abc import AsyncIterator

import discord
import pytest
import pytest_asyncio

from bots import discord_town, matrix_town
from bots.platform_suite import PlatformSuite, Trial
from indaba.contracts.membership import Platform
from indaba.operate.local.demo.stage import Playhouse, words_of
from indaba.operate.local.engines import Engines, Synapse


@pytest.mark.asyncio(loop_scope="class")
class TestMatrix(PlatformSuite):
    @pytest_asyncio.fixture(scope="class", loop_scope="class")
    async def trial(self, engines: Engines, synapse: Synapse) -> AsyncIterator[Trial]:
        town = matrix_town.Town(synapse, engines)
        await town.begin()
        await town.expect_a_bot()
        bot = await town.start_bot()
        thandi, sipho = await town.person("thandi"), await town.person("sipho")
        room = await town.room_with_bot(thandi)

        async def texts() -> list[str]:
            replaced: dict[str, str] = {}
            for event in await town.spoken(thandi, room):
                content = event["content"]
                about = content.get("m.relates_to", {})
                edits = about.get("rel_type") == "m.replace"
                shown = content["m.new_content"] if edits else content
                replaced[about["event_id"] if edits else event["event_id"]] = shown["body"]
            return list(replaced.values())

        elsewhere = await thandi.open_room()
        yield Trial(bot.platform, room, thandi.account, sipho.account, elsewhere, texts)
        await town.farewell()
        await town.end()


@pytest.mark.asyncio(loop_scope="class")
class TestDiscord(PlatformSuite):
    knows_keys = False
    pings = "@everyone"

    @pytest_asyncio.fixture(scope="class", loop_scope="class")
    async def trial(self, engines: Engines) -> AsyncIterator[Trial]:
        town = discord_town.Town(engines)
        await town.begin()
        await town.open()
        guild = town.server()
        channel = guild.create_text_channel("maths")
        closed = discord.PermissionOverwrite(send_messages=False)
        hidden = guild.create_text_channel("hidden", overwrites={guild.default_role: closed})
        lindiwe, sipho = town.person(guild, "lindiwe", runs=True), town.person(guild, "sipho")
        assert town.bot is not None

        async def texts() -> list[str]:
            return [message.content for message in channel.history()]

        accounts = str(lindiwe.user.id), str(sipho.user.id)
        yield Trial(town.bot.platform, str(channel.id), *accounts, str(hidden.id), texts)
        await town.close()
        await town.end()


class Staged(PlatformSuite):
    """The demo's platforms keep what would be posted."""

    platform: Platform

    @pytest_asyncio.fixture
    async def trial(self) -> Trial:
        house = Playhouse(self.platform)

        async def texts() -> list[str]:
            return [words_of(content) for content in house.shown.values()]

        owner = "@lindiwe:example.org" if self.platform is Platform.MATRIX else "1234567890"
        return Trial(house, "!room:example.org", owner, "", "", texts)


@pytest.mark.asyncio
class TestStagedMatrix(Staged):
    platform = Platform.MATRIX


@pytest.mark.asyncio
class TestStagedDiscord(Staged):
    platform = Platform.DISCORD
    pings = "@everyone"
