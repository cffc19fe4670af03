"""A government changes its clocks: card, native event and those who come learn of it, once."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bots.discord_town import Town, server_of
from indaba.operate.local.engines import Engines
from indaba.process import zones
from zone_files import written

pytestmark = pytest.mark.asyncio(loop_scope="module")

ZONE = "Africa/Johannesburg"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines) -> AsyncIterator[Town]:
    there = Town(engines)
    await there.begin()
    await there.open()
    yield there
    await there.close()
    await there.end()
    zones.use_pinned()


async def test_who_said_yes_is_told_once_and_card_and_event_follow(
    town: Town, tmp_path: Path
) -> None:
    channel, lindiwe = await town.founded()
    thandi, sipho = [await town.joined(channel, name) for name in ("thandi", "sipho")]
    card = await town.called(channel, lindiwe)
    await town.press(thandi, card, "Coming 👍")
    await town.press(sipho, card, "Maybe 🤔")
    before = await town.said(channel, "1 coming, 1 maybe")
    event = await town.mirrored(channel)
    earlier = datetime.fromisoformat(event.scheduled_start_time) - timedelta(hours=1)
    zones.use(written(tmp_path / "new", ZONE, timedelta(hours=3), "2030b"))
    await town.restart_scheduling()
    await town.until(lambda: datetime.fromisoformat(event.scheduled_start_time) == earlier)
    [thread] = channel.threads
    notice = await town.said(thread, "it begins 1 hour earlier than before")
    assert [person.name for person in notice.mentions] == ["thandi"]
    assert "UTC+02:00" in before.content
    assert (await town.said(channel, "UTC+03:00")).id == before.id
    await town.restart_scheduling()
    told = [m for m in thread.history() if "clock rules" in m.content]
    assert [m.id for m in told] == [notice.id]
    assert server_of(channel)._guild.scheduled_events.keys() == {event.id}
