"""How many invitations were followed, and of whom."""

import sqlalchemy as sa

from indaba.contracts.limits import A_DAY
from indaba.conversation.store import tables as t
from indaba.conversation.store.digests import INVITED, digest
from indaba.ledger.session import Transaction

_row = t.invitations.c


def replacing(old: str, new: str) -> str:
    """What stands for the room where another one was replaced: ids have no spaces."""
    return f"{old} {new}"


class Invited:
    """Invitations of the last day, within one transaction; of an account only a digest is kept.

    One is counted before it is followed, so that whatever ends in between, it counts. It counts
    once: an invitation that is still open is taken up again by its row.
    """

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now

    async def others(self, room: str, inviter: str) -> tuple[int, int]:
        """How many others of that account were followed within a day, and how many of all."""
        whose = sa.func.count().filter(_row.inviter == digest(INVITED, inviter))
        within = sa.select(whose, sa.func.count()).where(_row.begun_at > self._now - A_DAY)
        theirs, of_all = (await self._sql.execute(within.where(~self._open(room, inviter)))).one()
        return theirs, of_all

    async def begin(self, room: str, inviter: str) -> None:
        """Count an invitation that is about to be followed. Idempotent until it is dealt with."""
        again = t.invitations.update().where(self._open(room, inviter)).values(begun_at=self._now)
        if not (await self._sql.execute(again)).rowcount:
            values = {"room": room, "inviter": digest(INVITED, inviter), "begun_at": self._now}
            await self._sql.execute(t.invitations.insert().values(**values, dealt_with=False))

    async def end(self, room: str, inviter: str) -> None:
        """It was followed, or could not be: the next one to that room is another."""
        these = t.invitations.update().where(self._open(room, inviter))
        await self._sql.execute(these.values(dealt_with=True))

    async def replaced(self, old: str, new: str, inviter: str) -> bool:
        """Whether a room's replacement was followed within a day, apart from one still open."""
        of_it = _row.room.startswith(f"{old} ", autoescape=True)
        within = (of_it, _row.begun_at > self._now - A_DAY)
        others = sa.exists().where(*within, ~self._open(replacing(old, new), inviter))
        return bool((await self._sql.execute(sa.select(others))).scalar())

    async def replaced_by(self, room: str) -> str:
        """The room that we left for this one, until that is dealt with; empty if none."""
        to_it = _row.room.endswith(f" {room}", autoescape=True)
        query = sa.select(_row.room).where(to_it, ~_row.dealt_with)
        rows = query.where(_row.begun_at > self._now - A_DAY).limit(1)
        return ((await self._sql.execute(rows)).scalar() or "").partition(" ")[0]

    async def arrived(self, old: str, new: str) -> None:
        """It is known whether a room takes another's place."""
        these = t.invitations.update().where(_row.room == replacing(old, new))
        await self._sql.execute(these.values(dealt_with=True))

    async def forget(self, account: str) -> None:
        """Whose they were is not known any more; that there were so many is."""
        theirs = t.invitations.update().where(_row.inviter == digest(INVITED, account))
        await self._sql.execute(theirs.values(inviter=""))

    async def forget_old(self) -> None:
        """Drop what no longer counts."""
        await self._sql.execute(t.invitations.delete().where(_row.begun_at <= self._now - A_DAY))

    def _open(self, room: str, inviter: str) -> sa.ColumnElement[bool]:
        whose = (_row.room == room, _row.inviter == digest(INVITED, inviter))
        return sa.and_(*whose, ~_row.dealt_with, _row.begun_at > self._now - A_DAY)
