import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

INDABA = Path(sys.executable).with_name("indaba")
SETTINGS = ("INDABA_",)


def clean_environment(**given: str) -> dict[str, str]:
    """Ours without any setting of Indaba, and what is given."""
    return {k: v for k, v in os.environ.items() if not k.startswith(SETTINGS)} | given


class Command:
    """An `indaba` command that runs, and what it says."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [str(INDABA), *words],
            env=clean_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def says(self, words: str, seconds: float = 60.0) -> str:
        """Waits for a line with these words."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = next((line for line in list(self.lines) if words in line), None)
            if found:
                return found
            if self.process.poll() is not None and not self._reading.is_alive():
                break
            time.sleep(0.02)
        raise AssertionError(f"never said {words!r}: {self.lines}")

    def ends(self, number: int | None = None, seconds: float = 40.0) -> int:
        """The exit code, after a signal if one is given."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._reading.join(5)
        return code

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))


class House:
    """An Indaba on a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.up: Command | None = None

    def start(self, *words: str, **environment: str) -> Command:
        """Start it and wait until it is ready."""
        self.up = Command("up", "--data", str(self.data), *words, **environment)
        self.up.says("Indaba is ready")
        return self.up

    def stop(self) -> None:
        if self.up is not None and self.up.process.poll() is None:
            self.up.ends(signal.SIGTERM)

    def do(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run another `indaba` command on the same data."""
        return subprocess.run(
            [str(INDABA), *words, "--data", str(self.data)],
            check=False,
            env=clean_environment(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "running.json").read_text())
        return found

    def inhabitants(self) -> set[int]:
        """Processes that were started with the folder's name or live in it."""
        found = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().decode(errors="replace")
                home = str((process / "cwd").readlink())
            except OSError:
                continue
            if str(self.data) in words or str(self.data) in home:
                found.add(int(process.name))
        return found


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A whole Indaba with its own homeserver, started once."""
    running = House(tmp_path_factory.mktemp("house"))
    running.start("--port", "0")
    yield running
    running.stop()
    shutil.rmtree(running.data, ignore_errors=True)


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
