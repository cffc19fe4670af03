"""A facilitator's act, tried without the role through each of Discord's surfaces.

Matrix's are tried in `tests/bots/test_hostile_members.py`, on a homeserver.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import simcord.enums
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bots.discord_town import Town, labels, server_of, words
from indaba.operate.local.engines import Engines

pytestmark = pytest.mark.asyncio(loop_scope="module")
NEW = {"title": "Mine", "when": "tomorrow 18:00"}
LINE = "meeting new Mine tomorrow 18:00"


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


@pytest_asyncio.fixture(loop_scope="module")
async def people(town: Town) -> tuple[ChannelHandle, MemberActor, MemberActor]:
    """A channel with its facilitator, and a member who is none."""
    channel, chair = await town.founded()
    return channel, chair, await town.joined(channel, "rogue")


async def _planned(town: Town, channel: ChannelHandle, chair: MemberActor) -> str:
    return words(await town.slash(chair, channel, "meeting list"))


def _replies(channel: ChannelHandle, asked: Any) -> list[Any]:
    return [m for m in channel.history() if m.reference and m.reference.message_id == asked.id]


async def test_words_and_commands_of_a_member_call_no_meeting(town: Town, people: Any) -> None:
    channel, chair, rogue = people
    me = town.env.backend.bot_user.id
    no = await town.slash(rogue, channel, "meeting new", **NEW)
    assert "facilitator" in words(no)
    assert labels(no.response) == []
    unclear = await town.slash(rogue, channel, "meeting new", title="Mine", when="purple")
    assert "facilitator" in words(unclear)
    assert labels(unclear.response) == []
    asked = await rogue.send(channel, f"<@{me}> {LINE}")
    await town.until(lambda: bool(_replies(channel, asked)))
    [told] = _replies(channel, asked)
    assert "facilitator" in told.content
    assert labels(told) == []
    await rogue.send_dm(LINE)
    await town.until(lambda: bool(rogue.user.dm_channel.history()))
    assert "No meeting is planned" in await _planned(town, channel, chair)


async def test_nobody_answers_a_question_that_another_was_asked(town: Town, people: Any) -> None:
    channel, chair, rogue = people
    me = town.env.backend.bot_user.id
    wrote = await chair.send(channel, f"<@{me}> meeting new Fractions")
    await town.until(lambda: bool(_replies(channel, wrote)))
    [asked] = _replies(channel, wrote)
    no = await rogue.click(asked, label="Answer")
    assert no.modal is None
    assert "too old" in words(no)
    form = await chair.click(asked, label="Answer")
    assert form.modal is not None
    stolen = {"custom_id": form.modal["custom_id"], "components": _filled(form.modal)}
    kind = simcord.enums.InteractionType.MODAL_SUBMIT
    no = await rogue._dispatch_interaction(kind, channel, stolen)
    assert "too old" in words(await town.answered(no))
    await rogue.send(channel, "tomorrow 18:00", reply_to=asked)
    assert "No meeting is planned" in await _planned(town, channel, chair)


def _filled(modal: Any) -> list[Any]:
    """The form of somebody else as a changed app would send it."""
    return [
        {**row, "component": {**row["component"], "value": "tomorrow 18:00"}}
        for row in modal["components"]
    ]


async def test_a_button_kept_from_better_days_does_nothing(town: Town, people: Any) -> None:
    channel, chair, rogue = people
    offer = await town.slash(chair, channel, "member role", account=rogue, role="facilitator")
    await town.press(chair, offer, labels(offer.response)[0])
    preview = await town.slash(rogue, channel, "meeting new", **NEW)
    assert labels(preview.response) == ["Call the meeting ✅", "Stop ❌"]
    offer = await town.slash(rogue, channel, "member role", account=rogue, role="member")
    await town.press(rogue, offer, labels(offer.response)[0])
    no = await town.press(rogue, preview, "Call the meeting ✅")
    assert "facilitator" in words(no)
    assert "No meeting is planned" in await _planned(town, channel, chair)


async def test_a_form_about_a_message_is_for_who_opened_it(town: Town, people: Any) -> None:
    """A changed app names a message that another has opened a form about, where nobody else is."""
    channel, chair, rogue = people
    private = server_of(channel).create_text_channel("board")
    wrote = await chair.send(private, "The salary of Thandi")
    form = await chair.context_menu(private, "Save to library", wrote)
    assert form.modal is not None
    stolen = {
        "custom_id": form.modal["custom_id"],
        "components": [
            {**row, "component": {**row["component"], "value": "x"}}
            for row in form.modal["components"]
        ],
    }
    kind = simcord.enums.InteractionType.MODAL_SUBMIT
    no = await rogue._dispatch_interaction(kind, channel, stolen)
    assert "cannot read that message" in words(await town.answered(no))


async def test_menus_of_messages_are_for_members(town: Town, people: Any) -> None:
    channel, chair, _ = people
    stranger = town.person(server_of(channel), "stranger")
    await town.slash(chair, channel, "meeting start", title="Fractions")
    wrote = await chair.send(channel, "We use stones")
    no = await town.answered(await stranger.context_menu(channel, "Add to minutes", wrote))
    assert "not a member" in words(no)
    assert labels(no.response) == []
