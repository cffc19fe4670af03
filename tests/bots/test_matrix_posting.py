import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town
from indaba.conversation.answer import Answer, File, Picture
from indaba.conversation.delivery.platform import CannotPost, Post, PostKind
from indaba.matrix_bot.app import MatrixBot
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


def post(bot: MatrixBot, room: str, key: str, *words: str) -> Post:
    return Post(key, PostKind.MESSAGE, room, dict(bot.platform.draw(Answer.of(*words))[0]))


async def is_working(bot: MatrixBot) -> bool:
    return (await bot.ready()).ok


async def saying(town: Town, person: Person, room: str, words: str) -> list[dict[str, Any]]:
    return [e for e in await town.spoken(person, room) if words in e["content"]["body"]]


async def test_the_same_key_posts_one_message_today_and_tomorrow_on_another_device(
    town: Town,
) -> None:
    bot = await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    first = post(bot, room, "one", "only once")
    message = await bot.platform.post(first)
    assert await bot.platform.post(replace(first, retried=True)) == message
    await town.stop_bot()
    await town.new_device()
    bot = await town.start_bot()
    await until(lambda: is_working(bot))
    now = town.clock.now()
    old = replace(first, retried=True, created_at=now - timedelta(hours=21))
    assert await bot.platform.post(old) == message
    lost = replace(old, key="two", content=post(bot, room, "two", "never came").content)
    assert await bot.platform.post(lost) not in ("", message)
    assert len(await saying(town, thandi, room, "only once")) == 1


async def test_threads_replies_edits_reactions_and_files_are_posted_as_such(town: Town) -> None:
    bot = await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    card = await bot.platform.post(post(bot, room, "card", "a card"))
    said = await thandi.say(room, "yes")
    await bot.platform.post(replace(post(bot, room, "a", "in thread"), thread=card))
    await bot.platform.post(replace(post(bot, room, "b", "to yes"), thread=card, reply_to=said))
    edit = post(bot, room, "c", "a newer card")
    await bot.platform.post(replace(edit, kind=PostKind.EDIT, target=card))
    seed = Post("d", PostKind.REACTION, room, {"emoji": "👍"}, target=card)
    assert await bot.platform.post(seed)
    assert await bot.platform.post(replace(seed, key="e")) == ""
    files = Answer((Picture(b"png", "a map"), File("notes.txt", "text/plain", b"words")))
    for number, content in enumerate(bot.platform.draw(files)):
        await bot.platform.post(Post(f"f{number}", PostKind.MESSAGE, room, content))
    posted = {e["content"]["body"]: e["content"] for e in await town.spoken(thandi, room)}
    in_thread = posted["in thread"]["m.relates_to"]
    assert (in_thread["rel_type"], in_thread["event_id"]) == ("m.thread", card)
    assert in_thread["is_falling_back"] is True
    answer = posted["to yes"]["m.relates_to"]
    assert answer["is_falling_back"] is False
    assert answer["m.in_reply_to"] == {"event_id": said}
    assert posted["* a newer card"]["m.new_content"]["body"] == "a newer card"
    assert posted["a map"]["msgtype"] == "m.image"
    assert posted["notes.txt"]["url"].startswith("mxc://")
    assert "org.indaba.file" not in posted["notes.txt"]


async def test_a_room_that_the_bot_may_not_post_in_is_given_up(town: Town) -> None:
    bot = await town.start_bot()
    thandi = await town.person("thandi")
    await town.room_with_bot(thandi)
    elsewhere = await thandi.open_room()
    with pytest.raises(CannotPost):
        await bot.platform.post(post(bot, elsewhere, "x", "hello"))
    assert not await bot.platform.has_power(elsewhere, thandi.account)


async def test_limits_are_honoured_and_everything_arrives(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    await town.limit(per_second=10, burst=3)
    sent = [await thandi.say(room, "!cop next") for _ in range(25)]
    await town.answered_once(thandi, room, sent, 40)


async def test_a_bot_that_dies_between_any_two_steps_answers_once(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    sent = []
    for life in range(8):
        sent += [await thandi.say(room, "!cop next") for _ in range(3)]
        await asyncio.sleep(0.02 + 0.04 * life)
        await town.stop_bot()
        await town.start_bot()
    await town.answered_once(thandi, room, sent)


async def test_what_people_type_comes_back_as_text(town: Town) -> None:
    await town.start_bot()
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    typed = "!cop <b>@room</b> **bold**<img src=x> [a](javascript:b)"
    answer = await town.answer(thandi, room, await thandi.say(room, typed))
    assert "&lt;b&gt;" in answer["content"]["formatted_body"]
    assert "<b>" not in answer["content"]["formatted_body"]
    assert "@room" not in answer["content"]["body"]
    assert answer["content"]["m.mentions"] == {}


async def test_who_runs_a_room_is_known_in_new_and_old_rooms(town: Town) -> None:
    bot = await town.start_bot()
    thandi, sipho = await town.person("thandi"), await town.person("sipho")
    new = await town.room_with_bot(thandi, room_version="12")
    old = await town.room_with_bot(thandi, room_version="10")
    for room in (new, old):
        assert await bot.platform.has_power(room, thandi.account)
        assert not await bot.platform.has_power(room, sipho.account)
        levels = await thandi.ask("GET", f"/rooms/{room}/state/m.room.power_levels/")
        users = {**levels.get("users", {}), sipho.account: 100}
        await thandi.set_state(room, "m.room.power_levels", {**levels, "users": users})
        await until(partial(bot.platform.has_power, room, sipho.account))


async def test_a_second_copy_stands_by_and_takes_over(town: Town) -> None:
    first = await town.start_bot()
    await until(lambda: is_working(first))
    second = town.bot(replica="2")
    await second.start()

    async def stands_by() -> bool:
        return "another copy of this bot is at work" in (await second.ready()).why

    await until(stands_by)
    await town.stop_bot()
    town.bots.append(second)
    await until(lambda: is_working(second))
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    await town.dealt_with(thandi, room)


async def test_a_bot_that_cannot_connect_says_why(town: Town) -> None:
    for settings, why in (
        ({"access_token": "stolen"}, "the homeserver refused the access token"),
        ({"user_id": "@other:indaba.localhost"}, "not that of the configured account"),
        ({"homeserver": "http://127.0.0.1:1"}, "the homeserver cannot be reached"),
    ):
        bot = town.bot(**settings)
        town.bots.append(bot)
        await bot.start()
        await until(partial(is_troubled_by, bot, why))
        await town.stop_bot()


async def is_troubled_by(bot: MatrixBot, why: str) -> bool:
    return why in (await bot.ready()).why
