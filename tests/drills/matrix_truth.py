"""Commands on a real homeserver while the bot is killed: each is answered once."""

import asyncio
import signal
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bots.matrix_people import Person, replied_to
from bots.matrix_town import FOLDERS, PORTAL, Town
from drills import matrix_peers
from drills.ear import Ear
from drills.matrix_peers import Peer
from drills.mortals import Mortal, Nursery, Step, die_around, moments, nursery
from drills.verdict import Verdict
from indaba.bus import Bus
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.sender import PostSender
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.matrix_bot.app import MatrixBot
from indaba.matrix_bot.platform import MatrixPlatform
from indaba.matrix_bot.settings import MatrixBotSettings
from indaba.operate.local.engines import Engines, Synapse
from indaba.process import logs, run
from indaba.process.file_store import FileStore
from workshop import ledger_of, until

ROOT = Path(__file__).parents[2]
STEPS: dict[str, Step] = {
    "read, not kept": (InboxWorker, "hear", False),
    "kept": (InboxWorker, "hear", True),
    "taken up": (Dispatcher, "deal_with", False),
    "before asking": (Bus, "ask", False),
    "answered by the service": (Bus, "ask", True),
    "dealt with": (Dispatcher, "deal_with", True),
    "before posting": (MatrixPlatform, "post", False),
    "posted": (MatrixPlatform, "post", True),
    "noted as posted": (PostSender, "_is_up", True),
}

SURVIVED = 3
Running = tuple[Engines, Synapse]


@dataclass(frozen=True)
class Scale:
    """How many commands while the bot is dead, in a burst, while it is killed; and of peers."""

    down: int
    burst: int
    under_fire: int
    kills: int
    limited: int
    peers: int
    steps: tuple[str, ...] = tuple(STEPS)
    senders: int = 8


FULL = Scale(down=1000, burst=200, under_fire=300, kills=15, limited=15, peers=150)
SHORT = Scale(
    down=24, burst=48, under_fire=0, kills=0, limited=0, peers=0, steps=("posted",), senders=4
)


def live(settings: dict[str, str], bus_url: str, files: str, step: str) -> None:
    """Be the Matrix bot until killed, by its own hand at a step if one is named."""
    logs.configure(json=True, level=50)
    if step:
        die_around(STEPS[step], SURVIVED)
    run.live(_live(settings, bus_url, files))


async def _live(settings: dict[str, Any], bus_url: str, files: str) -> None:
    ledger = ledger_of(
        "matrix_bot", settings["database_url"], bus_url, migrations=FOLDERS["matrix_bot"]
    )
    await MatrixBot(MatrixBotSettings(**settings), ledger, FileStore(Path(files))).start()
    await asyncio.Event().wait()


