"""From an empty room to a closed meeting: what people type, and what they see."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bots.matrix_town import Town, town_with_a_bot
from indaba.conversation.cards.rsvp_words import code_in
from indaba.operate.data.vacuum import rewrite_bus
from indaba.operate.local.engines import Engines, Synapse
from journeys.seat import Seat, wake_timers
from journeys.valkey_cluster import valkey_cluster
from workshop import rows, until


@pytest.fixture
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


@pytest.fixture
async def town_on_a_cluster(
    engines: Engines, synapse: Synapse, tmp_path: Path
) -> AsyncIterator[Town]:
    async with (
        valkey_cluster(tmp_path / "cluster") as url,
        town_with_a_bot(engines, synapse, url) as there,
    ):
        yield there


async def _set_up(town: Town) -> tuple[Seat, Seat]:
    lindiwe, thandi = await town.person("lindiwe"), await town.person("thandi")
    room = await town.room_with_bot(lindiwe)
    await lindiwe.ask("POST", f"/rooms/{room}/invite", {"user_id": thandi.account})
    await thandi.join(room)
    chair, member = Seat(town, lindiwe, room), Seat(town, thandi, room)
    assert "name" in (await chair.ask("!cop setup")).lower()
    await chair.ask("Maths teachers: we share what works in grade 9")
    assert "zone" in (await chair.ask("English")).lower()
    assert "post" in (await chair.ask("Johannesburg")).lower()
    assert "Maths teachers" in await chair.pick("here", "✅")
    return chair, member


@pytest.mark.thorough
async def test_a_meeting_from_set_up_to_register(town: Town) -> None:
    await _from_set_up_to_register(town)


@pytest.mark.thorough
async def test_a_meeting_where_the_bus_is_a_cluster_of_three(town_on_a_cluster: Town) -> None:
    await _from_set_up_to_register(town_on_a_cluster)
    await rewrite_bus(town_on_a_cluster.bus_url)


async def _from_set_up_to_register(town: Town) -> None:
    chair, member = await _set_up(town)
    assert "18" in await member.ask("!cop join")
    agreed = await member.person.say(member.room, "yes")
    await town.answer(member.person, member.room, agreed)

    code, card = await _called(chair)
    await _answered(chair, member, card)
    await _moved(chair, member, code)
    await _reminded(town, chair, member)
    await _held(town, chair, member, code)
    await member.person.react(member.room, card, "👎")
    await member.hears("over")


async def _called(chair: Seat) -> tuple[str, str]:
    """The code, and the card's message."""
    assert "20:00" in await chair.ask('!cop meeting new "Fractions that stick" tues 8')
    called = await chair.pick('!cop meeting new "Fractions that stick" in 3 days 14:00', "✅")
    card = await chair.hears("React 👍")
    assert "Fractions that stick" in card["content"]["body"]
    await chair.hears("Talk about Fractions that stick")
    return code_in(called), card["event_id"]


async def _answered(chair: Seat, member: Seat, card: str) -> None:
    await member.person.react(member.room, card, "👍🏽")
    await chair.card_shows("1 coming")
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": card}}}
    await chair.person.say(chair.room, "Sorry, cannot make it", **reply)
    await chair.card_shows("1 coming, 1 not this time")
    await chair.person.say(chair.room, "maybe", **reply)
    await chair.card_shows("1 coming, 1 maybe")
    await member.person.say(member.room, "Yes, I will come +1", **reply)
    await chair.card_shows("1 coming, 1 guest")


async def _moved(chair: Seat, member: Seat, code: str) -> None:
    assert "Fractions" in await member.ask("!cop next")
    assert "Did you mean" in await member.ask("!cop meting next")
    assert await chair.pick(f"!cop meeting move {code} in 2 days 15:00", "✅")
    await chair.card_shows("was moved")
    await chair.hears("was moved. It is now")


async def _reminded(town: Town, chair: Seat, member: Seat) -> None:
    starts_in = await _seconds_to_start(town)
    town.clock.ahead += timedelta(seconds=starts_in - 3000)
    wake_timers(town)
    reminder = await chair.hears("When you are there")
    assert set(reminder["content"]["m.mentions"]["user_ids"]) == {
        chair.person.account,
        member.person.account,
    }
    assert reminder["content"]["msgtype"] == "m.text"


async def _held(town: Town, chair: Seat, member: Seat, code: str) -> None:
    town.clock.ahead += timedelta(seconds=2400)
    await member.person.say(member.room, "!cop here")
    await chair.card_shows("1 checked in")
    await chair.ask(f"!cop meeting close {code}")
    await chair.card_shows("This meeting is over")


async def _seconds_to_start(town: Town) -> float:
    scheduling = town._services[1]
    [(starts_at,)] = await rows(scheduling, "SELECT starts_at FROM meetings")
    return float((starts_at - town.clock.now()).total_seconds())


async def test_a_member_sees_takes_and_erases_what_is_kept(town: Town) -> None:
    _, member = await _set_up(town)
    agreed = await member.pick("!cop join", "✅")
    assert agreed
    assert "direct chat" in await member.ask("!cop me data")
    direct = await member.person.open_room(
        town.bot_account, is_direct=True, preset="trusted_private_chat"
    )
    private = Seat(town, member.person, direct)
    await asyncio.sleep(1)

    shown = await private.ask("me data")
    assert member.person.account in shown
    await member.person.say(direct, "me data export")

    async def has_file() -> bool:
        spoken = await town.spoken(member.person, direct)
        return any(e["content"]["msgtype"] == "m.file" for e in spoken)

    await until(has_file, 20)
    await private.pick("me data erase", "✅")

    async def forgotten() -> bool:
        query = "SELECT 1 FROM erasures WHERE member IS NULL"
        return bool(await rows(town._services[0], query))

    await until(forgotten, 20)
    accounts = await rows(town._services[0], "SELECT account FROM accounts")
    assert member.person.account not in json.dumps([list(row) for row in accounts])
