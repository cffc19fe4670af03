from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    there = Town(synapse, engines)
    await there.begin()
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(place: Town) -> AsyncIterator[Town]:
    await place.expect_a_bot()
    yield place
    await place.farewell()


async def test_a_command_is_answered_in_the_room_in_its_thread_and_in_a_direct_chat(
    town: Town,
) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    direct = await town.room_with_bot(
        thandi, name="", is_direct=True, preset="trusted_private_chat"
    )
    assert "!cop setup" in _body((await town.spoken(thandi, room))[0])
    assert "Type: help" in _body((await town.spoken(thandi, direct))[0])
    in_room = await thandi.say(room, "!cop next")
    root = await thandi.say(room, "shall we meet?")
    thread = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}
    thread["m.in_reply_to"] = {"event_id": root}
    in_thread = await thandi.say(room, "!cop next", **{"m.relates_to": thread})
    privately = await thandi.say(direct, "next")
    answer = await town.answer(thandi, room, in_room)
    assert answer["content"]["msgtype"] == "m.notice"
    assert answer["content"]["m.mentions"] == {}
    answer = await town.answer(thandi, room, in_thread)
    assert answer["content"]["m.relates_to"]["event_id"] == root
    assert "No community lives" in answer["content"]["body"]
    await town.answer(thandi, direct, privately)


async def test_a_question_stands_while_something_else_is_asked(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    await town.answer(thandi, room, await thandi.say(room, "!cop setup"))
    helped = await town.answer(thandi, room, await thandi.say(room, "!cop help"))
    assert "I still ask you this" in _body(helped)
    assert "What is the community called" in _body(helped)
    about = await thandi.say(room, "Maths circle: we improve maths lessons together")
    assert "Which language" in _body(await town.answer(thandi, room, about))
    await town.answer(thandi, room, await thandi.say(room, "stop"))


async def test_in_a_direct_chat_what_is_not_understood_suggests_lines_without_prefix(
    town: Town,
) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    direct = await town.room_with_bot(
        thandi, name="", is_direct=True, preset="trusted_private_chat"
    )
    told = _body(await town.answer(thandi, direct, await thandi.say(direct, "hullabaloo")))
    assert "help" in told
    assert "!cop" not in told


async def test_commands_sent_while_the_bot_is_away_are_answered_once(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    await town.stop_bot()
    commands = [await thandi.say(room, "!cop next") for _ in range(20)]
    for number in range(60):
        await thandi.say(room, f"talk {number}")
    commands += [await thandi.say(room, "!cop next")]
    await town.start_bot()
    await town.answered_once(thandi, room, commands)


async def test_what_was_said_before_the_bot_came_in_is_not_answered(town: Town) -> None:
    thandi = await town.person("thandi")
    room = await thandi.open_room(town.bot_account)
    before = await thandi.say(room, "!cop next")
    await town.start_bot()
    await until(lambda: _spoke(town, thandi, room), 20)
    await town.dealt_with(thandi, room)
    assert await town.answers(thandi, room, before) == []
    assert len([e for e in await town.spoken(thandi, room) if "I am Indaba" in _body(e)]) == 1


async def test_notices_edits_and_what_was_taken_back_are_left_alone(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    notice = await thandi.say(room, "!cop next", msgtype="m.notice")
    own = await town.bot_as_person().say(room, "!cop next")
    talk = await thandi.say(room, "good morning")
    new = {"msgtype": "m.text", "body": "!cop next"}
    edit = await thandi.say(
        room,
        "* !cop next",
        **{
            "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": talk},
        },
    )
    await town.dealt_with(thandi, room)
    await town.stop_bot()
    taken_back = await thandi.say(room, "!cop next")
    await thandi.take_back(room, taken_back)
    await town.start_bot()
    await town.dealt_with(thandi, room)
    left_alone = {"notice": notice, "own": own, "talk": talk, "edit": edit, "back": taken_back}
    answered = [
        name for name, message in left_alone.items() if await town.answers(thandi, room, message)
    ]
    assert answered == []


async def test_malformed_events_leave_the_bot_listening(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    deep: dict[str, Any] = {}
    for _ in range(90):
        deep = {"a": deep}
    for content in (
        {},
        {"msgtype": 5},
        {"msgtype": "m.text", "body": "!cop \x00next\u202e", "m.relates_to": "boo"},
        {"msgtype": "m.text", "body": "!cop " + "x" * 60_000},
        {
            "msgtype": "m.text",
            "body": "!cop next",
            "m.relates_to": {"m.in_reply_to": {"event_id": 3}},
        },
        {"msgtype": "m.text", "body": "> quote", "m.relates_to": {"rel_type": {"a": []}}},
        {
            "msgtype": "m.text",
            "body": "!cop next",
            "m.mentions": {"user_ids": {"x": 1}},
            "deep": deep,
        },
    ):
        await thandi.try_to("PUT", f"/rooms/{room}/send/m.room.message/{id(content)}", content)
    await thandi.try_to("PUT", f"/rooms/{room}/send/m.reaction/odd", {"m.relates_to": {"key": []}})
    await town.dealt_with(thandi, room)
    assert (await town.bots[0].ready()).ok


async def test_a_community_is_founded_by_whoever_runs_the_room_and_by_reaction(
    town: Town,
) -> None:
    await town.start_bot()
    thandi, sipho = await town.person("thandi"), await town.person("sipho")
    room = await town.room_with_bot(thandi, preset="public_chat")
    await sipho.join(room)
    line = '!cop setup "Maths circle: we improve lessons" English Johannesburg here'
    refused = await town.answer(sipho, room, await sipho.say(room, line))
    assert "Only somebody who runs this room" in _body(refused)
    preview = await town.answer(thandi, room, await thandi.say(room, line))
    assert "React with the sign, or reply with the number" in _body(preview)
    seeds = await until_reactions(town, thandi, room, preview["event_id"])
    await thandi.react(room, preview["event_id"], seeds[0])
    founded = await town.answer(thandi, room, preview["event_id"])
    assert "Maths circle" in _body(founded)
    found_again = await town.answer(thandi, room, await thandi.say(room, line))
    assert "lives in this room already" in _body(found_again)


async def until_reactions(town: Town, person: Person, room: str, message: str) -> list[str]:
    found: list[str] = []

    async def seeded() -> bool:
        events = await person.events(room, town.bot_account)
        relations = [
            e["content"].get("m.relates_to", {}) for e in events if e["type"] == "m.reaction"
        ]
        found[:] = [r["key"] for r in relations if r.get("event_id") == message]
        return len(found) > 1

    await until(seeded, 20)
    return found


async def test_an_encrypted_room_is_told_once_that_it_cannot_be_read(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    await thandi.set_state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    await until(lambda: _spoke(town, thandi, room, 2), 20)
    encryption = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    from_the_start = await town.room_with_bot(thandi, initial_state=[encryption])
    await town.dealt_with(thandi, room)
    for there in (room, from_the_start):
        told = [e for e in await town.spoken(thandi, there) if "cannot read" in _body(e)]
        assert len(told) == 1


async def _spoke(town: Town, person: Person, room: str, times: int = 1) -> bool:
    return len(await town.spoken(person, room)) >= times


def _body(event: dict[str, Any]) -> str:
    return str(event["content"]["body"])
