"""Somebody is erased: nothing of them can be read on the disk, nor in a backup from before."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import asyncpg
import httpx

from bots.matrix_people import Person, replied_to
from drills.verdict import Verdict
from indaba.contracts.membership import (
    CONSENT_VERSION,
    AssignRole,
    FoundCommunity,
    JoinCommunity,
    Place,
    Platform,
)
from indaba.contracts.passport import Role
from indaba.conversation.delivery.service_client import ask
from indaba.operate.client import face
from indaba.operate.installation import Installation
from indaba.operate.local.engines import Postgres
from indaba.operate.processes import PROCESSES
from operate.house import House
from workshop import until

BALLOT = "vote choose 1"
"""What becomes of it is for the voter alone: nothing is said in the room, and nobody waits."""

LINES = (
    'meeting new "{mark} fractions"',
    'meeting start title: "{mark} fractions"',
    "agenda add {mark} reading",
    "meeting here",
    "meeting note idea {mark} said this",
    "vote new Is it {mark}? options: {mark} one, {mark} two",
    BALLOT,
    "action add {mark} sends the survey",
    "meeting end",
    "minutes write",
    "resource save https://example.org/fractions {mark} worked in Grade 4",
    "resource find {mark}",
    "save {mark} the words of the bot",
)
"""Said in the room by somebody whose every word has the mark."""

ALONE = (
    "me profile organisation: {mark} school",
    "me quiet 20:00-07:00",
    "me data",
    "me link",
    "me sign-in",
)
"""Said to the bot alone."""

CIRCLE = "Circle"
NOT_OURS = ("synapse", "secrets", "trial.json")
"""The trial's homeserver and its accounts: what was said in a room belongs to the room."""


@dataclass(frozen=True)
class Canary:
    """What must not be read any more."""

    mark: str
    account: str
    member: UUID

    def found_in(self, folder: Path) -> list[str]:
        """Files, each with what of the canary it has."""
        needles = {
            "mark": self.mark.encode(),
            "account": self.account.encode(),
            "member": str(self.member).encode(),
            "member as bytes": self.member.bytes,
        }
        found = []
        for path in sorted(folder.rglob("*")):
            ours = path.relative_to(folder).parts[0] not in NOT_OURS
            if not (ours and path.is_file()):
                continue
            whole = path.read_bytes()
            held = [name for name, needle in needles.items() if needle in whole]
            found += [f"{path.relative_to(folder)}: {', '.join(held)}"] if held else []
        return found


Life = tuple[Canary, list[str]]
"""What somebody left behind, and the lines that nobody answered."""


@contextmanager
def _house(given: House | None, folder: Path) -> Iterator[House]:
    if given is not None:
        yield given
        return
    house = House(folder / "data")
    house.start("--port", "0")
    try:
        yield house
    finally:
        house.stop()


