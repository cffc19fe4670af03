"""After an upgrade facilitators are told of it once per community, at an hour that suits them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from indaba.contracts.digest import NewsDue
from indaba.contracts.linking import PlacesChanged
from indaba.contracts.membership import PassportIssued, ReleaseInstalled
from indaba.contracts.reminding import SetQuietHours
from indaba.contracts.wire import Event
from indaba.membership import app as membership
from indaba.membership.workflows import release as workflows
from indaba.process import release
from services.town import Town
from workshop import OFFICE, do, ledger_of, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOME = "Africa/Johannesburg"
SIPHO = "@sipho:example.org"
WAITS = "SELECT due_at FROM ledger.timers WHERE kind = 'news'"
Upgraded = Callable[[str], Awaitable[None]]


@pytest.fixture
def upgraded(town: Town, bus_url: str, monkeypatch: pytest.MonkeyPatch) -> Upgraded:
    """`await upgraded("9.0.0")` ends membership and begins it anew as that release."""

    async def begun(version: str) -> None:
        before = town.ledgers["membership"]
        url = before.database.url.render_as_string(hide_password=False)
        await before.stop()
        monkeypatch.setattr(release, "version", lambda: version)
        after = ledger_of(
            "membership", url, bus_url, migrations=membership.MIGRATIONS, world=town.clock
        )
        membership.wire(after, OFFICE, ())
        town.ledgers["membership"] = after
        await after.start()

    return begun


async def told(town: Town, kind: type[Event]) -> list[Any]:
    """The bodies of all events of a kind, oldest first."""
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{kind.wire}' ORDER BY id"
    return [body for (body,) in await rows(town.ledgers[kind.context()], query)]


def be(town: Town, hour: int, minute: int = 0) -> datetime:
    """It becomes this hour of the next day at home."""
    tomorrow = town.clock.now().astimezone(ZoneInfo(HOME)) + timedelta(days=1)
    moment = tomorrow.replace(hour=hour, minute=minute, second=0, microsecond=0)
    town.clock.set_to(moment)
    town.later()
    return moment


async def due(town: Town, number: int) -> list[Any]:
    async def come() -> bool:
        return len(await told(town, NewsDue)) >= number

    await until(come)
    return await told(town, NewsDue)


async def test_each_community_is_told_once_per_release_and_a_fresh_one_never(
    town: Town, upgraded: Upgraded
) -> None:
    be(town, 10)
    held = await town.founded()
    await town.joined(SIPHO)
    assert await told(town, ReleaseInstalled) == []
    await upgraded("9.0.0")
    await upgraded("9.0.0")
    [news] = await due(town, 1)
    assert news["release"] == "9.0.0"
    assert news["members"] == [str(held.passport.member)]
    assert news["platform"] == "matrix"
    await upgraded("8.9.9")
    assert len(await told(town, ReleaseInstalled)) == 1
    await upgraded("9.1.0")
    assert [each["release"] for each in await due(town, 2)] == ["9.0.0", "9.1.0"]


async def test_of_a_community_on_both_platforms_one_is_chosen_where_its_facilitators_are(
    town: Town, upgraded: Upgraded
) -> None:
    be(town, 10)
    held = await town.founded()
    place = f"('discord', '4711', '4710', '{_community(held)}', true)"
    await do(
        town.ledgers["membership"],
        f"INSERT INTO places (platform, room, house, community, posts) VALUES {place}",
    )
    await upgraded("9.0.0")
    await do(town.ledgers["membership"], "UPDATE accounts SET platform = 'discord'")
    await upgraded("9.1.0")
    assert [each["platform"] for each in await due(town, 2)] == ["matrix", "discord"]


async def test_a_new_release_says_where_every_community_lives(
    town: Town, upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows, "BATCH", 2)
    homes = {f"!{n}:example.org" for n in range(5)}
    communities = {_community(await town.founded(f"@{n}:a.org", n)): n for n in homes}
    await do(town.ledgers["membership"], "UPDATE communities SET version = 3")
    await upgraded("9.0.0")
    lives = await told(town, PlacesChanged)
    assert {UUID(each["aggregate"]): each["places"][0]["room"] for each in lives} == communities
    assert {each["version"] for each in lives} == {3}
    assert len(lives) == len(await told(town, ReleaseInstalled)) == 5


async def test_at_night_nobody_is_told_and_in_the_morning_of_two_releases_the_newest(
    town: Town, upgraded: Upgraded
) -> None:
    be(town, 10)
    await town.founded()
    be(town, 23)
    await upgraded("9.0.0")
    await upgraded("9.1.0")

    async def waits_for_both() -> bool:
        query = "SELECT body->>'release' FROM ledger.timers WHERE kind = 'news'"
        return await rows(town.ledgers["scheduling"], query) == [("9.1.0",)]

    await until(waits_for_both)
    assert await told(town, NewsDue) == []
    be(town, 7, 1)
    assert [each["release"] for each in await due(town, 1)] == ["9.1.0"]


async def test_somebodys_quiet_hours_are_waited_for_and_looked_at_again(
    town: Town, upgraded: Upgraded
) -> None:
    be(town, 10)
    held = await town.founded()
    await town.ask(SetQuietHours(begins="09:00", ends="12:00"), held)
    await upgraded("9.0.0")

    async def waits() -> list[tuple[Any, ...]]:
        return await rows(town.ledgers["scheduling"], WAITS)

    async def is_kept() -> bool:
        return bool(await waits())

    await until(is_kept)
    [(first,)] = await waits()
    assert first.astimezone(ZoneInfo(HOME)).hour == 12
    held = await town.passport("@lindiwe:example.org")
    await town.ask(SetQuietHours(begins="11:30", ends="14:00"), held)
    town.later(hours=2, minutes=1)

    async def waits_longer() -> bool:
        return [at.astimezone(ZoneInfo(HOME)).hour for (at,) in await waits()] == [14]

    await until(waits_longer)
    assert await told(town, NewsDue) == []
    town.later(hours=2)
    assert len(await due(town, 1)) == 1
    assert await waits() == []


def _community(held: PassportIssued) -> UUID:
    assert held.passport.community is not None
    return held.passport.community
