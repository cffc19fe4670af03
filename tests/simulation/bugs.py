"""Bugs planted one at a time, as listed in docs/decisions/0019 before they were tried."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

import sqlalchemy as sa

from indaba.bus.entries import Entry
from indaba.bus.reader import Reader
from indaba.contracts.wire import Envelope
from indaba.ledger import tables
from indaba.ledger.events import EventProcessor
from indaba.ledger.newest import NewestRows
from indaba.ledger.relay import BATCH, Relay
from indaba.ledger.requests import RequestProcessor
from indaba.ledger.timers import Timers
from indaba.ledger.work import Work
from simulation.wire import current

Plant = Callable[[ExitStack], None]


@contextmanager
def planted(bug: str) -> Iterator[None]:
    """While it lasts, the program has the bug."""
    with ExitStack() as stack:
        BUGS[bug](stack)
        yield


def _in_place_of(stack: ExitStack, cls: type, name: str, wrong: Any) -> Any:
    right = getattr(cls, name)
    stack.enter_context(patch.object(cls, name, wrong))
    return right


def _inbox_off(stack: ExitStack) -> None:
    async def first(self: EventProcessor, connection: Any, due: Sequence[Envelope]) -> set[UUID]:
        await right(self, connection, due)
        return {envelope.id for envelope in due}

    right = _in_place_of(stack, EventProcessor, "_first", first)


def _key_ignored(stack: ExitStack) -> None:
    async def handle(self: RequestProcessor, envelope: Envelope, passport: Any) -> Any:
        return await right(self, envelope.model_copy(update={"idempotency_key": ""}), passport)

    right = _in_place_of(stack, RequestProcessor, "_handle", handle)


def _acknowledged_first(stack: ExitStack) -> None:
    async def settle(self: Reader, entries: Sequence[Entry]) -> None:
        await self._acknowledge([entry.id for entry in entries])
        await right(self, entries)

    right = _in_place_of(stack, Reader, "_settle", settle)


def _timer_taken_first(stack: ExitStack) -> None:
    async def fire(self: Timers, row: dict[str, Any]) -> Work:
        async with self._database.begin() as other:
            return await right(self, other, row)

    async def fire_one(self: Timers, kind: str = "", **_: Any) -> bool:
        async with self._database.begin() as connection:
            kinds = [kind] if kind else list(self._handlers)
            row = (await connection.execute(self._next_due(kinds))).mappings().first()
            if row is None:
                return False
        work = await fire(self, dict(row))
        assert self.committed is not None
        await self.committed(work)
        return True

    right = Timers._fire
    _in_place_of(stack, Timers, "fire_one", fire_one)


def _reply_not_stored(stack: ExitStack) -> None:
    async def keep(self: Work, key: str, reply: Any) -> None:
        await self.keep()

    _in_place_of(stack, Work, "keep_with_reply", keep)


def _told_before_the_commit(stack: ExitStack) -> None:
    async def keep(self: Work) -> None:
        await right(self)
        replica = current()
        if self._emitted and replica is not None:
            await replica.bus.tell(replica.service, self._emitted)

    async def keep_with_reply(self: Work, key: str, reply: Any) -> None:
        await with_reply(self, key, reply)
        replica = current()
        if self._emitted and replica is not None:
            await replica.bus.tell(replica.service, self._emitted)

    right = _in_place_of(stack, Work, "keep", keep)
    with_reply = _in_place_of(stack, Work, "keep_with_reply", keep_with_reply)


def _outbox_emptied_first(stack: ExitStack) -> None:
    async def publish(self: Relay, _: Sequence[Envelope]) -> int:
        outbox, journal = tables.outbox, tables.journal
        oldest = sa.select(outbox.c.id).limit(BATCH).with_for_update(skip_locked=True)
        taken = outbox.delete().where(outbox.c.id.in_(oldest)).returning(outbox.c.id)
        async with self._database.begin() as connection:
            ids = list((await connection.execute(taken)).scalars())
            query = sa.select(journal.c.envelope).where(journal.c.id.in_(ids))
            rows = (await connection.execute(query)).scalars().all()
        if ids:
            await self._bus.tell(self._context, [Envelope.model_validate(row) for row in rows])
        return len(ids)

    _in_place_of(stack, Relay, "_publish", publish)


def _older_version_taken(stack: ExitStack) -> None:
    async def write(self: NewestRows, connection: Any) -> None:
        for (table, names, _), rows in self._rows.items():
            for key in rows:
                these = [table.c[n] == value for n, value in zip(names, key, strict=True)]
                await connection.execute(table.delete().where(*these))
        await right(self, connection)

    def add(self: NewestRows, table: sa.Table, key: Any, version: int, values: Any) -> None:
        for rows in self._rows.values():
            rows.pop(tuple(key.values()), None)
        gathered(self, table, key, version, values)

    right = _in_place_of(stack, NewestRows, "write", write)
    gathered = _in_place_of(stack, NewestRows, "add", add)


def _loss_not_noticed(stack: ExitStack) -> None:
    async def tell_again(self: Relay, epoch: str) -> None:
        return

    _in_place_of(stack, Relay, "tell_again", tell_again)


def _read_without_lock(stack: ExitStack) -> None:
    right = sa.Select.with_for_update

    def unlocked(self: sa.Select[Any], **how: Any) -> sa.Select[Any]:
        return self if how == {} and _is_of_meetings(self) else right(self, **how)

    stack.enter_context(patch.object(sa.Select, "with_for_update", unlocked))


def _is_of_meetings(query: sa.Select[Any]) -> bool:
    return any(getattr(one, "name", "") == "meetings" for one in query.get_final_froms())


BUGS: dict[str, Plant] = {
    "inbox off": _inbox_off,
    "key ignored": _key_ignored,
    "acknowledged before done": _acknowledged_first,
    "timer taken first": _timer_taken_first,
    "reply not stored": _reply_not_stored,
    "told before the commit": _told_before_the_commit,
    "outbox emptied first": _outbox_emptied_first,
    "older version taken": _older_version_taken,
    "loss not noticed": _loss_not_noticed,
    "read without lock": _read_without_lock,
}
