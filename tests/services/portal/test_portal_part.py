from typing import Any

import pytest

from indaba.portal.app import Portal, PortTaken
from indaba.portal.settings import PortalSettings
from indaba.process.run import Readiness
from indaba.process.settings import BadSetting, read


async def test_a_taken_port_is_refused_in_words(open_portal: Any) -> None:
    first = await open_portal()
    settings = PortalSettings(database_url="postgresql+asyncpg:///x", port=first.portal.port)
    second = Portal(first.ledger, settings, first.portal.ready)
    with pytest.raises(PortTaken, match="INDABA_PORTAL_PORT"):
        await second.start()


async def test_where_any_port_will_do_another_one_is_found_and_told(open_portal: Any) -> None:
    first = await open_portal()
    second = await open_portal(port=first.portal.port, port_fallback=True)
    assert second.portal.port not in {0, first.portal.port}
    assert second.portal.url == f"http://127.0.0.1:{second.portal.port}"
    await second.hears(second.founded(), second.published())
    assert f"{second.portal.url}/c/{second.key}/calendar.ics" in (await second.page()).text


async def test_a_portal_is_ready_when_it_runs_and_not_before(
    open_portal: Any, bus_url: str
) -> None:
    opened = await open_portal()
    assert await opened.portal.ready() == Readiness("portal", ok=True)
    settings = PortalSettings(database_url="postgresql+asyncpg:///x")
    unstarted = Portal(opened.ledger, settings, opened.portal.ready)
    assert not (await unstarted.ready()).ok


@pytest.mark.parametrize(
    ("given", "address", "secure"),
    [
        ({}, "http://127.0.0.1:8080", False),
        ({"host": "0.0.0.0"}, "http://localhost:8080", False),
        ({"host": "::1"}, "http://[::1]:8080", False),
        ({"url": "https://cop.example.org/"}, "https://cop.example.org", True),
    ],
)
def test_the_address_comes_from_the_settings(
    given: dict[str, Any], address: str, secure: bool
) -> None:
    settings = PortalSettings(database_url="postgresql+asyncpg:///portal", **given)
    assert settings.address(8080) == address
    assert settings.secure_cookies is secure


def test_a_wrong_address_is_refused_by_its_name() -> None:
    with pytest.raises(BadSetting, match="INDABA_PORTAL_URL"):
        read(PortalSettings, database_url="postgresql+asyncpg:///portal", url="cop.example.org")
