"""A command in a Matrix room to its visible answer: ours, a bare matrix-nio loop, bare HTTP."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from bench.durable import Times, spread
from bench.memory import of_tree

ROOT = Path(__file__).parents[2]


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

    async def say(self, words: str, **content: Any) -> str:
        path = f"/rooms/{quote(self.room)}/send/m.room.message/{uuid4().hex}"
        reply = await self.http.put(path, json={"msgtype": "m.text", "body": words, **content})
        reply.raise_for_status()
        return str(reply.json()["event_id"])

    async def timed(self, words: str) -> float:
        await self.sync(0)
        began = time.perf_counter()
        said = await self.say(words)
        while said not in {answered for answered, _ in await self.sync(10_000)}:
            pass
        return time.perf_counter() - began

    async def sync(self, patience: int) -> list[tuple[str, dict[str, Any]]]:
        """New events, each with what it answers."""
        given = {"timeout": str(patience), **({"since": self.since} if self.since else {})}
        reply = (await self.http.get("/sync", params=given)).json()
        self.since = reply["next_batch"]
        timeline = reply.get("rooms", {}).get("join", {}).get(self.room, {}).get("timeline", {})
        return [
            (e["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id", ""), e)
            for e in timeline.get("events", [])
        ]

    async def echo(self) -> None:
        """Be the least bot there can be: two requests, and nothing remembered."""
        await self.sync(0)
        while True:
            for _, event in await self.sync(30_000):
                if str(event["content"].get("body", "")).startswith("!raw"):
                    answers = {"m.in_reply_to": {"event_id": event["event_id"]}}
                    await self.say("raw", **{"m.relates_to": answers})


async def measured(data: Path, rounds: int, commands: int) -> dict[str, Any]:
    """Round by round, one after the other; and the memory of the whole tree before them."""
    up = subprocess.Popen(
        [sys.executable, "-m", "indaba.operate.cli", "up", "--data", str(data), "--port", "0"],
        env=os.environ,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        return await _measured(up.pid, data, rounds, commands)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(30)


async def _measured(pid: int, data: Path, rounds: int, commands: int) -> dict[str, Any]:
    running = await _ready(data)
    homeserver, room = running["homeserver"], running["room"]
    accounts = _accounts(data)
    await asyncio.sleep(10)
    found: dict[str, Any] = {"memory": of_tree(pid), "rounds": []}
    guest, raw = (Guest(homeserver, accounts[n], room) for n in ("facilitator", "sipho"))
    who = accounts["thandi"]
    bot = str(Path(__file__).with_name("echo_bot.py"))
    echo = subprocess.Popen([sys.executable, bot, homeserver, who["user_id"], who["token"]])
    raw_echo = asyncio.create_task(raw.echo())
    try:
        await asyncio.sleep(3)
        for _ in range(rounds):
            found["rounds"].append(
                {
                    "Indaba": spread(await _round(guest.timed, "!cop help meeting next", commands)),
                    "bare matrix-nio loop": spread(await _round(guest.timed, "!echo", commands)),
                    "bare HTTP": spread(await _round(guest.timed, "!raw", commands)),
                }
            )
        return found
    finally:
        echo.kill()
        raw_echo.cancel()
        await asyncio.gather(raw_echo, return_exceptions=True)
        await guest.http.aclose()
        await raw.http.aclose()


async def _round(timed: Callable[[str], Awaitable[float]], words: str, commands: int) -> Times:
    times = []
    for _ in range(commands):
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
    from indaba.operate.data import secrets

    known = secrets.accounts(data)
    return {u: {"token": a.token, "user_id": a.user_id} for u, a in known.items()}
