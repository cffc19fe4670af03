"""What is forgotten about reports by the clock."""

from datetime import date
from typing import Any
from uuid import UUID

from indaba.ledger import Work
from indaba.membership.store import Reports

UNSENT = "membership.report-not-sent"
DEALT_WITH = "membership.report-dealt-with"
COUNTED = "membership.reports-counted"


async def forget_draft(body: dict[str, Any], work: Work) -> None:
    """A draft was not sent in time."""
    await Reports(work).drop_draft(UUID(body["draft"]))


async def forget_report(body: dict[str, Any], work: Work) -> None:
    """A report was closed thirty days ago."""
    await Reports(work).delete(UUID(body["report"]))


async def forget_count(body: dict[str, Any], work: Work) -> None:
    """A day is over on which an account sent reports."""
    await Reports(work).forget_count(body["digest"], date.fromisoformat(body["day"]))
