import asyncio
import os
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from indaba.operate.local.engines import Engines
from indaba.operate.local.engines.trouble import FolderTaken


def test_help_comes_at_once() -> None:
    """By the processor's time: on a busy machine everything takes longer."""
    worked = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([".venv/bin/indaba", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert 0 < min(worked) < 0.5


async def _write(data: Path) -> None:
    session = await _session(data)
    await session.execute("CREATE TABLE shelf (n int); INSERT INTO shelf VALUES (7)")
    await session.close()


async def _session(data: Path) -> Any:
    sockets = str(Engines(data).postgres.sockets)
    return await asyncpg.connect(host=sockets, user="library", database="library", port=5432)


async def _read(data: Path) -> int:
    session = await _session(data)
    found: int = await session.fetchval("SELECT n FROM shelf")
    await session.close()
    return found


# Engines whose owner is killed are tried each time, in test_engines_die_with_us.py.
@pytest.mark.thorough
def test_killed_outright_nothing_stays_behind_and_nothing_is_lost(small_house: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        up = small_house.start("--no-synapse", INDABA_PORTAL_PORT=taken)
        assert up.says(f"Port {taken} is taken")
    asyncio.run(_write(small_house.data))
    assert len(small_house.inhabitants()) > 3
    up.ends(signal.SIGKILL)
    until = time.monotonic() + 15
    while small_house.inhabitants() and time.monotonic() < until:
        time.sleep(0.05)
    assert small_house.inhabitants() == set()
    assert "does not run" in small_house.do("status").stdout
    again = small_house.start("--no-synapse", "--port", "0")
    assert asyncio.run(_read(small_house.data)) == 7
    assert again.ends(signal.SIGINT) == 0
    assert again.lines[-1].startswith("Stopping")
    assert not (small_house.data / "running.json").exists()
    assert small_house.inhabitants() == set()


def test_when_an_engine_dies_everything_stops_and_says_which(small_house: Any) -> None:
    up = small_house.start("--no-synapse", "--port", "0")
    (valkey,) = [
        pid
        for pid in small_house.inhabitants()
        if "valkey-server" in (Path("/proc") / str(pid) / "cmdline").read_text()
    ]
    os.kill(valkey, signal.SIGKILL)
    assert up.ends() == 1
    assert "Valkey stopped by itself" in "\n".join(up.lines)
    assert "Traceback" not in "\n".join(up.lines)
    assert small_house.inhabitants() == set()


def test_a_port_asked_for_that_is_taken_is_refused_in_words(small_house: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        refused = small_house.do("up", "--no-synapse", "--port", taken)
    assert refused.returncode == 2
    assert f"Port {taken}" in refused.stderr
    assert small_house.inhabitants() == set()


async def test_stopped_while_it_starts_it_leaves_nothing(small_house: Any, command: Any) -> None:
    up = command("up", "--no-synapse", "--data", str(small_house.data))
    up.says("Starting the engines")
    assert up.ends(signal.SIGTERM) == 0
    assert small_house.inhabitants() == set()
    free = Engines(small_house.data)
    try:
        await free.start()
    except FolderTaken:
        raise AssertionError("the folder is still taken") from None
    finally:
        await free.stop()
