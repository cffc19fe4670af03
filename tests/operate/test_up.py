import asyncio
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import asyncpg
import tzdata

from indaba.operate.data.secrets import accounts
from indaba.operate.local.engines import Engines
from indaba.operate.local.engines.trouble import FolderTaken
from indaba.operate.local.matrix import MatrixClient


def test_the_portal_is_named_first_then_the_room_and_how_to_talk(house: Any) -> None:
    labels = [line.partition(":")[0] for line in house.up.lines if ": " in line]
    assert labels == ["Portal", "Room", "Accounts", "Talk", "Demo"]
    with urllib.request.urlopen(house.facts["portal"] + "/") as page:
        assert page.status == 200


async def test_everybody_is_in_the_room_the_bot_too(house: Any) -> None:
    known = accounts(house.data)
    async with MatrixClient(house.facts["homeserver"], known["facilitator"].token) as line:
        standing = await line.members(house.facts["room"])
    assert {account for account, how in standing.items() if how == "join"} == {
        f"@{name}:indaba.localhost" for name in ("indaba", "facilitator", "thandi", "sipho")
    }


def test_secrets_are_closed_to_others(house: Any) -> None:
    files = [*(house.data / "secrets").iterdir(), house.data / "running.json"]
    assert len(files) == 4
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    assert (house.data / "secrets").stat().st_mode & 0o077 == 0


def test_a_second_indaba_on_the_same_data_is_told_so(house: Any) -> None:
    second = house.do("up")
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert house.facts["portal"] in second.stderr


def test_logs_go_to_a_file_of_json_and_not_over_the_screen(house: Any) -> None:
    lines = (house.data / "logs" / "indaba.jsonl").read_text().splitlines()
    assert {json.loads(line)["level"] for line in lines} <= {"info", "warning"}
    assert not any("{" in line for line in house.up.lines)


def test_status_shows_every_part_ready(house: Any) -> None:
    shown = json.loads(house.do("status", "--json").stdout)
    assert shown["running"]
    assert shown["zones"] == tzdata.IANA_VERSION
    named = ("membership", "scheduling", "library", "outcomes", "portal", "matrix_bot")
    states = {part["process"]: part["state"] for part in shown["parts"]}
    assert states == dict.fromkeys(named, "ready") | {"discord_bot": "not running"}
    assert all(part["schema"] == part["known"] != [] for part in shown["parts"])


def test_help_comes_at_once() -> None:
    best = 9.0
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([".venv/bin/indaba", "--help"], check=True, capture_output=True)
        best = min(best, time.perf_counter() - began)
    assert best < 0.5


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
