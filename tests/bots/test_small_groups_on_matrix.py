"""A larger number behind each figure, in a Matrix room: announced, and taken back by a reaction."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town, town_with_a_bot
from indaba.conversation.commands.taking_back import UNDO
from indaba.operate.local.engines import Engines, Synapse
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


async def _announced(town: Town, person: Person, room: str, words: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        spoken = await town.spoken(person, room)
        found[:] = [event for event in spoken if words in event["content"]["body"]]
        return bool(found)

    await until(there, 30)
    assert len(found) == 1
    return found[0]


async def test_it_is_announced_and_only_a_facilitator_s_reaction_takes_it_back(town: Town) -> None:
    chair, member = [await town.person(name) for name in ("lindiwe", "thabo")]
    room = await town.room_with_bot(chair, preset="public_chat")
    await town.founded(chair, room)
    await member.join(room)
    for person in (member, *[await town.person(name) for name in "abcd"]):
        await town.joined(person, room)

    said = await chair.say(room, "!cop small-groups 6")
    preview = await town.answer(chair, room, said)
    await chair.react(room, preview["event_id"], "✅")
    asked = await _announced(town, chair, room, "stand for 6 people or more on each side; now")
    assert "!cop small-groups-back" in asked["content"]["body"]

    await member.react(room, asked["event_id"], UNDO)
    await town.dealt_with(member, room)
    sizes = "SELECT group_size_waiting FROM communities"
    assert await rows(town._services[0], sizes) == [(6,)]

    await chair.react(room, asked["event_id"], UNDO)
    await _announced(town, chair, room, "6 was taken back")
    assert await rows(town._services[0], sizes) == [(None,)]
