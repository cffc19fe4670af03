"""What of a community the world sees, and at which address."""

import asyncio
from typing import Any

import pytest

from indaba.contracts.linking import IssueRoomCode
from indaba.contracts.membership import (
    AssignRole,
    ConsumeSignIn,
    IssueSignIn,
    LeaveCommunity,
    Platform,
)
from indaba.contracts.openness import Part
from indaba.contracts.passport import Role
from indaba.contracts.publishing import (
    AddressRenewed,
    Publication,
    PublicationChanged,
    Publish,
    RenewAddress,
    ShowPublication,
)
from indaba.contracts.refusal import Refused
from indaba.contracts.wire import Event
from services.town import Town
from workshop import rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

THANDI, STRANGER = "@thandi:example.org", "@stranger:example.org"


async def _told(town: Town, kind: type[Event]) -> list[Any]:
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{kind.wire}' ORDER BY id"
    return [body for (body,) in await rows(town.ledgers["membership"], query)]


async def test_a_community_begins_closed_and_passports_say_what_is_open(town: Town) -> None:
    held = await town.founded()
    assert (await town.ask(ShowPublication(), held)).publication == Publication()
    assert (await town.passport(STRANGER)).passport.opened == frozenset()
    await town.published(Part.PAGE)
    for account in (STRANGER, "@lindiwe:example.org", ""):
        assert (await town.passport(account)).passport.opened == {Part.PAGE}
    await town.published(Part.PAGE, close=True)
    assert (await town.passport(STRANGER)).passport.opened == frozenset()


async def test_doing_it_twice_or_undoing_what_never_was_tells_nothing(town: Town) -> None:
    await town.founded()
    await town.published(close=True)
    assert await _told(town, PublicationChanged) == []
    await town.published()
    await town.published()
    await town.published(close=True)
    await town.published(close=True)
    told = await _told(town, PublicationChanged)
    assert [each["publication"]["page"] for each in told] == ["world", "members"]
    assert told[0]["version"] < told[1]["version"]


async def test_only_who_facilitates_now_publishes_or_renews(town: Town) -> None:
    held = await town.founded()
    assert held.community
    member = await town.joined(THANDI)
    promote = AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR)
    await town.ask(promote, held)
    was_one = await town.passport(THANDI)
    await town.ask(LeaveCommunity(), was_one)
    for asker in (member, was_one, await town.passport(STRANGER)):
        for asked in (Publish(parts=frozenset(Part)), RenewAddress(key=held.community.key)):
            with pytest.raises(Refused):
                await town.ask(asked, asker)
    assert await _told(town, PublicationChanged) == await _told(town, AddressRenewed) == []


async def test_two_facilitators_at_once_publish_once_and_renew_once(town: Town) -> None:
    held = await town.founded()
    assert held.community
    await town.joined(THANDI)
    await town.ask(
        AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR), held
    )
    both = (held, await town.passport(THANDI))
    await asyncio.gather(*(town.ask(Publish(parts=frozenset(Part)), who) for who in both))
    assert len(await _told(town, PublicationChanged)) == 1
    asked = RenewAddress(key=held.community.key)
    answers = await asyncio.gather(*(town.ask(asked, who) for who in both), return_exceptions=True)
    [refused] = [each for each in answers if isinstance(each, Refused)]
    assert refused.told == "address-renewed-already"
    [renewed] = await _told(town, AddressRenewed)
    now = (await town.passport(THANDI)).community
    assert now
    assert now.key == renewed["key"] != held.community.key


async def test_an_address_is_renewed_amid_a_sign_in(town: Town) -> None:
    held = await town.founded()
    assert held.community
    secret = (await town.ask(IssueSignIn(), held)).secret
    renewed = await town.ask(RenewAddress(key=held.community.key), held)
    assert len(renewed.community.key) == len(held.community.key)
    signed_in = await town.ask(ConsumeSignIn(secret=secret))
    assert signed_in.community == renewed.community
    [event] = await _told(town, AddressRenewed)
    assert event["key"] == renewed.community.key
    assert await town.ask(IssueRoomCode(), held), "all else goes on"
