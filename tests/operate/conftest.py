import socket
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from operate.house import Command, House


@pytest.fixture
def small_house(tmp_path: Path) -> Iterator[House]:
    """A data folder for an Indaba without a homeserver; not started."""
    running = House(tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture
def command() -> Iterator[Callable[..., Command]]:
    """`command("run", "library", INDABA_BUS_URL=...)` starts a command; it is killed afterwards."""
    started: list[Command] = []

    def start(*words: str, **environment: str) -> Command:
        started.append(Command(*words, **environment))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()


@pytest.fixture(name="free_port")
def _free_port() -> Callable[[], int]:
    """`free_port()` is one that nobody listens on."""

    def found() -> int:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return int(probe.getsockname()[1])

    return found


@pytest.fixture(name="ready")
def _ready() -> Callable[[int], bool]:
    """`ready(port)` waits until /ready there says yes."""

    def waited(port: int, seconds: float = 40.0) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if _says_yes(port):
                return True
            time.sleep(0.05)
        return False

    return waited


def _says_yes(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/ready")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()
