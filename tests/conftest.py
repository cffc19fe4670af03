import asyncio
import shutil
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from indaba.operate.engines import Engines, Synapse, Valkey

ROOT = Path(__file__).parents[1]
T = TypeVar("T")

FreshDatabase = Callable[..., Awaitable[str]]
FreshValkey = Callable[[], Awaitable[Valkey]]


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """PostgreSQL (with the seven databases) and Valkey, started once."""
    data = tmp_path_factory.mktemp("engines")
    running = Engines(data)
    _settle(running.start())
    yield running
    _settle(running.stop())
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def database(engines: Engines) -> Iterator[FreshDatabase]:
    """`await database()` is the URL of a new empty database, `await database("membership")` that
    of a copy of a database nobody is connected to. All are dropped after the test.
    """
    made: list[str] = []

    async def fresh(template: str | None = None) -> str:
        name = f"test_{uuid4().hex[:12]}"
        made.append(name)
        if template:
            await engines.postgres.clone(template, name)
        else:
            await engines.postgres.provision([name])
        return engines.postgres.url(name)

    yield fresh
    for name in reversed(made):
        _settle(engines.postgres.drop(name))


@pytest.fixture
def bus_url(engines: Engines) -> str:
    """The shared Valkey, emptied."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(engines.valkey.url.removeprefix("unix://"))
        line.sendall(b"FLUSHALL\r\n")
        assert line.recv(16).startswith(b"+OK")
    return engines.valkey.url


@pytest.fixture
def fresh_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshValkey]:
    """`await fresh_valkey()` is a Valkey of one's own, to be stopped, killed and started again."""
    made: list[Valkey] = []

    async def fresh() -> Valkey:
        valkey = Valkey(tmp_path_factory.mktemp("valkey"))
        made.append(valkey)
        await valkey.start()
        return valkey

    yield fresh
    for valkey in made:
        _settle(valkey.stop())
        shutil.rmtree(valkey.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A real homeserver, started on first use. Needs `make .venv-synapse`."""
    running = Synapse(tmp_path_factory.mktemp("synapse"), ROOT / ".venv-synapse")
    _settle(running.start())
    yield running
    _settle(running.stop())
    shutil.rmtree(running.folder, ignore_errors=True)


def _settle(work: Coroutine[Any, Any, T]) -> T:
    """Like asyncio.run, but leaves the current event loop of pytest-asyncio alone."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
