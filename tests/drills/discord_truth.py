"""A Discord that stalls, breaks off and kills: all is acknowledged in time and answered once."""

import asyncio
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from drills.discord_shards import AGAIN_WITHIN, SHARDS, one_of_two_killed
from drills.discord_stage import SURVIVED, Stage, a_stage
from drills.mortals import Mortal, Step, nursery
from drills.verdict import Verdict
from indaba.bus import Bus
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.sender import PostSender
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.discord_bot import commands
from indaba.discord_bot.client import Api
from indaba.discord_bot.interactions import SUGGESTIONS
from indaba.discord_bot.platform import DiscordPlatform
from indaba.operate.local.engines import Engines
from indaba.process import logs
from wire.world import DEAD_AFTER, Interaction

STEPS: dict[str, Step] = {
    "heard, not kept": (InboxWorker, "hear", False),
    "kept": (InboxWorker, "hear", True),
    "taken up": (Dispatcher, "deal_with", False),
    "before asking": (Bus, "ask", False),
    "answered by the service": (Bus, "ask", True),
    "dealt with": (Dispatcher, "deal_with", True),
    "before posting": (DiscordPlatform, "post", False),
    "before the call": (Api, "call", False),
    "called": (Api, "call", True),
    "posted": (DiscordPlatform, "post", True),
    "noted as posted": (PostSender, "_is_up", True),
}
"""What to die around: class, method, and whether after it instead of before."""

NOT_DONE = ("did not do it", "cannot reach", "Something went wrong", "could not take that down")
"""How people are told that nothing was done."""

TROUBLES = ("dropped", "asked to reconnect", "resumable", "not resumable", "silent")
MOST_IN_VAIN = 20


@dataclass(frozen=True)
class Scale:
    """Interactions and completions per stall and how long each lasts; mentions per trouble."""

    stalls: tuple[float, ...]
    interactions: int
    per_second: float
    completions: int
    troubles: tuple[str, ...]
    mentions: int
    down: int
    steps: tuple[str, ...] = tuple(STEPS)
    channels: int = 20


FULL = Scale(
    stalls=(0.0, 2.5, 10.0),
    interactions=500,
    per_second=50,
    completions=100,
    troubles=TROUBLES,
    mentions=40,
    down=60,
)
SHORT = Scale(
    stalls=(2.5,),
    interactions=24,
    per_second=12,
    completions=4,
    troubles=("dropped",),
    mentions=6,
    down=6,
    steps=("before posting",),
    channels=4,
)


@dataclass
class Findings:
    """What was tried, what came of it, and what went wrong."""

    tried: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def once(self, what: str, counts: Counter[str]) -> None:
        """Each of these should have been answered once."""
        once = sum(1 for times in counts.values() if times == 1)
        self.figures["asked"] += len(counts)
        self.figures["answered once"] += once
        self.tried.append(f"{what}: {once} of {len(counts)}")
        self.faults += [f"{what}: answered {n} times" for n in counts.values() if n != 1]


async def drill(scale: Scale, seed: int, given: Engines | None = None) -> Verdict:
    """Put the Discord bot through it."""
    began = time.monotonic()
    logs.configure(json=True, level=50)
    found = Findings()
    people = max(20, scale.interactions)
    with (
        nursery("drills.discord_truth") as context,
        tempfile.TemporaryDirectory(prefix="indaba-") as folder,
    ):
        async with a_stage(context, Path(folder), given, people, scale.channels) as stage:
            await _through(stage, scale, Random(seed), found)
            _judge_manners(stage, found)
    asked, once = found.figures["asked"], found.figures["answered once"]
    return Verdict(
        name="discord truth",
        promised="every interaction is acknowledged within 3 s and answered once, every mention "
        "is answered once, whatever happens to the services, the gateway and the bot",
        tried="; ".join(found.tried),
        survived=f"{once} of {asked} answered once; slowest acknowledgement "
        f"{found.slowest * 1000:.0f} ms; {found.figures['in vain']} requests in vain",
        faults=tuple(found.faults),
        seconds=time.monotonic() - began,
        figures={**found.figures, "slowest": found.slowest},
    )


