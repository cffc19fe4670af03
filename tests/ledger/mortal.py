"""A service or reader that kills itself at a named step. Forked by `test_killed_anywhere`."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from indaba.bus.bus import Bus
from indaba.bus.reader import Reader
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.wire import Done
from indaba.ledger import Ledger, Work
from indaba.ledger.relay import Relay
from indaba.process import logs, run
from workshop import ledger_of

STEPS: dict[str, tuple[type, str, bool]] = {
    "before the commit": (Work, "keep", False),
    "written, not committed": (Work, "keep", True),
    "committed, nobody told": (Ledger, "_after_commit", False),
    "taken, not published": (Bus, "tell", False),
    "published, not committed": (Bus, "tell", True),
    "published and committed": (Relay, "_publish", True),
    "replied, not acknowledged": (Reader, "_acknowledge", False),
    "acknowledged": (Reader, "_acknowledge", True),
}
"""What to die around: class, method, and whether after it instead of before."""

SURVIVED = {"keep": 5, "keep_with_reply": 5, "_after_commit": 5}
"""How often a method goes well before it kills; those that take whole batches kill at once."""


def plant(step: str, process: str) -> None:
    cls, name, after = STEPS[step]
    if name == "keep" and process == "membership":
        name = "keep_with_reply"
    original: Callable[..., Any] = getattr(cls, name)
    passed: list[int] = []

    async def deadly(*args: Any, **kwargs: Any) -> Any:
        passed.append(1)
        if len(passed) <= SURVIVED.get(name, 0):
            return await original(*args, **kwargs)
        if after:
            await original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    setattr(cls, name, deadly)


async def leave(_: LeaveCommunity, work: Work) -> Done:
    member = work.passport.a_member()
    statement = "INSERT INTO effects VALUES ('" + str(member) + "')"
    await work.connection.exec_driver_sql(statement)
    community = work.passport.in_community()
    work.tell(MemberLeft(aggregate=member, version=1, community=community, member=member))
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
