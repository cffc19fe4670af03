"""Tagged lines in the moment between "it is on" and our hearing of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from bots.matrix_people import Person
from bots.matrix_town import Town, town_with_a_bot
from indaba.conversation.cards.rsvp_words import code_in
from indaba.conversation.commands.numbered import FIVE
from indaba.operate.local.engines import Engines, Synapse
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINE = '!cop setup "Maths teachers: we share what works" English Johannesburg here'


@dataclass
class Room:
    """A room with a community, and its chair in it."""

    town: Town
    chair: Person
    room: str

    async def body(self, line: str) -> str:
        return str((await self.answer(line))["content"]["body"])

    async def answer(self, line: str) -> dict[str, Any]:
        return await self.town.answer(self.chair, self.room, await self.chair.say(self.room, line))

    async def picked(self, offer: dict[str, Any], sign: str) -> str:
        """What comes of a pick."""
        await self.chair.react(self.room, offer["event_id"], sign)
        told = await self.town.answer(self.chair, self.room, offer["event_id"])
        return str(told["content"]["body"])

    async def signs_on(self, message: str) -> list[str]:
        """What the bot put under a message."""
        events = await self.chair.events(self.room, self.town.bot_account)
        relations = [event["content"].get("m.relates_to", {}) for event in events]
        return [r["key"] for r in relations if r.get("event_id") == message and "key" in r]

    async def is_signed(self, message: str) -> None:
        async def signed() -> bool:
            return bool(await self.signs_on(message))

        await until(signed, 20)

    @asynccontextmanager
    async def news_is_late(self) -> AsyncIterator[None]:
        """What the bot is told of meetings waits; people are answered as always."""
        database = self.town.bots[-1]._ledger.database
        async with database.begin() as connection:
            await connection.execute(sa.text("LOCK TABLE cards IN EXCLUSIVE MODE"))
            yield

    async def edit(self, message: str, line: str) -> None:
        content: dict[str, Any] = {
            "m.new_content": {"msgtype": "m.text", "body": line},
            "m.relates_to": {"rel_type": "m.replace", "event_id": message},
        }
        await self.chair.say(self.room, f"* {line}", **content)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


@pytest_asyncio.fixture(loop_scope="module")
async def room(town: Town) -> Room:
    chair = await town.person("lindiwe")
    there = Room(town, chair, await town.room_with_bot(chair))
    offer = await chair.say(there.room, LINE)
    preview = await town.answer(chair, there.room, offer)
    await chair.react(there.room, preview["event_id"], "✅")
    await town.answer(chair, there.room, preview["event_id"])
    return there


async def test_a_tag_counts_from_the_moment_that_a_meeting_is_said_to_be_on(room: Room) -> None:
    earlier = await room.chair.say(room.room, "we use stones")
    async with room.news_is_late():
        assert "is on" in await room.body("!cop meeting start Fractions")
        decided = await room.chair.say(room.room, "#decision We meet on Thursdays")
        await room.is_signed(decided)
        await room.edit(earlier, "#info We use stones")
        minutes = await room.body("!cop minutes show")
    assert "Decision: We meet on Thursdays" in minutes
    assert "Information: We use stones" in minutes


@pytest.mark.parametrize(
    ("line", "doing", "done"),
    [
        ("#decision We meet on Thursdays", "minutes of Fractions", "Decision 1: We meet"),
        ("#besluit Ons ontmoet", "minutes of Fractions", "Decision 1: Ons ontmoet"),
        ("#isigqibo Siyadibana", "minutes of Fractions", "Decision 1: Siyadibana"),
        ("#isenzo Collect stones", "Make it an action", "Collect stones"),
        ("#umbuzo Who has a box?", "agenda of Maps", "Who has a box?"),
        ("#topic Stones", "agenda of Maps", "Stones"),
    ],
)
async def test_a_tag_while_no_meeting_is_on_is_answered_with_what_can_be_done(
    room: Room, line: str, doing: str, done: str
) -> None:
    await room.body("!cop meeting start Fractions")
    await room.body("!cop meeting end")
    preview = await room.answer('!cop meeting new "Maps" in 4 days 10:00')
    await room.picked(preview, "✅")
    asked = await room.answer(line)
    body = asked["content"]["body"]
    assert "No meeting is on" in body
    [place] = [each[0] for each in body.splitlines() if each[0].isdecimal() and doing in each]
    assert done in await room.picked(asked, FIVE[int(place) - 1])


async def test_a_misspelt_tag_is_asked_about_and_a_tap_takes_the_line_over(room: Room) -> None:
    await room.body("!cop meeting start Fractions")
    said = await room.chair.say(room.room, "#decison We meet on Thursdays")
    asked = await room.town.answer(room.chair, room.room, said)
    assert "Did you mean #decision?" in asked["content"]["body"]
    assert "Thursdays" not in await room.body("!cop minutes show")
    assert "Decision 1: We meet on Thursdays" in await room.picked(asked, "⚖️")
    assert "Decision: We meet on Thursdays" in await room.body("!cop minutes show")


async def test_undo_is_asked_about_by_name_once_more_was_said_and_is_done_once(room: Room) -> None:
    codes = []
    for title in ("Reading", "Maps"):
        preview = await room.answer(f'!cop meeting new "{title}" in 4 days 10:00')
        codes.append(code_in(await room.picked(preview, "✅")))
    await room.chair.say(room.room, "lovely weather")
    asked = await room.answer("Undo")
    assert "You said more since" in asked["content"]["body"]
    assert all(f"Undo: call off {code}" in asked["content"]["body"] for code in codes)
    assert await room.picked(asked, "1️⃣") == f"Called off: {codes[1]}"
    [left] = (await room.answer("undo that"))["content"]["body"].split("\n")[1:2]
    assert left.endswith(f"Undo: call off {codes[0]}")
    assert "Which meeting" not in await room.body("!cop cancel reading because it rains")


async def test_undo_of_several_says_why_it_asks_and_what_is_left_is_undone_at_once(
    room: Room,
) -> None:
    codes = []
    for title in ("Reading", "Maps"):
        preview = await room.answer(f'!cop meeting new "{title}" in 4 days 10:00')
        codes.append(code_in(await room.picked(preview, "✅")))
    asked = await room.answer("undo that")
    assert "more than one thing" in asked["content"]["body"]
    assert await room.picked(asked, "2️⃣") == f"Called off: {codes[0]}"
    # What was said since was only the line that undid the other.
    assert f"Called off: {codes[1]}" in await room.body("undo that")


async def test_where_no_meeting_is_on_nothing_is_kept_of_a_tag(room: Room) -> None:
    said = await room.chair.say(room.room, "#decision We meet on Thursdays")
    elsewhere = await room.town.room_with_bot(room.chair)
    there = await room.chair.say(elsewhere, "#decision We meet on Thursdays")
    await room.town.dealt_with(room.chair, room.room)
    await room.town.dealt_with(room.chair, elsewhere)
    assert await room.signs_on(said) == []
    assert len(await room.town.answers(room.chair, room.room, said)) == 1
    assert await room.town.answers(room.chair, elsewhere, there) == []
    kept = f"SELECT said FROM heard WHERE id IN ('{said}', '{there}')"
    assert await rows(room.town.bots[-1]._ledger, kept) == [(None,), (None,)]
    await room.body("!cop meeting start Fractions")
    assert "Thursdays" not in await room.body("!cop minutes show")


# On Discord each time: test_discord_held.py.
@pytest.mark.thorough
async def test_a_tag_in_another_room_is_none_of_the_meetings(room: Room) -> None:
    await room.body("!cop meeting start Fractions")
    elsewhere = await room.town.room_with_bot(room.chair)
    said = await room.chair.say(elsewhere, "#decision We meet on Thursdays")
    await room.town.dealt_with(room.chair, elsewhere)
    assert await room.town.answers(room.chair, elsewhere, said) == []
    assert "Thursdays" not in await room.body("!cop minutes show")
