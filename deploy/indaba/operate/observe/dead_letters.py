"""Dead letters: list, show, and have tried again."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from indaba.bus import Bus
from indaba.bus.bus import BUS_ERRORS
from indaba.contracts.refusal import Refusal
from indaba.contracts.wire import Envelope
from indaba.ledger import tables
from indaba.ledger.failures import is_passing
from indaba.operate.console import Console
from indaba.operate.installation import Installation
from indaba.operate.local.run_one import NoSuchProcess
from indaba.process.world import RealWorld

BUS_PATIENCE = 3.0
MASK = "(hidden)"
_IDS_AND_TIMES = ("id", "wire", "occurred_at", "correlation", "causation", "community")


class NoSuchLetter(Refusal):
    """No dead letter has that id, or several end in it."""

    code = "no-such-letter"

    def __init__(self, wanted: str, count: int) -> None:
        words = "No dead letter has" if count == 0 else f"{count} dead letters have"
        super().__init__(f"{words} the id {wanted}. List them with: indaba dead-letters list")


class CannotReplay(Refusal):
    """A dead letter that cannot be tried again."""

    code = "cannot-replay"


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter, and whose it is."""

    process: str
    id: UUID
    kind: str
    handler: str
    reason: str
    attempts: int
    died_at: datetime
    letter: dict[str, Any]


async def show_all(site: Installation) -> None:
    """Print a line for each, without contents."""
    found = await _all(site, "")
    if not found:
        Console().line("There are no dead letters.")
        return
    rows = [
        (str(x.id), x.process, x.kind, x.handler, x.reason, x.died_at.strftime("%Y-%m-%d %H:%M"))
        for x in found
    ]
    Console().table(("Id", "Process", "Kind", "Handler", "Reason", "When (UTC)"), rows)


async def show(site: Installation, wanted: str, process: str, *, contents: bool) -> None:
    """Print one as JSON. Without `contents` only ids, times and the names of fields are shown."""
    found = await _one(site, wanted, process)
    shown = found.letter if contents else masked(found.letter)
    facts = {
        "id": str(found.id),
        "process": found.process,
        "kind": found.kind,
        "handler": found.handler,
        "reason": found.reason,
        "attempts": found.attempts,
        "died_at": found.died_at.isoformat(),
        "letter": shown,
    }
    sys.stdout.write(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")


def masked(letter: Mapping[str, Any]) -> dict[str, Any]:
    """A letter with all names of fields, but only the envelope's ids and times as values."""
    return {k: v if k in _IDS_AND_TIMES else _hidden(v) for k, v in letter.items()}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hidden(inner) for name, inner in value.items()}
    return value if value in (None, "") else MASK


async def replay(site: Installation, wanted: str, process: str) -> None:
    """Replay one and delete the letter. Raises `CannotReplay` or `NoSuchLetter`."""
    found = await _one(site, wanted, process)
    match found.kind:
        case "event":
            await _tell_again(site, found)
        case "timer":
            await _set_again(site, found)
        case _:
            raise CannotReplay(
                "This was a request. Whoever asked was told that it failed, and may have asked "
                "again since, so it is not done behind their back. Ask them to try once more."
            )
    Console().line(f"Put back for {found.process}; the letter {found.id} is gone.")


async def _tell_again(site: Installation, found: Letter) -> None:
    """Publish an event again. Readers that have handled it recognise it.

    The letter is deleted last. If killed in between, the event is published twice: harmless.
    """
    envelope = Envelope.model_validate(found.letter)
    bus = Bus(site.bus_url, "operator", RealWorld())
    try:
        async with asyncio.timeout(BUS_PATIENCE):
            await bus.start()
            await bus.tell(envelope.wire.split(".", 1)[0], [envelope])
    except (TimeoutError, *BUS_ERRORS):
        raise CannotReplay(
            "The bus does not answer, so nothing was changed. Try again when it is back."
        ) from None
    finally:
        await bus.stop()
    async with _database(site, found.process) as database, database.begin() as connection:
        await connection.execute(_deleted(found))


async def _set_again(site: Installation, found: Letter) -> None:
    """Set a timer that is due now; in the transaction that deletes the letter."""
    letter = found.letter
    row = {
        "key": letter["key"],
        "kind": found.handler,
        "due_at": datetime.now(UTC),
        "body": letter["body"],
        "correlation": UUID(letter["correlation"]),
        "lane": UUID(letter["lane"]) if letter.get("lane") else None,
    }
    timer = insert(tables.timers).values(row).on_conflict_do_nothing()
    async with _database(site, found.process) as database, database.begin() as connection:
        if not (await connection.execute(timer.returning(tables.timers.c.key))).first():
            raise CannotReplay(
                "The same timer has been set anew since, and will come by itself; "
                "nothing was changed."
            )
        await connection.execute(_deleted(found))


def _deleted(found: Letter) -> sa.Delete:
    return tables.dead_letters.delete().where(tables.dead_letters.c.id == found.id)


async def _one(site: Installation, wanted: str, process: str) -> Letter:
    found = [x for x in await _all(site, process) if str(x.id).endswith(wanted.lower())]
    if len(found) != 1:
        raise NoSuchLetter(wanted, len(found))
    return found[0]


async def _all(site: Installation, process: str) -> list[Letter]:
    """All letters, or those of one process, newest first."""
    if process and process not in site.databases:
        raise NoSuchProcess(process, list(site.databases))
    names = [process] if process else list(site.databases)
    of_each = await asyncio.gather(*(_of(site, name) for name in names))
    return sorted((x for some in of_each for x in some), key=lambda x: x.died_at, reverse=True)


async def _of(site: Installation, process: str) -> list[Letter]:
    async with _database(site, process) as database, database.connect() as connection:
        # Whose request it was is the ledger's matter, for erasures; operators need no id.
        shown = [c for c in tables.dead_letters.columns if c.name != "member"]
        rows = (await connection.execute(sa.select(*shown))).mappings().all()
    return [Letter(process=process, **row) for row in rows]


class DatabaseAway(Refusal):
    """A database does not answer."""

    code = "database-away"

    def __init__(self, process: str) -> None:
        super().__init__(
            f"The database of {process} does not answer. See that Indaba runs: indaba status"
        )


@asynccontextmanager
async def _database(site: Installation, process: str) -> AsyncIterator[AsyncEngine]:
    database = create_async_engine(site.databases[process])
    try:
        yield database
    except Exception as error:
        if is_passing(error):
            raise DatabaseAway(process) from None
        raise
    finally:
        await database.dispose()
