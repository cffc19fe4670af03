"""What everything costs one community when it is alone, and among 3,000 others.

One community comes about by the real handlers (`growth.community`); the others are its copies
(`growth.copies`), one of them with 5,000 members. The same is then asked of the community alone and
of one among the others, in turn. What writes is undone. There is no bus in between.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from clock import TestWorld
from growth.asking import Sample
from growth.community import Community, Founder
from growth.copies import Copies, Renaming
from growth.names import ROOM, account
from growth.pages import app_of, browser
from growth.processes import MIGRATIONS, Processes
from growth.samples import BEFORE, SAMPLES
from growth.unasked import LOOKS, LOOPS, PAGES, POLLS, fire, looked, timer_of
from indaba.contracts.passport import Passport
from indaba.contracts.wire import Request
from indaba.ledger.migrations import migrate
from indaba.operate.local.engines import Engines, postgres

MEMBERS, PAST = 60, 25
CROWD = 5000
ASKS, MORE = 15, 60
"""How often each is asked of both; more often where the two seem to differ."""

DOUBTFUL, CLEAR = 1.25, 3.0
QUICK = {"fsync": "off", "synchronous_commit": "off", "max_wal_size": "8GB"}
"""For filling: nothing is written when it is measured."""

PARTS = {"ledger.journal": 40, "ledger.inbox": 40}
"""Of these a part is copied; only erasures look through them."""

DEALT_WITH = (
    "DELETE FROM notices WHERE community <> '{community}'",
    """DELETE FROM mirrors USING cards WHERE cards.meeting = mirrors.meeting
       AND mirrors.house = '' AND cards.community <> '{community}'""",
    "UPDATE cards SET drawn = wanted WHERE drawn < wanted AND community <> '{community}'",
    """UPDATE posts SET sent_at = created_at, message = '$' || key
       WHERE sent_at IS NULL AND room <> '{room}'""",
)
"""What a working bot has done for the other communities by now: it has no backlog."""

NOT_COPIED = (
    "public.errands",
    "ledger.outbox",
    "ledger.marks",
    "ledger.attempts",
    "public.positions",
)
Timed = Callable[[int], Awaitable[float]]


@dataclass
class Side:
    """One set of databases, and what each thing takes on it. The number is a community's."""

    there: Processes
    community: Community
    renaming: Renaming
    crowd: int = 0

    async def request(self, kind: type[Request[Any]], number: int) -> float:
        names = {kind.context()}
        async with self.there.undone(*names):
            if kind in BEFORE:
                await self._do(BEFORE[kind], number)
            began = time.perf_counter()
            await self._do(SAMPLES[kind], number)
            return time.perf_counter() - began

    async def _do(self, sample: Sample, number: int) -> None:
        who, made = sample
        request = made(self.community)
        text = request.model_dump_json()
        held = self.community.passport_of(who, self.there.clock.now())
        if number and not any(one in text for one in self.community.secrets.values()):
            request = type(request).model_validate_json(self.renaming.text(text, number))
            named = self.renaming.text(held.model_dump_json(), number)
            held = Passport.model_validate_json(named)
        await self.there.do(request, held)


async def measured(folder: Path, communities: int) -> dict[str, Any]:
    """p50 of everything in milliseconds, alone and among others; sizes of the databases."""
    engines = Engines(folder / "engines")
    with patch.dict(postgres._SETTINGS, QUICK):
        await engines.postgres.start()
    try:
        await engines.postgres.provision([f"{name}_alone" for name in MIGRATIONS])
        return await _measured(engines, communities)
    finally:
        await engines.postgres.stop()


async def _measured(engines: Engines, communities: int) -> dict[str, Any]:
    clock = TestWorld()
    alone = {n: engines.postgres.url(f"{n}_alone") for n in MIGRATIONS}
    for name, url in alone.items():
        await migrate(url, MIGRATIONS[name])
    there = Processes(alone, clock)
    community = await Founder(there, MEMBERS, PAST).live()
    await there.close()
    renaming = Renaming(community.keys)
    began = time.perf_counter()
    sizes = await asyncio.gather(
        *(_fill(engines, n, renaming, community, communities) for n in MIGRATIONS)
    )
    filled = time.perf_counter() - began
    among = {n: engines.postgres.url(f"{n}_among") for n in MIGRATIONS}
    sides = [Side(Processes(urls, clock), community, renaming) for urls in (alone, among)]
    found = await _all(sides[0], sides[1], communities)
    for side in sides:
        await side.there.close()
    return {
        "communities": communities,
        "filled in s": filled,
        "databases": dict(zip(MIGRATIONS, sizes, strict=True)),
        "p50": found,
    }


