"""What is deleted about reports by the clock."""

from datetime import date
from typing import Any
from uuid import UUID

from indaba.ledger import Work
from indaba.membership.store import Reports

UNSENT = "membership.report-not-sent"
DEALT_WITH = "membership.report-dealt-with"
COUNTED = "membership.reports-counted"


async def forget_draft(body: dict[str, Any], work: Work) -> None:
    """Delete a draft that was not sent in time."""
    await Reports(work).drop_draft(UUID(body["draft"]))


async def forget_report(body: dict[str, Any], work: Work) -> None:
    """Delete a report thirty days after it was closed."""
    await Reports(work).delete(UUID(body["report"]))


async def forget_count(body: dict[str, Any], work: Work) -> None:
    """Delete the count of an account's reports on a day that is over."""
    await Reports(work).forget_count(body["digest"], date.fromisoformat(body["day"]))
