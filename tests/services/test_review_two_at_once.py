import asyncio

import pytest

from indaba.contracts.membership import PassportIssued
from indaba.contracts.refusal import Refused
from services.town import Town
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_room_founded_by_four_at_once_has_one_community(town: Town) -> None:
    accounts = [f"@founder{number}:example.org" for number in range(4)]
    said = await asyncio.gather(
        *(town.founded(account=account) for account in accounts), return_exceptions=True
    )
    assert sum(isinstance(one, PassportIssued) for one in said) == 1
    assert sorted(one.told for one in said if isinstance(one, Refused)) == ["room-taken"] * 3
    membership = town.ledgers["membership"]
    assert await rows(membership, "SELECT count(*) FROM communities") == [(1,)]
    assert await rows(membership, "SELECT count(*) FROM members") == [(1,)]
    assert await rows(membership, "SELECT count(*) FROM ledger.dead_letters") == [(0,)]


async def test_somebody_who_joins_two_communities_at_once_is_one_member_of_both(
    town: Town,
) -> None:
    rooms = ("!room:example.org", "!other:example.org")
    for number, room in enumerate(rooms):
        await town.founded(account=f"@founder{number}:example.org", room=room)
    said = await asyncio.gather(
        *(town.joined("@thabo:example.org", room) for room in rooms * 3), return_exceptions=True
    )
    joined = [one for one in said if isinstance(one, PassportIssued)]
    assert len({one.passport.member for one in joined}) == 1
    assert len({one.passport.community for one in joined}) == len(joined) == len(rooms)
    refused = [one.told for one in said if isinstance(one, Refused)]
    assert refused == ["already-a-member"] * 4
    membership = town.ledgers["membership"]
    assert await rows(membership, "SELECT count(*) FROM ledger.dead_letters") == [(0,)]
