"""A service or reader that kills itself at a named step. Forked by `test_killed_anywhere`."""

import asyncio
from pathlib import Path

from drills.mortals import Step, die_around
from indaba.bus.bus import Bus
from indaba.bus.reader import Reader
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.wire import Done
from indaba.ledger import Ledger, Work
from indaba.ledger.relay import Relay
from indaba.process import logs, run
from workshop import ledger_of

STEPS: dict[str, Step] = {
    "before the commit": (Work, "keep", False),
    "written, not committed": (Work, "keep", True),
    "committed, nobody told": (Ledger, "_after_commit", False),
    "taken, not published": (Bus, "tell", False),
    "published, not committed": (Bus, "tell", True),
    "published and committed": (Relay, "_publish", True),
    "replied, not acknowledged": (Reader, "_acknowledge", False),
    "acknowledged": (Reader, "_acknowledge", True),
}

SURVIVED = {"keep": 5, "keep_with_reply": 5, "_after_commit": 5}
"""How often a method goes well before it kills; those that take whole batches kill at once."""


def plant(step: str, process: str) -> None:
    cls, name, after = STEPS[step]
    if name == "keep" and process == "membership":
        name = "keep_with_reply"
    die_around((cls, name, after), SURVIVED.get(name, 0))


async def leave(_: LeaveCommunity, work: Work) -> Done:
    member = work.passport.a_member()
    statement = "INSERT INTO effects VALUES ('" + str(member) + "')"
    await work.connection.exec_driver_sql(statement)
    community = work.passport.in_community()
    work.emit(MemberLeft(aggregate=member, version=1, community=community, member=member))
    return Done()


async def note(event: MemberLeft, work: Work) -> None:
    statement = "INSERT INTO effects VALUES ('" + str(event.member) + "')"
    await work.connection.exec_driver_sql(statement)


async def live(process: str, database_url: str, bus_url: str, folder: str) -> None:
    ledger = ledger_of(process, database_url, bus_url, migrations=Path(folder))
    if process == "membership":
        ledger.answer(LeaveCommunity, leave)
    else:
        ledger.on(MemberLeft, note)
    await ledger.start()
    await asyncio.Event().wait()


def begin(step: str, process: str, database_url: str, bus_url: str, folder: str) -> None:
    """Live until killed; without a step, by somebody else."""
    logs.configure(json=True, level=50)
    if step:
        plant(step, process)
    run.live(live(process, database_url, bus_url, folder))
