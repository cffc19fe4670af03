"""A report on Discord: written alone, told to the lead, read by the lead. On a simulated one."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bots.discord_town import Town, server_of, words
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


async def test_a_report_reaches_the_lead_in_their_own_chat(town: Town) -> None:
    channel, chair = await town.founded()
    zinhle = await town.joined(channel, "zinhle")
    lead = town.person(server_of(channel), "lead")
    await town.name_leads(lead)
    await lead.send_dm("help")
    chat = lead.user.dm_channel

    preview = await town.slash(zinhle, channel, "safety report", words="Sesame happened")
    assert preview.ephemeral
    assert "safeguarding leads" in words(preview)
    sent = await town.press(zinhle, preview, "Send the report ✅")
    assert "Sent. It is kept sealed" in words(sent)
    told = (await town.said(chat, "A report has come")).content
    assert "Sesame" not in told
    found = re.search(r"/safety read code:(\w+)", told)
    assert found

    read = await town.slash(lead, channel, "safety read", code=found[1])
    assert read.ephemeral
    assert "Sesame happened" in words(read)
    for other in (chair, zinhle):
        shown = await town.slash(other, channel, "safety read", code=found[1])
        assert "Only the safeguarding leads" in words(shown)
    assert not any("Sesame" in message.content for message in channel.history())


async def test_where_nobody_is_named_that_is_said_and_nothing_is_kept(town: Town) -> None:
    channel, chair = await town.founded()
    await town.name_leads()
    for given in ({}, {"words": "Sesame happened"}):
        shown = await town.slash(chair, channel, "safety report", **given)
        assert "Nobody is named on this Indaba" in words(shown)
        assert "police 10111" in words(shown)
