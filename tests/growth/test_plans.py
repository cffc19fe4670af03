"""No statement reads a whole table that grows with the number of communities.

The statements are those that handlers, reactions, timers, loops and pages send; the plans are
PostgreSQL's own, on databases with thousands of rows in every table.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from clock import TestWorld
from databases import Databases
from growth.asking import Sample
from growth.community import Community, Founder
from growth.copies import Copies, Renaming
from growth.pages import app_of, browser, routes_of
from growth.processes import MIGRATIONS, Processes
from growth.samples import BEFORE, SAMPLES
from growth.statements import Scan, Statement, scans, watched
from growth.unasked import LOOKS, LOOPS, NO_PAGES, PAGES, fire, kept_house, looked, timer_of
from indaba.contracts import linking, spoken
from indaba.contracts.wire import Request
from indaba.conversation.store import Store
from indaba.ledger.session import Session
from indaba.membership.model.linking import LinkNeedsBoth
from indaba.operate.local.engines import Engines
from indaba.operate.processes import PROCESSES
from indaba.process import logs

MEMBERS, PAST = 12, 3
ROWS, LEAST = 3000, 250
"""Rows in each table, and of how many communities at least."""

FEW = {"ledger.journal": 24, "ledger.inbox": 12}
"""Of these a part is copied: they are long, and no less alike."""

FIXED = {
    "ledger.marks": "a few rows: the life of the bus, the zone data, how far retention is",
    "ledger.outbox": "what is not published yet: empty but for moments",
    "ledger.attempts": "what failed and is tried again: emptied as it goes well",
    "ledger.dead_letters": "what was given up: it grows with mistakes, for thirty days",
    "ledger.changes": "what the links of a week changed: emptied after it",
    **{
        f"pg_catalog.{table}": "what tables there are, asked when somebody is linked or parted"
        for table in ("pg_attribute", "pg_class", "pg_index", "pg_namespace")
    },
    "public.positions": "one row: how far a platform was read",
}
"""Tables that do not grow with communities, and why."""

NEVER = {"library: public.merged": "copied to the ledger's, and not used any more"}
"""Tables in which nothing is ever kept, and why."""

SWEEP = ("public.notices", "public.errands", "public.communities")
REFUSED: dict[type[Request[Any]], tuple[type[Exception], ...]] = {
    linking.LinkAccount: (LinkNeedsBoth,)
}
"""What is always refused."""

MAY_READ = {
    ".forget_old": SWEEP,
    "communities.forget_set_aside": SWEEP,
    "cards.live": ("public.card_places",),
    "invited.others": ("public.invitations",),
    "invited.replaced": ("public.invitations",),
    "invited.replaced_by": ("public.invitations",),
    "invited.arrived": ("public.invitations",),
}
"""What else may read a table from end to end: a sweep once an hour of what was set aside, the
meetings that are on, of which there are as many as there are, and the invitations of one day, of
which no more than all together may send are followed."""


@dataclass
class Everything:
    """Databases in which all tables are long, and what each thing sends to them."""

    there: Processes
    community: Community
    empty: list[str]
    sent: dict[str, list[Statement]] = field(default_factory=dict)
    whole: dict[tuple[str, str], list[Scan]] = field(default_factory=dict)

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        with watched({n: one.database for n, one in self.there.ledgers.items()}) as sent:
            yield
        self.sent[name] = sent

    async def explain(self) -> None:
        """Ask for the plan of each, once."""
        statements = {(s.database, s.text): s for sent in self.sent.values() for s in sent}
        for key, statement in statements.items():
            database = self.there.ledgers[statement.database].database
            self.whole[key] = await scans(database, statement)

    def read_from_end_to_end(self, *names: str) -> str:
        """What is read from end to end without a reason, for people; empty where nothing is."""
        found = [
            f"{name}: {scan}"
            for name in names
            for s in self.sent[name]
            for scan in dict.fromkeys(self.whole[s.database, s.text])
            if not _has_a_reason(name, scan)
        ]
        return "\n\n".join(found)


def _has_a_reason(name: str, scan: Scan) -> bool:
    never = f"{scan.database}: {scan.table}" in NEVER
    return never or scan.table in FIXED or scan.table in MAY_READ.get(name, ())


async def _long(engines: Engines, names: Mapping[str, str], community: Community) -> list[str]:
    """Make every table long; gives those that are empty."""
    empty, renaming = [], Renaming(community.keys)
    for process, name in names.items():
        async with engines.postgres.superuser(name) as session:
            copies = await Copies.of(session, renaming, FEW)
            numbers = {
                table: range(1, 1 + max(LEAST, ROWS // count))
                for table, count in copies.tables.items()
                if count and table not in FIXED
            }
            await copies.add(numbers)
            empty += [
                f"{process}: {table}"
                for table, count in copies.tables.items()
                if not count and table not in FIXED and f"{process}: {table}" not in NEVER
            ]
    return empty


async def _everything(engines: Engines, names: Mapping[str, str]) -> Everything:
    urls = {process: engines.postgres.url(name) for process, name in names.items()}
    clock = TestWorld()
    there = Processes(urls, clock)
    community = await Founder(there, MEMBERS, PAST).live()
    found = Everything(there, community, await _long(engines, names, community))
    await _ask(found)
    await _look(found)
    await found.explain()
    await there.close()
    return found


async def _ask(found: Everything) -> None:
    """Every request, and what everybody does about what is told then."""
    there, community = found.there, found.community

    async def do(sample: Sample) -> None:
        who, made = sample
        await there.do(made(community), community.passport_of(who, there.clock.now()))

    for kind, sample in SAMPLES.items():
        async with there.undone():
            if kind in BEFORE:
                await do(BEFORE[kind])
            with found.watching(kind.wire), suppress(*REFUSED.get(kind, ())):
                await do(sample)
                await there.settle()


async def _look(found: Everything) -> None:
    """All that is done though nobody asks."""
    there, community = found.there, found.community
    for part, looks in LOOKS.items():
        for name in looks:
            with found.watching(f"{part}.{name}"):
                await looked(there, community, part, name)
    app = app_of(there)
    async with browser(app) as client:
        for path, made in PAGES.items():
            with found.watching(path):
                answer = await client.get(made(community))
            assert answer.status_code == 200, (path, answer.text)
    for ledger in there.ledgers.values():
        for kind in ledger._timers._handlers:
            timer = await timer_of(ledger, kind)
            with found.watching(kind):
                await fire(ledger, timer)
        for name, _ in ledger._own_loops:
            with found.watching(name):
                await LOOPS[name](ledger)
        with found.watching(ledger.name):
            await kept_house(ledger)


@pytest.fixture(scope="module")
def everything(engines: Engines, databases: Databases) -> Iterator[Everything]:
    logs.configure(json=True, level=logging.ERROR)
    loop = asyncio.new_event_loop()
    names = {n: loop.run_until_complete(databases.lend(at)) for n, at in MIGRATIONS.items()}
    yield loop.run_until_complete(_everything(engines, names))
    for name in names.values():
        loop.run_until_complete(databases.take_back(name))
    loop.close()


def test_every_request_has_a_sample() -> None:
    assert set(SAMPLES) == set(spoken(Request))


def test_every_process_is_looked_at() -> None:
    """The two bots keep the same in the same tables."""
    assert MIGRATIONS.keys() == PROCESSES.keys() - {"discord_bot"}


def test_every_table_that_grows_is_long(everything: Everything) -> None:
    assert everything.empty == []


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.wire)
def test_no_request_reads_a_whole_table(everything: Everything, kind: type[Request[Any]]) -> None:
    found = everything.read_from_end_to_end(kind.wire)
    assert not found, found


@pytest.mark.parametrize("part", LOOKS)
def test_nothing_that_a_bot_keeps_is_looked_for_in_whole_tables(
    everything: Everything, part: str
) -> None:
    store: Any = Store(Session(None, None))  # type: ignore[arg-type]  # only asked what it has
    there = type(getattr(store, part)) if part else Store
    assert set(LOOKS[part]) == {name for name in vars(there) if not name.startswith("_")}
    found = everything.read_from_end_to_end(*(f"{part}.{name}" for name in LOOKS[part]))
    assert not found, found


@pytest.mark.parametrize("path", PAGES)
def test_no_page_reads_a_whole_table(everything: Everything, path: str) -> None:
    found = everything.read_from_end_to_end(path)
    assert not found, found


def test_every_page_is_looked_at(everything: Everything) -> None:
    assert routes_of(app_of(everything.there)) == PAGES.keys() | NO_PAGES.keys()


def test_nothing_done_by_the_clock_reads_a_whole_table(everything: Everything) -> None:
    ledgers = everything.there.ledgers.values()
    kinds = [kind for ledger in ledgers for kind in ledger._timers._handlers]
    loops = [name for ledger in ledgers for name, _ in ledger._own_loops]
    found = everything.read_from_end_to_end(*kinds, *loops, *everything.there.ledgers)
    assert not found, found
