"""A larger number behind each figure, on a simulated Discord: announced, taken back, or begun."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bots.discord_town import Town, labels, words
from indaba.contracts.group_sizes import NOTICE
from indaba.operate.local.engines import Engines
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
MEMBERS = ("zinhle", "thabo", "sipho", "amahle", "bongani")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines) -> AsyncIterator[Town]:
    there = Town(engines)
    await there.begin()
    await there.open()
    yield there
    await there.close()
    await there.end()


async def test_it_is_announced_taken_back_by_a_press_and_begins_after_a_week(town: Town) -> None:
    channel, chair = await town.founded()
    zinhle, *_ = [await town.joined(channel, name) for name in MEMBERS]

    refused = await town.slash(chair, channel, "cop small-groups", people=7)
    assert "has 6 members" in words(refused)
    preview = await town.slash(chair, channel, "cop small-groups", people=6)
    noted = await town.press(chair, preview, "Set it to 6 ✅")
    assert "/cop small-groups-back" in words(noted)
    announced = await town.said(channel, "stand for 6 people or more on each side")
    assert "/cop small-groups-back" in announced.content

    assert "facilitator" in words(await town.press(zinhle, announced, labels(announced)[0]))
    await town.press(chair, announced, labels(announced)[0])
    await town.said(channel, "6 was taken back")
    shown = await town.slash(chair, channel, "cop small-groups")
    assert "stand for 5 people" in words(shown)
    none = await town.slash(chair, channel, "cop small-groups-back")
    assert "nothing to take back" in words(none)

    preview = await town.slash(chair, channel, "cop small-groups", people=6)
    await town.press(chair, preview, "Set it to 6 ✅")
    await town.name_leads()  # membership is started anew, and remembers
    town.clock.ahead += NOTICE
    membership = town.services["membership"]
    membership._timers.wake.ring()

    async def begun() -> bool:
        return (6,) in await rows(membership, "SELECT group_size FROM communities")

    await until(begun)
    await town.said(channel, "From now on, figures of")
    shown = await town.slash(chair, channel, "cop small-groups")
    assert "stand for 6 people" in words(shown)
