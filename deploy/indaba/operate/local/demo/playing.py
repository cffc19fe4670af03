"""Plays the story: engines, services and two stages in one process, with a shifted clock."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from indaba.contracts.membership import (
    CommunityCard,
    IssuePassport,
    IssueSignIn,
    PassportIssued,
    Platform,
)
from indaba.contracts.outcomes import Report, ShowReport
from indaba.conversation.delivery.service_client import ask
from indaba.operate.data import bus_users, secrets
from indaba.operate.local.demo.stage import NoAnswer, Stage
from indaba.operate.local.demo.story import (
    MATRIX_ROOM,
    MEETINGS,
    NAME,
    PEOPLE,
    PURPOSE,
    RESOURCES,
    Brought,
    Gathering,
    Somebody,
    days_of,
)
from indaba.process.world import RealWorld

if TYPE_CHECKING:
    from indaba.bus import Bus
    from indaba.ledger import Ledger
    from indaba.operate.console import Console
    from indaba.operate.local.engines import Engines
    from indaba.process.settings import ProcessSettings

ZONE = "Africa/Johannesburg"
PORTAL = "http://127.0.0.1:8080"
PLAYED = "demo.json"
AT_ONCE = 8
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 60.0
CALLED = re.compile(r"\b(M[2-9][2-9A-HJKMNP-Z]{2,6})\b")
SAVED = re.compile(r"\b(R[2-9][2-9A-HJKMNP-Z]{2,6})\b")
ONE_TIME = re.compile(r"\b([2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4,5})\b")


class ShiftedWorld(RealWorld):
    """The real world at another time. `shift` is added to the clock and may be negative."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        """The shifted present, aware UTC."""
        return datetime.now(UTC) + self.shift

    def go_to(self, moment: datetime) -> None:
        """Make it this moment now. `moment` is aware."""
        self.shift = moment - datetime.now(UTC)


@asynccontextmanager
async def opened(
    engines: "Engines", data: Path, world: RealWorld, names: Iterable[str]
) -> "AsyncIterator[dict[str, Ledger | Stage]]":
    """Services and stages on running engines, started, by name; stopped at the end."""
    from indaba.operate.processes import FILES
    from indaba.process.run import start_all, stop_all
    from indaba.process.settings import ProcessSettings, read

    private, public = secrets.passport_keys(data)
    common = read(
        ProcessSettings,
        bus_url=engines.valkey.url,
        passport_public_key=public,
        files_folder=data / FILES,
    )
    parts: dict[str, Any] = {}
    ledgers: list[Any] = []
    for name in names:
        ledger = _ledger(
            name, engines, bus_users.address(data, common.bus_url, name), world, public
        )
        ledgers.append(ledger)
        parts[name] = _wired(name, ledger, engines.postgres.url(name), common, private)
    await start_all(ledgers)
    try:
        yield parts
    finally:
        await stop_all(ledgers)


def _ledger(
    name: str, engines: "Engines", bus_url: str, world: RealWorld, public_key: str
) -> "Ledger":
    from indaba.bus import Bus
    from indaba.ledger import Ledger
    from indaba.operate.processes import PROCESSES
    from indaba.process.passports import PassportControl

    bus = Bus(bus_url, name, world)
    control = PassportControl(public_key)
    folder = PROCESSES[name].migrations
    return Ledger(name, engines.postgres.url(name), folder, bus, world, control)


def _wired(
    name: str, ledger: "Ledger", url: str, common: "ProcessSettings", private: str
) -> "Ledger | Stage":
    from indaba.operate.processes import PROCESSES, Kind, erased_by, wired
    from indaba.process.settings import read

    process = PROCESSES[name]
    if process.kind is Kind.BOT:
        return Stage(Platform(name.removesuffix("_bot")), ledger, PORTAL)
    given = {"passport_private_key": private, "erased_by": erased_by()}
    own = read(process.settings, database_url=url, **given)
    wired(ledger, common, own)
    return ledger


class Play:
    """The term, act by act."""

    def __init__(self, parts: dict[str, Any], world: ShiftedWorld, saying: "Console") -> None:
        self._matrix: Stage = parts["matrix_bot"]
        self._discord: Stage = parts["discord_bot"]
        self._bots: list[Ledger] = [stage.ledger for stage in (self._matrix, self._discord)]
        self._world = world
        self._saying = saying

    async def whole_term(self, today: date) -> None:
        """Everything from the founding to the last word. `today` is a day in the past's future."""
        days = days_of(today)
        with self._saying.progress("One term of a community", len(MEETINGS) + 1) as done:
            self._world.go_to(_at(days[0] - timedelta(days=5), 9))
            await self._begin()
            done()
            for place, (day, gathering) in enumerate(zip(days, MEETINGS, strict=True)):
                await self._meet(day, gathering)
                brought = [one for one in RESOURCES if one.after == place]
                self._world.go_to(_at(day + timedelta(days=1), 17))
                await self._bring(brought)
                done()
            self._world.shift = timedelta()
            soon = f"{today + timedelta(days=7):%d %B %Y} 15:00"
            await self._facilitator_agrees(f'meeting new "Planning the new term" {soon}')
            await self._settled()

    async def _begin(self) -> None:
        first = PEOPLE[0]
        await self._facilitator_agrees(
            f"cop setup\nabout: {NAME}: {PURPOSE}\nlanguage: English\nzone: {ZONE}\nwhere: here"
        )
        code = _found(
            ONE_TIME, await self._matrix.says(first.account, "cop invite", privately=True)
        )
        await self._discord.agrees(PEOPLE[14].account, f"cop connect {code}")
        await self._settled()
        await self._all(self._join(somebody) for somebody in PEOPLE)
        for part in ("page", "calendar"):
            await self._facilitator_agrees(f"cop publish {part}")

    async def _join(self, somebody: Somebody) -> None:
        stage = self._of(somebody)
        if somebody is not PEOPLE[0]:
            await stage.agrees(somebody.account, "cop join")
        lines = [f"category: {somebody.category}", f"province: {somebody.province}"]
        if somebody.organisation:
            lines.append(f"organisation: {somebody.organisation}")
        await stage.says(somebody.account, "\n".join(["me profile", *lines]), privately=True)
        if somebody.too:
            told = await self._matrix.says(somebody.account, "me link", privately=True)
            await self._discord.agrees(somebody.too, f"me link {_found(ONE_TIME, told)}")
            await self._matrix.agrees(somebody.account, "me link", privately=True)

    async def _meet(self, day: date, gathering: Gathering) -> None:
        """Called, answered, reminded, held, closed."""
        when = f"{day:%d %B %Y} 15:00"
        self._world.go_to(_at(day - timedelta(days=4), 10))
        told = await self._facilitator_agrees(
            f'meeting new "{gathering.title}" {when} for 90 minutes'
        )
        code = _found(CALLED, told)
        said = [(place, "yes") for place in gathering.said_yes]
        said += [(place, "no") for place in gathering.said_no]
        await self._all(self._says(place, f"meeting {word} {code}") for place, word in said)
        await self._settled()
        self._world.go_to(_at(day, 14, 45))
        await self._settled()
        self._world.go_to(_at(day, 15, 5))
        await self._all(self._says(place, f"meeting here {code}") for place in gathering.present)
        await self._settled()
        if gathering.noted:
            await self._note(code, gathering)
        self._world.go_to(_at(day, 16, 35))
        await self._says(0, f"meeting close {code}")
        await self._settled()
        if gathering.noted:
            await self._tell(code)

    async def _note(self, code: str, gathering: Gathering) -> None:
        """Lines for the minutes. The meeting is begun by hand: timers look at their own pace."""
        await self._says(0, f"meeting start {code}")
        for place, line in gathering.noted:
            await self._says(place, f"meeting note {line}")

    async def _tell(self, code: str) -> None:
        """What was written of a meeting, for members and for everybody."""
        await self._says(0, f"minutes approve {code}")
        await self._says(0, f"minutes share {code}")
        await self._facilitator_agrees(f"minutes publish {code}")
        await self._settled()

    async def _bring(self, brought: list[Brought]) -> None:
        for one in brought:
            line = (
                f"resource save {one.link} {one.why}\n"
                f"title: {one.title}\nkind: {one.kind}\nsectors: {one.sectors}\nlanguage: en"
            )
            code = _found(SAVED, await self._says(one.by, line))
            await self._facilitator_agrees(f"resource publish {code}")
            for place, how, note in one.used:
                await self._says(place, f"resource used {code}\nhow: {how}\nnote: {note}")
        await self._settled()

    async def _says(self, place: int, line: str) -> str:
        somebody = PEOPLE[place]
        return await self._of(somebody).says(somebody.account, line)

    async def _facilitator_agrees(self, line: str) -> str:
        return await self._matrix.agrees(PEOPLE[0].account, line)

    def _of(self, somebody: Somebody) -> Stage:
        return self._matrix if somebody.platform is Platform.MATRIX else self._discord

    async def _all(self, acts: Iterable[Awaitable[Any]]) -> None:
        """A few at a time, as people do."""
        waiting = iter(acts)
        while batch := list(islice(waiting, AT_ONCE)):
            await asyncio.gather(*batch)

    async def _settled(self) -> None:
        """Wait until every event has reached every reader."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            for ledger in self._bots:
                while await _waits(ledger):  # noqa: ASYNC110 - tables ring no bell
                    await asyncio.sleep(LOOK_SECONDS)


async def _waits(ledger: "Ledger") -> bool:
    """Whether a bot has something to post or to tell; cards are drawn at their own pace."""
    query = sa.text(
        "SELECT EXISTS (SELECT 1 FROM posts WHERE sent_at IS NULL AND given_up IS NULL)"
        " OR EXISTS (SELECT 1 FROM notices)"
    )
    async with ledger.database.connect() as connection:
        return bool((await connection.execute(query)).scalar_one())


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(ZONE))


def _found(pattern: re.Pattern[str], told: str) -> str:
    match = pattern.search(told)
    if match is None:
        raise NoAnswer(told)
    return match[1]


async def play(engines: "Engines", data: Path, saying: "Console") -> None:
    """Play the term once; a data folder in which it was played is left as it is."""
    from indaba.operate.data.migrating import bring_up_to_date
    from indaba.operate.processes import PROCESSES, Kind, of_kind

    await bring_up_to_date({name: engines.postgres.url(name) for name in PROCESSES})
    if (data / PLAYED).exists():
        return
    world = ShiftedWorld()
    async with opened(engines, data, world, of_kind(Kind.SERVICE, Kind.BOT)) as parts:
        await Play(parts, world, saying).whole_term(datetime.now(ZoneInfo(ZONE)).date())
    (data / PLAYED).write_text(json.dumps({"community": NAME}), encoding="utf-8")


async def facilitators_passport(bus: "Bus", world: RealWorld) -> PassportIssued:
    """The demo's facilitator, as a face would find them."""
    request = IssuePassport(platform=Platform.MATRIX, account=PEOPLE[0].account, room=MATRIX_ROOM)
    return await ask(bus, world, request, world.new_id())


async def sign_in(engines: "Engines", data: Path) -> tuple[CommunityCard, str]:
    """The demo's community and a one-time secret that opens the portal as its facilitator.

    Membership must run.
    """
    from indaba.bus import Bus

    world = RealWorld()
    url = bus_users.address(data, engines.valkey.url, bus_users.OPERATOR)
    bus = Bus(url, bus_users.OPERATOR, world, replica="demo")
    bus.expect_replies()
    await bus.start()
    try:
        issued = await facilitators_passport(bus, world)
        secret = await ask(bus, world, IssueSignIn(), world.new_id(), passport=issued)
    finally:
        await bus.stop()
    if issued.community is None:
        raise NoAnswer(NAME)
    return issued.community, secret.secret


async def figures(bus: "Bus", world: RealWorld, term: str) -> Report:
    """The report of a term, asked as the facilitator."""
    issued = await facilitators_passport(bus, world)
    return await ask(bus, world, ShowReport(term=term), world.new_id(), passport=issued)
