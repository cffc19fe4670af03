import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from nio.crypto import decrypt_attachment

from bots.matrix_people import SealedPerson, replied_to
from bots.matrix_town import NO_SOONER, Town
from indaba.conversation.answer import Answer, File
from indaba.conversation.delivery.platform import Post, PostKind
from indaba.operate.data.backup import _copy_keys
from indaba.operate.data.restore import _put_keys
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
MEGOLM = {"algorithm": "m.megolm.v1.aes-sha2"}
ENCRYPTION = {"type": "m.room.encryption", "content": MEGOLM}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    there = Town(synapse, engines)
    await there.begin()
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(place: Town, tmp_path: Path) -> AsyncIterator[Town]:
    await place.expect_a_bot()
    place.keys_folder = str(tmp_path / "keys")
    yield place
    await place.farewell()


async def test_a_command_is_answered_in_words_that_members_alone_can_read(town: Town) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    assert "kept where I run" in (await _heard(town, thandi, room))[0]["content"]["body"]
    command = await thandi.ephemeral(room, "!cop help")
    answer = await _answer(town, thandi, room, command)
    assert "!cop setup" in answer["content"]["body"]
    for event in await thandi.events(room, town.bot_account):
        assert event["type"] in ("m.room.encrypted", "m.room.member")
        assert "body" not in event["content"]


async def test_a_thread_a_reply_and_a_direct_chat_work_as_they_do_without_encryption(
    town: Town,
) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    root = await thandi.ephemeral(room, "shall we meet?")
    thread = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}
    thread["m.in_reply_to"] = {"event_id": root}
    command = await thandi.ephemeral(room, "!cop next", **{"m.relates_to": thread})
    answer = await _answer(town, thandi, room, command)
    assert answer["content"]["m.relates_to"]["event_id"] == root
    direct = await _sealed_room(
        town, thandi, name="", is_direct=True, preset="trusted_private_chat"
    )
    await _answer(town, thandi, direct, await thandi.ephemeral(direct, "help"))


async def test_a_bot_that_was_started_again_reads_on_and_answers_what_was_said_meanwhile_once(
    town: Town,
) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    await town.stop_bot()
    meanwhile = [await thandi.ephemeral(room, "!cop next")]
    for number in range(60):
        await thandi.say(room, f"talk {number}")
    thandi.forget_keys_given(room)
    meanwhile.append(await thandi.ephemeral(room, "!cop next"))
    await town.start_bot()
    for command in meanwhile:
        await _answer(town, thandi, room, command)
    await town.stop_bot()
    await town.start_bot()
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    for command in meanwhile:
        await _answer(town, thandi, room, command)


# An encrypted room is set up like any other: the journeys and test_matrix_hearing.py do that.
@pytest.mark.thorough
async def test_a_community_is_set_up_and_its_card_is_drawn_and_follows_the_answers(
    town: Town,
) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    line = '!cop setup "Maths circle: we improve lessons" English Johannesburg here'
    assert "Maths circle" in await _pick(town, thandi, room, line)
    await _pick(town, thandi, room, "!cop meeting new Fractions in 3 days 16:00")
    (card,) = await _hears(town, thandi, room, "React 👍")
    await thandi.react(room, card["event_id"], "👍")
    await _hears(town, thandi, room, "1 coming")
    edits = [e["content"] for e in await _heard(town, thandi, room) if _replaces(e)]
    assert "1 coming" in edits[-1]["m.new_content"]["body"]
    assert _replaces({"content": edits[-1]}) == card["event_id"]