async def _fill(
    engines: Engines, name: str, renaming: Renaming, community: Community, communities: int
) -> dict[str, float]:
    """The copies, from 1 on; the last of them is the large one. How large the database is."""
    await engines.postgres.clone(f"{name}_alone", f"{name}_among")
    async with engines.postgres.superuser(f"{name}_alone") as session:
        await session.execute("VACUUM (ANALYZE)")
    async with engines.postgres.superuser(f"{name}_among") as session:
        copies = await Copies.of(session, renaming, PARTS)
        tables = [table for table, rows in copies.tables.items() if rows]
        await copies.add({t: range(1, communities) for t in tables if t not in NOT_COPIED})
        if name == "matrix_bot":
            there = community.meetings["over"].community
            for statement in DEALT_WITH:
                await session.execute(statement.format(community=there, room=ROOM))
        ordinary = community.members[-2].passport.member
        number = community.members.index(community.members[-2]) + 1
        await copies.add_crowd(communities - 1, str(ordinary), account(number), CROWD - MEMBERS)
        size = await session.fetchval("SELECT pg_database_size(current_database())")
        rows = await session.fetchval("SELECT sum(n_live_tup) FROM pg_stat_user_tables")
    return {"MB": size / 1e6, "rows": float(rows)}


async def _all(alone: Side, among: Side, communities: int) -> dict[str, list[float]]:
    """Alone, among others, and in the large one, per thing that can be asked or done."""
    found: dict[str, list[float]] = {}
    random = Random(1)
    for kind in SAMPLES:
        numbers = [random.randrange(communities - 1) for _ in range(MORE)]
        found[kind.wire] = await _in_turn(
            _asked(alone, kind, [0]),
            _asked(among, kind, numbers),
            _asked(among, kind, [communities - 1]),
        )
    async with _unasked(alone) as these, _unasked(among) as those:
        for name, timed in these.items():
            found[name] = await _in_turn(timed, those[name])
    return found


def _asked(side: Side, kind: type[Request[Any]], numbers: Sequence[int]) -> Timed:
    return lambda turn: side.request(kind, numbers[turn % len(numbers)])


async def _in_turn(*sides: Timed) -> list[float]:
    """The p50 of each in milliseconds; more often where they seem to differ."""
    times: list[list[float]] = [[] for _ in sides]
    for turn in range(MORE):
        if turn == ASKS and not _doubtful(*map(statistics.median, times[:2])):
            break
        compared = len(sides) if turn < ASKS else 2
        for one, timed in zip(times[:compared], sides[:compared], strict=True):
            one.append(await timed(turn))
    return [statistics.median(one) * 1000 for one in times]


def _doubtful(alone: float, among: float) -> bool:
    """Whether more turns may change what is said of them."""
    return DOUBTFUL < among / alone < CLEAR


@asynccontextmanager
async def _unasked(side: Side) -> AsyncIterator[Mapping[str, Timed]]:
    """What is done though nobody asks, each with how long it took."""
    there, community = side.there, side.community
    acts: dict[str, Callable[[], Awaitable[Any]]] = {}
    for part, looks in LOOKS.items():
        for name in looks:
            acts[f"bot: {part or 'store'}.{name}"] = _bound(looked, there, community, part, name)
    for ledger in there.ledgers.values():
        for kind in ledger._timers._handlers:
            acts[f"timer: {kind}"] = _bound(fire, ledger, await timer_of(ledger, kind))
        for name, loop in POLLS.items():
            acts[f"{ledger.name}: {name}"] = _bound(loop, ledger)
        for name in (name for name, _ in ledger._own_loops if name in EVER):
            acts[f"loop: {name}"] = _bound(LOOPS[name], ledger)
    async with browser(app_of(there)) as client:
        for path, made in PAGES.items():
            acts[f"page: {path}"] = _bound(client.get, made(community))
        yield {name: _timed(act) for name, act in acts.items()}


EVER = ("sweeping", "erasures")
"""Loops whose round can be done any number of times."""


def _bound(act: Callable[..., Awaitable[Any]], *given: Any) -> Callable[[], Awaitable[Any]]:
    return lambda: act(*given)


def _timed(act: Callable[[], Awaitable[Any]]) -> Timed:
    async def timed(_: int) -> float:
        began = time.perf_counter()
        await act()
        return time.perf_counter() - began

    return timed
