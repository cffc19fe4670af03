"""Backed up while everything is written to, destroyed, restored: every read model is as it was."""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from drills.verdict import Verdict
from indaba.bus import Bus
from indaba.contracts.library import SaveResource
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    JoinCommunity,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.scheduling import AnswerRsvp, RsvpAnswer, ScheduleMeeting
from indaba.contracts.wire import Envelope
from indaba.conversation.delivery.service_client import ask
from indaba.ledger import Ledger
from indaba.ledger.migrations import migrate
from indaba.library import app as library
from indaba.membership import app as membership
from indaba.operate.console import Console
from indaba.operate.data import secrets
from indaba.operate.data.backup import backup
from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.data.restore import restore
from indaba.operate.local import lock
from indaba.operate.local.engines import Engines
from indaba.operate.processes import PROCESSES
from indaba.outcomes import app as outcomes
from indaba.portal import app as portal
from indaba.process import logs
from indaba.process.file_store import FileStore
from indaba.process.passports import PassportOffice
from indaba.process.world import RealWorld
from indaba.scheduling import app as scheduling
from workshop import ledger_of, rows, until

ROOM = Place(platform=Platform.MATRIX, room="!circle:example.org")
MODELS = {
    "portal": ("communities", "meetings", "answers"),
    "outcomes": ("communities", "memberships", "meetings", "resources"),
}
"""Read models, by the process that keeps them."""

NOT_COMPARED = {"told_at", "changed_at"}
"""When something was told: the same facts, told again by a restored owner, keep their time."""


@dataclass(frozen=True)
class Scale:
    """How many members, and how many meetings and links are made before and during the backup."""

    members: int
    acts: int


FULL = Scale(members=60, acts=400)
SHORT = Scale(members=10, acts=40)


class House:
    """All services on a data folder, as processes of one Python."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.world = RealWorld()
        self.engines = Engines(data)
        self._claim = lock.Claim(data)
        self.ledgers: dict[str, Ledger] = {}
        self.face: Any = None

    async def open(self) -> None:
        self._claim.take()
        await self.engines.start()
        urls = {name: self.engines.postgres.url(name) for name in PROCESSES}
        await bring_up_to_date(urls)
        private, _ = secrets.passport_keys(self.data)
        office = PassportOffice(private)
        wires: dict[str, Callable[[Ledger], None]] = {
            "membership": partial(membership.wire, office=office, erased_by=()),
            "scheduling": scheduling.wire,
            "library": partial(library.wire, files=FileStore(self.data / "files")),
            "outcomes": outcomes.wire,
            "portal": portal.wire,
        }
        for name, wire in wires.items():
            ledger = ledger_of(
                name,
                urls[name],
                self.engines.valkey.url,
                migrations=PROCESSES[name].migrations,
                public_key=secrets.passport_keys(self.data)[1],
            )
            wire(ledger)
            self.ledgers[name] = ledger
        self.face = Bus(self.engines.valkey.url, "face", self.world, ask_again=0.5)
        self.face.expect_replies()
        await asyncio.gather(*(one.start() for one in self.ledgers.values()), self.face.start())

    async def close(self) -> None:
        await self.face.stop()
        for ledger in self.ledgers.values():
            await ledger.stop()
        await self.engines.stop()
        self._claim.give_back()

    async def ask(self, request: Any, held: PassportIssued | None = None) -> Any:
        """Each act with a key of its own."""
        new_id = self.world.new_id()
        return await ask(self.face, self.world, request, new_id, passport=held, key=uuid4().hex)

    async def settled(self) -> None:
        """Wait until all that was told has been heard, and stays so."""
        calm: list[bool] = []

        async def quiet() -> bool:
            waiting = [
                (await rows(ledger, "SELECT count(*) FROM ledger.outbox"))[0][0]
                for ledger in self.ledgers.values()
            ]
            behind = [sum((await one.bus.behind()).values()) for one in self.ledgers.values()]
            calm.append(not any(waiting) and not any(behind))
            return calm[-3:] == [True, True, True]

        await until(quiet, 60)

    async def models(self) -> dict[str, str]:
        """A hash of every read model's rows, by process and table."""
        found = {}
        for process, tables in MODELS.items():
            for table in tables:
                columns = await rows(
                    self.ledgers[process],
                    "SELECT column_name FROM information_schema.columns WHERE table_schema ="
                    f" 'public' AND table_name = '{table}' ORDER BY 1",
                )
                named = ", ".join(f'"{c}"' for (c,) in columns if c not in NOT_COMPARED)
                kept = await rows(self.ledgers[process], f"SELECT {named} FROM {table}")
                text = "\n".join(sorted(map(repr, kept)))
                found[f"{process}.{table}"] = hashlib.sha256(text.encode()).hexdigest()
        return found


@asynccontextmanager
async def _opened(data: Path) -> AsyncIterator[House]:
    house = House(data)
    await house.open()
    try:
        yield house
    finally:
        await house.close()


