"""Reminders for thousands of communities at once: spread, fair, once, and overtaken by answers."""

import asyncio
import re
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from drills import matrix_truth
from drills.crowd import Crowd, Home
from drills.discord_stage import Stage, a_stage
from drills.mortals import Mortal, Nursery, moments, nursery
from drills.verdict import Verdict
from indaba.operate.local.engines import Engines
from indaba.process import logs
from wire.homeserver import Homeserver

ANSWERED_WITHIN = 3.0
"""Seconds, for the median of those asked amid the flood while the bot lives."""

PAUSE = 0.5


@dataclass(frozen=True)
class Scale:
    """How many communities, due within how many seconds, and how often each bot is killed."""

    communities: int
    seconds: float
    kills: int
    patience: float


FULL = Scale(communities=5000, seconds=60, kills=2, patience=30)
SHORT = Scale(communities=60, seconds=2, kills=1, patience=20)


@dataclass
class Asked:
    """Commands asked amid the flood; when each was asked and how long its answer took."""

    mentions: dict[str, float] = field(default_factory=dict)
    lines: dict[str, float] = field(default_factory=dict)
    presses: list[Any] = field(default_factory=list)


async def drill(scale: Scale, seed: int, given: Engines | None = None) -> Verdict:
    """Let it all become due."""
    began = time.monotonic()
    logs.configure(json=True, level=50)
    with (
        nursery("drills.discord_truth", "drills.matrix_truth") as context,
        tempfile.TemporaryDirectory(prefix="indaba-") as folder,
    ):
        async with (
            a_stage(context, Path(folder), given, people=1, channels=1) as stage,
            _homeserver() as homeserver,
        ):
            verdict = await _flood(stage, homeserver, context, Path(folder), scale, Random(seed))
    return Verdict(**{**vars(verdict), "seconds": time.monotonic() - began})


@asynccontextmanager
async def _homeserver() -> AsyncIterator[Homeserver]:
    homeserver = Homeserver()
    await homeserver.start()
    try:
        yield homeserver
    finally:
        await homeserver.stop()


async def _flood(
    stage: Stage,
    homeserver: Homeserver,
    context: Nursery,
    folder: Path,
    scale: Scale,
    random: Random,
) -> Verdict:
    crowd = Crowd(stage, homeserver)
    first = await stage.bot_at_work()
    await stage.call_a_meeting()
    await asyncio.to_thread(first.kill)
    lead_in = timedelta(seconds=8 + scale.communities / 400)
    due_from = datetime.now(UTC).replace(microsecond=0) + lead_in
    await crowd.settle(scale.communities, due_from, scale.seconds)
    bots = [stage.bot(), _matrix_bot(stage, homeserver, context, folder)]
    for bot in bots:
        bot.begin()
    await asyncio.sleep(max(0.0, (due_from - datetime.now(UTC)).total_seconds()))
    asked = Asked()
    asking = asyncio.create_task(_ask(stage, homeserver, crowd.homes, asked, random))
    try:
        async with asyncio.TaskGroup() as dying:
            for bot in bots:
                when = moments(random, scale.kills, scale.seconds)
                dying.create_task(bot.live_through(when))
        await _delivered(stage, homeserver, crowd.homes, scale.patience)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await asyncio.sleep(5)
        return _judged(stage, homeserver, crowd.homes, asked, scale)
    finally:
        asking.cancel()
        for bot in bots:
            bot.kill()


def _matrix_bot(stage: Stage, homeserver: Homeserver, context: Nursery, folder: Path) -> Mortal:
    settings = {
        "database_url": stage.url("matrix_bot"),
        "homeserver": homeserver.url,
        "user_id": homeserver.me,
        "access_token": "a token",
        "portal_url": "",
        "keys_folder": "",
    }
    files = str(folder / "files")
    return Mortal(context, matrix_truth.live, settings, stage.bus_url, files, "")


async def _ask(
    stage: Stage, homeserver: Homeserver, homes: Sequence[Home], asked: Asked, random: Random
) -> None:
    """All the time somebody somewhere asks something: a mention, a command, a line on Matrix."""
    on_discord = [h for h in homes if h.platform == "discord"]
    on_matrix = [h for h in homes if h.platform == "matrix"]
    while True:
        one, other = random.sample(on_discord, 2)
        said = await stage.discord.mention(one.room, one.account, "meeting next")
        asked.mentions[said] = time.time()
        asked.presses.append(await stage.discord.slash(other.room, other.account, "meeting next"))
        asked.lines[homeserver.say(random.choice(on_matrix).room, "!cop meeting next")] = (
            time.time()
        )
        await asyncio.sleep(PAUSE)


