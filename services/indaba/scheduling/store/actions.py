"""Actions in the database."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.actions import ActionStatus
from indaba.contracts.ids import CommunityId, MemberId
from indaba.ledger import Work
from indaba.ledger.merging import who_asks
from indaba.scheduling.model import OPEN_ACTIONS, Action
from indaba.scheduling.store.tables import actions as _actions


class Actions:
    """The actions, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def by_code(self, community: CommunityId, code: str) -> Action | None:
        """An action by its code, locked until the commit; `None` if there is none."""
        actions = await self._read(
            _actions.c.community == community, _actions.c.code == code, locked=True
        )
        return actions[0] if actions else None

    async def open(
        self,
        community: CommunityId,
        owner: MemberId | None = None,
        before: date | None = None,
        limit: int | None = None,
    ) -> list[Action]:
        """Open actions, earliest day first; of one `owner`, or due `before` a day, if given."""
        where = [_actions.c.community == community, _is_open()]
        where += [_actions.c.owner == owner] if owner else []
        where += [_actions.c.due < before] if before else []
        return await self._read(*where, limit=limit)

    async def changed_since(self, community: CommunityId, moment: datetime) -> list[Action]:
        """Actions that were made or changed since a moment."""
        return await self._read(_actions.c.community == community, _actions.c.changed_at >= moment)

    async def keep(self, action: Action) -> None:
        """Store a new or changed action."""
        row = {name: getattr(action, name) for name in _FIELDS}
        row["changed_at"] = self._work.now
        new = insert(_actions).values({**row, "put_in_by": await who_asks(self._work)})
        await self._sql.execute(new.on_conflict_do_update(index_elements=["id"], set_=row))

    async def code_is_taken(self, community: CommunityId, code: str) -> bool:
        """Whether an action of the community has this code."""
        query = sa.select(_actions.c.id).where(
            _actions.c.community == community, _actions.c.code == code
        )
        return (await self._sql.execute(query)).first() is not None

    async def _read(
        self, *where: sa.ColumnElement[bool], locked: bool = False, limit: int | None = None
    ) -> list[Action]:
        query = (
            sa.select(_actions)
            .where(*where)
            .order_by(_actions.c.due.asc().nulls_last(), _actions.c.promised, _actions.c.code)
            .limit(limit)
        )
        query = query.with_for_update() if locked else query
        return [_action(row) for row in (await self._sql.execute(query)).mappings()]


_FIELDS = tuple(Action.__dataclass_fields__)


def _is_open() -> sa.ColumnElement[bool]:
    return _actions.c.status.in_(list(OPEN_ACTIONS))


def _action(row: Any) -> Action:
    fields = {name: row[name] for name in _FIELDS}
    return Action(**{**fields, "status": ActionStatus(row["status"])})
