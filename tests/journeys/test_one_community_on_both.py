"""One community on Matrix and Discord: from set-up to a figure in the report."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bots import discord_town
from indaba.contracts.membership import IssuePassport, Platform
from indaba.contracts.outcomes import ShowReport
from indaba.conversation.cards.rsvp_words import code_in
from indaba.operate.local.engines import Engines, Synapse
from journeys.both import Both, both_sides, card_on_discord, connected, founded, joined_and_linked
from journeys.seat import wake_timers
from workshop import rows, until

RESOURCE = re.compile(r"\bR[2-9][2-9A-HJKMNP-Z]{2,6}\b")


@pytest.fixture
async def both(engines: Engines, synapse: Synapse) -> AsyncIterator[Both]:
    async with both_sides(engines, synapse) as sides:
        yield sides


async def test_from_set_up_to_a_figure(both: Both) -> None:
    await founded(both)
    await connected(both)
    await joined_and_linked(both)
    code = await _called(both)
    await _answered(both, code)
    await _reminded_and_held(both, code)
    await _saved_found_and_used(both)
    await _reported(both)
    await _parted(both)


async def _called(both: Both) -> str:
    called = await both.chair.pick('!cop meeting new "Fractions" in 3 days 14:00', "✅")
    code = code_in(called)
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
    await card_on_discord(both, code, "2 coming")


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
    assert "Noted: used" in discord_town.words(used)


async def _reported(both: Both) -> None:
    """Too few to say anything, but the facts are there."""
    asked = IssuePassport(
        platform=Platform.MATRIX, account=both.chair.person.account, room=both.chair.room
    )
    held = await both.matrix.ask(asked)

    async def reported() -> bool:
        report = await both.matrix.ask(ShowReport(term="this"), held)
        assert all(figure.share is None for figure in report.figures)
        return (report.resources, report.members) == (1, 2)

    await until(reported)
    told = await both.chair.ask("!cop report")
    assert "not enough data (fewer than 5)" in told
    assert "Members now: 2" in told


async def _parted(both: Both) -> None:
    """The account that was nobody before is a guest again, and both sides hear of each step."""
    await both.private.hears("and you are one member now")
    shown = await both.discord.slash(both.lindiwe_too, both.channel, "me unlink")
    assert "would be a guest" in discord_town.words(shown)
    assert shown.response is not None
    [unlink] = [label for label in discord_town.labels(shown.response) if "Part with" in label]
    parted = await both.discord.press(both.lindiwe_too, shown, unlink)
    assert "is a guest now" in discord_town.words(parted)
    guest = await both.discord.slash(both.lindiwe_too, both.channel, "me profile")
    assert "member" in discord_town.words(guest)
    assert "Hilltop Primary" not in discord_town.words(guest)
