"""`indaba up`: engines, databases, a room to try things in, and all parts in one process."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indaba.contracts.refusal import Refusal
from indaba.operate.console import Console
from indaba.operate.data import bus_users, secrets
from indaba.operate.data.vacuum import sweep_by_itself
from indaba.operate.local import lock
from indaba.operate.local.engines import Engines
from indaba.operate.local.engines.trouble import NotInstalled
from indaba.operate.local.run_one import check_free

if TYPE_CHECKING:
    from indaba.operate.local.trial import Trial
    from indaba.portal.app import Portal
    from indaba.process.run import Part
    from indaba.process.settings import ProcessSettings

HOMESERVER = "INDABA_MATRIX_BOT_HOMESERVER"
DISCORD_TOKEN = "INDABA_DISCORD_BOT_TOKEN"  # noqa: S105 - the name of a setting
LOOK_SECONDS = 0.25
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class UpOptions:
    """The options of `indaba up`. Without `port`, the default one or any free one is used."""

    data: Path
    synapse: bool = True
    port: int | None = None
    demo: bool = False
    preview: bool = False

    @property
    def elsewhere(self) -> bool:
        """Whether the bot is to talk to a homeserver that is not ours."""
        return _is_set(HOMESERVER)

    @property
    def discord(self) -> bool:
        """Whether there is a bot on Discord to run."""
        return _is_set(DISCORD_TOKEN)

    @property
    def trial(self) -> bool:
        """Whether we bring a homeserver ourselves."""
        return self.synapse and not self.elsewhere


class EngineFell(Refusal):
    """An engine stopped by itself while Indaba ran."""

    code = "engine-fell"

    def __init__(self, names: Sequence[str], data: Path) -> None:
        named = " and ".join(names)
        super().__init__(
            f"{named} stopped by itself, so Indaba stopped too; what was said so far is kept. "
            f"The reason is in the logs under {data}. Start again with: make up",
            engines=named,
        )


async def live(wishes: UpOptions, saying: Console) -> None:
    """Run until a stop signal. Raises `EngineFell`, or what kept it from starting."""
    from indaba.process.run import stop_signals

    stopped = stop_signals()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, stopped.set)
    work = asyncio.create_task(_serve(wishes, saying))
    waiting = asyncio.create_task(stopped.wait())
    await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not work.done():
        saying.line("Stopping Indaba. What was said so far is kept.")
        work.cancel()
        await asyncio.wait({work})
    if not work.cancelled():
        work.result()


async def _serve(wishes: UpOptions, saying: Console) -> None:
    async with AsyncExitStack() as ending:
        claim = lock.Claim(wishes.data).take()
        ending.callback(claim.give_back)
        if wishes.port:
            check_free(f"Port {wishes.port} is taken", "127.0.0.1", wishes.port)
        engines = Engines(claim.data, _synapse_venv() if wishes.trial else None)
        engines.valkey.admit(bus_users.keep(claim.data).rules)
        ending.push_async_callback(engines.stop)
        starting = asyncio.create_task(engines.start(saying.step))
        try:
            await asyncio.sleep(LOOK_SECONDS)  # the engines boot while we load ourselves
            stack = LocalStack(wishes, claim.data, engines, saying)
            await starting
            if wishes.demo:
                await _play(engines, claim.data, saying)
        finally:
            starting.cancel()
            await asyncio.wait({starting})
        ending.callback(lock.withdraw, claim.data)
        ending.push_async_callback(stack.close)
        await stack.open()
        sweeping = asyncio.create_task(sweep_by_itself(engines, claim.data))
        ending.callback(sweeping.cancel)
        await _watch(engines, claim.data)


async def _play(engines: Engines, data: Path, saying: Console) -> None:
    from indaba.operate.local.demo.playing import play

    await play(engines, data, saying)


async def _watch(engines: Engines, data: Path) -> None:
    while not (fallen := engines.fallen()):  # noqa: ASYNC110 - processes tell nobody that they end
        await asyncio.sleep(LOOK_SECONDS)
    raise EngineFell(fallen, data)


class LocalStack:
    """All parts in one process, on engines that run."""

    def __init__(self, wishes: UpOptions, data: Path, engines: Engines, saying: Console) -> None:
        from indaba.operate.local.logbook import log_to
        from indaba.operate.processes import PROCESSES

        _load(with_bot=wishes.trial or wishes.elsewhere)
        log_to(data / "logs" / "indaba.jsonl")
        self._wishes = wishes
        self._data = data
        self._engines = engines
        self._saying = saying
        self._processes = PROCESSES
        self._parts: list[Part] = []
        self._shown = AsyncExitStack()
        self._host = ""

    async def open(self) -> None:
        """Start everything, saying where it is found as soon as it is there."""
        from indaba.operate.processes import Kind, of_kind
        from indaba.process.run import start_all

        private, common = self._common()
        await self._migrate()
        portal = await self._portal(common)
        health = f"http://{_reachable(self._host)}:{portal.port}"
        lock.announce(self._data, portal.url, health)
        trial = await self._trial()
        others = [
            *(
                self._built(name, common, passport_private_key=private, **self._awaited())
                for name in of_kind(Kind.SERVICE)
            ),
            *self._bot(common, portal, trial),
            *self._discord(common, portal),
        ]
        self._parts += others
        await start_all(others)
        await self._until_ready(trial)
        if trial is not None and self._engines.synapse is not None:
            there = self._engines.synapse.url
            lock.announce(self._data, portal.url, health, there, trial.room)
        await self._show_demo(portal)
        self._greet(trial)

    async def _show_demo(self, portal: "Portal") -> None:
        """Where the demo's community is seen, and a link that signs in as its facilitator."""
        if not self._wishes.demo:
            return
        from indaba.operate.local.demo.playing import sign_in

        community, secret = await sign_in(self._engines, self._data)
        self._saying.fact("Community", f"{portal.url}/c/{community.key}")
        self._saying.fact("Sign in as its facilitator", f"{portal.url}/sign-in/{secret}")
        self._saying.line("The link works once, for ten minutes; start again for another.")

    async def close(self) -> None:
        """Stop all parts, the last first."""
        from indaba.process.run import stop_all

        await self._shown.aclose()
        await stop_all(self._parts)

    def _common(self) -> tuple[str, "ProcessSettings"]:
        from indaba.operate.processes import FILES
        from indaba.process.settings import ProcessSettings, read

        private, public = secrets.passport_keys(self._data)
        bus = self._engines.valkey.url
        files = self._data / FILES
        common = read(ProcessSettings, bus_url=bus, passport_public_key=public, files_folder=files)
        return private, common

    async def _migrate(self) -> None:
        from indaba.operate.data.migrating import behind, bring_up_to_date
        from indaba.operate.data.upgrade import UpgradeNeeded

        urls = {name: self._engines.postgres.url(name) for name in self._processes}
        if older := await behind(urls):
            raise UpgradeNeeded(self._data, older)
        if changed := await bring_up_to_date(urls):
            self._saying.step(f"{changed} databases were made")

    async def _portal(self, common: "ProcessSettings") -> "Portal":
        from indaba.operate.processes import portal
        from indaba.portal.settings import PortalSettings
        from indaba.process.settings import read

        given = {} if self._wishes.port is None else {"port": self._wishes.port}
        url = self._engines.postgres.url("portal")
        own = read(PortalSettings, database_url=url, **given)
        part = portal(
            self._as("portal", common), own, self._parts, port_fallback=self._wishes.port is None
        )
        self._host = own.host
        self._parts.append(part)
        await part.start()
        if own.port not in (0, part.port):
            self._saying.line(f"Port {own.port} is taken by another program; using {part.port}.")
        self._saying.fact("Portal", part.url)
        return part

    async def _trial(self) -> "Trial | None":
        if self._engines.synapse is None:
            return None
        from indaba.operate.local.trial import settle

        return await settle(self._engines.synapse, self._data)

    def _built(self, name: str, common: "ProcessSettings", **given: Any) -> "Part":
        from indaba.operate.processes import part_of
        from indaba.process.settings import read

        process = self._processes[name]
        url = self._engines.postgres.url(name)
        own = read(process.settings, database_url=url, **given)
        return part_of(name, self._as(name, common), own)

    def _as(self, name: str, common: "ProcessSettings") -> "ProcessSettings":
        """What all processes share, with the bus as one of them uses it."""
        bus = bus_users.address(self._data, self._engines.valkey.url, name)
        return common.model_copy(update={"bus_url": bus})

    def _awaited(self) -> dict[str, Any]:
        """A bot that does not run answers no erasure: membership must not wait for it."""
        from indaba.operate.processes import ERASURES, erased_by

        bots = [
            *(["matrix_bot"] if self._wishes.trial or self._wishes.elsewhere else []),
            *(["discord_bot"] if self._wishes.discord or self._wishes.preview else []),
        ]
        return {
            "erased_by": erased_by(*bots),
            "erasures_file": self._data / ERASURES,
        }

    def _discord(self, common: "ProcessSettings", portal: "Portal") -> "list[Part]":
        if self._wishes.preview:
            from indaba.operate.local.preview import rehearsed

            url = self._engines.postgres.url("discord_bot")
            shared = self._as("discord_bot", common)
            return [rehearsed(shared, url, portal.url, self._shown, self._saying)]
        if not self._wishes.discord:
            return []
        set_already = os.environ.get("INDABA_DISCORD_BOT_PORTAL_URL")
        given = {} if set_already else {"portal_url": portal.url}
        return [self._built("discord_bot", common, **given)]

    def _bot(
        self, common: "ProcessSettings", portal: "Portal", trial: "Trial | None"
    ) -> "list[Part]":
        from indaba.operate.processes import KEYS

        keys = str(self._data / KEYS)
        if trial is not None and self._engines.synapse is not None:
            given = {
                "homeserver": self._engines.synapse.url,
                "user_id": trial.bot.user_id,
                "access_token": trial.bot.token,
                "device_id": trial.bot.device_id,
                "keys_folder": keys,
                "portal_url": portal.url,
            }
            return [self._built("matrix_bot", common, **given)]
        if not self._wishes.elsewhere:
            return []
        set_already = os.environ.get("INDABA_MATRIX_BOT_PORTAL_URL")
        given = {"keys_folder": keys} | ({} if set_already else {"portal_url": portal.url})
        return [self._built("matrix_bot", common, **given)]

    async def _until_ready(self, trial: "Trial | None") -> None:
        """Wait for all parts and for the bot to be in the room; say what still lacks, and go on."""
        lacking = ["it did not start"]
        until = asyncio.get_running_loop().time() + PATIENCE
        while lacking and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(LOOK_SECONDS / 4)
            found = await asyncio.gather(*(part.ready() for part in self._parts))
            lacking = [f"{each.name}: {each.why}" for each in found if not each.ok]
            if not lacking and trial is not None and not await self._is_in(trial.room):
                lacking = ["the bot has not come into the room yet"]
            if self._engines.fallen():
                return
        for line in lacking:
            self._saying.line(f"Not ready yet: {line}", "yellow")

    async def _is_in(self, room: str) -> bool:
        from indaba.operate.local.trial import bot_is_in

        if self._engines.synapse is None:
            return True
        return await bot_is_in(self._engines.synapse.url, self._data, room)

    def _greet(self, trial: "Trial | None") -> None:
        if trial is not None and self._engines.synapse is not None:
            from indaba.operate.local.trial import PEOPLE, ROOM_NAME

            self._saying.fact("Room", f"{ROOM_NAME}, on {self._engines.synapse.url}")
            self._saying.fact("Accounts", ", ".join(PEOPLE))
            self._saying.fact("Talk", f"in another terminal: {self._command('chat facilitator')}")
            self._saying.fact("Demo", "a made-up community with a term behind it: make demo")
        elif self._wishes.elsewhere:
            self._saying.line("The bot is on your homeserver. Invite it to a room.")
        elif not self._wishes.discord and not self._wishes.preview:
            self._saying.line("No chat is connected: started without a homeserver.")
        if self._wishes.discord:
            self._saying.line("The bot is on Discord. Set a community up there with: /cop setup")
        self._warn_if_nobody_answers()
        self._saying.line("Indaba is ready. Ctrl-C stops it.", "bold")

    def _warn_if_nobody_answers(self) -> None:
        from indaba.operate.installation import Installation, is_answered_for
        from indaba.operate.local.run_one import NOBODY_ANSWERS

        if Installation.of_data(self._data).is_for_others and not is_answered_for():
            self._saying.line(f"Take care: {NOBODY_ANSWERS}.", "yellow")

    def _command(self, words: str) -> str:
        program = os.path.relpath(sys.argv[0]) if os.sep in sys.argv[0] else sys.argv[0]
        given = self._wishes.data
        usual = given == lock.DEFAULT_DATA.absolute()
        where = "" if usual else f" --data {given}"
        return f"{program} {words}{where}"


def _is_set(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def _load(*, with_bot: bool) -> None:
    """Import what is needed soon while the engines start on another core."""
    import indaba.operate.local.trial
    import indaba.portal.app

    if with_bot:
        import indaba.matrix_bot.app  # noqa: F401


def _reachable(host: str) -> str:
    """The address by which this machine reaches a listening host."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _synapse_venv() -> Path:
    """The environment beside ours. Raises `NotInstalled`."""
    venv = Path(sys.prefix).with_name(".venv-synapse")
    if not venv.exists():
        remedy = "make .venv-synapse (or go without a homeserver: indaba up --no-synapse)"
        raise NotInstalled("Synapse", remedy)
    return venv
