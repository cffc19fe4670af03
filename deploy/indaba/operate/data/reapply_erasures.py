"""People erased after a backup are erased again on restore, before anybody can ask for their data.

Every service handles these as any other erasure; only the events are delivered directly, because
neither the bus nor a bot runs during a restore.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indaba.contracts.erasure import erasure_answer
from indaba.operate.processes import (
    DRIVER,
    ERASURE_OWNER,
    FILES,
    PROCESSES,
    Kind,
    of_kind,
    wired,
)

if TYPE_CHECKING:
    from indaba.contracts.erasure import ErasureAnswered
    from indaba.contracts.ids import MemberId
    from indaba.contracts.membership import MemberErased
    from indaba.contracts.wire import Envelope
    from indaba.ledger import Ledger, Work

NOBODY = "redis://127.0.0.1:1/0"
"""Ledgers need a bus; this one is never called."""

NOWHERE = f"{DRIVER}nowhere"
"""Settings need a database; the ledgers here already have theirs."""

A_MOMENT = timedelta(seconds=1)


def lists(folder: Path, data: Path, more: Path | None) -> frozenset[str]:
    """All lists of the erased within reach: the data's, this backup's, those beside it, `more`."""
    from indaba.membership.timers.erasures_file import read
    from indaba.operate.processes import ERASURES

    known = [data / ERASURES, folder / ERASURES, *folder.parent.glob(f"*/{ERASURES}")]
    found: frozenset[str] = frozenset()
    for path in [*known, *([more] if more else [])]:
        found |= read(path)
    return found


async def erase_again(databases: Mapping[str, str], data: Path, listed: frozenset[str]) -> int:
    """Erase everybody in the databases who is on a list of the erased. Returns how many.

    The databases must be at the newest schema, and nobody else may use them.
    """
    from indaba.membership.store import still_here

    ledgers = _Ledgers(databases, data)
    try:
        async with ledgers.ledgers[ERASURE_OWNER].database.connect() as sql:
            back = await still_here(sql, listed)
        for member in back:
            await ledgers.erase(member)
        await ledgers.ledgers["library"].do_due("remove-file")
        return len(back)
    finally:
        for ledger in ledgers.ledgers.values():
            await ledger.database.dispose()


class _Ledgers:
    """All ledgers of a deployment that is not running."""

    def __init__(self, databases: Mapping[str, str], data: Path) -> None:
        from indaba.process.world import RealWorld

        self._world = RealWorld()
        self._accounts: dict[str, list[str]] = {}
        self.ledgers = {name: _ledger(name, url) for name, url in databases.items()}
        self._wire(data)

    def _wire(self, data: Path) -> None:
        from indaba.contracts.membership import MemberErased
        from indaba.operate.data import secrets
        from indaba.process.settings import ProcessSettings, read

        self._others = tuple(name for name in self.ledgers if name != ERASURE_OWNER)
        private, public = secrets.passport_keys(data)
        common = read(
            ProcessSettings, bus_url=NOBODY, passport_public_key=public, files_folder=data / FILES
        )
        given = {"passport_private_key": private, "erased_by": self._others, "erasures_file": None}
        for name, ledger in self.ledgers.items():
            process = PROCESSES[name]
            if process.kind is Kind.BOT:
                erased = erasure_answer(name)
                ledger.on(MemberErased, partial(self._bot_forgets, erased=erased))
            else:
                wired(ledger, common, read(process.settings, database_url=NOWHERE, **given))

    async def erase(self, member: "MemberId") -> None:
        """Erase one member everywhere."""
        from indaba.ledger import Work
        from indaba.membership.handlers.erasing import erase_member

        began = self._world.now() - A_MOMENT
        ledger = self.ledgers[ERASURE_OWNER]
        async with ledger.database.begin() as sql:
            accounts = sa.text("SELECT platform, account FROM accounts WHERE member = :member")
            known = (await sql.execute(accounts, {"member": member})).all()
            self._accounts = {name: [] for name in of_kind(Kind.BOT)}
            for platform, account in known:
                self._accounts[f"{platform}_bot"].append(account)
            work = Work(sql, self._world)
            await erase_member(member, work, self._others)
            await work.keep()
        await self._carry(began)

    async def _carry(self, since: datetime) -> None:
        """Deliver each service's new events to all others, until there are none."""
        carried: set[Any] = set()
        while True:
            news = [
                one
                for ledger in self.ledgers.values()
                for one in await _told(ledger, since)
                if one.id not in carried
            ]
            if not news:
                return
            carried.update(one.id for one in news)
            for ledger in self.ledgers.values():
                await ledger.hear([one for one in news if one.wire in ledger.listens_to])

    async def _bot_forgets(
        self, event: "MemberErased", work: "Work", erased: "type[ErasureAnswered]"
    ) -> None:
        from indaba.conversation.reactions import forget

        await forget(event, work, self._accounts[erased.context()], erased)


async def _told(ledger: "Ledger", since: datetime) -> "list[Envelope]":
    from indaba.contracts.wire import Envelope
    from indaba.ledger.tables import journal

    query = sa.select(journal.c.envelope).where(journal.c.occurred_at >= since)
    async with ledger.database.connect() as sql:
        found = (await sql.execute(query.order_by(journal.c.id))).scalars()
        return [Envelope.model_validate(one) for one in found]


def _ledger(name: str, url: str) -> "Ledger":
    from indaba.bus import Bus
    from indaba.ledger import Ledger
    from indaba.process.passports import PassportControl, new_keys
    from indaba.process.world import RealWorld

    world = RealWorld()
    control = PassportControl(new_keys()[1])
    return Ledger(name, url, PROCESSES[name].migrations, Bus(NOBODY, name, world), world, control)
