"""A whole Indaba for all tests in this folder; one worker runs them all (tests/selection.py)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from operate.house import House

HERE = Path(__file__).parent
_running: list[House] = []


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A whole Indaba with its own homeserver, started once."""
    running = House(tmp_path_factory.mktemp("house"))
    _running.append(running)
    running.start("--port", "0")
    yield running
    running.stop()
    shutil.rmtree(running.data, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Left alone it would go on working beside all tests that follow."""
    if nextitem is None or HERE not in nextitem.path.parents:
        while _running:
            _running.pop().stop()
