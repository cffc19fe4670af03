"""`indaba doctor`: what is wrong, why it matters, and what to do next."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from indaba.operate.console import Console
from indaba.operate.installation import Installation, ready_page
from indaba.operate.local.matrix import HomeserverAway, HomeserverRefused, MatrixClient
from indaba.operate.observe.status import Standing, standings
from indaba.process.outside.confinement import IN_WORDS, found_missing
from indaba.process.settings import BadSetting, KeepingSettings, read, variable

if TYPE_CHECKING:
    from indaba.contracts.responsible import ResponsibleShown

MANY_WAITING = 1000
LEAST_FREE_BYTES = 1_000_000_000
BUS_PATIENCE = 3.0
UNNAMED = "people agree only to what they know: who keeps it, where, whom to ask (POPIA s18)"
NAME_THEM = (
    "set INDABA_MEMBERSHIP_RESPONSIBLE_PARTY, INDABA_MEMBERSHIP_CONTACT, "
    "INDABA_MEMBERSHIP_REGULATOR and INDABA_MEMBERSHIP_PLACE_OF_DATA"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `what` was checked, `why` it is a problem, `next` what to do.

    With `refuses`, nobody but the operators should use it before that is done.
    """

    ok: bool
    what: str
    why: str = ""
    next: str = ""
    refuses: bool = False

    @property
    def word(self) -> str:
        """The first word of its line."""
        if self.ok:
            return "ok     "
        return "REFUSED" if self.refuses else "TROUBLE"


async def examine(site: Installation) -> bool:
    """Print all findings, the problems last. Whether there is a problem."""
    saying = Console()
    found = [finding async for finding in findings(site)]
    for finding in sorted(found, key=lambda each: (not each.ok, each.refuses)):
        saying.line(f"{finding.word} {finding.what}", _style(finding))
        if not finding.ok:
            saying.line(f"        Why: {finding.why}")
            saying.line(f"        Next: {finding.next}")
    troubles = sum(not finding.ok for finding in found)
    saying.line(_summary(troubles), "bold")
    if any(finding.refuses for finding in found):
        saying.line("Others must not use it yet: see what is REFUSED.", "bold red")
    return troubles > 0


def _summary(troubles: int) -> str:
    if not troubles:
        return "No trouble found."
    return "1 trouble found." if troubles == 1 else f"{troubles} troubles found."


async def findings(site: Installation) -> AsyncIterator[Finding]:
    """Every check, one after the other."""
    if not site.is_running:
        why = f"nobody runs it on {site.data}"
        yield Finding(ok=False, what="Indaba does not run", why=why, next="start it with: make up")
        return
    async for finding in _databases(site):
        yield finding
    for look in (bus_findings, reports_findings, responsible_findings, homeserver_findings):
        for finding in await look(site):
            yield finding
    for finding in (*keys_findings(site), *part_findings(site)):
        yield finding
    yield periods_finding()
    yield confinement_finding(await asyncio.to_thread(found_missing))
    if site.data is not None:
        yield disk_finding(shutil.disk_usage(site.data).free)


async def _databases(site: Installation) -> AsyncIterator[Finding]:
    """How they are, and who has nearly as much in them as may be."""
    from indaba.operate.observe.limits import LIMITED, limits_findings

    known = await standings(site.databases)
    for standing in known:
        for finding in database_findings(standing):
            yield finding
    well = [each.process for each in known if each.reachable and not each.why]
    async for finding in limits_findings(site, [name for name in well if name in LIMITED]):
        yield finding


def periods_finding() -> Finding:
    """Whether what operators want to keep less long makes sense."""
    name = variable(KeepingSettings, "shorter_periods")
    try:
        shorter = read(KeepingSettings).shorter_periods
    except BadSetting as bad:
        why = "no process starts with it: settings may shorten what people were promised, no more"
        help_ = f"correct {name}; docs/keeping.md has the names and how short each can be"
        return Finding(ok=False, what=str(bad), why=why, next=help_)
    if not shorter:
        return Finding(ok=True, what="everything is kept as long as docs/keeping.md says")
    days = ", ".join(f"{each.replace('=', ' ')} days" for each in shorter)
    return Finding(ok=True, what=f"kept less long than docs/keeping.md says: {days}")


def confinement_finding(missing: Sequence[str]) -> Finding:
    """Whether what reads pages and calendars could reach anything of ours.

    No trouble either way: few operators choose their kernel.
    """
    what = "pages and calendars from outside are read by a process that can reach nothing of ours"
    but = "; ".join(IN_WORDS[each] for each in missing)
    return Finding(ok=True, what=f"{what}, but {but}" if but else what)


