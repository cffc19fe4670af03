"""How long the inbox holds what: a reply for a day, its mark for four; what is secret for minutes.

Every row is looked at once for each of these, in the order in which they were done, so that no
batch depends on how many rows are of which kind.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from indaba.contracts import spoken
from indaba.contracts.confidential import is_between_us, keys_in
from indaba.contracts.keeping import KEYS_IN_REPLIES, MARKS, REPLIES
from indaba.contracts.wire import Request
from indaba.ledger import tables
from indaba.ledger.keeping import Duty
from indaba.ledger.work import Work

AT_ONCE = 500
_inbox = tables.inbox


def duties() -> list[Duty]:
    """What every process does about its own inbox."""
    acts = ((KEYS_IN_REPLIES, _forget_secrets), (REPLIES, _forget_replies), (MARKS, _forget_marks))
    return [Duty(row, _inbox.c.done_at, _inbox.c.key, act, AT_ONCE) for row, act in acts]


async def _forget_secrets(keys: Sequence[str], work: Work) -> None:
    requests = spoken(Request)
    # A passport ends by itself; a code or a link is good for whoever reads it.
    doors = (r.wire for r in requests if keys_in(r.reply()) and is_between_us(r.reply()))
    soon = (r.wire for r in requests if r.forgotten_soon)
    await _empty(_asked(keys, doors), work)
    await _forget_marks(_asked(keys, soon), work)


async def _forget_replies(keys: Sequence[str], work: Work) -> None:
    await _empty(keys, work)


async def _empty(keys: Sequence[str], work: Work) -> None:
    kept = sa.or_(_inbox.c.reply.is_not(None), _inbox.c.member.is_not(None))
    emptied = _inbox.update().where(_these(keys), kept).values(reply=sa.null(), member=None)
    await work.connection.execute(emptied)


async def _forget_marks(keys: Sequence[str], work: Work) -> None:
    await work.connection.execute(_inbox.delete().where(_these(keys)))


def _these(keys: Sequence[str]) -> sa.ColumnElement[bool]:
    return _inbox.c.key == sa.any_(sa.literal(list(keys), sa.ARRAY(sa.Text)))


def _asked(keys: Sequence[str], wires: Iterable[str]) -> list[str]:
    """The marks of requests with these wire names."""
    begun = tuple(f"{wire}/" for wire in wires)
    return [key for key in keys if key.startswith(begun)]
