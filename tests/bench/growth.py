"""What a community costs when there are 1, 10, 100 and 1,000 of them, each with sixty members.

One community comes about by real requests; the others are its copies, row by row, with ids,
accounts and rooms of their own. Timers, journals and the bus are not copied.
"""

import asyncio
import signal
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from bench.durable import spread
from bench.memory import of_process, started
from indaba.bus import Bus
from indaba.contracts.membership import (
    CONSENT_VERSION,
    FoundCommunity,
    IssuePassport,
    JoinCommunity,
    PassportIssued,
    Place,
    Platform,
)
from indaba.contracts.scheduling import AnswerRsvp, ListMeetings, RsvpAnswer, ScheduleMeeting
from indaba.conversation.delivery.service_client import ask
from indaba.operate.data.migrating import bring_up_to_date
from indaba.operate.local.engines import Engines
from indaba.process.world import RealWorld

SERVICES = ("membership", "scheduling", "outcomes", "portal")
MEMBERS, MEETINGS, ANSWERS = 60, 10, 30
ZONE = "Africa/Johannesburg"
ROOM = "!room:example.org"
OWN = ("account", "room", "key")
"""Columns of text that are one community's or one person's alone."""

COLUMNS = """SELECT table_name, column_name, data_type FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version'
AND is_identity = 'NO' ORDER BY table_name, ordinal_position"""


async def measured(folder: Path, sizes: tuple[int, ...], commands: int) -> dict[str, Any]:
    """Per number of communities: latency of three commands, sizes of databases, bus and memory."""
    engines = Engines(folder / "engines")
    await engines.start()
    urls = {name: engines.postgres.url(name) for name in SERVICES}
    await bring_up_to_date(urls)
    processes = {n: started(n, urls[n], engines.valkey.url, folder) for n in SERVICES}
    face = Bus(engines.valkey.url, "bench", RealWorld(), ask_again=10)
    face.expect_replies()
    await face.start()
    found: dict[str, Any] = {}
    try:
        codes = await _first(face)
        async with asyncio.timeout(600):
            copies = {n: await _Copies.of(n, engines) for n in SERVICES}
            for size in sizes:
                for copy in copies.values():
                    await copy.up_to(size)
                found[str(size)] = {
                    **await _commands(face, size, codes, commands),
                    **{f"{n} MB": await c.megabytes() for n, c in copies.items()},
                    "bus MB": int((await face.client.info("memory"))["used_memory"]) / 1e6,
                    "processes MB (PSS)": sum(of_process(p.pid) for p in processes.values()),
                }
            for copy in copies.values():
                await copy.end()
    finally:
        await face.stop()
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        for process in processes.values():
            process.wait(20)
        await engines.stop()
    return found


async def _first(face: Bus) -> list[str]:
    """The community that others are copies of; its meetings' codes."""
    world = RealWorld()
    place = Place(platform=Platform.MATRIX, room=ROOM)
    agreed: dict[str, Any] = {"adult": True, "consent_version": CONSENT_VERSION}
    founded = FoundCommunity(
        name="Maths teachers",
        purpose="Share what works",
        language="English",
        zone=ZONE,
        place=place,
        posts_in=place,
        account="@m0:example.org",
        has_power=True,
        **agreed,
    )
    chair = await ask(face, world, founded, world.new_id())
    members = [
        await ask(
            face,
            world,
            JoinCommunity(place=place, account=f"@m{n}:example.org", **agreed),
            world.new_id(),
        )
        for n in range(1, MEMBERS)
    ]
    soon = world.now().astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0)
    codes = []
    for number in range(MEETINGS):
        starts = soon + timedelta(days=number + 2)
        call = ScheduleMeeting(title=f"Fractions {number}", starts=starts, zone=ZONE, minutes=60)
        shown = await ask(face, world, call, world.new_id(), passport=chair)
        codes.append(str(shown.meeting.code))
        for held in members[:ANSWERS]:
            said = AnswerRsvp(code=codes[-1], answer=RsvpAnswer.YES)
            await ask(face, world, said, world.new_id(), passport=held)
    await asyncio.sleep(2)
    return codes


class _Copies:
    """Copies of the first community in one database."""

    def __init__(self, session: Any, columns: dict[str, dict[str, str]]) -> None:
        self._session = session
        self._columns = columns
        self._there = 1

    @classmethod
    async def of(cls, name: str, engines: Engines) -> "_Copies":
        """Remember the rows of the first."""
        session = await asyncpg.connect(
            host=str(engines.postgres.sockets), port=5432, user="indaba", database=name
        )
        await session.execute("SET session_replication_role = replica")
        columns: dict[str, dict[str, str]] = {}
        for table, column, kind in await session.fetch(COLUMNS):
            columns.setdefault(table, {})[column] = kind
        for table in columns:
            await session.execute(f'CREATE TEMP TABLE "first_{table}" AS SELECT * FROM "{table}"')
        return cls(session, columns)

    async def up_to(self, size: int) -> None:
        for table, columns in self._columns.items():
            names = ", ".join(f'"{c}"' for c in columns)
            values = ", ".join(_value(c, kind) for c, kind in columns.items())
            await self._session.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "first_{table}", '
                f"generate_series({self._there}, {size - 1}) AS k ON CONFLICT DO NOTHING"
            )
        self._there = size
        await self._session.execute("ANALYZE")

    async def megabytes(self) -> float:
        size = await self._session.fetchval("SELECT pg_database_size(current_database())")
        return float(size) / 1e6

    async def end(self) -> None:
        await self._session.close()


def _value(column: str, kind: str) -> str:
    if kind == "uuid":
        return f'md5("{column}"::text || k)::uuid'
    if column in OWN and kind == "text":
        return f"\"{column}\" || '/' || k"
    return f'"{column}"'


async def _commands(face: Bus, size: int, codes: list[str], commands: int) -> dict[str, Any]:
    """A passport, a list and an answer, of random members in random communities."""
    world, random = RealWorld(), Random(size)
    times: dict[str, list[float]] = {"passport": [], "list": [], "answer": []}
    for number in range(commands):
        community = random.randrange(size)
        own = f"/{community}" if community else ""
        who = IssuePassport(
            platform=Platform.MATRIX,
            account=f"@m{random.randrange(MEMBERS)}:example.org{own}",
            room=f"{ROOM}{own}",
        )
        began = time.perf_counter()
        held: PassportIssued = await ask(face, world, who, world.new_id())
        times["passport"].append(time.perf_counter() - began)
        assert held.passport.member is not None, who
        began = time.perf_counter()
        listed = await ask(face, world, ListMeetings(), world.new_id(), passport=held)
        times["list"].append(time.perf_counter() - began)
        assert listed.meetings
        said = AnswerRsvp(
            code=random.choice(codes),
            answer=random.choice([RsvpAnswer.YES, RsvpAnswer.NO]),
        )
        began = time.perf_counter()
        await ask(face, world, said, world.new_id(), passport=held, key=f"{size}/{number}")
        times["answer"].append(time.perf_counter() - began)
    return {f"{name} p50 ms": spread(t)["p50 ms"] for name, t in times.items()}
