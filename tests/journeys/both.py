"""One community on Matrix and Discord, for journeys."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bots import discord_town
from bots.matrix_town import Town
from indaba.ledger import Ledger
from indaba.operate.local.engines import Engines, Synapse
from journeys.seat import Seat

ONE_TIME = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4,5}")


class Overseas(discord_town.Town):
    """A Discord whose bot asks the services of another town."""

    def __init__(self, home: Town, engines: Engines) -> None:
        super().__init__(engines)
        self.clock = home.clock
        self.files = home.files


@dataclass
class Both:
    """Both sides, and who is where."""

    matrix: Town
    discord: Overseas
    chair: Seat
    private: Seat
    channel: ChannelHandle
    sipho: MemberActor
    lindiwe_too: MemberActor

    @property
    def ledgers(self) -> list[Ledger]:
        return self.matrix._services


@asynccontextmanager
async def both_sides(engines: Engines, synapse: Synapse) -> AsyncIterator[Both]:
    home = Town(synapse, engines)
    await home.begin()
    await home.expect_a_bot()
    await home.start_bot()
    abroad = Overseas(home, engines)
    await abroad.open()
    guild = abroad.server()
    channel = guild.create_text_channel("maths")
    lindiwe = await home.person("lindiwe")
    room = await home.room_with_bot(lindiwe)
    direct = await home.room_with_bot(lindiwe, is_direct=True, preset="trusted_private_chat")
    yield Both(
        home,
        abroad,
        Seat(home, lindiwe, room),
        Seat(home, lindiwe, direct),
        channel,
        abroad.person(guild, "sipho"),
        abroad.person(guild, "lindiwe", runs=True),
    )
    await abroad.close()
    await abroad.end()
    await home.farewell()
    await home.end()


async def founded(both: Both) -> None:
    await both.chair.ask("!cop setup")
    await both.chair.ask("Maths teachers: we improve maths lessons")
    await both.chair.ask("English")
    await both.chair.ask("Johannesburg")
    assert "Maths teachers" in await both.chair.pick("here", "✅")


async def connected(both: Both) -> None:
    code = ONE_TIME.search(await both.private.ask("cop invite"))
    assert code
    town, channel = both.discord, both.channel
    shown = await town.slash(both.lindiwe_too, channel, "cop connect", code=code[0])
    assert "Maths teachers" in discord_town.words(shown)
    await town.press(both.lindiwe_too, shown, "Connect this room ✅")
    await town.said(channel, "belongs to Maths teachers now")


async def joined_and_linked(both: Both) -> None:
    town, channel = both.discord, both.channel
    shown = await town.slash(both.sipho, channel, "cop join")
    await town.press(both.sipho, shown, "I am 18 or older, I agree, let me in ✅")
    await town.slash(both.sipho, channel, "me profile", organisation="Riverside Primary")
    code = ONE_TIME.search(await both.private.ask("me link"))
    assert code
    guessed = await town.slash(both.sipho, channel, "me link", code="2222-2222")
    assert "wrong" in discord_town.words(guessed)
    shown = await town.slash(both.lindiwe_too, channel, "me link", code=code[0])
    assert "facilitator" in discord_town.words(shown)
    asked = await town.press(both.lindiwe_too, shown, "Become one with them ✅")
    assert "Until they agree nothing happens" in discord_town.words(asked)
    await both.private.hears("your account too")
    assert "one member now" in await both.private.pick("me link", "✅")
    await both.private.ask("me profile organisation: Hilltop Primary")


async def card_on_discord(both: Both, code: str, words: str) -> None:
    """The card is edited where it stands."""

    def shown() -> bool:
        cards = [
            m for m in both.channel.history() if code in m.content and "Who comes" in m.content
        ]
        return bool(cards) and words in cards[-1].content

    await both.discord.until(shown)
