"""The twelve acts of a facilitator, in a Matrix room: from a series to the next meeting."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bots.matrix_town import Town, town_with_a_bot
from indaba.conversation.cards.rsvp_words import code_in
from indaba.operate.local.engines import Engines, Synapse
from journeys.seat import Seat, wake_timers
from workshop import rows, until


@pytest.fixture
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


async def _set_up(town: Town) -> tuple[Seat, Seat]:
    lindiwe, thandi = await town.person("lindiwe"), await town.person("thandi")
    room = await town.room_with_bot(lindiwe)
    await lindiwe.ask("POST", f"/rooms/{room}/invite", {"user_id": thandi.account})
    await thandi.join(room)
    await town.founded(lindiwe, room)
    await town.joined(thandi, room)
    return Seat(town, lindiwe, room), Seat(town, thandi, room)


async def _signed(seat: Seat, message: str) -> None:
    """Wait until the bot has put a sign on a message."""

    async def there() -> bool:
        events = await seat.person.events(seat.room, seat.town.bot_account)
        return any(
            e["type"] == "m.reaction"
            and e["content"].get("m.relates_to", {}).get("event_id") == message
            for e in events
        )

    await until(there, 20)


async def _notes(town: Town) -> list[tuple[Any, ...]]:
    scheduling = next(s for s in town._services if s.name == "scheduling")
    return await rows(scheduling, "SELECT kind, text, removed FROM notes ORDER BY number")


async def test_a_meeting_is_kept_from_a_series_to_the_highlights(town: Town) -> None:
    chair, member = await _set_up(town)
    code, card = await _planned(chair, member)
    await _come_to_start(town)
    await _held(town, chair, member, card)
    await _voted(chair, member)
    await _closed(chair, member, code)


async def _planned(chair: Seat, member: Seat) -> tuple[str, str]:
    """New, agenda, and people answer."""
    called = await chair.pick('!cop meeting new "Reading circle" every day 14:00', "✅")
    code = code_in(called)
    card = await chair.hears("React 👍")
    assert "every day at 14:00" in card["content"]["body"]
    assert "Fractions" in await member.ask(f"!cop agenda add Fractions {code} minutes: 20")
    assert "1. Fractions" in await chair.ask("!cop agenda")
    await member.person.react(member.room, card["event_id"], "👍")
    await chair.card_shows("1 coming")
    return code, str(card["event_id"])


async def _held(town: Town, chair: Seat, member: Seat, card: str) -> None:
    """Start, topic, note: tags, an edit, a line taken back, an action with its owner."""
    thread: dict[str, Any] = {"m.relates_to": {"rel_type": "m.thread", "event_id": card}}
    begun = await chair.hears("has begun")
    assert "Only lines somebody tags are kept" in begun["content"]["body"]
    topic = await chair.person.say(chair.room, "#topic Fractions", **thread)
    await _signed(chair, topic)
    await chair.hears("Topic 1.")
    decided = await member.person.say(member.room, "#decision We use stones", **thread)
    await _signed(member, decided)
    info = await member.person.say(member.room, "^info Stones are free", **thread)
    await _signed(member, info)
    slip = await member.person.say(member.room, "#idea Buy stones", **thread)
    await _signed(member, slip)
    await _edited(member, info, "#info Stones are free everywhere")
    await member.person.take_back(member.room, slip)
    action = await chair.person.say(
        chair.room,
        f"#action {member.person.account} collect stones by 31 December",
        **thread,
        **{"m.mentions": {"user_ids": [member.person.account]}},
    )
    await _signed(chair, action)

    async def followed() -> bool:
        return await _notes(town) == [
            ("decision", "We use stones", False),
            ("info", "Stones are free everywhere", False),
            ("idea", "Buy stones", True),
            ("action", "collect stones by 31 December", False),
        ]

    await until(followed, 20)


async def _voted(chair: Seat, member: Seat) -> None:
    asked = '!cop vote new "Where next?" options: Hall, Online'
    assert "open for 10 minutes" in await chair.ask(asked)
    poll = await chair.poll()
    await member.choose(poll, "2")
    await chair.choose(poll, "2")

    async def voted() -> bool:
        return "Online: 2" in await chair.ask("!cop vote show")

    await until(voted, 30)


async def _closed(chair: Seat, member: Seat, code: str) -> None:
    """End, correct, approve, share, next; and the action comes back to its owner."""
    await chair.ask("!cop meeting end")
    await chair.hears("is over. 2 people were there.")
    await chair.hears("Online: 2")
    minutes = await chair.ask(f"!cop minutes {code}")
    assert "Decision: We use stones" in minutes
    assert "a draft" in minutes
    assert "Line 1 is now" in await chair.ask(f"!cop correct 1 We all use stones {code}")
    assert "version 1" in await chair.ask(f"!cop approve {code}")
    shared = await chair.ask(f"!cop minutes share {code}")
    assert "We all use stones" in shared
    assert member.person.account not in shared
    assert re.search(r"Reading circle", await chair.ask("!cop next"))
    assert "collect stones" in await member.ask("!cop action list")


async def _come_to_start(town: Town) -> None:
    scheduling = next(s for s in town._services if s.name == "scheduling")
    [(seconds,)] = await rows(
        scheduling,
        "SELECT extract(epoch FROM min(starts_at)) FROM meetings WHERE status = 'scheduled'",
    )
    ahead = float(seconds) - town.clock.now().timestamp() + 5
    town.clock.ahead += timedelta(seconds=ahead)
    wake_timers(town)


async def _edited(seat: Seat, message: str, text: str) -> None:
    await seat.person.send(
        seat.room,
        "m.room.message",
        {
            "msgtype": "m.text",
            "body": f"* {text}",
            "m.new_content": {"msgtype": "m.text", "body": text},
            "m.relates_to": {"rel_type": "m.replace", "event_id": message},
        },
    )
