import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bots import discord_contract
from bots.discord_town import ABOUT, PORTAL, Town, code_in, labels, words
from indaba.discord_bot.client import intents
from indaba.operate.local.engines import Engines

pytestmark = pytest.mark.asyncio(loop_scope="module")


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


async def test_only_who_manages_the_server_sets_up_a_community(town: Town) -> None:
    guild = town.server()
    channel = guild.create_text_channel("maths")
    thandi = town.person(guild, "thandi")
    given = {"about": ABOUT, "language": "English", "zone": "Johannesburg", "where": "here"}
    no = await town.slash(thandi, channel, "cop setup", **given)
    assert "Only somebody who runs this room" in words(no)
    lindiwe = town.person(guild, "lindiwe", runs=True)
    preview = await town.slash(lindiwe, channel, "cop setup", **given)
    assert "**Name:** Maths teachers" in words(preview)
    done = await town.press(lindiwe, preview, "I am 18 or older, I agree, set it up ✅")
    assert words(done) == "Done, see below."
    welcome = await town.said(channel, "begins here")
    assert "/cop join" in welcome.content


async def test_a_preview_is_for_the_one_who_asked_and_is_used_once(town: Town) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    me = town.env.backend.bot_user.id
    await lindiwe.send(channel, f'<@{me}> meeting new "Fractions" tomorrow 18:00')
    preview = await town.said(channel, "I understood this")
    no = await town.press(thandi, preview, "Call the meeting ✅")
    assert words(no) == "That button is for the one who asked."
    called = await town.press(lindiwe, preview, "Call the meeting ✅")
    assert "Called: M" in words(called)
    again = await town.press(lindiwe, preview, "Call the meeting ✅")
    assert "has been answered" in words(again)
    await town.said(channel, "Who comes")
    assert len([m for m in channel.history() if "Who comes" in m.content]) == 1


async def test_an_unclear_time_is_asked_back_in_a_form_and_a_form_sent_twice_acts_once(
    town: Town,
) -> None:
    channel, lindiwe = await town.founded()
    asked = await town.slash(lindiwe, channel, "meeting new", title="Fractions", when="purple")
    assert labels(asked.response) == ["Answer"]
    form = await town.press(lindiwe, asked, "Answer")
    twin = await town.press(lindiwe, asked, "Answer")
    assert form.modal is not None
    first = await town.answered(await lindiwe.submit_modal(form, {"answer": "tomorrow 18:00"}))
    assert labels(first.response) == ["Call the meeting ✅", "Stop ❌"]
    second = await town.answered(await lindiwe.submit_modal(twin, {"answer": "tomorrow 19:00"}))
    assert words(second) == "That question has been answered or is too old."
    late = await town.press(lindiwe, asked, "Answer")
    assert words(late) == "That question has been answered or is too old."


async def test_a_form_sent_twice_before_anybody_looked_acts_once(town: Town) -> None:
    channel, lindiwe = await town.founded()
    asked = await town.slash(lindiwe, channel, "meeting new", title="Fractions", when="purple")
    form = await town.press(lindiwe, asked, "Answer")
    twin = await town.press(lindiwe, asked, "Answer")
    await town.services["scheduling"].bus.stop()
    try:
        first = await lindiwe.submit_modal(form, {"answer": "tomorrow 18:00"})
        second = await town.answered(await lindiwe.submit_modal(twin, {"answer": "tomorrow 19:00"}))
        assert words(second) == "That was sent already. Nothing more was done."
    finally:
        await town.services["scheduling"].bus.start()
    assert "18:00" in words(await town.answered(first))


