"""Chats between one person and the bot, on a real Synapse that holds the bot back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIRECT: dict[str, Any] = {"name": "", "is_direct": True, "preset": "trusted_private_chat"}
POWERLESS: dict[str, Any] = {**DIRECT, "preset": "private_chat"}
"""Apps open direct chats with either preset: only the first makes us one who runs the room."""

HELD_BACK = (1, 10)
"""Messages a second, and at once: as many at once as Synapse allows of itself, then five times as
quickly, for each of these tests comes up against it."""

LINK = "/sign-in/"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    there = Town(synapse, engines)
    await there.begin()
    await there.expect_a_bot()
    await there.limit(*HELD_BACK)
    await there.start_bot()
    yield there
    await there.farewell()
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def thandi(town: Town) -> Person:
    """A member of a community."""
    person = await town.person("thandi")
    room = await town.room_with_bot(person)
    await town.founded(person, room)
    return person


async def _history(person: Person, room: str) -> str:
    path = f"/rooms/{room}/state/m.room.history_visibility/"
    return str((await person.ask("GET", path))["history_visibility"])


async def _told(town: Town, person: Person, room: str, line: str) -> str:
    said = await person.say(room, line)
    return str((await town.answer(person, room, said))["content"]["body"])


async def _invitation(person: Person) -> str:
    """The room that a person is invited to."""
    rooms: list[str] = []

    async def invited() -> bool:
        synced = await person.ask("GET", "/sync", timeout=0)
        rooms[:] = synced.get("rooms", {}).get("invite", {})
        return bool(rooms)

    await until(invited, 10)
    [room] = rooms
    return room


async def test_a_history_that_we_may_close_is_closed_before_anything_private_is_said(
    town: Town, thandi: Person
) -> None:
    direct = await town.room_with_bot(thandi, **DIRECT)
    assert await _history(thandi, direct) == "shared"
    assert LINK in await _told(town, thandi, direct, "me sign-in")
    assert await _history(thandi, direct) == "joined"
    late = await town.person("late")
    await thandi.ask("POST", f"/rooms/{direct}/invite", {"user_id": late.account})
    await late.join(direct)
    assert LINK not in str(await late.events(direct, town.bot_account))


async def test_where_we_may_not_close_it_the_answer_waits_in_a_chat_of_our_own(
    town: Town, thandi: Person
) -> None:
    direct = await town.room_with_bot(thandi, **POWERLESS)
    told = await _told(town, thandi, direct, "me sign-in")
    assert LINK not in told
    assert "invitation" in told
    own = await _invitation(thandi)
    assert LINK not in await _told(town, thandi, direct, "me sign-in")
    assert await _invitation(thandi) == own
    await thandi.join(own)
    assert await _history(thandi, own) == "joined"
    assert LINK in await _told(town, thandi, own, "me sign-in")


async def test_a_member_is_shown_what_the_bot_itself_keeps_of_them(
    town: Town, thandi: Person
) -> None:
    direct = await town.room_with_bot(thandi, **DIRECT)
    await _told(town, thandi, direct, "meeting new")
    await _told(town, thandi, direct, "me data erase")

    shown = await _told(town, thandi, direct, "me data")

    assert "What I keep about you here myself:" in shown
    assert f"in the room {direct}, not dealt with yet: since" in shown
    assert "“Erase me everywhere” in the room" in shown
    assert "in which direct chat you are, your account as a digest" in shown
    assert f"{direct}\n" in shown
    assert "/privacy/mine, once you are signed in by me sign-in." in shown


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("leaves", [True, False])
async def test_a_chat_that_ever_had_a_third_person_is_private_no_more(
    town: Town, thandi: Person, *, leaves: bool
) -> None:
    direct = await town.room_with_bot(thandi, **DIRECT)
    third = await town.person("third")
    await thandi.ask("POST", f"/rooms/{direct}/invite", {"user_id": third.account})
    await third.join(direct)
    if leaves:
        await third.ask("POST", f"/rooms/{direct}/leave", {})
    line = "me sign-in" if leaves else "!cop me sign-in"
    assert LINK not in await _told(town, thandi, direct, line)
    assert LINK not in str(await thandi.events(direct, town.bot_account))


# Each way of asking, of every private command, is tried in test_between_us.py.
@pytest.mark.thorough
async def test_in_a_room_one_is_told_how_to_ask_alone(town: Town, thandi: Person) -> None:
    room = await town.room_with_bot(thandi)
    await town.founded(thandi, room)
    root = await thandi.say(room, "good morning")
    reply: dict[str, Any] = {"m.in_reply_to": {"event_id": root}}
    thread = {**reply, "rel_type": "m.thread", "event_id": root, "is_falling_back": True}
    for content in ({}, {"m.relates_to": reply}, {"m.relates_to": thread}):
        said = await thandi.say(room, "!cop me sign-in", **content)
        told = (await town.answer(thandi, room, said))["content"]["body"]
        assert "between you and me" in told, content
        assert "me sign-in" in told, content
        assert LINK not in told, content