def _reminders(
    stage: Stage, homeserver: Homeserver, homes: Sequence[Home]
) -> dict[str, list[float]]:
    """When each room was reminded, by its member's account."""
    found: dict[str, list[float]] = {h.account: [] for h in homes}
    for home in homes:
        for message in stage.discord.world.said_in(home.card):
            named = re.search(r"<@(\d+)>", message["content"])
            if named:
                at = datetime.fromisoformat(message["timestamp"]).timestamp()
                found[named.group(1)].append(at)
    for event in homeserver.events:
        for account in event["content"].get("m.mentions", {}).get("user_ids", []):
            if event["sender"] == homeserver.me and _in_thread(event):
                found[account].append(event["origin_server_ts"] / 1000)
    return found


def _in_thread(event: dict[str, Any]) -> bool:
    return bool(event["content"].get("m.relates_to", {}).get("rel_type") == "m.thread")


async def _delivered(
    stage: Stage, homeserver: Homeserver, homes: Sequence[Home], patience: float
) -> None:
    """Wait until everybody has been reminded, or nobody has been for so long."""
    reminded, last = 0, time.monotonic()
    while reminded < len(homes) and time.monotonic() < last + patience:
        await asyncio.sleep(2)
        now = sum(map(bool, _reminders(stage, homeserver, homes).values()))
        if now > reminded:
            reminded, last = now, time.monotonic()


def _judged(
    stage: Stage, homeserver: Homeserver, homes: Sequence[Home], asked: Asked, scale: Scale
) -> Verdict:
    told = _reminders(stage, homeserver, homes)
    faults = [f"reminded {n} times" for n in map(len, told.values()) if n != 1]
    lines, figures = [], {}
    for platform in ("discord", "matrix"):
        late = sorted(
            told[h.account][0] - h.due_at.timestamp()
            for h in homes
            if h.platform == platform and told[h.account]
        )
        lines.append(f"{platform}: reminded {_spread(late)} after it was due")
        figures[f"{platform} p50"] = statistics.median(late) if late else 0.0
    buckets = stage.discord.buckets
    refused = sum(buckets.refused.values())
    lines.append(f"Discord: at most {buckets.peak} requests in a second, {refused} beyond a limit")
    faults += [f"{refused} requests beyond a limit"] if refused > MOST_REFUSED else []
    for name, answers in _answers(stage, homeserver, asked).items():
        lines.append(f"{name} amid it: {len(answers)} answered {_spread(answers)} later")
        figures[name] = statistics.median(answers) if answers else 0.0
        if not answers or figures[name] > ANSWERED_WITHIN:
            faults.append(f"{name}: answers do not overtake")
    once = sum(1 for times in told.values() if len(times) == 1)
    return Verdict(
        name="fan-out",
        promised="everybody is reminded once, no limit is broken, nobody starves, and who asks "
        "something meanwhile is answered at once",
        tried=f"{scale.communities} communities on two platforms, due within {scale.seconds:g} s, "
        f"each bot killed {scale.kills} times in the midst of it",
        survived=f"{once} reminded once; " + "; ".join(lines),
        faults=tuple(faults),
        figures=figures,
    )


MOST_REFUSED = 20


def _answers(stage: Stage, homeserver: Homeserver, asked: Asked) -> dict[str, list[float]]:
    """How long each answer took; none was answered twice."""
    mentions = [
        datetime.fromisoformat(m["timestamp"]).timestamp() - asked.mentions[about]
        for messages in stage.discord.world.messages.values()
        for m in messages.values()
        if (about := m.get("message_reference", {}).get("message_id")) in asked.mentions
    ]
    lines = [
        event["origin_server_ts"] / 1000 - asked.lines[about]
        for event in homeserver.events
        if (about := _about(event)) in asked.lines
    ]
    commands = [one.edited_at for one in asked.presses if one.callbacks and one.edits]
    return {"mentions": sorted(mentions), "commands": sorted(commands), "lines": sorted(lines)}


def _about(event: dict[str, Any]) -> str:
    relation = event["content"].get("m.relates_to", {})
    return str(relation.get("m.in_reply_to", {}).get("event_id", ""))


def _spread(seconds: Sequence[float]) -> str:
    if not seconds:
        return "never"
    last = len(seconds) - 1
    p50, p99 = seconds[last // 2], seconds[round(last * 0.99)]
    return f"{p50:.1f} s (p99 {p99:.1f}, slowest {seconds[-1]:.1f})"