async def drill(scale: Scale, seed: int) -> Verdict:
    """Put a deployment's data through it."""
    began = time.monotonic()
    logs.configure(json=True, level=50)
    random = Random(seed)
    with tempfile.TemporaryDirectory(prefix="indaba-") as name:
        data, saved = Path(name) / "data", Path(name) / "saved"
        async with _opened(data) as house:
            members = await _people(house, scale)
            before = await _acts(house, members, scale.acts, random)
            writing = asyncio.create_task(_acts(house, members, scale.acts, random))
            saving = time.monotonic()
            await backup(data, saved, Console())
            saving = time.monotonic() - saving
            during = len(await writing)
        restoring = time.monotonic()
        await restore(saved, data, Console(), yes=True)
        restoring = time.monotonic() - restoring
        async with _opened(data) as house:
            await house.settled()
            models, known = await house.models(), await _known(house)
            rebuilt = await _rebuilt(house)
    faults = [f"{name} is not what owners know" for name in models if models[name] != rebuilt[name]]
    faults += [f"acknowledged before the backup, and lost: {code}" for code in set(before) - known]
    return Verdict(
        name="backup",
        promised="a backup is whole, though all is written to meanwhile: after a restore every "
        "read model is what the owners' facts say, and nothing from before the backup is lost",
        tried=f"{2 * scale.acts} acts of {scale.members} members, half of them while it was saved "
        f"({during} called or saved something); all destroyed, restored, facts told again",
        survived=f"{len(models)} read models with the same hash as when built anew from the facts; "
        f"saved in {saving:.1f} s, restored in {restoring:.1f} s",
        faults=tuple(faults),
        seconds=time.monotonic() - began,
        figures={"saved in s": saving, "restored in s": restoring},
    )


async def _people(house: House, scale: Scale) -> list[PassportIssued]:
    agreed: dict[str, Any] = {"adult": True, "consent_version": CONSENT_VERSION}
    founder = FoundCommunity(
        name="Circle",
        purpose="Look",
        language="English",
        zone="Africa/Johannesburg",
        place=ROOM,
        posts_in=ROOM,
        account="@chair:example.org",
        has_power=True,
        **agreed,
    )
    people = [await house.ask(founder)]
    for number in range(scale.members):
        join = JoinCommunity(place=ROOM, account=f"@m{number}:example.org", **agreed)
        people.append(await house.ask(join))
    return people


async def _acts(
    house: House, people: Sequence[PassportIssued], count: int, random: Random
) -> list[str]:
    """Meetings called, answers given, links saved; gives the codes of what was acknowledged."""
    codes = []
    for number in range(count):
        if number % 10 == 0:
            starts = house.world.now().replace(tzinfo=None, second=0, microsecond=0)
            starts += timedelta(days=365)
            called = ScheduleMeeting(title=f"Circle {number}", starts=starts, zone="UTC")
            codes.append((await house.ask(called, people[0])).meeting.code)
        elif number % 3 == 0:
            link = f"https://example.org/{random.getrandbits(60)}"
            saved = SaveResource(link=link, title="A link", why="It worked")
            codes.append((await house.ask(saved, random.choice(people))).resource.code)
        else:
            answer = random.choice((RsvpAnswer.YES, RsvpAnswer.MAYBE, RsvpAnswer.NO))
            await house.ask(AnswerRsvp(answer=answer), random.choice(people[1:]))
    return codes


async def _known(house: House) -> set[str]:
    """The codes of all meetings and resources that are there."""
    meetings = await rows(house.ledgers["scheduling"], "SELECT code FROM meetings")
    resources = await rows(house.ledgers["library"], "SELECT code FROM resources")
    return {code for (code,) in (*meetings, *resources)}


async def _rebuilt(house: House) -> dict[str, str]:
    """The hashes of read models that are built anew, from all facts of all owners."""
    facts = [
        Envelope.model_validate(envelope)
        for ledger in house.ledgers.values()
        for (envelope,) in await rows(ledger, "SELECT envelope FROM ledger.journal ORDER BY id")
    ]
    anew = House(house.data)
    wires: dict[str, Callable[[Ledger], None]] = {"portal": portal.wire, "outcomes": outcomes.wire}
    for name, wire in wires.items():
        empty = f"{name}_anew"
        await house.engines.postgres.provision([empty])
        url = house.engines.postgres.url(empty)
        await migrate(url, PROCESSES[name].migrations)
        folder, bus = PROCESSES[name].migrations, house.engines.valkey.url
        ledger = anew.ledgers[name] = ledger_of(name, url, bus, migrations=folder)
        wire(ledger)
        for start in range(0, len(facts), 200):
            some = [fact for fact in facts[start : start + 200] if fact.wire in ledger.listens_to]
            await ledger.hear(some)
    try:
        return await anew.models()
    finally:
        for ledger in anew.ledgers.values():
            await ledger.database.dispose()
