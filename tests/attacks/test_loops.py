"""Programs that answer whatever we say: the talk ends, and people are answered as before."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from bots import discord_town, matrix_town
from bots.matrix_people import Person, replied_to
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
MOST, MOST_SAID, QUIET_SECONDS = 3, 100, 1.5
Event = dict[str, Any]
Retort = Callable[[Person, str, Event], Awaitable[object]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[matrix_town.Town]:
    there = matrix_town.Town(synapse, engines)
    await there.begin()
    await there.expect_a_bot()
    there.bots.append(there.bot(most_turns=MOST))
    await there.bots[0].start()
    yield there
    await there.farewell()
    await there.end()


def _reply(event: Event) -> Event:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": event["event_id"]}}}


async def _commands(program: Person, room: str, event: Event) -> None:
    await program.say(room, "!cop help", **_reply(event))


async def _asks_back(program: Person, room: str, event: Event) -> None:
    """What we ask to complete a command is never answered well."""
    await program.say(room, "what?", **_reply(event))
    await program.say(room, "!cop meeting when")


async def _echoes(program: Person, room: str, event: Event) -> None:
    await program.say(room, event["content"]["body"], **_reply(event))


async def _notices(program: Person, room: str, event: Event) -> None:
    notice = {"msgtype": "m.notice", "body": "!cop help", **_reply(event)}
    await program.send(room, "m.room.message", notice)


async def _reacts(program: Person, room: str, event: Event) -> None:
    for emoji in ("✅", "👍", "1️⃣"):
        await program.react(room, event["event_id"], emoji)


async def _edits(program: Person, room: str, event: Event) -> None:
    said = await program.say(room, "hello")
    new = {"msgtype": "m.text", "body": "!cop help"}
    relation = {"rel_type": "m.replace", "event_id": said}
    await program.say(room, "* !cop help", **{"m.new_content": new, "m.relates_to": relation})


async def _twice(program: Person, room: str, event: Event) -> None:
    """Where each answer brings two, talk does not go in a circle but explodes."""
    for _ in range(2):
        await program.say(room, "!cop next")


RETORTS = (_commands, _asks_back, _echoes, _notices, _reacts, _edits, _twice)


async def _until_quiet(
    town: matrix_town.Town, room: str, programs: dict[Person, Retort]
) -> list[Event]:
    """Let programs answer all that the bot says until it says nothing more; gives what it said."""
    witness = next(iter(programs))
    answered: list[Event] = []
    while fresh := await _fresh(town, witness, room, len(answered)):
        retorts = [how(who, room, event) for event in fresh for who, how in programs.items()]
        await asyncio.gather(*retorts)
        answered += fresh
        assert len(answered) < MOST_SAID, "it goes on and on"
    return answered


async def _fresh(town: matrix_town.Town, witness: Person, room: str, seen: int) -> list[Event]:
    """What the bot has said beyond what was seen; nothing once it is quiet."""
    found: list[Event] = []

    async def more() -> bool:
        found[:] = (await town.spoken(witness, room))[seen:]
        return bool(found)

    with suppress(TimeoutError):
        await until(more, QUIET_SECONDS)
    return found


# One echo is enough to show it, below; here are all kinds of programs.
@pytest.mark.thorough
async def test_talk_with_programs_ends_and_people_are_answered(town: matrix_town.Town) -> None:
    chair = await town.person("lindiwe")
    room = await town.room_with_bot(chair)
    programs: dict[Person, Retort] = {}
    for how in RETORTS:
        program = await town.person(how.__name__.strip("_"))
        await chair.ask("POST", f"/rooms/{room}/invite", {"user_id": program.account})
        await program.join(room)
        programs[program] = how
    said = await _until_quiet(town, room, programs)
    by = {e["event_id"]: e["sender"] for e in await chair.events(room)}
    told = Counter(by[replied_to(event)] for event in said if replied_to(event))
    told_off = Counter(by[replied_to(e)] for e in said if "I stop here" in e["content"]["body"])
    for program, retort in programs.items():
        talks = retort in (_commands, _asks_back, _twice)
        assert told_off[program.account] == int(talks), retort
        assert told[program.account] <= (MOST + 20 if talks else 2), retort
    await town.dealt_with(chair, room)


async def test_talk_with_an_echo_in_a_direct_chat_ends(town: matrix_town.Town) -> None:
    program = await town.person("echo")
    room = await town.room_with_bot(program, is_direct=True)
    said = await _until_quiet(town, room, {program: _echoes})
    assert MOST < len(said) < MOST + 5
    assert "I stop here" in said[-1]["content"]["body"]


@pytest_asyncio.fixture(loop_scope="module")
async def discord(engines: Engines) -> AsyncIterator[discord_town.Town]:
    there = discord_town.Town(engines)
    await there.begin()
    await there.open()
    yield there
    await there.close()
    await there.end()


async def test_no_program_on_discord_begins_a_talk(discord: discord_town.Town) -> None:
    channel, lindiwe = await discord.founded()
    server, me = discord_town.server_of(channel), discord.env.backend.bot_user.id
    bot = server.add_member(discord.env.create_user("other", bot=True))
    webhook = server.create_webhook(channel, "bridge")
    for _ in range(3):
        said = _ours(channel, me)
        for message in said:
            await bot.send(channel, f"<@{me}> meeting list", reply_to=message)
            await bot.send(channel, f"<@{me}> {message.content}")
            await bot.react(message, "✅")
            await webhook.send(f"<@{me}> meeting list")
            await webhook.send(f"<@{me}> {message.content}", username="lindiwe")
        await lindiwe.send(channel, f"<@{me}> help meeting next")
        await discord.until(partial(_more, channel, me, len(said)))
    first, *rest = _ours(channel, me)
    assert "begins here" in first.content
    assert [m.reference and m.content[:13] for m in rest] == [rest[0].content[:13]] * 3


def _ours(channel: Any, me: int) -> list[Any]:
    return [m for m in channel.history() if m.author.id == me and not m.is_system()]


def _more(channel: Any, me: int, than: int) -> bool:
    return len(_ours(channel, me)) > than
