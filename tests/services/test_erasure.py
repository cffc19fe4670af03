from datetime import timedelta
from typing import Any

import pytest

from indaba.contracts.membership import AssignRole, DescribeMe, EraseMe, Platform, ShowMyData
from indaba.contracts.passport import Role
from indaba.contracts.reminding import SetReminders
from indaba.contracts.removal import CaseTold
from indaba.contracts.scheduling import (
    AnswerRsvp,
    MeetingDetails,
    RsvpAnswer,
    ScheduleMeeting,
    ShowMeeting,
    ShowMySchedulingData,
)
from indaba.contracts.wire import Published
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

THANDI = "@thandi:example.org"
TEXTS = [
    name
    for name, field in MeetingDetails.model_fields.items()
    if any(mark is Published for mark in field.metadata)
]
"""What people write about a meeting."""


async def _everything(town: Town) -> str:
    """Every row of every table of every service, as text."""
    found = []
    for ledger in town.ledgers.values():
        tables = await rows(
            ledger,
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname IN ('public', 'ledger')",
        )
        for (table,) in tables:
            found += [text for (text,) in await rows(ledger, f"SELECT t::text FROM {table} t")]
    return "\n".join(found)


async def test_an_erased_member_is_nowhere(town: Town) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    await town.ask(
        AssignRole(platform=Platform.MATRIX, account=THANDI, role=Role.FACILITATOR), held
    )
    thandi = await town.passport(THANDI)
    starts = (town.clock.now() + timedelta(days=4)).replace(tzinfo=None, second=0, microsecond=0)
    canaries: dict[str, Any] = {name: f"Canary words in {name}" for name in TEXTS}
    call = ScheduleMeeting(**canaries, starts=starts, zone="Africa/Johannesburg")
    code = (await town.ask(call, thandi, key="$call")).meeting.code
    await town.ask(AnswerRsvp(answer=RsvpAnswer.YES), thandi)
    await town.ask(SetReminders(on=False), thandi)
    await town.ask(DescribeMe(organisation="Canary school"), thandi)
    member = str(thandi.passport.member)
    before = await _everything(town)

    begun = await town.ask(EraseMe(), thandi)

    async def finished() -> bool:
        told = "SELECT 1 FROM ledger.journal WHERE wire = 'membership.member-erasure-finished.v1'"
        return bool(await rows(town.ledgers["membership"], told))

    await until(finished)
    after = await _everything(town)
    assert begun.services == ("membership", "scheduling", "library", "outcomes")
    gone = (member, THANDI, "Canary school", *canaries.values())
    assert len(canaries) > 1
    assert all(word in before for word in gone)
    assert [word for word in gone if word in after] == []
    shown = await town.ask(ShowMeeting(code=code), held)
    assert (shown.meeting.title, shown.meeting.counts.yes) == ("", 0)
    assert b"Canary" not in await _on_the_bus(town)


async def _on_the_bus(town: Town) -> bytes:
    client = town.bus.client
    return b"".join(
        [
            value
            async for key in client.scan_iter()
            if await client.type(key) == b"stream"
            for _, fields in await client.xrange(key)
            for value in fields.values()
        ]
    )


async def test_the_last_facilitator_is_erased_too_and_the_rooms_hear_that_nobody_is_left(
    town: Town,
) -> None:
    held = await town.founded()
    await town.ask(EraseMe(), held)

    query = f"SELECT envelope->'body'->>'what' FROM ledger.journal WHERE wire = '{CaseTold.wire}'"
    assert await rows(town.ledgers["membership"], query) == [("nobody",)]


async def test_a_member_sees_all_that_is_kept(town: Town) -> None:
    held = await town.founded()
    starts = (town.clock.now() + timedelta(days=4)).replace(tzinfo=None, second=0, microsecond=0)
    await town.ask(ScheduleMeeting(title="Fractions", starts=starts, zone="UTC"), held)
    await town.ask(AnswerRsvp(answer=RsvpAnswer.YES), held)

    here = await town.ask(ShowMyData(), held)
    there = await town.ask(ShowMySchedulingData(), held)

    assert here.data["accounts"] == ["matrix: @lindiwe:example.org"]
    assert here.data["communities"][0]["role"] == "facilitator"
    assert there.data["answers"][0]["answer"] == "yes"
