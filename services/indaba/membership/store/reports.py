"""SQL about reports to the safeguarding leads. Their text is sealed before it comes here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.ledger import Work
from indaba.membership.store.people import table

_drafts = table("report_drafts", digest=sa.Text, id=sa.Uuid, sealed=sa.LargeBinary)
_reports = table(
    "reports",
    id=sa.Uuid,
    code=sa.Text,
    sealed=sa.LargeBinary,
    came_on=sa.Date,
    deleted_on=sa.Date,
)
_counts = table("report_counts", digest=sa.Text, day=sa.Date, sent=sa.Integer)


@dataclass(frozen=True, slots=True)
class Report:
    """A report; `deleted_on` is set once it is closed."""

    id: UUID
    code: str
    sealed: bytes
    came_on: date
    deleted_on: date | None


class Reports:
    """Drafts, reports and today's counts in one transaction."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def draft(self, digest: str, draft: UUID, sealed: bytes) -> None:
        """Store a draft in place of an earlier one of the same account."""
        values = {"id": draft, "sealed": sealed}
        row = insert(_drafts).values(digest=digest, **values)
        await self._sql.execute(row.on_conflict_do_update(index_elements=["digest"], set_=values))

    async def take_draft(self, digest: str, draft: UUID) -> bytes | None:
        """Delete a draft and return its sealed text."""
        taken = _drafts.delete().where(_drafts.c.digest == digest, _drafts.c.id == draft)
        sealed: bytes | None = (await self._sql.execute(taken.returning(_drafts.c.sealed))).scalar()
        return sealed

    async def drop_draft(self, draft: UUID) -> None:
        """Delete a draft that was not sent."""
        await self._sql.execute(_drafts.delete().where(_drafts.c.id == draft))

    async def keep(self, report: Report) -> bool:
        """Store a report. Returns false if its code is taken."""
        row = insert(_reports).values(
            id=report.id, code=report.code, sealed=report.sealed, came_on=report.came_on
        )
        row = row.on_conflict_do_nothing(index_elements=["code"])
        return (await self._sql.execute(row)).rowcount > 0

    async def get(self, report: UUID) -> Report | None:
        """A report by its id."""
        listed = await self._listed(sa.select(_reports).where(_reports.c.id == report))
        return listed[0] if listed else None

    async def called(self, code: str) -> Report | None:
        """A report by its code, locked until the commit."""
        query = sa.select(_reports).where(_reports.c.code == code).with_for_update()
        listed = await self._listed(query)
        return listed[0] if listed else None

    async def all(self, limit: int) -> Sequence[Report]:
        """Reports still stored: open ones first, oldest first."""
        columns = _reports.c
        order = (columns.deleted_on.nulls_first(), columns.came_on, columns.code)
        return await self._listed(sa.select(_reports).order_by(*order).limit(limit))

    async def close(self, report: UUID, deleted_on: date) -> None:
        """Store when a report is to be deleted."""
        row = _reports.update().where(_reports.c.id == report)
        await self._sql.execute(row.values(deleted_on=deleted_on))

    async def delete(self, report: UUID) -> None:
        """Delete a report."""
        await self._sql.execute(_reports.delete().where(_reports.c.id == report))

    async def sent(self, digest: str, day: date) -> int:
        """How many reports an account has sent on a day."""
        query = sa.select(_counts.c.sent).where(_counts.c.digest == digest, _counts.c.day == day)
        return (await self._sql.execute(query)).scalar() or 0

    async def count(self, digest: str, day: date) -> int:
        """Count one more report of an account on a day; returns how many there are."""
        row = insert(_counts).values(digest=digest, day=day, sent=1)
        counted = row.on_conflict_do_update(
            index_elements=["day", "digest"], set_={"sent": _counts.c.sent + 1}
        )
        sent: int = (await self._sql.execute(counted.returning(_counts.c.sent))).scalar_one()
        return sent

    async def forget_count(self, digest: str, day: date) -> None:
        """Delete the count of an account's reports on a day."""
        row = (_counts.c.digest == digest, _counts.c.day == day)
        await self._sql.execute(_counts.delete().where(*row))

    async def _listed(self, query: sa.Select[tuple[object, ...]]) -> list[Report]:
        rows = (await self._sql.execute(query)).mappings().all()
        return [Report(**row) for row in rows]
