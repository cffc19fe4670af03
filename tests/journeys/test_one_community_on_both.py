"""One community on Matrix and Discord: from set-up to a figure in the report."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bots import discord_town
from bots.matrix_town import Town
from indaba.contracts.membership import IssuePassport, Platform
from indaba.contracts.outcomes import Indicator, ShowReport
from indaba.ledger import Ledger
from indaba.operate.engines import Engines, Synapse
from journeys.seat import Seat, wake_timers
from workshop import rows, until

ONE_TIME = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
RESOURCE = re.compile(r"\bR[2-9][2-9A-HJKMNP-Z]{2,6}\b")


class Overseas(discord_town.Town):
    """A Discord whose bot asks the services of another town."""

    def __init__(self, home: Town, engines: Engines) -> None:
        super().__init__(engines)
        self.clock = home.clock
        self.shelf = home.shelf


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


@pytest.fixture
async def both(engines: Engines, synapse: Synapse) -> AsyncIterator[Both]:
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


async def test_from_set_up_to_a_figure(both: Both) -> None:
    await _founded(both)
    await _connected(both)
    await _joined_and_linked(both)
    code = await _called(both)
    await _answered(both, code)
    await _reminded_and_held(both, code)
    await _saved_found_and_used(both)
    await _reported(both)


async def _founded(both: Both) -> None:
    await both.chair.ask("!cop setup")
    await both.chair.ask("Maths teachers: we improve maths lessons")
    await both.chair.ask("English")
    await both.chair.ask("Johannesburg")
    assert "Maths teachers" in await both.chair.pick("here", "✅")


async def _connected(both: Both) -> None:
    code = ONE_TIME.search(await both.private.ask("cop invite"))
    assert code
    town, channel = both.discord, both.channel
    shown = await town.slash(both.lindiwe_too, channel, "cop connect", code=code[0])
    assert "Maths teachers" in discord_town.words(shown)
    await town.press(both.lindiwe_too, shown, "Connect this room ✅")
    await town.said(channel, "belongs to Maths teachers now")


async def _joined_and_linked(both: Both) -> None:
    town, channel = both.discord, both.channel
    shown = await town.slash(both.sipho, channel, "cop join")
    await town.press(both.sipho, shown, "I am 18 or older, I agree, let me in ✅")
    await town.slash(both.sipho, channel, "me profile", organisation="Riverside Primary")
    code = ONE_TIME.search(await both.private.ask("me link"))
    assert code
    guessed = await town.slash(both.sipho, channel, "me link", code="2222-2222")
    assert "wrong" in discord_town.words(guessed)
    linked = await town.slash(both.lindiwe_too, channel, "me link", code=code[0])
    assert "one member" in discord_town.words(linked)
    await both.private.ask("me profile organisation: Hilltop Primary")


async def _called(both: Both) -> str:
    called = await both.chair.pick('!cop meeting new "Fractions" in 3 days 14:00', "✅")
    code = called.split()[-1]
    await both.chair.hears("React 👍")
    await both.discord.said(both.channel, "Who comes")
    return code


async def _answered(both: Both, code: str) -> None:
    """The facilitator answers on both sides, the last word counts; Sipho by a button."""
    card = await both.discord.said(both.channel, code)
    await both.chair.person.say(both.chair.room, f"!cop no {code}")
    await both.chair.card_shows("1 not")
    await both.discord.press(both.sipho, card, "Coming 👍")
    await both.discord.press(both.lindiwe_too, card, "Coming 👍")
    await both.chair.card_shows("2 coming")
    await _card_on_discord(both, code, "2 coming")


async def _card_on_discord(both: Both, code: str, words: str) -> None:
    """The card is edited where it stands."""

    def shown() -> bool:
        cards = [
            m for m in both.channel.history() if code in m.content and "Who comes" in m.content
        ]
        return bool(cards) and words in cards[-1].content

    await both.discord.until(shown)


async def _reminded_and_held(both: Both, code: str) -> None:
    [(starts_at,)] = await rows(both.ledgers[1], "SELECT starts_at FROM meetings")
    both.matrix.clock.ahead += starts_at - both.matrix.clock.now() - timedelta(minutes=50)
    wake_timers(both.matrix)
    await both.chair.hears("When you are there")
    both.matrix.clock.ahead += timedelta(seconds=2400)
    await both.chair.person.say(both.chair.room, f"!cop here {code}")
    await both.discord.slash(both.sipho, both.channel, "meeting here", code=code)
    await both.chair.card_shows("2 checked in")
    await both.chair.ask(f"!cop meeting close {code}")
    await both.chair.card_shows("This meeting is over")


async def _saved_found_and_used(both: Both) -> None:
    told = await both.chair.ask(
        "!cop save https://example.org/bottle-tops Costs nothing\ntitle: Counting with bottle tops"
    )
    code = RESOURCE.search(told)
    assert code
    town, channel = both.discord, both.channel
    found = await town.slash(both.sipho, channel, "resource find", words="botle tops")
    assert "Counting with bottle tops" in discord_town.words(found)
    used = await town.slash(both.sipho, channel, "resource used", code=code[0], note="With stones")
    assert "1 member used it" in discord_town.words(used)


async def _reported(both: Both) -> None:
    """Too few to say anything, but the facts are there: a resource crossed over."""
    asked = IssuePassport(
        platform=Platform.MATRIX, account=both.chair.person.account, room=both.chair.room
    )
    held = await both.matrix.ask(asked)

    async def crossed() -> bool:
        report = await both.matrix.ask(ShowReport(term="this"), held)
        figure = next(f for f in report.figures if f.indicator is Indicator.CROSS_USE)
        return (figure.counted, figure.of, report.members) == (1, 1, 2)

    await until(crossed)
    told = await both.chair.ask("!cop report")
    assert "not enough data (1 of 5)" in told
    assert "Members now: 2" in told
