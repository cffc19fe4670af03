"""Bans are heard, and who left a server is looked for: on a simulated Discord."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bots.discord_town import Town, server_of, words
from indaba.discord_bot.departures import Departures
from indaba.operate.local.engines import Engines
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engines: Engines) -> AsyncIterator[Town]:
    there = Town(engines)
    await there.begin()
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(place: Town) -> AsyncIterator[Town]:
    await place.open()
    yield place
    await place.close()


def _hear(town: Town, event: str, channel: ChannelHandle, who: MemberActor) -> None:
    """What Discord tells of a ban, read by discord.py itself."""
    assert town.bot is not None
    client: Any = town.bot.gateway.client
    user = {"id": str(who.id), "username": "x", "discriminator": "0", "avatar": None}
    told = {"guild_id": str(server_of(channel).id), "user": user}
    client._connection.parsers[event](told)


async def _out(town: Town, who: MemberActor) -> None:
    query = (
        "SELECT 1 FROM memberships JOIN accounts USING (member)"
        f" WHERE accounts.account = '{who.id}'"
    )

    async def gone() -> bool:
        return not await rows(town.services["membership"], query)

    await until(gone, 10)


def _looking(town: Town) -> Departures:
    assert town.bot is not None
    return Departures(town.bot.platform, town.bot._ledger, town.bot.conversation)


async def test_a_ban_ends_the_membership_and_a_lifted_one_lets_in_again(town: Town) -> None:
    channel, _ = await town.founded()
    sipho = await town.joined(channel, "sipho")
    _hear(town, "GUILD_BAN_ADD", channel, sipho)
    await _out(town, sipho)

    async def refused() -> bool:  # the bot learns of it a moment after membership knows
        return "cannot join again" in words(await town.slash(sipho, channel, "cop join"))

    await until(refused, 10)
    _hear(town, "GUILD_BAN_REMOVE", channel, sipho)

    async def unblocked() -> bool:
        return not await rows(town.services["membership"], "SELECT 1 FROM blocks")

    await until(unblocked, 10)
    again = await town.slash(sipho, channel, "cop join")
    welcome = await town.press(sipho, again, "I am 18 or older, I agree, let me in ✅")
    assert "Welcome" in words(welcome)


async def test_who_left_the_server_is_found_once_a_day(town: Town) -> None:
    channel, chair = await town.founded()
    sipho, naledi = await town.joined(channel, "sipho"), await town.joined(channel, "naledi")
    looking = _looking(town)
    await looking.look(between=0)
    server_of(channel).remove_member(sipho)
    await looking.look(between=0)
    assert (await town.slash(naledi, channel, "meeting list")).response is not None
    town.clock.ahead += timedelta(days=1)
    await looking.look(between=0)
    await _out(town, sipho)
    for person in (chair, naledi):
        shown = await town.slash(person, channel, "me profile")
        assert "This is your profile" in words(shown)
