"""Bringing databases to the newest schema, one after the other."""

from collections.abc import Callable, Mapping


async def bring_up_to_date(
    databases: Mapping[str, str], told: Callable[[str], None] = lambda _: None
) -> int:
    """Migrate each process's database, under a lock of its own. How many were changed.

    `databases` maps process names to addresses; `told` gets a line for each.
    """
    from indaba.ledger.migrations import migrate
    from indaba.operate.parts import PROCESSES, check_database_url

    changed = 0
    for name, url in databases.items():
        process = PROCESSES[name]
        check_database_url(process.settings, url)
        done = await migrate(url, process.migrations)
        changed += done
        told(f"{name}: {'brought to the newest schema' if done else 'was up to date'}")
    return changed
