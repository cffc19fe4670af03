import asyncio
import gc
import json
import os
import re
import shutil
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
import uvloop

import cells
import selection
from databases import Databases, lender
from indaba.operate.local.engines import Engines, Postgres, Synapse, Valkey
from indaba.operate.local.engines.spawn import Order
from indaba.process import zones
from workshop import emptied

ROOT = Path(__file__).parents[1]
T = TypeVar("T")

FreshDatabase = Callable[..., Awaitable[str]]
FreshValkey = Callable[[], Awaitable[Valkey]]

MEMORY = Path("/dev/shm")
ENOUGH = 6 << 30
SIMULATED = re.compile(r"\b(simcord|discord_town|journeys\.both)\b")
LONG = ("drills", "journeys", "one_house", "operate", "simulation")
"""Folders whose files take longest. Begun last, they would end while other workers are idle."""

BRIEF = ("contracts", "process")
"""Folders of files that take seconds: they fill what is left of the time at the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Test folders lie in memory where there is plenty: databases come and go by the hundred."""
    zones.use_pinned()
    selection.try_all_examples(config)
    if not os.environ.get("TMPDIR") and _is_roomy(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], AbstractEventLoop]]:
    """All is tested on the loop that it runs on; only simcord wants asyncio's own."""
    if _is_simulated(item.path):
        return {"asyncio": asyncio.new_event_loop}
    return {"uvloop": uvloop.new_event_loop}


@cache
def _is_simulated(path: Path) -> bool:
    return SIMULATED.search(path.read_text(encoding="utf-8")) is not None


def pytest_addoption(parser: pytest.Parser) -> None:
    selection.add_options(parser)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> selection.Sharing:
    """Decides which worker runs what."""
    return selection.Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = selection.chosen(items, config)
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    folder = item.path.parent.name
    return 0 if folder in LONG else 2 if folder in BRIEF else 1


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: the collector need not look through it time and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [r for r in terminalreporter.getreports("passed") if r.when == "call"]
    if tables := list(cells.counted(reports)):
        told = f"{len(tables)} of the tests went through {sum(tables)} cells"
        terminalreporter.write_line(told)


class QuickSynapse(Synapse):
    """Lives by the tests' clock; does nothing for apps or strangers that no test has."""

    clock: ClassVar[dict[str, str]] = {"PYTHONPATH": str(ROOT / "tests" / "homeserver_clock")}
    spared: ClassVar[dict[str, Any]] = {
        "bcrypt_rounds": 4,  # the passwords stand in the tests
        "enable_search": False,
        "gc_thresholds": [20_000, 20, 20],
        "push": {"enabled": False},
        "stats": {"enabled": False},
        "user_directory": {"enabled": False},
    }

    def _order(self, settings: Path) -> Order:
        told = json.loads(settings.read_text(encoding="utf-8"))
        settings.write_text(json.dumps(told | self.spared), encoding="utf-8")
        order = super()._order(settings)
        return replace(order, environment={**(order.environment or {}), **self.clock})


class CountingSynapse(QuickSynapse):
    """Counts for whom each message rings, as apps that are not open show it."""

    spared: ClassVar[dict[str, Any]] = {n: v for n, v in QuickSynapse.spared.items() if n != "push"}


class OutsideSynapse(QuickSynapse):
    """Lives by the machine's clock, as the processes of a deployment do."""

    clock: ClassVar[dict[str, str]] = {}


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """PostgreSQL (with the seven databases) and Valkey, started once."""
    data = tmp_path_factory.mktemp("engines")
    running = Engines(data)
    with outside_a_made_up_time():
        _settle(running.start())
    _settle(_spared(running.postgres))
    yield running
    _settle(running.stop())
    shutil.rmtree(data, ignore_errors=True)


async def _spared(postgres: Postgres) -> None:
    """What keeps an old database quick, or data when a machine fails, which these need not."""
    async with postgres.superuser() as session:
        for name in ("autovacuum", "full_page_writes", "fsync", "synchronous_commit"):
            await session.execute(f"ALTER SYSTEM SET {name} = off")
        await session.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def databases(engines: Engines) -> Databases:
    return lender(engines.postgres)


@pytest.fixture
def database(engines: Engines, databases: Databases) -> Iterator[FreshDatabase]:
    """`await database()` is the URL of a new empty database, `await database("membership")` that
    of a copy of a database nobody is connected to, `await database(MIGRATIONS)` that of one at
    the newest schema. Nothing is left in them after the test.
    """
    lent: list[str] = []

    async def fresh(template: str | Path | None = None) -> str:
        lent.append(await databases.lend(template))
        return engines.postgres.url(lent[-1])

    yield fresh
    for name in reversed(lent):
        _settle(databases.take_back(name))


@pytest.fixture
def bus_url(engines: Engines) -> str:
    """The shared Valkey, emptied."""
    return emptied(engines.valkey.url)


@pytest.fixture
def fresh_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshValkey]:
    """`await fresh_valkey()` is a Valkey of one's own, to be stopped, killed and started again."""
    made: list[Valkey] = []

    async def fresh() -> Valkey:
        valkey = Valkey(tmp_path_factory.mktemp("valkey"))
        made.append(valkey)
        with outside_a_made_up_time():
            await valkey.start()
        return valkey

    yield fresh
    for valkey in made:
        _settle(valkey.stop())
        shutil.rmtree(valkey.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A real homeserver, started on first use. Needs `make .venv-synapse`."""
    yield from _running(QuickSynapse(tmp_path_factory.mktemp("synapse"), ROOT / ".venv-synapse"))


@pytest.fixture(scope="session")
def synapse_counting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """Another, for tests of who is notified."""
    yield from _running(
        CountingSynapse(tmp_path_factory.mktemp("counting"), ROOT / ".venv-synapse")
    )


@pytest.fixture(scope="session")
def synapse_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """Another, for tests whose bot is a process of a deployment."""
    yield from _running(OutsideSynapse(tmp_path_factory.mktemp("outside"), ROOT / ".venv-synapse"))


def _running(synapse: Synapse) -> Iterator[Synapse]:
    _settle(synapse.start())
    yield synapse
    _settle(synapse.stop())
    shutil.rmtree(synapse.folder, ignore_errors=True)


@contextmanager
def outside_a_made_up_time() -> Iterator[None]:
    """What is started in here lives by the machine's clock though we run under libfaketime."""
    names = [n for n in os.environ if n.startswith(("LD_PRELOAD", "FAKETIME"))]
    kept = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(kept)


def _is_roomy(folder: Path) -> bool:
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= ENOUGH and not found.f_flag & os.ST_NOEXEC


def _settle(work: Coroutine[Any, Any, T]) -> T:
    """Like asyncio.run, but leaves the current event loop of pytest-asyncio alone."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