async def test_a_mention_at_the_beginning_and_a_direct_message_are_commands(town: Town) -> None:
    channel, lindiwe = await town.founded()
    card = await town.called(channel, lindiwe)
    code = code_in(card.content)
    me = town.env.backend.bot_user.id
    asked = await lindiwe.send(channel, f"<@{me}> meeting when {code}")
    answer = await town.said(channel, f"Fractions ({code}): ")
    assert answer.reference is not None
    assert answer.reference.message_id == asked.id
    yes = await lindiwe.send(channel, f"<@{me}>, yes {code}")
    stored = town.env.backend.get_message(channel.id, yes.id)
    await town.until(lambda: bool(stored.reactions))
    await lindiwe.send(channel, f"I told <@{me}> yesterday")
    await lindiwe.send(channel, "meeting next")
    await lindiwe.send_dm("help meeting")
    await town.said(lindiwe.user.dm_channel, "/meeting next")
    ours = [m for m in channel.history() if m.author.id == me and not m.is_system()]
    assert [m.content[:4] for m in ours[1:]] == ["**Me", "Frac"]


async def test_a_sign_in_link_is_never_said_in_a_channel(town: Town) -> None:
    channel, lindiwe = await town.founded()
    card = await town.called(channel, lindiwe)
    await town.until(lambda: bool(channel.threads))
    me = town.env.backend.bot_user.id
    for where in (channel, channel.threads[0]):
        await lindiwe.send(where, f"<@{me}> me sign-in")
        told = await town.said(where, "between you and me")
        assert "/me sign-in" in told.content
    await lindiwe.send(channel, f"<@{me}> me link", reply_to=card)
    await town.until(
        lambda: sum("/me link" in message.content for message in channel.history()) == 1
    )
    everything = [m.content for w in (channel, channel.threads[0]) for m in w.history()]
    assert not any("/sign-in/" in words or "code is" in words for words in everything)
    assert "/sign-in/" in words(await town.slash(lindiwe, channel, "me sign-in"))
    await lindiwe.send_dm("me sign-in")
    await town.said(lindiwe.user.dm_channel, "/sign-in/")


async def test_a_member_is_shown_what_the_bot_itself_keeps_of_them(town: Town) -> None:
    _, lindiwe = await town.founded()
    await lindiwe.send_dm("me data erase")
    await town.said(lindiwe.user.dm_channel, "If you go on, I erase you")

    await lindiwe.send_dm("me data")

    await town.said(lindiwe.user.dm_channel, "/privacy/mine, once you are signed in")
    shown = "\n".join(message.content for message in lindiwe.user.dm_channel.history())
    chat = lindiwe.user.dm_channel.id
    assert "What I keep about you here myself:" in shown
    assert f"“Erase me everywhere” in the room {chat}" in shown
    assert f"in the room {chat}, not dealt with yet: since" in shown
    assert "in which direct chat you are, your account as a digest" in shown


async def test_a_reply_in_a_meetings_thread_is_an_answer(town: Town) -> None:
    channel, lindiwe = await town.founded()
    card = await town.called(channel, lindiwe)
    await town.until(lambda: bool(channel.threads))
    [thread] = channel.threads
    opening = await town.said(thread, "Talk about")
    reply = await lindiwe.send(thread, "yes please", reply_to=opening)
    stored = town.env.backend.get_message(thread.id, reply.id)
    await town.until(lambda: bool(stored.reactions))
    await town.said(channel, "1 coming")
    assert card.id == thread.id


async def test_a_yes_calls_nothing_off_but_as_a_reply_to_that_very_post(town: Town) -> None:
    channel, lindiwe = await town.founded()
    card = await town.called(channel, lindiwe)
    code, me = code_in(card.content), town.env.backend.bot_user.id
    await lindiwe.send(channel, f"<@{me}> meeting cancel {code}")
    preview = await town.said(channel, "I tell the room")
    assert f"mention me and type: Call off {code}" in preview.content
    asked = await lindiwe.send(channel, "Shall I bring the cake?")
    await lindiwe.send(channel, f"<@{me}> yes", reply_to=asked)
    told = await town.said(channel, "Nothing here waits")
    assert f"/meeting cancel code:{code}" in told.content
    await lindiwe.send(channel, "yes", reply_to=preview)
    await town.until(lambda: sum("Nothing here waits" in m.content for m in channel.history()) == 2)
    await lindiwe.send(channel, f"<@{me}> meeting cancel {code} again")
    again = await town.said(channel, "**Why:** again")
    await lindiwe.send(channel, f"<@{me}> yes")
    await town.said(channel, f"or type: Call off {code}")
    await lindiwe.send(channel, "yes", reply_to=again)
    await town.said(channel, f"Called off: {code}")


