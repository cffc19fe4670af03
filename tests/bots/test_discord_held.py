"""A meeting held on Discord: begun on the spot, noted, voted, and who was there."""

from collections.abc import AsyncIterator

import discord
import pytest
import pytest_asyncio
from simcord.builders import ChannelHandle

from bots import discord_contract
from bots.discord_town import Town, code_in, labels, server_of, words
from indaba.operate.local.engines import Engines
from workshop import do, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
SLOW = """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(1); RETURN NEW; END'"""
SLOW_NOTES = """CREATE TRIGGER slow BEFORE UPDATE OF sent_at ON posts
    FOR EACH ROW EXECUTE FUNCTION slow()"""


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


async def _held(town: Town, channel: ChannelHandle, chair: object) -> tuple[str, ChannelHandle]:
    """A meeting begun on the spot: its code, and its thread."""
    begun = await town.slash(chair, channel, "meeting start", title="Fractions")  # type: ignore[arg-type]
    assert "is on." in words(begun)
    assert "Show this code" in words(begun)
    card = await town.said(channel, "On now.")
    await town.until(lambda: bool(channel.threads))
    [thread] = channel.threads
    await town.said(thread, "has begun")
    return code_in(card.content), thread


async def test_a_line_is_noted_by_command_menu_and_button(town: Town) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    code, _ = await _held(town, channel, lindiwe)
    await town.slash(thandi, channel, "meeting note", kind="decision", text="We use stones")
    await town.said(channel, "Decision 1: We use stones")
    wrote = await thandi.send(channel, "Stones are free")
    asked = await town.answered(await lindiwe.context_menu(channel, "Add to minutes", wrote))
    assert "Stones are free" in words(asked)
    await town.press(lindiwe, asked, "Idea 💡")
    card = await town.said(channel, "On now.")
    assert labels(card) == ["I am here 📍", "Add to minutes 📝"]
    kinds = await town.press(thandi, card, "Add to minutes 📝")
    await town.press(thandi, kinds, "Asked for help 🙋")
    minutes = await town.slash(lindiwe, channel, "minutes show", code=code)
    assert r"1\. Decision: We use stones" in words(minutes)
    assert r"2\. Idea: Stones are free" in words(minutes)


async def test_who_writes_in_the_thread_or_sits_in_voice_is_there(town: Town) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    sipho = await town.joined(channel, "sipho")
    early = await town.joined(channel, "aisha")
    voice = server_of(channel).create_voice_channel("talk")
    await early.join_voice(voice)
    _, thread = await _held(town, channel, lindiwe)
    await thandi.send(thread, "good morning all")
    await sipho.join_voice(voice)
    await town.said(channel, "3 checked in")
    register = await town.slash(lindiwe, channel, "meeting attendance")
    assert words(register).count("in the voice channel") == 2
    assert words(register).count("wrote in the thread") == 1


async def test_a_vote_is_a_native_poll_whose_choices_count(town: Town) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    _, thread = await _held(town, channel, lindiwe)
    await town.slash(lindiwe, channel, "vote new", question="Where?", options="Hall, Online")
    poll = await _poll(town, thread)
    await thandi.vote(poll, answer=2)
    await lindiwe.vote(poll, answer=1)
    await lindiwe.remove_vote(poll, answer=1)
    await lindiwe.vote(poll, answer=2)
    await until(lambda: _both_online(town))
    await town.slash(lindiwe, channel, "vote count")
    told = await town.said(thread, "members voted")
    assert "Online: 2" in told.content
    assert "Hall: 0" in told.content


async def test_a_ballot_that_is_quicker_than_our_note_of_the_poll_counts(town: Town) -> None:
    channel, lindiwe = await town.founded()
    _, thread = await _held(town, channel, lindiwe)
    assert town.bot is not None
    before = len(await rows(town.services["scheduling"], "SELECT option FROM ballots"))
    await do(town.bot._ledger, SLOW)
    await do(town.bot._ledger, SLOW_NOTES)
    await town.slash(lindiwe, channel, "vote new", question="Where?", options="Hall, Online")
    await lindiwe.vote(await _poll(town, thread), answer=2)

    async def cast() -> bool:
        return len(await rows(town.services["scheduling"], "SELECT option FROM ballots")) > before

    await until(cast)


async def _both_online(town: Town) -> bool:
    """Ballots come from the thread, the count is asked for in the channel: nothing orders them."""
    ballots = await rows(town.services["scheduling"], "SELECT option FROM ballots")
    return ballots[-2:] == [(2,), (2,)]


async def _poll(town: Town, thread: ChannelHandle) -> discord.Message:
    await town.until(lambda: any(m.poll for m in thread.history()))
    return next(m for m in thread.history() if m.poll)


async def test_a_noted_message_that_is_deleted_leaves_the_minutes(town: Town) -> None:
    channel, lindiwe = await town.founded()
    code, _ = await _held(town, channel, lindiwe)
    me = town.bot.gateway.client.user if town.bot and town.bot.gateway.client else None
    assert me is not None
    line = await lindiwe.send(channel, f"<@{me.id}> #info Stones are free")
    await town.until(lambda: bool(next(m for m in channel.history() if m.id == line.id).reactions))
    await lindiwe.edit(line, f"<@{me.id}> #info Stones are free everywhere")
    await _minutes(town, channel, lindiwe, code, "free everywhere")
    await lindiwe.delete(line)
    await _minutes(town, channel, lindiwe, code, "Nothing was noted")


async def _minutes(town: Town, channel: ChannelHandle, who: object, code: str, wanted: str) -> None:
    shown = ""
    for _ in range(40):
        shown = words(await town.slash(who, channel, "minutes show", code=code))  # type: ignore[arg-type]
        if wanted in shown:
            return
    raise AssertionError(shown)


async def test_a_tag_in_another_channel_of_the_server_is_none_of_the_meetings(town: Town) -> None:
    channel, lindiwe = await town.founded()
    code, _ = await _held(town, channel, lindiwe)
    staff = server_of(channel).create_text_channel("staff")
    await lindiwe.send(staff, f"<@{town.env.backend.bot_user.id}> #info Stones are free")
    await town.said(staff, "don't know")
    await _minutes(town, channel, lindiwe, code, "Nothing was noted")


async def test_every_request_is_as_discord_describes_it(place: Town) -> None:
    if not discord_contract.is_at_hand():
        pytest.skip(discord_contract.ABSENT)
    assert discord_contract.wrongs(place.asked) == []
