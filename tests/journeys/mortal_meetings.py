"""Communities in Matrix rooms whose scheduling and bot are processes of a deployment, killed."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg

from bots.matrix_people import Person, replied_to
from bots.matrix_town import PORTAL, Town
from indaba.contracts.membership import PassportIssued
from indaba.contracts.refusal import Expired
from indaba.contracts.scheduling import AnswerRsvp, RsvpAnswer, ScheduleMeeting
from indaba.contracts.wire import Event, Reply, Request
from indaba.conversation.cards.announcements import TOLD
from indaba.conversation.delivery.service_client import ask
from indaba.conversation.reactions import REDRAWN_BY
from workshop import PUBLIC_KEY, until

R = TypeVar("R", bound=Reply)
INDABA = Path(sys.executable).with_name("indaba")
ZONE = "Africa/Johannesburg"
UNWANTED = ("INDABA_", "PYTHONDONTWRITEBYTECODE")
AHEAD = timedelta(hours=3)
NEVER_SEEN = 4.0
"""Seconds after which a process is killed though what it was to die at was not seen."""

SAID = {
    "React 👍": "card",
    "Talk about": "opening",
    "When you are there": "reminder",
    "has begun": "begun",
    "The minutes so far": "over",
}
"""What the bot says about a meeting of its own accord, by words of it."""

AIMS = {
    "scheduling": (
        "SELECT count(*) > $1 FROM ledger.journal",
        "SELECT $1::bigint IS NOT NULL AND EXISTS (SELECT FROM ledger.outbox)",
    ),
    "matrix_bot": (
        "SELECT count(*) > $1 FROM ledger.inbox",
        """SELECT $1::bigint IS NOT NULL AND EXISTS (SELECT FROM posts WHERE sent_at IS NULL
        AND given_up IS NULL AND tried_at > now() - interval '1 second')""",
    ),
}
"""What is seen from outside when a process is in the midst of something; $1 is how many before."""

BEFORE = {
    "scheduling": "SELECT count(*) FROM ledger.journal",
    "matrix_bot": "SELECT count(*) FROM ledger.inbox",
}
UNDONE = {
    "scheduling": "SELECT EXISTS (SELECT FROM ledger.outbox)"
    " OR EXISTS (SELECT FROM ledger.timers WHERE due_at <= now())",
    "matrix_bot": "SELECT EXISTS (SELECT FROM posts WHERE sent_at IS NULL AND given_up IS NULL)"
    " OR EXISTS (SELECT FROM notices) OR EXISTS (SELECT FROM heard WHERE done_at IS NULL)"
    " OR EXISTS (SELECT FROM cards WHERE wanted > drawn)",
}
KINDS: tuple[type[Event], ...] = (*REDRAWN_BY, *TOLD)
WIRES = [event.wire for event in KINDS]
TOLD_OF = "SELECT array_agg('event/' || id) FROM ledger.journal WHERE wire = ANY($1)"
MISSED = (
    "SELECT count(*) FROM unnest($1::text[]) t(key) WHERE key NOT IN (SELECT key FROM ledger.inbox)"
)
SHIFT = """
WITH moved AS (
  UPDATE meetings SET starts = starts - $2::interval,
    starts_at = starts_at - $2::interval, over_at = over_at - $2::interval,
    started_at = started_at - $2::interval, heard_at = heard_at - $2::interval
  WHERE id = $1 RETURNING id)
UPDATE ledger.timers SET due_at = due_at - $2::interval FROM moved
  WHERE body ->> 'meeting' = moved.id::text