async def test_a_file_is_sealed_and_opens_with_what_its_message_says(town: Town) -> None:
    bot = await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    (content,) = bot.platform.draw(Answer((File("dates.ics", "text/calendar", b"BEGIN"),)))
    post = Post("file", PostKind.MESSAGE, room, content)
    first = await bot.platform.post(post)
    assert await bot.platform.post(replace(post, retried=True)) == first
    (message,) = await _hears(town, thandi, room, "dates.ics")
    assert message["event_id"] == first
    file = message["content"]["file"]
    assert "url" not in message["content"]
    address = file["url"].removeprefix("mxc://")
    reply = await town.http.get(
        f"/_matrix/client/v1/media/download/{address}",
        headers={"Authorization": f"Bearer {thandi.token}"},
    )
    assert b"BEGIN" not in reply.content
    opened = decrypt_attachment(
        reply.content, file["key"]["k"], file["hashes"]["sha256"], file["iv"]
    )
    assert opened == b"BEGIN"


@pytest.mark.thorough
async def test_a_message_that_cannot_be_read_is_said_once_and_after_a_good_day_once_more(
    town: Town,
) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    for number in range(3):
        await thandi.whisper_without_key(room, f"!cop next {number}")
    thandi.forget_keys_given(room)
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    assert await _told(town, thandi, room, 0)
    town.clock.ahead += timedelta(seconds=20)
    await until(lambda: _told(town, thandi, room, 1), 20)
    await town.stop_bot()
    await town.start_bot()
    await thandi.whisper_without_key(room, "!cop next")
    thandi.forget_keys_given(room)
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    town.clock.ahead += timedelta(seconds=20)
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    assert await _told(town, thandi, room, 1)
    town.clock.ahead += timedelta(hours=25)
    await thandi.whisper_without_key(room, "!cop next")
    thandi.forget_keys_given(room)
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    town.clock.ahead += timedelta(seconds=20)
    await until(lambda: _told(town, thandi, room, 2), 20)


# Another order in which keys arrive than in the two tests before.
@pytest.mark.thorough
async def test_keys_that_are_delivered_twice_do_no_harm(town: Town) -> None:
    bot = await town.start_bot()
    take = bot._keyring.take

    def twice(news: dict[str, Any], since: str) -> None:
        take(news, since)
        take(news, since)

    bot._keyring.take = twice  # type: ignore[method-assign]
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    for _ in range(3):
        thandi.forget_keys_given(room)
        await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    assert await _told(town, thandi, room, 0)


async def test_a_key_that_comes_late_opens_what_was_said(town: Town) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi)
    await thandi.ephemeral(room, "good morning")
    command, letters = await thandi.whisper_without_key(room, "!cop next")
    thandi.forget_keys_given(room)
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    await town.stop_bot()
    town.clock.ahead += timedelta(seconds=20)
    await town.start_bot()
    await until(lambda: _told(town, thandi, room, 1), 20)
    await thandi.hand_over(letters)
    await _answer(town, thandi, room, command)


async def test_words_said_again_in_anothers_name_are_not_heard(town: Town) -> None:
    await town.start_bot()
    thandi, sipho = await town.sealed_person("thandi"), await town.sealed_person("sipho")
    room = await _sealed_room(town, thandi, preset="public_chat")
    await sipho.join(room)
    await sipho.look()
    command = await thandi.ephemeral(room, "!cop next")
    await _answer(town, thandi, room, command)
    await town.stop_bot()
    await town.start_bot()
    (sealed,) = [e for e in await thandi.events(room) if e["event_id"] == command]
    again = await sipho.send(room, "m.room.encrypted", sealed["content"])
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    assert again not in [replied_to(e) for e in await _heard(town, thandi, room)]


# Another moment at which keys are given than in the tests above.
@pytest.mark.thorough
async def test_who_comes_later_reads_what_is_said_from_then_on(town: Town) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi, preset="public_chat")
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    sipho = await town.sealed_person("sipho")
    await sipho.join(room)
    command = await sipho.ephemeral(room, "!cop next")
    await _answer(town, sipho, room, command)
    await _answer(town, thandi, room, command)