async def _through(stage: Stage, scale: Scale, random: Random, found: Findings) -> None:
    bot = await stage.bot_at_work()
    try:
        await stage.call_a_meeting()
        for stall in scale.stalls:
            await _stalled(stage, scale, stall, random, found)
        for trouble in scale.troubles:
            await _troubled(stage, scale, trouble, found)
        found.once("said while the bot was dead", await _down(stage, bot, scale.down))
        for step in scale.steps:
            found.once(f'killed at "{step}"', await _killed_at(stage, step))
        await _one_of_two(stage, scale, found)
    finally:
        for one in stage.bots:
            one.kill()


async def _stalled(
    stage: Stage, scale: Scale, stall: float, random: Random, found: Findings
) -> None:
    """Interactions come all the time while the services stand still, go on, stand still."""
    before = await stage.rsvps()
    freezing = asyncio.create_task(_freeze(stage, stall))
    accounts = random.sample(list(stage.people), scale.interactions)
    typing = asyncio.create_task(_complete(stage, scale, accounts))
    acts, wanted = await _act(stage, scale, accounts)
    completed = await typing
    freezing.cancel()
    await asyncio.gather(freezing, return_exceptions=True)
    await _settled([*acts.values(), *completed])
    found.slowest = max([found.slowest, *(at for one in acts.values() for at, _ in one.callbacks)])
    name = f"services stalled {stall:g} s"
    found.once(name, Counter({one.id: _times_answered(one) for one in acts.values()}))
    _judge_completions(name, completed, stage.code, found)
    told = {account for account in wanted if not _is_refused(acts[account])}
    kept = await stage.rsvps()
    found.faults += [f"{name}: told noted, but is not" for _ in told - kept]
    found.faults += [f"{name}: told not done, but is" for _ in (wanted - told) & (kept - before)]


async def _freeze(stage: Stage, seconds: float) -> None:
    services = list(stage.services.values())
    try:
        while seconds:
            for one in services:
                one.freeze()
            await asyncio.sleep(seconds)
            for one in services:
                one.thaw()
            await asyncio.sleep(1.5)
    finally:
        for one in services:
            one.thaw()


async def _act(
    stage: Stage, scale: Scale, accounts: Sequence[str]
) -> tuple[dict[str, Interaction], set[str]]:
    """Each person one act, at a steady pace; gives these, and who wants to come."""
    room = stage.channels[0]
    yes = f"do:meeting yes {stage.code}"
    done = {}
    began = time.monotonic()
    for number, account in enumerate(accounts):
        left = began + number / scale.per_second - time.monotonic()
        await asyncio.sleep(max(0.0, left))
        match number % 4:
            case 0:
                made = await stage.discord.slash(room, account, "meeting next")
            case 1:
                made = await stage.discord.press(room, account, yes, stage.card)
            case 2:
                made = await stage.discord.slash(room, account, "meeting yes", code=stage.code)
            case _:
                made = await stage.discord.slash(room, account, "meeting show", code=stage.code)
        done[account] = made
    return done, {account for number, account in enumerate(accounts) if number % 4 in (1, 2)}


async def _complete(stage: Stage, scale: Scale, accounts: Sequence[str]) -> list[Interaction]:
    pause = scale.interactions / scale.per_second / scale.completions
    made = []
    for number in range(scale.completions):
        field, typed = ("code", "frac") if number % 2 else ("when", "tomorrow 18:00")
        line = "meeting show" if number % 2 else "meeting new"
        account = accounts[number % len(accounts)]
        made.append(await stage.discord.complete(stage.channels[0], account, line, field, typed))
        await asyncio.sleep(pause)
    return made


async def _settled(acts: Sequence[Interaction]) -> None:
    """Wait until all have their answer; and a little for second ones.

    Two minutes at most: whoever was acknowledged can be answered for a quarter of an hour.
    """
    ends = time.monotonic() + 120
    while time.monotonic() < ends and not all(map(_times_answered, acts)):
        await asyncio.sleep(0.2)
    await asyncio.sleep(2)


def _times_answered(one: Interaction) -> int:
    """How often its asker was answered; none where it was not acknowledged in time."""
    if len(one.callbacks) != 1:
        return len(one.callbacks)
    at, body = one.callbacks[0]
    if at > DEAD_AFTER:
        return 0
    return 1 if body["type"] == SUGGESTIONS else len(one.edits) + len(one.more)


