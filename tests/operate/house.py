"""Indaba as people start it, for tests that look from outside."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis

from indaba.operate.installation import Installation

INDABA = Path(sys.executable).with_name("indaba")
SETTINGS = ("INDABA_",)


def clean_environment(**given: str) -> dict[str, str]:
    """Ours without any setting of Indaba, and what is given."""
    return {k: v for k, v in os.environ.items() if not k.startswith(SETTINGS)} | given


def open_to_others(folder: Path) -> list[str]:
    """What is in a folder, itself included, that others may read, or that has wrong rights."""
    wanted = {True: 0o700, False: 0o600}
    return [
        f"{path} {path.stat().st_mode & 0o777:o}"
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o777 != wanted[path.is_dir()]
    ]


class Command:
    """An `indaba` command that runs, and what it says; `program` is how it is called."""

    def __init__(
        self, *words: str, program: Sequence[str] = (str(INDABA),), **environment: str
    ) -> None:
        self.process = subprocess.Popen(
            [*program, *words],
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
            refused = self._refused_by_the_bus()
            self.up.ends(signal.SIGTERM)
            assert not refused, refused

    def _refused_by_the_bus(self) -> dict[str, int]:
        """How often processes lacked a right on the bus, by what.

        It would go unnoticed: a process takes a refusal for a bus that is away, and tries again.
        """
        with Redis.from_url(Installation.of_data(self.data).bus_url) as bus:
            told = bus.info("stats")
        counts = {n: int(told[n]) for n in told if n.startswith("acl_access_denied")}
        assert counts
        return {name: count for name, count in counts.items() if count}

    def do(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run another `indaba` command on the same data."""
        return subprocess.run(
            [str(INDABA), *words, "--data", str(self.data)],
            check=False,
            env=clean_environment(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=180,
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
