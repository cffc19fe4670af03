"""A government changes its clocks: pages and calendar files say so, by the ordinary way."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from indaba.contracts.scheduling import ScheduleMeeting
from indaba.process import zones
from indaba.scheduling import app as scheduling
from services.portal.conftest import ZONE, Lively
from services.town import Town
from workshop import ledger_of, until
from zone_files import written


async def _begin_again(town: Town, bus_url: str, change: Callable[[], None]) -> None:
    """Scheduling ends, and begins after a change."""
    old = town.ledgers["scheduling"]
    url = old.database.url.render_as_string(hide_password=False)
    await old.stop()
    change()
    new = ledger_of("scheduling", url, bus_url, migrations=scheduling.MIGRATIONS, world=town.clock)
    scheduling.wire(new)
    town.ledgers["scheduling"] = new
    await new.start()


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Callable[[int], None]]:
    """`rules(3)`: three hours from UTC in Johannesburg, from now on."""

    def use(hours: int) -> None:
        version = f"2030{'abcdefgh'[hours]}"
        zones.use(written(tmp_path / version, ZONE, timedelta(hours=hours), version))

    yield use
    zones.use_pinned()


async def test_pages_and_feeds_follow_when_the_rules_change(
    lively: Lively, rules: Callable[[int], None], bus_url: str
) -> None:
    town = lively.town
    day = town.clock.now().astimezone(ZoneInfo(ZONE)).date() + timedelta(days=3)
    starts = datetime(day.year, day.month, day.day, 14)
    call = ScheduleMeeting(title="Fractions", starts=starts, zone=ZONE)
    meeting = (await town.ask(call, lively.facilitator)).meeting

    async def feed() -> str:
        return (await lively.get("/calendar.ics")).text

    async def known() -> bool:
        return "Fractions" in await feed()

    await until(known)
    assert "TZOFFSETTO:+0200" in await feed()
    assert "UTC+02:00" in (await lively.get()).text
    await _begin_again(town, bus_url, partial(rules, 3))

    async def followed() -> bool:
        return "SEQUENCE:1" in await feed()

    await until(followed)
    assert f"DTSTART;TZID={ZONE}:{starts:%Y%m%dT%H%M%S}" in await feed()
    assert "TZOFFSETTO:+0300" in await feed()
    assert "+0200" not in await feed()
    page = (await lively.get()).text
    assert "UTC+03:00" in page
    assert "UTC+02:00" not in page
    hour_earlier = (meeting.starts_at - timedelta(hours=1)).astimezone(ZoneInfo(ZONE))
    assert hour_earlier.isoformat(timespec="minutes") in page