"""
"""The clock goes forward for one meeting: all its times come nearer."""


class Deployed:
    """A process as a deployment starts it, on a database of its own. Killed, it is born again."""

    def __init__(self, name: str, database: str, settings: dict[str, str], log: Path) -> None:
        self.name = name
        self._settings = settings
        self._database = database
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0
        self._eyes: asyncpg.Connection | None = None
        self._looking = asyncio.Lock()
        self.deaths: list[float] = []

    def begin(self) -> None:
        """Do as docker-compose.yml does: settings from the environment, and `indaba run`."""
        others = {k: v for k, v in os.environ.items() if not k.startswith(UNWANTED)}
        self._started = self._starts()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(INDABA), "run", self.name],
                env=others | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """SIGKILL. It must have been alive: nothing may end it but us."""
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-2000:]
        self._process.kill()
        self._process.wait()
        self.deaths.append(datetime.now(UTC).timestamp())

    def _starts(self) -> int:
        return self._log.read_bytes().count(b"process.started") if self._log.exists() else 0

    def rest(self) -> None:
        """End for good, alive or not."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def reborn(self) -> None:
        """Kill it, and begin again at once."""
        await asyncio.to_thread(self.kill)
        self.begin()

    async def see(self, query: str, *given: Any) -> Any:
        """One value from its database."""
        async with self._looking:
            if self._eyes is None:
                self._eyes = await asyncpg.connect(self._database.replace("+asyncpg", ""))
            return await self._eyes.fetchval(query, *given)

    async def close_eyes(self) -> None:
        if self._eyes is not None:
            await self._eyes.close()

    async def dies_in_the_midst(self, random: Random) -> None:
        """Be killed a few milliseconds after something is seen to be under way."""
        aim, delay = random.choice(AIMS[self.name]), random.uniform(0, 0.02)
        before = await self.see(BEFORE[self.name])
        try:
            async with asyncio.timeout(NEVER_SEEN):
                while not await self.see(aim, before):
                    await asyncio.sleep(0.004)
        except TimeoutError:
            pass
        else:
            await asyncio.sleep(delay)
        await self.reborn()

    async def dies_catching_up(self, random: Random) -> None:
        """Be killed again soon after it has begun."""

        async def begun() -> bool:
            return self._starts() > self._started

        await until(begun, 30)
        await asyncio.sleep(random.uniform(0, 0.4))
        await self.reborn()

    async def is_idle(self) -> bool:
        """Whether nothing is left to be done in it."""
        return not await self.see(UNDONE[self.name])


@dataclass
class Circle:
    """A community in a room, with the meeting it is about to hold."""

    room: str
    chair: Person
    facilitator: PassportIssued
    member: PassportIssued
    said_before: set[str] = field(default_factory=set)
    meeting: UUID = field(default_factory=lambda: UUID(int=0))
    code: str = ""


