"""Who is near a limit, for `indaba doctor`: by id, and how full the machine is."""

import importlib
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import create_async_engine

from indaba.contracts.limits import LIMITS, Whose
from indaba.operate.installation import Installation, setting
from indaba.operate.observe.doctor import Finding
from indaba.operate.processes import FILES, PROCESSES
from indaba.process.settings import variable
from indaba.process.world import RealWorld

if TYPE_CHECKING:
    from indaba.ledger.limits import Counter


async def limits_findings(site: Installation, well: Iterable[str]) -> AsyncIterator[Finding]:
    """Who is near a limit, by services whose databases are well.

    A full machine is trouble; of a member or a community it is what the limit is for.
    """
    near = 0
    for process in well:
        for counter in _counters(process, site):
            async for each in _near(process, site.databases[process], counter):
                near += 1
                yield each
    if not near:
        yield Finding(ok=True, what="nobody is near a limit")


async def _near(process: str, url: str, counter: "Counter") -> AsyncIterator[Finding]:
    from indaba.ledger.session import Session

    database = create_async_engine(url)
    try:
        async with database.connect() as connection:
            fullest = await counter.fullest(Session(connection, RealWorld().now()))
    finally:
        await database.dispose()
    limit = counter.limit
    name = variable(PROCESSES[process].settings, f"most_{limit.name}")
    for who, used in fullest:
        if limit.is_near(used, counter.units):
            whose = limit.whose if who is None else f"{limit.whose} {who}"
            much = f"{limit.amount(used)} of {limit.amount(counter.units)}"
            yield Finding(
                ok=limit.whose is not Whose.MACHINE or used < counter.units,
                what=f"{process}: {whose} is near a limit, {much}: {name}",
                why="past it, requests are refused for everybody",
                next=f"make room, or raise {name} and restart {process}",
            )


def _counters(process: str, site: Installation) -> Sequence["Counter"]:
    """How a service counts, with what the environment allows; none where nothing is limited."""
    app: Any = importlib.import_module(f"indaba.{process}.app")
    settings = PROCESSES[process].settings
    given = {limit.name: setting(settings, f"most_{limit.name}") for limit in LIMITS}
    most = {name: int(value) for name, value in given.items() if value}
    counters: Sequence[Counter] = app.counters(most, _files(site))
    return counters


def _files(site: Installation) -> Path:
    return site.files or (site.data or Path()) / FILES


LIMITED = tuple(
    name
    for name, process in PROCESSES.items()
    if any(field.startswith("most_") for field in process.settings.model_fields)
    and process.wire is not None
)
"""The services that keep within limits."""