def database_findings(standing: Standing) -> Iterable[Finding]:
    """Away, behind or ahead, not publishing, dead letters."""
    name = standing.process
    if not standing.reachable:
        yield Finding(
            ok=False,
            what=f"{name}: {standing.why}",
            why=f"{name} keeps all it knows there and can do nothing meanwhile",
            next="see that PostgreSQL runs and that the address and password are right: "
            f"INDABA_{name.upper()}_DATABASE_URL",
        )
        return
    if standing.why:
        yield Finding(
            ok=False,
            what=f"{name}: {standing.why}",
            why=f"{name} refuses to work on a schema it does not know",
            next="run: indaba migrate (a schema that is ahead needs the newer Indaba again)",
        )
        return
    yield Finding(ok=True, what=f"{name}: the database is there and its schema is right")
    yield from _queue_findings(standing)


def _queue_findings(standing: Standing) -> Iterable[Finding]:
    name = standing.process
    if standing.outgoing > MANY_WAITING:
        yield Finding(
            ok=False,
            what=f"{name}: {standing.outgoing} events wait to be published",
            why="others do not hear of what happened; the bus is away or a reader holds it up",
            next=f"see that {name} and the bus run, and look for a reader named here",
        )
    if standing.dead_letters:
        yield Finding(
            ok=False,
            what=f"{name}: {standing.dead_letters} dead letters",
            why="messages failed again and again and were put aside",
            next="look at them with: indaba dead-letters list",
        )


async def bus_findings(site: Installation) -> Sequence[Finding]:
    """Away, or full ahead of a reader."""
    async with _bus(site.bus_url) as client:
        if client is None:
            return [
                Finding(
                    ok=False,
                    what="the bus does not answer",
                    why="no process hears another; what happens meanwhile is kept and told later",
                    next="see that Valkey runs and that INDABA_BUS_URL is right",
                )
            ]
        found = [Finding(ok=True, what="the bus answers")]
        for context in site.databases:
            found += await _reader_findings(client, context)
        return found


async def _reader_findings(client: Any, context: str) -> list[Finding]:
    """Readers that have 10,000 events or more ahead of them: the owner waits for the slowest."""
    from indaba.bus.streams import MOST_AHEAD, events_of

    stream = events_of(context)
    if await client.xlen(stream) < MOST_AHEAD:
        return []
    readers = await client.xinfo_groups(stream)
    if not readers:
        return []
    slowest = max(readers, key=lambda reader: (reader["lag"] or 0) + reader["pending"])
    behind = (slowest["lag"] or 0) + slowest["pending"]
    name = slowest["name"].decode()
    return [
        Finding(
            ok=False,
            what=f"{context}: its events are held back; {name} is {behind} behind",
            why=f"{context} publishes no further before {name} has read",
            next=f"see that {name} runs; its log says why it does not get on",
        )
    ]


@asynccontextmanager
async def _bus(url: str) -> AsyncIterator[Any]:
    """The bus's client; `None` if nobody answers."""
    from indaba.bus import Bus
    from indaba.process.world import RealWorld

    bus = Bus(url, "operator", RealWorld())
    try:
        async with asyncio.timeout(BUS_PATIENCE):
            await bus.start()
    except TimeoutError:
        yield None
    else:
        yield bus.client
    finally:
        await bus.stop()


async def reports_findings(site: Installation) -> Sequence[Finding]:
    """Whether anybody receives reports of harm, as membership says; nothing where it is away."""
    from indaba.contracts.refusal import Fault, Refused, Unavailable
    from indaba.contracts.safeguarding import ShowReporting
    from indaba.conversation.delivery.service_client import ask
    from indaba.operate.client import face

    try:
        async with asyncio.timeout(BUS_PATIENCE), face(site.bus_url) as (bus, world):
            await ask(bus, world, ShowReporting(), world.new_id())
    except Refused as no:
        if no.told != "nobody-named":
            return []
        name = "INDABA_MEMBERSHIP_SAFEGUARDING_LEADS"
        return [Finding(ok=True, what=f"nobody receives reports of harm; to name somebody: {name}")]
    except (Fault, Unavailable, TimeoutError, OSError):
        return []
    return [Finding(ok=True, what="somebody is named who receives reports of harm")]


async def responsible_findings(site: Installation) -> Sequence[Finding]:
    """Whether people are told who answers for what is kept; nothing where membership is away."""
    from indaba.contracts.refusal import Fault, Refused, Unavailable
    from indaba.contracts.responsible import ShowResponsible
    from indaba.conversation.delivery.service_client import ask
    from indaba.operate.client import face

    try:
        async with asyncio.timeout(BUS_PATIENCE), face(site.bus_url) as (bus, world):
            shown = await ask(bus, world, ShowResponsible(), world.new_id())
    except (Refused, Fault, Unavailable, TimeoutError, OSError):
        return []
    return responsible_finding(shown, site)


def responsible_finding(shown: "ResponsibleShown", site: Installation) -> Sequence[Finding]:
    """What to say of who answers: for others nobody is no answer."""
    if shown.is_named:
        return [Finding(ok=True, what="people are told who answers for what is kept")]
    what = "nobody is named who answers for what is kept"
    if not site.is_for_others:
        return [Finding(ok=True, what=f"{what}: this is for trying out, on this machine only")]
    return [Finding(ok=False, what=what, why=UNNAMED, next=NAME_THEM, refuses=True)]


