import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, cast

import discord
import pytest
import pytest_asyncio
import sqlalchemy as sa
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bots.discord_town import HELPER, Town, code_in, permit, server_of, words
from indaba.conversation.answer import Answer
from indaba.conversation.commands.intent import asked_as_json
from indaba.conversation.commands.topics.scheduling import NextMeeting
from indaba.conversation.delivery.chat_events import CommandInvoked
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.platform import CannotPost, Post, PostKind, Wait
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.conversation.store import Store
from indaba.discord_bot.catching_up import CatchingUp
from indaba.discord_bot.client import Api, Client
from indaba.discord_bot.gateway import Gateway
from indaba.discord_bot.initial_response import in_time
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.operate.local.engines import Engines
from indaba.process.loops import Wake
from workshop import do, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVENTS = "/scheduled-events"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engines: Engines) -> AsyncIterator[Town]:
    there = Town(engines)
    await there.begin()
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(place: Town) -> AsyncIterator[Town]:
    await place.open()
    yield place
    await place.close()


def post(town: Town, room: object, key: str, *said: str) -> Post:
    assert town.bot is not None
    content = dict(town.bot.platform.draw(Answer.of(*said))[0])
    return Post(key, PostKind.MESSAGE, str(room), content, created_at=town.clock.now())


async def test_what_was_posted_before_a_crash_is_found_and_not_posted_again(town: Town) -> None:
    channel = town.server().create_text_channel("maths")
    assert town.bot is not None
    platform, first = town.bot.platform, post(town, channel.id, "one", "only once")
    first = replace(first, created_at=town.clock.now() - timedelta(minutes=1))
    message = await platform.post(first)
    assert await platform.post(replace(first, retried=True)) == message
    other = post(town, channel.id, "two", "something else")
    assert await platform.post(replace(other, retried=True)) != message
    assert [m.content for m in channel.history()] == ["only once", "something else"]


async def test_people_who_are_answered_alike_are_all_answered_after_a_crash(town: Town) -> None:
    channel = town.server().create_text_channel("maths")
    thandi = town.person(server_of(channel), "thandi")
    asked = [await thandi.send(channel, f"anything planned? {n}") for n in (1, 2)]
    assert town.bot is not None
    platform, since = town.bot.platform, town.clock.now() - timedelta(minutes=1)
    first, second = (
        replace(
            post(town, channel.id, f"to {each.id}", "No meeting is planned"),
            reply_to=str(each.id),
            created_at=since,
        )
        for each in asked
    )
    message = await platform.post(first)
    assert await platform.post(replace(second, retried=True)) != message
    assert await platform.post(replace(first, retried=True)) == message
    told = [m for m in channel.history() if m.content == "No meeting is planned"]
    assert [m.reference and m.reference.message_id for m in told] == [each.id for each in asked]


async def test_no_later_message_hides_one_that_is_not_kept_yet(town: Town) -> None:
    channel = town.server().create_text_channel("maths")
    assert town.bot is not None
    ledger, nobody = town.bot._ledger, cast("Dispatcher", None)
    inbox = InboxWorker(ledger, nobody, Wake())
    reading = CatchingUp(Api(town.bot.gateway), ledger, inbox)
    assert reading.position_at(channel.id, 5) is None, "what was said before is not read yet"
    reading.begin()
    running = asyncio.create_task(reading.run())
    place = f"discord/{channel.id}"

    async def caught_up() -> bool:
        return reading.position_at(channel.id, 5) is not None

    await until(caught_up)
    with reading.taking(channel.id, 6), reading.taking(channel.id, 7):
        assert reading.position_at(channel.id, 7) is None
        assert reading.position_at(channel.id, 6) == (place, "6")
    reading.began_anew()
    assert reading.position_at(channel.id, 8) is None, "the connection is another one"
    running.cancel()


