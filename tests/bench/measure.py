"""Measures of the first release, side by side in one run: `make bench`.

Command to visible answer on Synapse against a bare matrix-nio echo bot (three interleaved rounds),
request to durable reply on an idle system, and the memory of the whole tree at rest.
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

from indaba.bus import Outcome
from indaba.contracts.membership import LeaveCommunity, MemberLeft
from indaba.contracts.passport import Role
from indaba.contracts.wire import Done
from indaba.ledger import Ledger, Work, migrations
from indaba.operate.engines import Engines
from indaba.process import logs
from workshop import OFFICE, envelope, ledger_of, passport

ROOT = Path(__file__).parents[2]
ROUNDS, COMMANDS, REQUESTS = 3, 40, 500
Times = list[float]


def spread(seconds: Times) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return statistics.median(ordered) * 1000, last * 1000


async def requests(data: Path) -> tuple[Times, Times]:
    """Request to durable reply, one at a time; and bare fdatasync of 4 KiB beside it."""
    engines = Engines(data)
    await engines.start()
    none = data / "none"
    none.mkdir()
    names = ("membership", "portal")
    for name in names:
        await migrations.migrate(engines.postgres.url(name), none)
    service, face = (
        ledger_of(n, engines.postgres.url(n), engines.valkey.url, migrations=none) for n in names
    )

    async def leave(_: LeaveCommunity, work: Work) -> Done:
        member, community = work.passport.a_member(), work.passport.in_community()
        work.tell(MemberLeft(aggregate=member, version=1, community=community, member=member))
        return Done()

    service.answer(LeaveCommunity, leave)
    face.bus.expect_replies()
    await asyncio.gather(service.start(), face.start())
    timed = await asking(face, data / "page")
    await face.stop()
    await service.stop()
    await engines.stop()
    return timed


async def asking(face: Ledger, page: Path) -> tuple[Times, Times]:
    """One request after the other, each with an fdatasync beside it; the first are left out."""
    token = OFFICE.sign(passport(uuid4(), uuid4(), Role.MEMBER))
    times: Times = []
    syncs: Times = []
    with page.open("wb") as file:
        for number in range(REQUESTS):
            asked = envelope(LeaveCommunity(), token=token, key=str(number))
            began = time.perf_counter()
            reply = await face.bus.ask("membership", asked)
            times.append(time.perf_counter() - began)
            assert reply.outcome is Outcome.ANSWERED
            began = time.perf_counter()
            file.write(os.urandom(4096))
            file.flush()
            os.fdatasync(file.fileno())
            syncs.append(time.perf_counter() - began)
            await asyncio.sleep(0.005)
    return times[20:], syncs[20:]


class Guest:
    """Somebody in the trial room, who times how long an answer takes to be seen."""

    def __init__(self, homeserver: str, account: dict[str, str], room: str) -> None:
        headers = {"Authorization": f"Bearer {account['token']}"}
        self.http = httpx.AsyncClient(
            base_url=f"{homeserver}/_matrix/client/v3", headers=headers, timeout=60
        )
        self.account = account
        self.room = room
        self.since = ""

    async def post(self, path: str, body: object) -> dict[str, str]:
        reply = await self.http.post(path, json=body)
        reply.raise_for_status()
        found: dict[str, str] = reply.json()
        return found

    async def say(self, words: str) -> str:
        path = f"/rooms/{quote(self.room)}/send/m.room.message/{uuid4().hex}"
        reply = await self.http.put(path, json={"msgtype": "m.text", "body": words})
        reply.raise_for_status()
        return str(reply.json()["event_id"])

    async def timed(self, words: str) -> float:
        await self._sync(0)
        began = time.perf_counter()
        said = await self.say(words)
        while said not in await self._sync(10_000):
            pass
        return time.perf_counter() - began

    async def _sync(self, patience: int) -> set[str]:
        given = {"timeout": str(patience), **({"since": self.since} if self.since else {})}
        reply = (await self.http.get("/sync", params=given)).json()
        self.since = reply["next_batch"]
        timeline = reply.get("rooms", {}).get("join", {}).get(self.room, {}).get("timeline", {})
        relations = [e["content"].get("m.relates_to", {}) for e in timeline.get("events", [])]
        return {r.get("m.in_reply_to", {}).get("event_id", "") for r in relations}


def tree_memory(parent: int) -> dict[str, float]:
    """Proportional memory (PSS) in MB per program below a process; Synapse left out."""
    found: dict[str, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if not _descends(int(stat.parent.name), parent):
                continue
            command = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            rollup = (stat.parent / "smaps_rollup").read_text()
        except OSError:
            continue
        pss = next(int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Pss:")) / 1024
        programs = ("synapse", "valkey", "postgres", "indaba")
        name = next((w for w in programs if w in command), "other")
        found[name] = found.get(name, 0) + pss
    return found


def _descends(pid: int, parent: int) -> bool:
    while pid not in (0, 1, parent):
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rpartition(")")[2].split()[1])
    return pid == parent


async def chat(data: Path) -> tuple[list[Times], list[Times], dict[str, float]]:
    """Ours and the echo bot's answers, round by round; and memory at rest before them."""
    home = {**os.environ, "INDABA_PORTAL_PORT": "0"}
    up = subprocess.Popen(
        [sys.executable, "-m", "indaba.operate.cli", "up", "--data", str(data)],
        env=home,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        return await _measured_chat(up.pid, data)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(30)


async def _measured_chat(pid: int, data: Path) -> tuple[list[Times], list[Times], dict[str, float]]:
    running = await _ready(data)
    homeserver, room = running["homeserver"], running["room"]
    accounts = _accounts(data)
    await asyncio.sleep(10)
    memory = tree_memory(pid)
    guest = Guest(homeserver, accounts["facilitator"], room)
    echoer = Guest(homeserver, accounts["thandi"], room)
    bot = str(Path(__file__).with_name("echo_bot.py"))
    who = accounts["thandi"]
    echo = subprocess.Popen([sys.executable, bot, homeserver, who["user_id"], who["token"]])
    try:
        await asyncio.sleep(3)
        ours: list[Times] = []
        bare: list[Times] = []
        for _ in range(ROUNDS):
            ours.append(await _round(guest.timed, "!cop help meeting next"))
            bare.append(await _round(guest.timed, "!echo"))
        return ours, bare, memory
    finally:
        echo.kill()
        await guest.http.aclose()
        await echoer.http.aclose()


async def _round(timed: Callable[[str], Awaitable[float]], words: str) -> Times:
    times = []
    for _ in range(COMMANDS):
        times.append(await timed(words))
        await asyncio.sleep(0.05)
    return times[2:]


async def _ready(data: Path) -> dict[str, str]:
    for _ in range(600):
        page = data / "running.json"
        if page.exists():
            running: dict[str, str] = json.loads(page.read_text())
            if running.get("room"):
                return running
        await asyncio.sleep(0.1)
    raise TimeoutError("indaba up is not ready")


def _accounts(data: Path) -> dict[str, dict[str, str]]:
    from indaba.operate import strongbox

    known = strongbox.accounts(data)
    return {u: {"token": a.token, "user_id": a.user_id} for u, a in known.items()}


def main() -> None:
    logs.configure(json=True, level=50)
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        times, syncs = asyncio.run(requests(Path(folder) / "requests"))
        ours, bare, memory = asyncio.run(chat(Path(folder) / "up"))
    table = Table("measure", "p50 ms", "p99 ms", "beside it", "ratio of p50")
    for number, (a, b) in enumerate(zip(ours, bare, strict=True), start=1):
        (p50, p99), (q50, q99) = spread(a), spread(b)
        table.add_row(
            f"command to visible answer, round {number}",
            f"{p50:.1f}",
            f"{p99:.1f}",
            f"bare nio echo {q50:.1f} / {q99:.1f}",
            f"{p50 / q50:.2f}",
        )
    (p50, p99), (q50, _) = spread(times), spread(syncs)
    beside = f"fdatasync {q50:.2f}"
    table.add_row(
        "request to durable reply", f"{p50:.2f}", f"{p99:.2f}", beside, f"{p50 / q50:.1f}"
    )
    console.print(table)
    parts = ", ".join(f"{name} {mb:.0f}" for name, mb in sorted(memory.items()))
    total = sum(mb for name, mb in memory.items() if name != "synapse")
    console.print(f"memory at rest (PSS, MB): {parts}; without Synapse {total:.0f}")


if __name__ == "__main__":
    main()
