import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from indaba.operate.local.engines import Engines
from indaba.operate.local.engines.spawn import Order, spawn
from indaba.operate.local.engines.trouble import FolderTaken

VENV = Path(__file__).parents[2] / ".venv-synapse"

LIFE = """
import asyncio, sys, pathlib
from indaba.operate.local.engines import Engines
engines = Engines(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
asyncio.run(engines.start())
print("up", flush=True)
sys.stdin.read()
"""

STEPPED_DOWN = """
import pathlib, pwd, sys
from indaba.operate.local.engines.identity import as_user
from indaba.operate.local.engines.spawn import Order, spawn
nobody = as_user(pwd.getpwnam("nobody"))
log = pathlib.Path(sys.argv[1]) / "log"
print(spawn(Order("Sleeper", ["/bin/sleep", "600"], log, identity=nobody)).pid, flush=True)
sys.stdin.read()
"""


def _inhabitants(folder: Path) -> set[int]:
    """Processes that live in the folder or were started with its name."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            home = str((process / "cwd").readlink())
            words = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in home or str(folder) in words:
            found.add(int(process.name))
    return found


def _gone(process: Path, seconds: float) -> bool:
    """Ended; whether somebody has collected it yet is not ours to say."""
    until = time.monotonic() + seconds
    while process.exists() and ") Z " not in (process / "stat").read_text():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _empties(folder: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while _inhabitants(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


async def _write(engines: Engines) -> None:
    session = await asyncpg.connect(
        host=str(engines.postgres.sockets), user="library", database="library", port=5432
    )
    await session.execute("CREATE TABLE shelf (n int); INSERT INTO shelf VALUES (7)")
    await session.close()
    async with Redis.from_url(engines.valkey.url) as bus:
        await bus.set("files", "7")


async def _read(engines: Engines) -> tuple[int, bytes]:
    session = await asyncpg.connect(
        host=str(engines.postgres.sockets), user="library", database="library", port=5432
    )
    row = await session.fetchval("SELECT n FROM shelf")
    await session.close()
    async with Redis.from_url(engines.valkey.url) as bus:
        return row, await bus.get("files")


async def test_when_indaba_is_killed_nothing_stays_behind_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    engines = Engines(tmp_path)
    command = [sys.executable, "-c", LIFE, str(tmp_path), str(VENV)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as life:
        assert life.stdout
        assert await asyncio.to_thread(life.stdout.readline) == b"up\n"
        await _write(engines)
        crowd = _inhabitants(tmp_path)
        life.kill()
    assert len(crowd) > 4
    assert await asyncio.to_thread(_empties, tmp_path, 15.0)
    await engines.start()
    try:
        assert await _read(engines) == (7, b"7")
    finally:
        await engines.stop()


async def test_a_new_indaba_waits_for_the_engines_of_one_just_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIFE, str(tmp_path), str(VENV)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as life:
        assert life.stdout
        assert await asyncio.to_thread(life.stdout.readline) == b"up\n"
        life.kill()
    engines = Engines(tmp_path, VENV)
    await engines.start()
    assert engines.fallen() == []
    await engines.stop()
    assert _empties(tmp_path, 0.5)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_engine_that_became_somebody_else_still_dies_with_us(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STEPPED_DOWN, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as life:
        assert life.stdout
        engine = Path("/proc") / life.stdout.readline().decode().strip()
        assert engine.exists()
        life.kill()
    assert _gone(engine, 5.0)


async def test_two_indabas_do_not_share_a_folder(tmp_path: Path) -> None:
    first = Engines(tmp_path)
    await first.start()
    try:
        with pytest.raises(FolderTaken):
            await Engines(tmp_path).start()
        assert first.fallen() == []
    finally:
        await first.stop()


async def test_an_engine_that_dies_alone_is_named(tmp_path: Path) -> None:
    engines = Engines(tmp_path)
    await engines.start()
    try:
        assert engines.valkey.pid
        os.kill(engines.valkey.pid, signal.SIGKILL)
        assert await asyncio.to_thread(_names, engines) == ["Valkey"]
    finally:
        await engines.stop()


async def test_ctrl_c_at_the_terminal_does_not_reach_the_engines(engines: Engines) -> None:
    assert engines.postgres.pid
    assert os.getpgid(engines.postgres.pid) != os.getpgid(0)
    assert engines.valkey.pid
    assert os.getsid(engines.valkey.pid) != os.getsid(0)


async def test_a_process_deaf_to_the_farewell_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    child = spawn(Order("Deaf", [sys.executable, "-c", deaf], tmp_path / "deaf.log"))
    await asyncio.sleep(0.2)
    await child.stop(patience=0.2)
    assert not child.alive


def test_engines_are_refused_off_the_main_thread(tmp_path: Path) -> None:
    caught: list[RuntimeError] = []

    def elsewhere() -> None:
        try:
            spawn(Order("Lost", ["true"], tmp_path / "lost.log"))
        except RuntimeError as refusal:
            caught.append(refusal)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


def _names(engines: Engines) -> list[str]:
    until = time.monotonic() + 5
    while not engines.fallen() and time.monotonic() < until:
        time.sleep(0.01)
    return list(engines.fallen())
