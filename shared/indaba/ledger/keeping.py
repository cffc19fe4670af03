"""Carries out what the table says about how long something is kept, a few rows at a time.

How far each row was carried out is stored in the same transaction, so that it may end anywhere.
Decision: docs/decisions/0035-kept-as-long-as-said.md.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.contracts.retention import Kept
from indaba.ledger import tables
from indaba.ledger.work import Work
from indaba.process.world import World

BATCH, MOST_BATCHES = 50, 40
"""Things in one transaction, unless a duty says otherwise, and transactions of one duty in one
round; the rest comes later."""

BEGINNING = f"0001-01-01T00:00:00+00:00 {UUID(int=0)}"
Act = Callable[[Sequence[Any], Work], Awaitable[None]]
"""What is done about things whose time is over, by their keys."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of the table as its process carries it out: what ends, when, and what is done then.

    `moment` and `key` are columns of one table with an index in that order. A moment may lie in
    the future or be null; one that has passed stays.
    """

    row: Kept
    moment: sa.Column[Any]
    key: sa.Column[Any]
    act: Act
    at_once: int = BATCH

    @property
    def mark(self) -> str:
        """By this name a database remembers how far it is."""
        return f"kept/{self.row.name}/{self.moment.table.name}"


class Keeping:
    """The duties of one process. Several copies share them, and each thing is dealt with once."""

    def __init__(self, database: AsyncEngine, world: World) -> None:
        self._database = database
        self._world = world
        self.duties: list[Duty] = []
        self.committed: Callable[[Work], Awaitable[None]] | None = None

    async def carry_out(self) -> None:
        """Deal with everything whose time is over; with a great deal, only the oldest of it.

        A duty that fails keeps no other from being done; its error is raised at the end.
        """
        failed: Exception | None = None
        for duty in self.duties:
            try:
                await self._carry_out(duty)
            except Exception as error:  # noqa: BLE001 - raised when the others are done
                failed = error
        if failed is not None:
            raise failed

    async def _carry_out(self, duty: Duty) -> None:
        for _ in range(MOST_BATCHES):
            if not await self.carry_out_some(duty):
                break

    async def carry_out_some(self, duty: Duty) -> bool:
        """Deal with the oldest; whether there may be more."""
        async with self._database.begin() as connection:
            work = Work(connection, self._world)
            reached = await _reached(connection, duty)
            if reached is None:
                return False
            over = await _over(connection, duty, reached, work.now)
            if not over:
                return False
            await duty.act([row.key for row in over], work)
            await work.keep()
            await _reach(connection, duty, f"{over[-1].moment.isoformat()} {over[-1].key}")
        if self.committed is not None:
            await self.committed(work)
        return len(over) == duty.at_once


async def _reached(connection: AsyncConnection, duty: Duty) -> str | None:
    """How far the duty is, locked; `None` while another copy is at it."""
    marks = tables.marks
    first = insert(marks).values(name=duty.mark, value=BEGINNING).on_conflict_do_nothing()
    await connection.execute(first)
    query = sa.select(marks.c.value).where(marks.c.name == duty.mark)
    free = await connection.execute(query.with_for_update(skip_locked=True))
    reached: str | None = free.scalar()
    return reached


async def _over(
    connection: AsyncConnection, duty: Duty, reached: str, now: datetime
) -> Sequence[Any]:
    moment, key = reached.split(" ", 1)
    last = duty.key.type.python_type(key)
    after = sa.tuple_(sa.literal(datetime.fromisoformat(moment)), sa.literal(last))
    query = (
        sa.select(duty.moment.label("moment"), duty.key.label("key"))
        .where(sa.tuple_(duty.moment, duty.key) > after, duty.moment < now - duty.row.long)
        .order_by(duty.moment, duty.key)
        .limit(duty.at_once)
    )
    return (await connection.execute(query)).all()


async def _reach(connection: AsyncConnection, duty: Duty, reached: str) -> None:
    here = tables.marks.c.name == duty.mark
    await connection.execute(tables.marks.update().where(here).values(value=reached))
