"""The twelve acts of a facilitator, with members on Matrix and on Discord in one meeting."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord.builders import ChannelHandle

from bots import discord_town
from indaba.conversation.cards.rsvp_words import code_in
from indaba.operate.local.engines import Engines, Synapse
from journeys import pictures
from journeys.both import Both, both_sides, card_on_discord, connected, founded, joined_and_linked
from journeys.seat import wake_timers
from workshop import rows, until


@pytest.fixture
async def both(engines: Engines, synapse: Synapse) -> AsyncIterator[Both]:
    async with both_sides(engines, synapse) as sides:
        await founded(sides)
        await connected(sides)
        await joined_and_linked(sides)
        yield sides


@pytest.mark.thorough
async def test_one_meeting_is_held_in_two_places(both: Both) -> None:
    code, card = await _planned(both)
    thread = await _begun(both)
    await _noted(both, code, card)
    await _voted(both, thread)
    await _ended(both, code)
    await _kept(both, code)


async def _planned(both: Both) -> tuple[str, str]:
    """New, agenda, and people answer on both sides."""
    chair, town = both.chair, both.discord
    called = await chair.pick('!cop meeting new "Reading circle" every day 14:00', "✅")
    code = code_in(called)
    card = await chair.hears("React 👍")
    there = await town.said(both.channel, code)
    added = await town.slash(
        both.sipho, both.channel, "agenda add", title="Fractions", code=code, minutes="20"
    )
    assert "Fractions" in discord_town.words(added)
    assert "1. Fractions" in await chair.ask("!cop agenda")
    await town.press(both.sipho, there, "Coming 👍")
    await chair.person.react(chair.room, card["event_id"], "👍")
    await chair.card_shows("2 coming")
    await card_on_discord(both, code, "2 coming")
    await pictures.of_matrix(chair, "matrix-card", 4)
    await pictures.of_discord(town.env, both.channel, both.lindiwe_too, "discord-card")
    return code, str(card["event_id"])


async def _begun(both: Both) -> ChannelHandle:
    """It starts by itself at its time, in both places."""
    [(starts_at,)] = await rows(
        both.ledgers[1], "SELECT min(starts_at) FROM meetings WHERE status = 'scheduled'"
    )
    both.matrix.clock.ahead += starts_at - both.matrix.clock.now() + timedelta(seconds=5)
    wake_timers(both.matrix)
    await both.chair.hears("has begun")
    await both.discord.until(lambda: bool(both.channel.threads))
    thread = both.channel.threads[0]
    told = await both.discord.said(thread, "has begun")
    assert "Only" in told.content
    return thread


async def _noted(both: Both, code: str, card: str) -> None:
    """Topic and notes: tags in the Matrix thread, a command on Discord, one list."""
    thread: dict[str, Any] = {"m.relates_to": {"rel_type": "m.thread", "event_id": card}}
    chair = both.chair
    await chair.person.say(chair.room, "#topic Fractions", **thread)
    await chair.hears("Topic 1.")
    await both.discord.slash(
        both.sipho, both.channel, "meeting note", kind="decision", text="We use stones"
    )
    await chair.person.say(chair.room, "#idea A box of stones for each class", **thread)
    await chair.person.say(
        chair.room,
        f"#action {chair.person.account} collect stones by 31 December",
        **thread,
        **{"m.mentions": {"user_ids": [chair.person.account]}},
    )

    async def followed() -> bool:
        notes = await rows(both.ledgers[1], "SELECT kind FROM notes ORDER BY number")
        return [kind for (kind,) in notes] == ["decision", "idea", "action"]

    await until(followed, 20)
    await chair.person.say(chair.room, f"!cop here {code}")
    await both.discord.slash(both.sipho, both.channel, "meeting here", code=code)


async def _voted(both: Both, thread: ChannelHandle) -> None:
    """Asked on Discord, answered in the polls of both platforms, counted once."""
    town = both.discord
    await town.slash(
        both.lindiwe_too, both.channel, "vote new", question="Where next?", options="Hall, Online"
    )
    await town.until(lambda: any(m.poll for m in thread.history()))
    there: discord.Message = next(m for m in thread.history() if m.poll)
    await both.sipho.vote(there, answer=2)
    poll = await both.chair.poll()
    await both.chair.choose(poll, "2")

    async def counted() -> bool:
        return "Online: 2" in await both.chair.ask("!cop vote show")

    await until(counted, 30)
    # Lindiwe is one member on both: her last word counts, once.
    await both.lindiwe_too.vote(there, answer=1)

    async def counted_once() -> bool:
        told = await both.chair.ask("!cop vote show")
        return "Hall: 1" in told and "Online: 1" in told

    await until(counted_once, 30)
    await pictures.of_discord(town.env, thread, both.sipho, "discord-meeting")


async def _ended(both: Both, code: str) -> None:
    await both.chair.ask("!cop meeting end")
    await both.chair.hears("is over. 2 people were there.")
    await both.discord.said(both.channel, "This meeting is over")
    await card_on_discord(both, code, "This meeting is over")


async def _kept(both: Both, code: str) -> None:
    """Correct, approve, share, next; the minutes are the same on both sides."""
    chair, town = both.chair, both.discord
    minutes = await chair.ask(f"!cop minutes {code}")
    assert "Decision: We use stones" in minutes
    assert "A box of stones" in minutes
    there = await town.slash(both.sipho, both.channel, "minutes show", code=code)
    assert "A box of stones" in discord_town.words(there)
    assert "Line 1 is now" in await chair.ask(f"!cop correct 1 We all use stones {code}")
    assert "version 1" in await chair.ask(f"!cop approve {code}")
    shared = await chair.ask(f"!cop minutes share {code}")
    assert "We all use stones" in shared
    assert "Reading circle" in await chair.ask("!cop next")
    mine = await town.slash(both.lindiwe_too, both.channel, "action list")
    assert "collect stones" in discord_town.words(mine)
    await pictures.of_matrix(chair, "matrix-minutes", 6)