async def drill(seed: int, given: House | None = None, life: Life | None = None) -> Verdict:
    """Put an Indaba through it, of its own or one that runs; that one goes on.

    `life` is what somebody did in it already.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="indaba-") as name,
        _house(given, Path(name)) as house,
    ):
        folder = Path(name)
        canary, told = life or await lived(house, f"kanarie{seed}{uuid4().hex[:6]}")
        before = await _tables_with(house.data, canary)
        first, second = folder / "backups" / "first", folder / "backups" / "second"
        said = [house.do("backup", str(first))]
        said.append(house.do("erase", canary.account, "--yes"))
        said.append(house.do("sweep"))
        here = [*await _tables_with(house.data, canary), *canary.found_in(house.data)]
        said.append(house.do("backup", str(second)))
        again = House(folder / "again")
        said.append(again.do("restore", str(first)))
        there = canary.found_in(again.data)
        shutil.rmtree(first)
    faults = [f"a command failed: {one.stdout}{one.stderr}" for one in said if one.returncode]
    faults += [f"not said: {line}" for line in told]
    faults += [f"still on the disk: {one}" for one in here]
    faults += [f"in the restored backup: {one}" for one in there]
    faults += [] if len(before) >= 10 else [f"the mark was in {before} only"]
    return Verdict(
        name="erasure",
        promised="nothing of an erased person can be read on the disk, nor after a restore of a "
        "backup from before",
        tried=f"{len(LINES) + len(ALONE)} commands and a file with a mark in every word; the mark, "
        f"the account and the member were in {len(before)} tables: {', '.join(before)}",
        survived=f"{len(here)} files with any of it after erase and sweep, {len(there)} after the "
        "restore of the backup from before",
        faults=tuple(faults),
        seconds=time.monotonic() - began,
        figures={"tables before": len(before), "files after": len(here) + len(there)},
    )


async def lived(house: House, mark: str, who: str = "thandi") -> Life:
    """Somebody joins and does everything; gives what to look for, and lines without an answer."""
    accounts = json.loads((house.data / "secrets" / "accounts.json").read_text())
    async with httpx.AsyncClient(base_url=house.facts["homeserver"], timeout=30) as http:
        owner, person = (
            Person(accounts[name]["user_id"], accounts[name]["token"], http)
            for name in ("facilitator", who)
        )
        bot = accounts["indaba"]["user_id"]
        room = await owner.open_room(bot, person.account)
        await person.join(room)
        member = await _welcomed(house, owner.account, person.account, room)
        alone = await person.open_room(bot, is_direct=True, preset="trusted_private_chat")
        await until(lambda: _is_in(person, alone, bot), 20)
        said = [(room, f"!cop {line}") for line in LINES] + [(alone, line) for line in ALONE]
        silent = [line for place, line in said if not await _heard(person, place, line, mark)]
        silent += await _file_saved(person, room, mark)
        return Canary(mark, person.account, member), silent


async def _is_in(person: Person, room: str, account: str) -> bool:
    members = await person.ask("GET", f"/rooms/{quote(room)}/joined_members")
    return account in members["joined"]


async def _welcomed(house: House, owner: str, account: str, room: str) -> UUID:
    place = Place(platform=Platform.MATRIX, room=room)
    agreed: dict[str, Any] = {"adult": True, "consent_version": CONSENT_VERSION}
    async with face(Installation.of_data(house.data).bus_url) as (bus, world):
        founded = await ask(
            bus,
            world,
            FoundCommunity(
                name=CIRCLE,
                purpose="Look",
                language="English",
                zone="Africa/Johannesburg",
                place=place,
                posts_in=place,
                account=owner,
                has_power=True,
                **agreed,
            ),
            world.new_id(),
        )
        joined = await ask(
            bus, world, JoinCommunity(place=place, account=account, **agreed), world.new_id()
        )
        role = AssignRole(platform=Platform.MATRIX, account=account, role=Role.FACILITATOR)
        await ask(bus, world, role, world.new_id(), passport=founded, key=uuid4().hex)
    assert joined.passport.member
    return joined.passport.member


async def _heard(person: Person, room: str, line: str, mark: str) -> bool:
    """Whether a line was answered, if it is one that is."""
    if line.endswith(BALLOT):
        return bool(await person.say(room, line))
    return bool(await _answer(person, room, line.format(mark=mark)))


async def _answer(person: Person, room: str, line: str, **content: Any) -> str:
    message = await person.say(room, line, **content)
    found: list[str] = []

    async def answered() -> bool:
        events = await person.events(room)
        found[:] = [e["content"]["body"] for e in events if replied_to(e) == message]
        return bool(found) or any(_is_a_sign(event, message) for event in events)

    try:
        await until(answered, 6)
    except TimeoutError:
        return ""
    return found[0] if found else "a sign"


def _is_a_sign(event: dict[str, Any], message: str) -> bool:
    """Whether an event is a reaction to a message."""
    about = str(event["content"].get("m.relates_to", {}).get("event_id"))
    return event["type"] == "m.reaction" and about == message


async def _file_saved(person: Person, room: str, mark: str) -> list[str]:
    headers = {"Authorization": f"Bearer {person.token}"}
    sent = await person._http.post(
        "/_matrix/media/v3/upload",
        content=f"The words of {mark}\n".encode() * 50,
        headers=headers,
        params={"filename": f"{mark}.txt"},
    )
    address = sent.json()["content_uri"]
    file = {"msgtype": "m.file", "body": f"{mark}.txt", "url": address}
    message = await person.send(room, "m.room.message", file)
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": message}}}
    answer = await _answer(person, room, f"!cop save {mark} liked it", **reply)
    return [] if "R" in answer else [f"the file: {answer}"]


async def _tables_with(data: Path, canary: Canary) -> list[str]:
    """Tables that name the canary, by database."""
    found = []
    sockets = str(Postgres(data / "postgres").sockets)
    for name in PROCESSES:
        session = await asyncpg.connect(host=sockets, port=5432, user=name, database=name)
        tables = await session.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS t FROM pg_tables"
            " WHERE schemaname IN ('public', 'ledger')"
        )
        for (table,) in tables:
            query = f"SELECT count(*) FROM {table} t WHERE t::text ~ $1"
            words = "|".join((canary.mark, canary.account, str(canary.member)))
            if await session.fetchval(query, words):
                found.append(f"{name}.{table.removeprefix('public.')}")
        await session.close()
    return found
