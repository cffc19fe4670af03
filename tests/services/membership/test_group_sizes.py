"""How many people a community's figures stand for: facilitators set it, all services go by it."""

from itertools import pairwise

import pytest
from pydantic import ValidationError

from indaba.contracts.figures import FEWEST
from indaba.contracts.group_sizes import GroupSizeChanged, SetGroupSize
from indaba.contracts.linking import ShowZones
from indaba.contracts.membership import DescribeMe
from indaba.contracts.refusal import Refused
from services.town import Town
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")
FACILITATOR = "@lindiwe:example.org"


async def _size(town: Town, account: str = FACILITATOR) -> int:
    community = (await town.passport(account)).community
    assert community
    return community.group_size


async def test_facilitators_set_it_members_read_it_and_each_change_is_told_once(
    town: Town,
) -> None:
    held = await town.founded(FACILITATOR)
    member = await town.joined("@member:example.org")
    assert await _size(town) == FEWEST
    with pytest.raises(Refused, match="facilitator"):
        await town.ask(SetGroupSize(size=8), member)
    for size, before in ((8, FEWEST), (8, 8), (6, 8)):
        told = await town.ask(SetGroupSize(size=size), held)
        assert (told.size, told.before) == (size, before)
        assert await _size(town, "@member:example.org") == size
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{GroupSizeChanged.wire}'"
    events = [body for (body,) in await rows(town.ledgers["membership"], query + " ORDER BY id")]
    assert [(e["before"], e["size"]) for e in events] == [(5, 8), (8, 6)]
    assert all(one["version"] < other["version"] for one, other in pairwise(events))


@pytest.mark.parametrize("size", [FEWEST - 1, 0, 21])
async def test_nobody_asks_for_fewer_than_five_or_more_than_twenty(size: int) -> None:
    with pytest.raises(ValidationError):
        SetGroupSize(size=size)


async def test_a_zone_is_named_once_the_larger_number_lives_in_it_also_after_lowering(
    town: Town,
) -> None:
    held = await town.founded(FACILITATOR)
    await town.ask(SetGroupSize(size=8), held)
    seen = []
    for n in range(8):
        if n == 6:
            await town.ask(SetGroupSize(size=5), held)
        member = await town.joined(f"@member{n}:example.org")
        await town.ask(DescribeMe(zone="Europe/London"), member)
        seen.append((await town.ask(ShowZones(), held)).zones)
    assert seen == [()] * 7 + [("Europe/London",)]
