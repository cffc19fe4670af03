from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bots import discord_contract
from bots.discord_town import Town, labels, server_of, words
from indaba.operate.local.engines import Engines

pytestmark = pytest.mark.asyncio(loop_scope="module")
MENU = "Save to library"


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


async def test_a_message_is_saved_from_its_menu_once_and_its_author_is_told(town: Town) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    message = await thandi.send(channel, "Cut an apple: halves, quarters, eighths.")
    form = await lindiwe.context_menu(channel, MENU, message)
    assert form.modal is not None
    await town.answered(await lindiwe.submit_modal(form, {"title": "Apples", "why": "It worked"}))
    told = await town.said(channel, "your message was saved")
    assert told.content.startswith(f"<@{thandi.id}>: your message")
    assert [user.id for user in told.mentions] == [thandi.id]
    assert labels(told) == ["Take it out ❌"]
    found = await town.slash(lindiwe, channel, "resource find", words="apple")
    assert "Apples" in words(found)
    [code] = await lindiwe.autocomplete(channel, "resource show", "code", "app")
    assert code["name"].endswith(" Apples")


async def test_words_of_somebody_who_is_no_member_are_not_kept(town: Town) -> None:
    channel, lindiwe = await town.founded()
    stranger = town.person(server_of(channel), "sipho")
    message = await stranger.send(channel, "A secret")
    form = await lindiwe.context_menu(channel, MENU, message)
    answer = await town.answered(await lindiwe.submit_modal(form, {}))
    assert "is not a member here" in words(answer)


async def test_a_form_left_open_over_a_restart_still_saves(town: Town) -> None:
    channel, lindiwe = await town.founded()
    me = town.env.backend.bot_user.id
    message = await lindiwe.send(channel, f"Halves and quarters, <@{me}>")
    form = await lindiwe.context_menu(channel, MENU, message)
    await town.restart_bot()
    answer = await town.answered(await lindiwe.submit_modal(form, {"title": "Halves"}))
    assert "Saved as R" in words(answer)


async def test_a_link_is_saved_by_command(town: Town) -> None:
    channel, lindiwe = await town.founded()
    saved = await town.slash(
        lindiwe, channel, "resource save", link="https://example.org/f_r_a?c=1", why="**good**"
    )
    assert "Saved as R" in words(saved)
    assert labels(saved.response) == ["Show it to the room 📣", "I used this 🙌"]
    used = await town.press(lindiwe, saved, "I used this 🙌")
    assert "Noted" in words(used) or "R" in words(used)


async def test_every_request_is_as_discord_describes_it(place: Town) -> None:
    if not discord_contract.is_at_hand():
        pytest.skip(discord_contract.ABSENT)
    assert discord_contract.wrongs(place.asked) == []
