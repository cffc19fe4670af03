"""Meetings called or begun in a town, and what scheduling told of them."""

from datetime import timedelta
from typing import Any

from indaba.contracts import holding
from indaba.contracts import scheduling as s
from indaba.contracts.membership import PassportIssued
from services.town import Town
from workshop import rows


async def called(town: Town, held: PassportIssued, days: int = 2, **more: Any) -> s.MeetingFacts:
    """A meeting some days from now."""
    now = town.clock.now() + timedelta(days=days)
    starts = now.replace(tzinfo=None, second=0, microsecond=0)
    asked = s.ScheduleMeeting(title="Fractions", starts=starts, zone="Etc/UTC", **more)
    return (await town.ask(asked, held)).meeting


async def begun(town: Town, held: PassportIssued) -> s.MeetingFacts:
    """A meeting on the spot."""
    return (await town.ask(holding.StartMeeting(title="Fractions", zone="Etc/UTC"), held)).meeting


async def told(town: Town, wire: str) -> list[dict[str, Any]]:
    """What scheduling told under a wire name, in order."""
    query = "SELECT envelope FROM ledger.journal WHERE wire = '{}' ORDER BY occurred_at, id"
    found = await rows(town.ledgers["scheduling"], query.format(wire))
    return [envelope["body"] for (envelope,) in found]