async def test_titles_neither_format_nor_ping_nor_hide_links(town: Town) -> None:
    channel, lindiwe = await town.founded()
    hostile = f"@everyone <@{lindiwe.id}> **x** [a](http://evil.example) <#1> # `y` <t:1:R>"
    card = await town.called(channel, lindiwe, title=hostile)
    assert not card.mention_everyone
    assert card.mentions == []
    title = card.content.split("\n")[0]
    assert title.startswith("**Meeting:** ")
    for sign in (r"\<@", r"\*\*x\*\*", r"\[a\](", r"\<#1\>", r"\`y\`", r"\<t:1:R\>"):
        assert sign in title
    assert f"{PORTAL}/c/" in card.content
    await town.until(lambda: bool(channel.threads))
    assert str(channel.threads[0].name).endswith("<t:1:R>")


async def test_what_is_typed_is_completed_and_what_was_never_offered_is_answered_in_words(
    town: Town,
) -> None:
    channel, lindiwe = await town.founded()
    card = await town.called(channel, lindiwe)
    code = code_in(card.content)
    when = await lindiwe.autocomplete(channel, "meeting new", "when", "tomorrow 18:00")
    assert [each["value"] for each in when] == ["tomorrow 18:00"]
    assert "18:00" in when[0]["name"]
    assert when[0]["name"] != "tomorrow 18:00"
    assert await lindiwe.autocomplete(channel, "meeting new", "when", "purple") == []
    codes = await lindiwe.autocomplete(channel, "meeting show", "code", "frac")
    assert codes == [{"name": f"{code} Fractions", "value": code}]
    zones = await lindiwe.autocomplete(channel, "me timezone", "zone", "lond")
    assert {"name": "Europe/London", "value": "Europe/London"} in zones
    wrong = await town.slash(lindiwe, channel, "meeting show", code="@everyone ]](x)")
    assert "no meeting here by that name or code" in words(wrong)


async def test_commands_are_taken_up_while_the_services_stand_still(town: Town) -> None:
    channel, lindiwe = await town.founded()
    town.env.backend.clock.advance(60)
    await town.services["scheduling"].bus.stop()
    try:
        result = await lindiwe.slash(channel, "meeting next")
        assert result.deferred
        assert result.ephemeral
    finally:
        await town.services["scheduling"].bus.start()
    await town.answered(result)
    assert "No meeting is planned" in words(result)


async def test_a_mention_made_while_nobody_listened_is_answered_once(town: Town) -> None:
    channel, lindiwe = await town.founded()
    me = town.env.backend.bot_user.id

    async def meanwhile() -> None:
        await lindiwe.send(channel, f"<@{me}> next")
        await lindiwe.send(channel, "next")

    town.env.backend.clock.advance(1)
    await town.restart_bot(meanwhile)
    await town.said(channel, "No meeting is planned")
    await town.restart_bot()
    await lindiwe.send(channel, f"<@{me}> meeting list")
    await town.said(channel, "No meeting is planned.")
    await asyncio.sleep(0.3)
    told = [m for m in channel.history() if "No meeting is planned" in m.content]
    assert len(told) == 2


async def test_the_bot_needs_no_permission_of_discords_to_listen() -> None:
    wanted = intents()
    privileged = (wanted.message_content, wanted.members, wanted.presences)
    assert not any(privileged)


async def test_every_request_is_as_discord_describes_it(place: Town) -> None:
    if not discord_contract.is_at_hand():
        pytest.skip(discord_contract.ABSENT)
    assert place.asked
    assert discord_contract.wrongs(place.asked) == []
