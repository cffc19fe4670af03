"""Where members live is a cut by place: told of zones with enough of them, and not one by one."""

import pytest

from indaba.contracts.linking import ShowZones
from indaba.contracts.membership import DescribeMe
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_zone_is_named_with_five_in_it_and_once_five_have_moved(town: Town) -> None:
    held = await town.founded()
    seen = []
    for n in range(11):
        member = await town.joined(f"@member{n}:example.org")
        zone = "Europe/London" if n < 6 else "Asia/Tokyo"
        await town.ask(DescribeMe(zone=zone), member)
        seen.append((await town.ask(ShowZones(), held)).zones)
    # The tenth is the fifth since; the fifth in Tokyo comes after them, and waits for four more.
    assert seen == [()] * 4 + [("Europe/London",)] * 7
