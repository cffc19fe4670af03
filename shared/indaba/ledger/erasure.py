"""Erases a member from a ledger: their id is replaced, their text blanked, copies cleared.

Decisions: docs/decisions/0006-erasure.md and 0035-kept-as-long-as-said.md.
Law: POPIA s24, GDPR art. 17.
"""

from typing import Any, get_args
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH

from indaba.contracts import find
from indaba.contracts.ids import MemberId
from indaba.contracts.wire import Envelope, Published
from indaba.ledger import merging, tables
from indaba.ledger.work import Work

# As text, exactly as in the index of each, so that PostgreSQL uses it.
_BODY: sa.ColumnElement[Any] = sa.literal_column("(ledger.journal.envelope -> 'body')", JSONB)
_SET: sa.ColumnElement[Any] = sa.literal_column("ledger.timers.body", JSONB)
_REPLY: sa.ColumnElement[Any] = sa.literal_column("ledger.inbox.reply", JSONB)
_INDEXED = {tables.journal: _BODY, tables.timers: _SET}


async def erase(work: Work, member: MemberId) -> MemberId:
    """Replace a member's id in this ledger's tables and blank the text they authored.

    Returns the new random id, which the service uses in its own tables. Stored replies and dead
    letters that name the member are cleared. May be repeated; each time the id is a new one.
    """
    fresh = MemberId(work.world.new_id())
    for name in (member, *await merging.once_called(work, member)):
        await _erase(work, name, fresh)
    await merging.forget(work, member)
    work.erased = True
    return fresh


async def unlink(work: Work, member: MemberId) -> MemberId:
    """Replace a member's id in this ledger's journal, and leave their words and all else.

    Returns the new random id, which the service uses in its own tables.
    """
    fresh = MemberId(work.world.new_id())
    for name in (member, *await merging.once_called(work, member)):
        await work.connection.execute(_renamed(tables.journal.c.envelope, name, fresh))
    return fresh


async def _erase(work: Work, member: MemberId, fresh: MemberId) -> None:
    """Erase one of the ids that the member has or had."""
    await _blank_journal(work, member)
    for column in (tables.journal.c.envelope, tables.timers.c.body):
        await work.connection.execute(_renamed(column, member, fresh))
    inbox = tables.inbox
    theirs = sa.or_(inbox.c.member == member, _names(_REPLY, member))
    await work.connection.execute(inbox.update().where(theirs).values(reply=sa.null(), member=None))
    letters = tables.dead_letters
    written = sa.cast(letters.c.letter, sa.Text).contains(str(member))
    named = sa.or_(letters.c.member == member, written)
    await work.connection.execute(letters.delete().where(named))


def _names(indexed: sa.ColumnElement[Any], member: UUID) -> sa.ColumnElement[bool]:
    """Whether the member's id is a value at any depth of a JSON column."""
    path = f'$.** ? (@ == "{member}")'
    return indexed.op("@?")(sa.cast(path, JSONPATH))


def _renamed(column: sa.Column[Any], member: UUID, fresh: UUID) -> sa.Update:
    renamed = sa.func.replace(sa.cast(column, sa.Text), str(member), str(fresh))
    return (
        sa.update(column.table)
        .where(_names(_INDEXED[column.table], member))
        .values({column.name: sa.cast(renamed, column.type)})
    )


async def _blank_journal(work: Work, member: MemberId) -> None:
    journal = tables.journal
    query = sa.select(journal.c.id, journal.c.envelope).where(_names(_BODY, member))
    for row in (await work.connection.execute(query)).mappings().all():
        envelope = Envelope.model_validate(row["envelope"])
        contract = find(envelope.wire)
        if contract is None:
            continue
        body = blank(contract, envelope.body, member)
        blanked = envelope.model_copy(update={"body": body}).model_dump(mode="json")
        await work.connection.execute(
            journal.update().where(journal.c.id == row["id"]).values(envelope=blanked)
        )


def blank(contract: type[BaseModel], body: dict[str, Any], author: UUID) -> dict[str, Any]:
    """The body with all community text by `author` emptied, at any depth."""
    wrote_it = body.get("author") == str(author)

    def part(name: str, value: Any) -> Any:
        field = contract.model_fields.get(name)
        if field is None:
            return value
        if wrote_it and _is_published(field):
            return [] if isinstance(value, list) else ""
        inner = _model_in(field.annotation)
        if inner and isinstance(value, list):
            return [blank(inner, one, author) if isinstance(one, dict) else one for one in value]
        return blank(inner, value, author) if inner and isinstance(value, dict) else value

    return {name: part(name, value) for name, value in body.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in a field's type, whether optional or in a collection; `None` if there is none."""
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _is_published(field: FieldInfo) -> bool:
    return any(mark is Published for mark in field.metadata)