async def test_limits_and_outages_are_waited_for_and_refusals_are_final(town: Town) -> None:
    guild = town.server()
    channel = guild.create_text_channel("maths")
    hidden = guild.create_text_channel(
        "hidden", overwrites={guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    )
    assert town.bot is not None
    platform = town.bot.platform
    for status in (500, 503, 429):
        town.env.inject_error("POST", "/channels/*/messages", status=status)
        with pytest.raises(Wait):
            await platform.post(post(town, channel.id, "one", "later"))
    await platform.post(post(town, channel.id, "one", "later"))
    for room in (hidden.id, 123456789012345678):
        with pytest.raises(CannotPost):
            await platform.post(post(town, room, "two", "never"))
    edit = replace(post(town, channel.id, "three", "x"), kind=PostKind.EDIT, target="1234567890")
    with pytest.raises(CannotPost):
        await platform.post(edit)


async def test_an_answer_for_a_token_too_old_is_given_up(town: Town) -> None:
    guild = town.server()
    channel = guild.create_text_channel("maths")
    thandi = town.person(guild, "thandi")
    answer = await town.slash(thandi, channel, "meeting next")
    late = replace(post(town, channel.id, "9/0", "late"), ephemeral=answer._interaction.token)
    town.env.backend.clock.advance(16 * 60)
    assert town.bot is not None
    with pytest.raises(CannotPost):
        await town.bot.platform.post(late)


async def test_what_could_be_answered_only_too_late_is_not_sent_to_a_dead_token(town: Town) -> None:
    channel, lindiwe = await town.founded()
    ledger = _ledger_of(town)
    long_ago = CommandInvoked(
        id="4711",
        room=str(channel.id),
        account=str(lindiwe.id),
        sent_at=town.clock.now() - timedelta(minutes=15),
        ephemeral="a token",
        asked=asked_as_json(NextMeeting, {}),
        house=str(server_of(channel).id),
    )
    async with ledger.database.begin() as connection:
        store = Store(Session(connection, town.clock.now()))
        await store.hearing.hear([(long_ago, town.clock.new_id())])

    async def given_up() -> bool:
        too_late = "SELECT 1 FROM posts WHERE whisper = 'a token' AND given_up = 'too late'"
        return bool(await rows(ledger, too_late))

    await until(given_up)
    assert not [each for each in town.env.http_requests if "a token" in each.path]


async def test_a_question_that_cannot_be_ended_is_not_waited_for() -> None:
    goes_on = asyncio.Event()

    async def swallows() -> None:
        try:
            await goes_on.wait()
        except asyncio.CancelledError:
            await goes_on.wait()

    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await in_time(swallows(), 0.05)
    assert asyncio.get_running_loop().time() - began < 1
    goes_on.set()


async def test_an_interaction_delivered_twice_is_done_once(town: Town) -> None:
    channel, lindiwe = await town.founded()
    heard: list[tuple[str, Any]] = []
    town.env.backend.subscribers.append(lambda event, payload: heard.append((event, payload)))
    first = await town.slash(lindiwe, channel, "meeting next")
    town.env.backend.subscribers.pop()
    [payload] = [payload for event, payload in heard if event == "INTERACTION_CREATE"]
    before = len(town.env.http_requests)
    town.env.backend.emit("INTERACTION_CREATE", payload)
    await town.env.settle()
    await asyncio.sleep(0.5)
    again = [each.path for each in town.env.http_requests[before:]]
    assert [path for path in again if not path.endswith("/callback")] == []
    assert "No meeting is planned" in words(first)


async def test_without_manage_events_there_is_a_card_and_no_storm(town: Town) -> None:
    channel, lindiwe = await town.founded()
    permit(server_of(channel), HELPER & ~discord.Permissions(manage_events=True))
    card = await town.called(channel, lindiwe)
    await town.press(lindiwe, card, "Coming 👍")
    await town.said(channel, "1 coming")
    tried = [r for r in town.env.http_requests if r.method == "POST" and EVENTS in r.path]
    assert len(tried) == 1
    assert server_of(channel)._guild.scheduled_events == {}


async def test_a_native_event_made_before_a_crash_is_found_again(town: Town) -> None:
    channel, lindiwe = await town.founded()
    card = await town.called(channel, lindiwe)
    event = await town.mirrored(channel)
    assert town.bot is not None
    await town.stop_bot()
    ledger = town._ledger("discord_bot")
    await do(ledger, "DELETE FROM mirrors")
    await ledger.database.dispose()
    await town.restart_bot()
    code = code_in(card.content)
    preview = await town.slash(lindiwe, channel, "meeting move", code=code, when="in 3 days 19:00")
    was = event.scheduled_start_time
    await town.press(lindiwe, preview, f"Move {code} ✅")
    await town.until(lambda: event.scheduled_start_time != was)
    assert len(server_of(channel)._guild.scheduled_events) == 1


async def test_where_no_thread_may_be_opened_the_channel_is_told(town: Town) -> None:
    channel, lindiwe = await town.founded()
    permit(server_of(channel), HELPER & ~discord.Permissions(create_public_threads=True))
    await town.called(channel, lindiwe)
    await town.said(channel, "Talk about Fractions")


async def test_bots_and_webhooks_are_not_listened_to(town: Town) -> None:
    channel, lindiwe = await town.founded()
    me = town.env.backend.bot_user.id
    other = server_of(channel).add_member(town.env.create_user("other", bot=True))
    await other.send(channel, f"<@{me}> meeting list")
    await server_of(channel).create_webhook(channel, "bridge").send(f"<@{me}> meeting list")
    await lindiwe.send(channel, f"<@{me}> meeting next")
    await town.said(channel, "No meeting is planned yet")
    told = [m for m in channel.history() if m.author.id == me and "No meeting" in m.content]
    assert len(told) == 1


async def _read_back_soon(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> tuple[ChannelHandle, MemberActor, int]:
    """A community a moment old, whose channel is soon read back; its chair, and our account."""
    monkeypatch.setattr("indaba.discord_bot.catching_up.PAUSE_SECONDS", 0.2)
    channel, lindiwe = await town.founded()
    town.env.backend.clock.advance(1)
    return channel, lindiwe, town.env.backend.bot_user.id


def _ledger_of(town: Town) -> Ledger:
    assert town.bot is not None
    return town.bot._ledger


async def test_a_mention_that_could_not_be_kept_is_caught_up_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, lindiwe, me = await _read_back_soon(town, monkeypatch)
    ledger = _ledger_of(town)
    await do(ledger, "ALTER TABLE heard RENAME TO elsewhere")
    await lindiwe.send(channel, f"<@{me}> meeting next")
    await do(ledger, "ALTER TABLE elsewhere RENAME TO heard")
    await town.said(channel, "No meeting is planned")


REFUSED = (
    "CREATE TABLE refused (word text)",
    """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
    IF EXISTS (SELECT FROM refused WHERE strpos(NEW.said->>$$text$$, word) > 0)
    THEN RAISE EXCEPTION $$refused$$; END IF; RETURN NEW; END'""",
    "CREATE TRIGGER refuse BEFORE INSERT ON heard FOR EACH ROW EXECUTE FUNCTION refuse()",
    "INSERT INTO refused VALUES ('next')",
)
WAITS = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'positions'::regclass"


async def test_a_mention_that_could_not_be_kept_while_its_channel_was_read_is_caught_up_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, lindiwe, me = await _read_back_soon(town, monkeypatch)
    ledger = _ledger_of(town)
    for statement in REFUSED:
        await do(ledger, statement)

    async def is_read() -> bool:
        return bool(await rows(ledger, WAITS))

    async with ledger.database.begin() as connection:
        await connection.execute(sa.text("LOCK TABLE positions IN EXCLUSIVE MODE"))
        await lindiwe.send(channel, f"<@{me}> meeting next")
        await do(ledger, "UPDATE refused SET word = 'list'")
        await until(is_read)
        town.env.backend.clock.advance(1)
        await lindiwe.send(channel, f"<@{me}> meeting list")
        await town.env.settle()
        await do(ledger, "DELETE FROM refused")
    told = "No meeting is planned"
    await town.until(lambda: len([m for m in channel.history() if told in m.content]) == 2)


class Doors:
    """A client whose way to Discord is closed for a while."""

    opened = 0

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def login(self, token: str) -> None:
        Doors.opened += 1
        raise self._error

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_bad_token_is_said_in_words_and_a_lost_gateway_is_opened_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("indaba.discord_bot.gateway.FIRST_PAUSE", 0.01)
    for error, said in (
        (discord.LoginFailure(), "INDABA_DISCORD_BOT_TOKEN"),
        (AttributeError(), "cannot be reached"),
    ):
        gateway = Gateway("a token")
        gateway.begin(cast("Callable[[], Client]", partial(Doors, error)))
        Doors.opened = 0
        running = asyncio.create_task(gateway.run())

        async def tried_again() -> bool:
            return Doors.opened > 1

        await until(tried_again)
        running.cancel()
        assert said in gateway.trouble