class Stage:
    """A town whose scheduling and bot are processes of a deployment; all else lives on."""

    def __init__(self, town: Town, bus_url: str, folder: Path) -> None:
        self.town = town
        common = {
            "INDABA_BUS_URL": bus_url,
            "INDABA_PASSPORT_PUBLIC_KEY": PUBLIC_KEY,
            "INDABA_FILES_FOLDER": str(folder / "files"),
        }
        bot = {
            "INDABA_MATRIX_BOT_HOMESERVER": town.synapse.url,
            "INDABA_MATRIX_BOT_USER_ID": town.bot_account,
            "INDABA_MATRIX_BOT_ACCESS_TOKEN": town._token,
            "INDABA_MATRIX_BOT_PORTAL_URL": PORTAL,
        }
        self.scheduling = self._process("scheduling", common, folder)
        self.bot = self._process("matrix_bot", common | bot, folder)
        self.both = (self.scheduling, self.bot)
        self.circles: list[Circle] = []

    def _process(self, name: str, settings: dict[str, str], folder: Path) -> Deployed:
        url = self.town._url(name)
        own = {f"INDABA_{name.upper()}_DATABASE_URL": url}
        return Deployed(name, url, settings | own, folder / f"{name}.log")

    async def populate(self, circles: int) -> None:
        """Rooms with a bot, a facilitator and a member each."""
        for number in range(circles):
            chair = await self.town.person(f"chair{number}")
            member = await self.town.person(f"member{number}")
            room = await self.town.room_with_bot(chair)
            await chair.ask("POST", f"/rooms/{room}/invite", {"user_id": member.account})
            await member.join(room)
            facilitator = await self.town.founded(chair, room)
            joined = await self.town.joined(member, room)
            self.circles.append(Circle(room, chair, facilitator, joined))

    async def remember(self) -> None:
        """What was said so far does not count."""
        for circle in self.circles:
            events = await circle.chair.events(circle.room, self.town.bot_account)
            circle.said_before = {event["event_id"] for event in events}

    async def call(self, circle: Circle, title: str, after: float = 0.0) -> None:
        """Call a meeting in three hours, to which a member means to come."""
        await asyncio.sleep(after)
        starts = (datetime.now(ZoneInfo(ZONE)) + AHEAD).replace(tzinfo=None)
        wanted = ScheduleMeeting(title=title, starts=starts, zone=ZONE)
        called = await self.stubbornly(wanted, circle.facilitator)
        circle.meeting, circle.code = called.meeting.id, called.meeting.code
        coming = AnswerRsvp(code=circle.code, answer=RsvpAnswer.YES)
        await self.stubbornly(coming, circle.member)

    async def stubbornly(self, request: Request[R], held: PassportIssued) -> R:
        """Ask until there is an answer, as faces do: the same act each time."""
        town, key = self.town, uuid4().hex
        while True:
            with suppress(Expired):
                return await ask(
                    town._face, town.clock, request, town.clock.new_id(), passport=held, key=key
                )

    async def comes_near(self, circle: Circle, start: timedelta) -> None:
        """Turn the clock for a meeting until its start is that far from now; may be past."""
        query = "SELECT starts_at FROM meetings WHERE id = $1"
        starts_at = await self.scheduling.see(query, circle.meeting)
        by = starts_at - datetime.now(UTC) - start
        await self.scheduling.see(SHIFT, circle.meeting, by)

    async def under_fire(
        self,
        random: Random,
        happens: Callable[[], Awaitable[Any]],
        mortals: Sequence[Deployed],
        deaths: int,
    ) -> None:
        """Something happens while processes are killed in its midst, and then again."""
        async with asyncio.TaskGroup() as group:
            for process in mortals:
                group.create_task(self._dies(process, random, deaths))
            group.create_task(_awaited(happens))

    async def _dies(self, process: Deployed, random: Random, deaths: int) -> None:
        await process.dies_in_the_midst(random)
        for _ in range(deaths - 1):
            await process.dies_catching_up(random)

    async def settled(self, seconds: float = 30) -> None:
        """Wait until neither process has anything left to do, and go on having nothing."""
        quiet: list[bool] = []

        async def idle() -> bool:
            told = await self.scheduling.see(TOLD_OF, WIRES)
            missed = await self.bot.see(MISSED, told or [])
            quiet.append(not missed and all([await one.is_idle() for one in self.both]))
            return quiet[-3:] == [True, True, True]

        await until(idle, seconds)

    async def hears(self, expected: Counter[str], seconds: float = 30) -> list[Counter[str]]:
        """What was said in each room, once all that is expected is there and nothing is left."""

        async def all_there() -> bool:
            await asyncio.sleep(0.2)
            return all([await self.said(circle) >= expected for circle in self.circles])

        with suppress(TimeoutError):
            await until(all_there, seconds)
        await self.settled()
        return [await self.said(circle) for circle in self.circles]

    async def said(self, circle: Circle) -> Counter[str]:
        """What the bot said in a room since, each thing by its kind; signs under it too."""
        events = await circle.chair.events(circle.room, self.town.bot_account)
        new = [event for event in events if event["event_id"] not in circle.said_before]
        return Counter(kind for event in new if (kind := _kind(event, circle.code)))

    async def card(self, circle: Circle) -> str:
        """The card's text as it was last drawn."""
        events = await circle.chair.events(circle.room, self.town.bot_account)
        edits = [e["content"]["m.new_content"] for e in events if "m.new_content" in e["content"]]
        mine: Sequence[str] = [edit["body"] for edit in edits if circle.code in edit["body"]]
        return mine[-1] if mine else ""

    async def told(self, circle: Circle) -> Counter[str]:
        """Facts in scheduling's journal about a meeting: how often each was told."""
        query = (
            "SELECT array_agg(wire) FROM ledger.journal"
            " WHERE envelope -> 'body' -> 'meeting' ->> 'id' = $1"
        )
        return Counter(await self.scheduling.see(query, str(circle.meeting)))

    async def dead_letters(self) -> int:
        counted = [await p.see("SELECT count(*) FROM ledger.dead_letters") for p in self.both]
        return sum(counted)

    async def end(self) -> None:
        for process in self.both:
            process.rest()
            await process.close_eyes()


async def _awaited(happens: Callable[[], Awaitable[Any]]) -> None:
    await happens()


def _kind(event: dict[str, Any], code: str) -> str:
    """What a thing said is, in a word; edits are none. Of another meeting it stays as it is."""
    content = event["content"]
    if event["type"] == "m.reaction":
        return str(content["m.relates_to"]["key"])
    if event["type"] != "m.room.message" or "m.new_content" in content:
        return ""
    body = str(content["body"])
    if code not in body and "React" not in body and "begins" not in body:
        return body
    if relates_to_command(event):
        return "answer"
    return next((kind for words, kind in SAID.items() if words in body), body)


def relates_to_command(event: dict[str, Any]) -> bool:
    """Whether it answers what somebody said, instead of going on in a thread."""
    relation = event["content"].get("m.relates_to", {})
    return bool(replied_to(event)) and not relation.get("is_falling_back", False)