async def homeserver_findings(site: Installation) -> Sequence[Finding]:
    """Away, the token refused, or in a room without the right to post."""
    if not site.homeserver:
        return []
    try:
        async with MatrixClient(site.homeserver, site.token) as line:
            who = await line.whoami()
            if who != site.bot:
                return [_other_account(who, site.bot)]
            return [
                Finding(ok=True, what=f"the homeserver knows the bot as {who}"),
                *[f for room in await line.joined_rooms() for f in await _room(line, room, who)],
                *await _trial_room(line, site),
            ]
    except HomeserverAway as away:
        why = "the bot neither hears nor posts; what is said meanwhile is heard later"
        return [Finding(ok=False, what=away.words, why=why, next="wait, or ask who runs it")]
    except HomeserverRefused as refused:
        why = "without a good token the bot neither hears nor posts"
        help_ = "log the bot in again and set INDABA_MATRIX_BOT_ACCESS_TOKEN"
        return [Finding(ok=False, what=str(refused), why=why, next=help_)]


def keys_findings(site: Installation) -> Sequence[Finding]:
    """Whether the keys to encrypted rooms are there, and closed to others."""
    if not site.homeserver:
        return []
    if site.keys is None:
        return [Finding(ok=True, what="no folder for keys is set: encrypted rooms are not read")]
    named = f"the folder of the bot's keys, {site.keys}"
    if not site.keys.is_dir():
        if site.data is None:
            return [Finding(ok=True, what=f"{named}, cannot be looked at from here")]
        why = "without its keys the bot reads no encrypted room"
        help_ = "put it back from a backup, or start again: the bot makes new keys"
        return [Finding(ok=False, what=f"{named}, is not there", why=why, next=help_)]
    if any(path.stat().st_mode & 0o077 for path in (site.keys, *site.keys.glob("*.db"))):
        why = "whoever reads the keys reads the encrypted rooms"
        help_ = f"close it to others: chmod -R go= {site.keys}"
        return [Finding(ok=False, what=f"{named}, is open to others", why=why, next=help_)]
    return [Finding(ok=True, what=f"{named}, is there and closed to others")]


def _other_account(who: str, wanted: str) -> Finding:
    return Finding(
        ok=False,
        what=f"the access token belongs to {who}, not to {wanted}",
        why="the bot refuses to post as somebody else",
        next="set INDABA_MATRIX_BOT_USER_ID and INDABA_MATRIX_BOT_ACCESS_TOKEN of one account",
    )


async def _room(line: MatrixClient, room: str, who: str) -> list[Finding]:
    """Rooms we are in: whether we may post there."""
    levels = await line.state(room, "m.room.power_levels")
    if may_post(levels, await line.state(room, "m.room.create"), who):
        return []
    name = (await line.state(room, "m.room.name")).get("name") or room
    return [
        Finding(
            ok=False,
            what=f"the bot may not post in {name}",
            why="the room asks for a higher power level than the bot has",
            next="somebody who runs the room gives the bot that level, or lowers it for messages",
        )
    ]


async def _trial_room(line: MatrixClient, site: Installation) -> list[Finding]:
    if not site.room or site.room in await line.joined_rooms():
        return []
    return [
        Finding(
            ok=False,
            what="the bot is not in the trial room",
            why="it was sent away, so nobody there can talk to it",
            next="start again (Ctrl-C, then make up): the bot is invited anew",
        )
    ]


def may_post(levels: dict[str, Any], create: dict[str, Any], who: str) -> bool:
    """Whether an account may send messages, by the room's power levels (room versions 1 to 12)."""
    if who in create.get("additional_creators", []):
        return True
    default = levels.get("users_default", 0)
    mine = levels.get("users", {}).get(who, default)
    needed = levels.get("events", {}).get("m.room.message", levels.get("events_default", 0))
    return int(mine) >= int(needed)


def part_findings(site: Installation) -> Iterable[Finding]:
    """What the running parts say of themselves, such as a bot that stands by."""
    for name, said in ready_page(site).get("parts", {}).items():
        if said == "ready":
            yield Finding(ok=True, what=f"{name}: at work")
            continue
        nexts = {"standing by": "stop the other copy, unless this one is meant as a reserve"}
        help_ = next((n for words, n in nexts.items() if words in said), "look at its log")
        yield Finding(ok=False, what=f"{name}: {said}", why="it is not at work", next=help_)


def disk_finding(free: int) -> Finding:
    """Whether the disk has enough space; `free` in bytes."""
    left = f"{free / 1e9:.1f} GB are free where the data is"
    if free >= LEAST_FREE_BYTES:
        return Finding(ok=True, what=left)
    why = "PostgreSQL and Valkey stop writing when the disk is full"
    return Finding(ok=False, what=left, why=why, next="make room, or move the data folder")


def _style(finding: Finding) -> str:
    return "green" if finding.ok else "bold red"