class Stage:
    """A town with eight people and a bot in a process of its own."""

    def __init__(self, town: Town, context: Nursery, bus_url: str, files: Path) -> None:
        self.town = town
        self.people: list[Person] = []
        self.room = ""
        self._ears: dict[str, Ear] = {}
        self._context = context
        self._bus_url = bus_url
        self._files = files

    def bot(self, step: str = "") -> Mortal:
        town = self.town
        settings = {
            "database_url": town._url("matrix_bot"),
            "homeserver": town.synapse.url,
            "user_id": town.bot_account,
            "access_token": town._token,
            "portal_url": PORTAL,
            "keys_folder": "",
        }
        return Mortal(self._context, live, settings, self._bus_url, str(self._files), step)

    async def populate(self, senders: int) -> None:
        """A community with a facilitator and other members in one room, where the bot is."""
        town = self.town
        self.people = [await town.person(f"p{number}") for number in range(senders)]
        owner = self.people[0]
        self.room = await town.room_with_bot(owner)
        await town.founded(owner, self.room)
        for one in self.people[1:]:
            await owner.ask("POST", f"/rooms/{self.room}/invite", {"user_id": one.account})
            await one.join(self.room)
            await town.joined(one, self.room)

    async def say(self, count: int, words: str = "!cop next") -> list[str]:
        """Commands from all at once, each person's one after the other."""

        async def one(person: Person, times: int) -> list[str]:
            return [await person.say(self.room, words) for _ in range(times)]

        many = len(self.people)
        share = [count // many + (n < count % many) for n in range(many)]
        said = await asyncio.gather(*map(one, self.people, share))
        return [message for messages in said for message in messages]

    async def counted(
        self, messages: Sequence[str], by: str = "", seconds: float = 120
    ) -> Counter[str]:
        """How often each was answered, once all are or the time is over; and 3 s later."""
        ear = self._ear(by or self.town.bot_account)
        asked = set(messages)
        ends = time.monotonic() + seconds
        last = -1
        while not asked <= (counts := await ear.heard()).keys() and time.monotonic() < ends:
            # A peer that answers no more is not waited for.
            if by and len(counts) == last:
                break
            last = len(counts) if by else -1
            await asyncio.sleep(6 if by else 0.5)
        await asyncio.sleep(3)
        counts = await ear.heard()
        return Counter({message: counts[message] for message in messages})

    def _ear(self, account: str) -> Ear:
        if account not in self._ears:
            self._ears[account] = Ear(self.people[0], self.room, account)
        return self._ears[account]


async def drill(scale: Scale, seed: int, given: Running | None = None) -> Verdict:
    """Put the Matrix bot through it, and two others beside it; on engines that run already."""
    began = time.monotonic()
    logs.configure(json=True, level=50)
    with (
        nursery("drills.matrix_truth") as context,
        tempfile.TemporaryDirectory(prefix="indaba-") as folder,
    ):
        async with (
            engines_and_homeserver(Path(folder), given) as (engines, synapse),
            _stage(context, Path(folder), engines, synapse, scale.senders) as stage,
        ):
            tried, faults, figures = await _through(stage, scale, Random(seed))
            beside = await _peers(stage, Path(folder), scale)
    return Verdict(
        name="matrix truth",
        promised="every command is answered, once, whatever happens to the bot",
        tried="; ".join(tried),
        survived=f"{figures['answered once']:.0f} of {figures['asked']:.0f} answered once",
        faults=tuple(faults),
        beside=tuple(beside),
        seconds=time.monotonic() - began,
        figures=figures,
    )


@asynccontextmanager
async def engines_and_homeserver(
    folder: Path, given: Running | None = None
) -> AsyncIterator[Running]:
    if given:
        yield given
        return
    engines, synapse = Engines(folder / "engines"), Synapse(folder / "s", ROOT / ".venv-synapse")
    await asyncio.gather(engines.start(), synapse.start())
    yield engines, synapse
    await synapse.stop()
    await engines.stop()


@asynccontextmanager
async def _stage(
    context: Nursery, folder: Path, engines: Engines, synapse: Synapse, senders: int
) -> AsyncIterator[Stage]:
    town = Town(synapse, engines)
    try:
        await town.begin()
        await town.expect_a_bot()
        stage = Stage(town, context, engines.valkey.url, folder / "files")
        bot = stage.bot()
        bot.begin()
        await stage.populate(senders)
        bot.kill()
        yield stage
    finally:
        await town.end()


async def _through(
    stage: Stage, scale: Scale, random: Random
) -> tuple[list[str], list[str], dict[str, float]]:
    tried: list[str] = []
    faults: list[str] = []
    figures: dict[str, float] = {"asked": 0, "answered once": 0}

    def judge(what: str, counts: Counter[str]) -> None:
        once = sum(1 for times in counts.values() if times == 1)
        figures["asked"] += len(counts)
        figures["answered once"] += once
        tried.append(f"{what}: {once} of {len(counts)}")
        faults.extend(f"{what}: answered {n} times" for n in counts.values() if n != 1)

    said = await stage.say(scale.down)
    bot = stage.bot()
    bot.begin()
    judge("sent while the bot was dead", await stage.counted(said, seconds=300))
    judge("a burst from all", await stage.counted(await stage.say(scale.burst)))
    if scale.under_fire:
        judge(f"under {scale.kills} kills", await _under_fire(stage, bot, scale, random))
    bot.kill()
    for step in scale.steps:
        judge(f'killed at "{step}"', await _killed_at(stage, step))
    if scale.limited:
        judge("under stock limits", await _limited(stage, scale.limited, faults))
    return tried, faults, figures


async def _under_fire(stage: Stage, bot: Mortal, scale: Scale, random: Random) -> Counter[str]:
    seconds = scale.kills * 2.5
    dying = asyncio.create_task(bot.live_through(moments(random, scale.kills, seconds)))
    said: list[str] = []
    rounds = max(1, scale.under_fire // scale.senders)
    for _ in range(rounds):
        said += await stage.say(scale.senders)
        await asyncio.sleep(seconds / rounds / 2)
    await dying
    return await stage.counted(said)


async def _killed_at(stage: Stage, step: str) -> Counter[str]:
    """Some commands; the bot ends itself in the midst of them, and another takes over."""
    doomed = stage.bot(step)
    doomed.begin()
    said = await stage.say(SURVIVED + 5)
    assert await asyncio.to_thread(doomed.death, 30) == -signal.SIGKILL, step
    heir = stage.bot()
    heir.begin()
    try:
        return await stage.counted(said, seconds=40)
    finally:
        heir.kill()


async def _limited(stage: Stage, count: int, faults: list[str]) -> Counter[str]:
    """A stock homeserver lets a bot say ten things at once, then one in five seconds."""
    await stage.town.stock_limits()
    bot = stage.bot()
    bot.begin()
    person = stage.people[0]
    said = [await person.say(stage.room, "!cop next") for _ in range(count)]
    counts = await stage.counted(said, seconds=150)
    bot.kill()
    await stage.town.synapse.lift_rate_limit(await stage.town._admin(), stage.town.bot_account)
    spoken = await stage.town.spoken(person, stage.room)
    order = [m for m in map(replied_to, spoken) if m in counts]
    if order != said:
        faults.append("under stock limits: not in order")
    return counts


async def _peers(stage: Stage, folder: Path, scale: Scale) -> list[str]:
    if not scale.peers:
        return []
    lines = []
    for make in (matrix_peers.nio, matrix_peers.maubot):
        account = stage.town.synapse.user_id(f"peer{make.__name__}")
        token = await stage.town._account(account)
        peer = make(folder / make.__name__, stage.town.synapse.url, account, token)
        if peer is None:
            lines.append("maubot: not here; make .venv-maubot installs it")
            continue
        lines.append(
            await _peer(stage, peer, account, Person(account, token, stage.town.http), scale)
        )
    return lines


async def _peer(stage: Stage, peer: Peer, account: str, itself: Person, scale: Scale) -> str:
    """The same for another bot: commands while it is dead, and a burst."""
    await stage.people[0].ask("POST", f"/rooms/{stage.room}/invite", {"user_id": account})
    await itself.join(stage.room)
    peer.begin()
    try:
        await _wakes(stage, account)
        peer.kill()
        said = await stage.say(scale.peers, "!cop down")
        peer.begin()
        down = await stage.counted(said, by=account, seconds=60)
        burst = await stage.counted(
            await stage.say(scale.burst, "!cop burst"), by=account, seconds=60
        )
    finally:
        peer.kill()
    await itself.ask("POST", f"/rooms/{stage.room}/leave", {})
    once = [sum(1 for n in counts.values() if n == 1) for counts in (down, burst)]
    return (
        f"{peer.name}: {once[0]} of {len(down)} sent while it was dead, "
        f"{once[1]} of {len(burst)} in a burst"
    )


async def _wakes(stage: Stage, account: str) -> None:
    """Speak to it until it answers."""

    async def answers() -> bool:
        said = await stage.people[0].say(stage.room, "!cop wake")
        await asyncio.sleep(1)
        return said in await stage._ear(account).heard()

    await until(answers, 60)