# That they are put back is tried in tests/operate/one_house/test_keys.py.
@pytest.mark.thorough
async def test_keys_put_back_from_a_backup_read_on_and_are_understood(
    town: Town, tmp_path: Path
) -> None:
    await town.start_bot()
    thandi = await town.sealed_person("thandi")
    room = await _sealed_room(town, thandi, preset="public_chat")
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))
    await town.stop_bot()
    _copy_keys(Path(town.keys_folder), tmp_path / "backup")
    await town.start_bot()
    sipho = await town.sealed_person("sipho")
    await sipho.join(room)
    await _answer(town, sipho, room, await sipho.ephemeral(room, "!cop next"))
    await town.stop_bot()
    shutil.rmtree(town.keys_folder)
    _put_keys(tmp_path / "backup", Path(town.keys_folder))
    await town.start_bot()
    lerato = await town.sealed_person("lerato")
    await lerato.join(room)
    command = await lerato.ephemeral(room, "!cop next")
    for person in (lerato, thandi, sipho):
        await _answer(town, person, room, command)
    thandi.forget_keys_given(room)
    await _answer(town, thandi, room, await thandi.ephemeral(room, "!cop next"))


async def test_a_bot_whose_keys_cannot_be_used_says_so_and_hears_nothing_meanwhile(
    town: Town, tmp_path: Path
) -> None:
    (tmp_path / "occupied").write_text("")
    town.keys_folder = str(tmp_path / "occupied")
    bot = await town.start_bot()

    async def complains() -> bool:
        return "the keys cannot be used" in (await bot.ready()).why

    await until(complains, 20)


async def _sealed_room(town: Town, owner: SealedPerson, **settings: Any) -> str:
    """An encrypted room that the bot has come into and greeted."""
    room = await owner.open_room(town.bot_account, initial_state=[ENCRYPTION], **settings)
    await _hears(town, owner, room, "")
    return room


async def _heard(town: Town, person: SealedPerson, room: str) -> list[dict[str, Any]]:
    """What a member reads of the bot's messages in a room, edits left out."""
    await person.look()
    return [
        event
        for event in person.letters.values()
        if event["sender"] == town.bot_account
        and event["event_id"] not in person.unread
        and event["type"] == "m.room.message"
        and event["room_id"] == room
    ]


async def _answer(town: Town, person: SealedPerson, room: str, command: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    async def answered() -> bool:
        found[:] = [e for e in await _heard(town, person, room) if replied_to(e) == command]
        return bool(found)

    await asyncio.sleep(NO_SOONER)
    await until(answered, 20)
    assert len(found) == 1
    return found[0]


async def _pick(town: Town, person: SealedPerson, room: str, line: str) -> str:
    """Type a line, pick the first sign under its answer, and give what the bot says to that."""
    offer = await _answer(town, person, room, await person.ephemeral(room, line))
    signs: list[str] = []

    async def seeded() -> bool:
        relations = [
            event["content"].get("m.relates_to", {})
            for event in await person.events(room, town.bot_account)
            if event["type"] == "m.reaction"
        ]
        signs[:] = [r["key"] for r in relations if r.get("event_id") == offer["event_id"]]
        return len(signs) > 1

    await until(seeded, 20)
    await person.react(room, offer["event_id"], signs[0])
    return str((await _answer(town, person, room, offer["event_id"]))["content"]["body"])


async def _hears(town: Town, person: SealedPerson, room: str, words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        heard = await _heard(town, person, room)
        found[:] = [e for e in heard if words in e["content"]["body"]]
        return bool(found)

    await until(there, 20)
    return found


def _replaces(event: dict[str, Any]) -> str:
    relation = event["content"].get("m.relates_to", {})
    return str(relation["event_id"]) if relation.get("rel_type") == "m.replace" else ""


async def _told(town: Town, person: SealedPerson, room: str, times: int) -> bool:
    words = [e["content"]["body"] for e in await _heard(town, person, room)]
    return sum("could not read" in each for each in words) == times
