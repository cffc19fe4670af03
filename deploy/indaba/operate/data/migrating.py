"""Bringing databases to the newest schema: all of them, or none."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from indaba.contracts.refusal import Refusal


class MigrationFailed(Refusal):
    """A migration failed, so that no database was changed."""

    code = "migration-failed"

    def __init__(self, process: str, error: BaseException) -> None:
        first = str(error).strip().splitlines() or [""]
        super().__init__(
            f"The database of {process} could not be brought to the newest schema "
            f"({type(error).__name__}: {first[0]}). No database was changed. Go on with the "
            "version you had, and report this.",
            process=process,
        )


async def bring_up_to_date(
    databases: Mapping[str, str], told: Callable[[str], None] = lambda _: None
) -> int:
    """Migrate each process's database, under a lock of its own. How many were changed.

    `databases` maps process names to addresses; `told` is called with a line for each. If
    one migration fails, no database is changed. Raises `MigrationFailed`.
    """
    from indaba.ledger.failures import is_passing
    from indaba.ledger.migrations import migrated
    from indaba.operate.processes import PROCESSES, check_database_url

    lines = []
    changed = 0
    async with AsyncExitStack() as until_all_are_done:
        for name, url in databases.items():
            process = PROCESSES[name]
            check_database_url(process.settings, url)
            try:
                done = await until_all_are_done.enter_async_context(
                    migrated(url, process.migrations)
                )
            except Exception as error:
                if is_passing(error):
                    raise
                raise MigrationFailed(name, error) from error
            changed += done
            lines.append(f"{name}: {'brought to the newest schema' if done else 'was up to date'}")
    for line in lines:
        told(line)
    return changed


async def behind(databases: Mapping[str, str]) -> list[str]:
    """Processes whose database has an older schema than this program knows; not those without."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from indaba.ledger.migrations import heads, revisions
    from indaba.operate.processes import PROCESSES

    found = []
    for name, url in databases.items():
        database = create_async_engine(url)
        try:
            there = await revisions(database)
        finally:
            await database.dispose()
        if there and there != heads(PROCESSES[name].migrations):
            found.append(name)
    return found
