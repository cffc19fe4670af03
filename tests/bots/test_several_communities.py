"""A member of two communities in the direct chat with the bot, on a real Synapse."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town, town_with_a_bot
from indaba.operate.local.engines import Engines, Synapse

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIRECT: dict[str, Any] = {"name": "", "is_direct": True, "preset": "trusted_private_chat"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


async def _told(town: Town, person: Person, room: str, line: str, **more: Any) -> dict[str, Any]:
    return await town.answer(person, room, await person.say(room, line, **more))


async def test_a_member_of_two_is_asked_once_and_never_acts_in_the_other(town: Town) -> None:
    thandi = await town.person("thandi")
    for _ in range(2):
        await town.founded(thandi, await town.room_with_bot(thandi))
    direct = await town.room_with_bot(thandi, **DIRECT)

    asked = await _told(town, thandi, direct, "me sign-in")
    assert "Which one do you mean?" in asked["content"]["body"]
    link = (await _told(town, thandi, direct, "1"))["content"]["body"]
    assert "/sign-in/" in link
    assert "About Maths teachers" in link

    called = await _told(town, thandi, direct, "meeting new Fractions tomorrow 18:00")
    assert "Call the meeting" in called["content"]["body"]
    await _told(town, thandi, direct, "me community")
    await _told(town, thandi, direct, "2")
    assert "Fractions" not in (await _told(town, thandi, direct, "meeting list"))["content"]["body"]

    await thandi.react(direct, called["event_id"], "✅")
    await town.answer(thandi, direct, called["event_id"])
    undone = await _told(town, thandi, direct, "me undo")
    assert "Nothing of yours can be undone here" in undone["content"]["body"]
    assert "Fractions" not in (await _told(town, thandi, direct, "meeting list"))["content"]["body"]
    await _told(town, thandi, direct, "me community")
    await _told(town, thandi, direct, "1")
    assert "Fractions" in (await _told(town, thandi, direct, "meeting list"))["content"]["body"]
