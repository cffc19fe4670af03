from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bots import discord_contract
from bots.discord_town import Town, code_in, labels, server_of, words
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


async def test_a_command_is_answered_to_its_asker_alone(town: Town) -> None:
    guild = town.server()
    channel = guild.create_text_channel("maths")
    thandi = town.person(guild, "thandi")
    answer = await town.slash(thandi, channel, "meeting next")
    assert "No community lives" in words(answer)
    assert answer.ephemeral
    assert channel.history() == []


async def test_a_meeting_is_called_and_answered_with_buttons_and_they_work_after_a_restart(
    town: Town,
) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    card = await town.called(channel, lindiwe)
    assert labels(card) == ["Coming 👍", "Maybe 🤔", "Not this time 👎"]
    await town.press(lindiwe, card, "Coming 👍")
    noted = await town.press(thandi, card, "Coming 👍")
    assert "you are coming" in words(noted)
    await town.said(channel, "2 coming")
    await town.restart_bot()
    await town.press(thandi, card, "Not this time 👎")
    card = await town.said(channel, "1 coming, 1 not this time")
    assert len([m for m in channel.history() if "Who comes" in m.content]) == 1
    await town.until(lambda: bool(channel.threads))
    [thread] = channel.threads
    assert thread.id == card.id
    assert thread.name == "Fractions"
    await town.said(thread, "Talk about Fractions")


async def test_a_meeting_is_a_native_event_that_follows_it(town: Town) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    card = await town.called(channel, lindiwe)
    event = await town.mirrored(channel)
    code = code_in(card.content)
    assert event.name == "Fractions"
    assert code in (event.description or "")
    await thandi.subscribe_event(event)
    await town.said(channel, "1 maybe")
    await town.press(thandi, card, "Coming 👍")
    await town.said(channel, "1 coming")
    await thandi.unsubscribe_event(event)
    await thandi.subscribe_event(event)
    preview = await town.slash(lindiwe, channel, "meeting move", code=code, when="in 3 days 19:00")
    was = event.scheduled_start_time
    await town.press(lindiwe, preview, f"Move {code} ✅")
    await town.until(lambda: event.scheduled_start_time != was)
    heard = await town.said(channel.threads[0], "was moved. It is now")
    assert [user.id for user in heard.mentions] == [thandi.user.id]
    preview = await town.slash(
        lindiwe, channel, "meeting cancel", code=code, reason="load-shedding"
    )
    await town.press(lindiwe, preview, f"Call off {code} ✅")
    await town.until(lambda: int(event.status) == 4)
    card = await town.said(channel, "Called off")
    assert "1 coming" in card.content
    assert labels(card) == []
    assert len(server_of(channel)._guild.scheduled_events) == 1


async def test_calling_a_meeting_is_for_facilitators_by_command_and_by_an_old_button(
    town: Town,
) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    given = {"title": "Fractions", "when": "tomorrow 18:00"}
    no = await town.slash(thandi, channel, "meeting new", **given)
    assert "facilitator" in words(no)
    assert labels(no.response) == []
    stranger = town.person(server_of(channel), "sipho")
    card = await town.called(channel, lindiwe)
    no = await town.press(stranger, card, "Coming 👍")
    assert "not a member here yet. Type: " in words(no)


async def test_a_command_in_a_direct_chat_is_answered_there(town: Town) -> None:
    channel, _ = await town.founded()
    thandi = await town.joined(channel, "thandi")
    answer = await town.answered(await thandi.user.slash("cop help"))
    assert "/meeting next" in words(answer)


async def test_every_request_is_as_discord_describes_it(place: Town) -> None:
    if not discord_contract.is_at_hand():
        pytest.skip(discord_contract.ABSENT)
    assert discord_contract.wrongs(place.asked) == []