def _is_refused(one: Interaction) -> bool:
    return any(sign in edit["content"] for edit in one.edits for sign in NOT_DONE)


def _judge_completions(
    name: str, completed: Sequence[Interaction], code: str, found: Findings
) -> None:
    shown = 0
    for one in completed:
        if len(one.callbacks) != 1 or one.refused:
            found.faults.append(f"{name}: a completion without its answer in time")
            continue
        choices = one.callbacks[0][1]["data"]["choices"]
        shown += bool(choices)
        found.slowest = max(found.slowest, one.callbacks[0][0])
    found.tried.append(f"{len(completed)} completed meanwhile, {shown} with suggestions")


async def _troubled(stage: Stage, scale: Scale, trouble: str, found: Findings) -> None:
    """Something happens to the gateway amid what people say."""
    gateway = stage.discord.gateway
    ways: dict[str, Callable[[], Awaitable[None]]] = {
        "dropped": gateway.drop,
        "asked to reconnect": gateway.ask_to_reconnect,
        "resumable": lambda: gateway.invalidate(resumable=True),
        "not resumable": lambda: gateway.invalidate(resumable=False),
        "silent": gateway.play_dead,
    }
    third = scale.mentions // 3
    said = await stage.mention(third)
    await ways[trouble]()
    said += await stage.mention(third)
    await asyncio.sleep(0.5)
    await stage.discord.connected(30)
    said += await stage.mention(scale.mentions - 2 * third)
    found.once(f"gateway {trouble}", await stage.answered(said))


async def _down(stage: Stage, bot: Mortal, count: int) -> Counter[str]:
    """People speak while no bot is there, and go on as the next one comes."""
    bot.kill()
    said = await stage.mention(count)
    await stage.bot_at_work()
    for _ in range(4):
        said += await stage.mention(len(stage.channels) // 2)
        await asyncio.sleep(0.5)
    return await stage.answered(said)


async def _killed_at(stage: Stage, step: str) -> Counter[str]:
    """Some speak; the bot ends itself in the midst of them, and another takes over."""
    for one in stage.bots:
        one.kill()
    doomed = await stage.bot_at_work(STEPS[step])
    said = await stage.mention(SURVIVED + 5, channels=2)
    assert await asyncio.to_thread(doomed.death, 30) == -signal.SIGKILL, step
    await stage.bot_at_work()
    return await stage.answered(said)


async def _one_of_two(stage: Stage, scale: Scale, found: Findings) -> None:
    said, longest = await one_of_two_killed(stage, scale.mentions)
    found.once(f"{SHARDS} shards, one of two processes killed", stage.answers(said))
    found.tried.append(f"all answered {longest:.1f} s after a death")
    found.figures["seconds without"] = round(longest)
    if longest > AGAIN_WITHIN:
        found.faults.append(f"one of two processes killed: {longest:.0f} s without an answer")
    happened = stage.discord.gateway.happened
    if happened["identified beyond the limit"]:
        found.faults.append("connections begun beyond the limit")


def _judge_manners(stage: Stage, found: Findings) -> None:
    """No storm, and nobody knocks before the time that Discord named."""
    buckets = stage.discord.buckets
    found.figures["in vain"] = buckets.in_vain
    found.figures["limited"] = sum(buckets.refused.values())
    told = stage.discord.world.interactions.values()
    late = sum(len(one.refused) for one in told)
    found.tried.append(
        f"{sum(buckets.answered.values())} requests, {found.figures['limited']} of them beyond a "
        f"limit, at most {buckets.peak} in a second"
    )
    if buckets.in_vain > MOST_IN_VAIN:
        found.faults.append(f"a storm: {dict(buckets.answered)}")
    if buckets.early:
        found.faults.append(f"{buckets.early} requests before the time that a 429 named")
    if late:
        found.faults.append(f"{late} answers to what was dead or answered")
    names = {each["name"] for each in commands.payload(INTENTS)}
    if {each["name"] for each in stage.discord.world.commands} != names:
        found.faults.append("Discord was not told the commands")
