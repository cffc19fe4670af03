"""What changes somebody's plans rings for them and for nobody else. On a real Synapse."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town, town_with_a_bot
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = ("thandi", "sipho", "anna")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse_counting: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse_counting) as there:
        yield there


async def rung(person: Person, room: str) -> int:
    """How often their phone rang for a message in the room, with no app open."""
    found = await person.ask("GET", "/notifications", only="highlight")
    return sum(each["room_id"] == room for each in found["notifications"])


async def done(town: Town, chair: Person, room: str, line: str) -> None:
    """Type a line, and pick the first choice of the answer."""
    said = await chair.say(room, line)
    offer = await town.answer(chair, room, said)
    await chair.react(room, offer["event_id"], "✅")
    await town.dealt_with(chair, room)


async def test_who_meant_to_come_is_rung_for_and_nobody_else(town: Town) -> None:
    chair = await town.person("lindiwe")
    room = await town.room_with_bot(chair)
    people = [await town.person(name) for name in PEOPLE]
    for person in people:
        await chair.ask("POST", f"/rooms/{room}/invite", {"user_id": person.account})
        await person.join(room)
    await town.founded(chair, room)
    for person in people:
        await town.joined(person, room)
    await done(town, chair, room, '!cop meeting new "Fractions" in 3 days 15:00')
    comes, does_not, silent = people
    for person, line in ((comes, "!cop yes"), (does_not, "!cop no"), (chair, "!cop yes")):
        await town.answer(person, room, await person.say(room, line))
    everybody = (comes, does_not, silent, chair)
    before = [await rung(person, room) for person in everybody]

    steps = (
        ("!cop meeting move Fractions in 4 days 16:00", "was moved"),
        ("!cop meeting cancel Fractions reason: no power", "is called off"),
    )
    for number, (line, words) in enumerate(steps, start=1):
        await done(town, chair, room, line)

        async def is_told(words: str = words) -> bool:
            events = await town.spoken(comes, room)
            return any(words in e["content"]["body"] and e["content"]["m.mentions"] for e in events)

        await until(is_told, 20)
        await town.dealt_with(chair, room)
        after = [await rung(person, room) for person in everybody]
        more = [now - then for now, then in zip(after, before, strict=True)]
        assert more == [number, 0, 0, 0], (line, more)
