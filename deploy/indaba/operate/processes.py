"""The table of processes: all that sets one apart, from which every list of them is derived."""

import asyncio
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indaba.contracts.keeping import shorter_periods
from indaba.contracts.retention import shorten
from indaba.discord_bot.settings import DiscordBotSettings
from indaba.library.settings import LibrarySettings
from indaba.matrix_bot.settings import MatrixBotSettings
from indaba.membership.settings import MembershipSettings
from indaba.outcomes.settings import OutcomesSettings
from indaba.portal.settings import PortalSettings
from indaba.process.settings import BadSetting, ProcessSettings, Settings, allowed, variable
from indaba.scheduling.settings import SchedulingSettings

if TYPE_CHECKING:
    from indaba.ledger import Ledger
    from indaba.portal.app import Portal
    from indaba.process.passports import PassportControl
    from indaba.process.run import Part, Readiness

Wire = Callable[["Ledger", ProcessSettings, Any], None]
Build = Callable[["Ledger", ProcessSettings, Any], "Part"]
DRIVER = "postgresql+asyncpg://"
KEYS = "keys"
"""Inside a data folder: the folder of the bot's keys to encrypted rooms."""

ERASURES = "erasures.txt"
"""Inside a data folder: the list of the erased."""

FILES = "files"
"""Inside a data folder: the folder of the files that communities saved."""


class Kind(StrEnum):
    """What sort of process it is."""

    SERVICE = "service"
    """Owns facts of communities: exported, and wired without a face."""

    PORTAL = "portal"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Process:
    """What sets one process apart.

    `schema_in` is the package whose `migrations` it brings. `reads` names the processes whose
    events it reacts to, answers to erasures aside. `wire` connects a ledger with what the process
    answers and reacts to, whether or not it will run; a bot has none, since only its platform can
    speak for it. `build` makes the part that runs; without one the wired ledger is the part.
    An `optional` process runs only where an operator asks for it.
    """

    kind: Kind
    settings: type[Settings]
    schema_in: str
    reads: tuple[str, ...] = ()
    wire: Wire | None = None
    build: Build | None = None
    optional: bool = False

    @property
    def migrations(self) -> Path:
        """The folder of its migrations, found without importing the package."""
        spec = importlib.util.find_spec(self.schema_in)
        if spec is None or spec.origin is None:
            raise LookupError(self.schema_in)
        return Path(spec.origin).parent / "migrations"


def part_of(name: str, common: ProcessSettings, own: Any) -> "Part":
    """The part that a process runs, built from its settings. Raises `BadSetting`."""
    process = PROCESSES[name]
    ledger = ledger_of(name, common, own)
    if process.build is not None:
        return process.build(ledger, common, own)
    wired(ledger, common, own)
    return ledger


def wired(ledger: "Ledger", common: ProcessSettings, own: Any) -> None:
    """Connect a ledger with what its process answers and reacts to. Raises `BadSetting`."""
    if (wire := PROCESSES[ledger.name].wire) is not None:
        wire(ledger, common, own)


def of_kind(*kinds: Kind) -> tuple[str, ...]:
    """The names of all processes of these kinds, in the table's order."""
    return tuple(name for name, process in PROCESSES.items() if process.kind in kinds)


def readers_first() -> tuple[str, ...]:
    """All processes, each before those whose events it reads."""
    graph = {name: process.reads for name, process in PROCESSES.items()}
    return tuple(reversed(tuple(TopologicalSorter(graph).static_order())))


def erased_by(*bots: str) -> tuple[str, ...]:
    """The processes that must answer an erasure: all but its owner; of the bots, those named."""
    return tuple(
        name
        for name, process in PROCESSES.items()
        if name != ERASURE_OWNER and (name in bots or process.kind is not Kind.BOT)
    )


def ledger_of(name: str, common: ProcessSettings, own: Any) -> "Ledger":
    """A ledger on the process's database, with its place on the bus. Raises `BadSetting`."""
    process = PROCESSES[name]
    check_database_url(process.settings, own.database_url)
    shorten(shorter_periods(common.shorter_periods))
    control = _control(common.passport_public_key)

    from indaba.bus import Bus
    from indaba.ledger import Ledger
    from indaba.process.world import RealWorld

    world = RealWorld()
    bus = Bus(common.bus_url, name, world, replica=common.replica)
    return Ledger(name, own.database_url, process.migrations, bus, world, control)


def check_database_url(settings: type[Settings], url: str) -> None:
    """Raise `BadSetting` if a database address cannot work."""
    if not url.startswith(DRIVER):
        name = variable(settings, "database_url")
        raise BadSetting(f"{name}: must begin with {DRIVER}, and does not.")


def _control(public_key: str) -> "PassportControl":
    from indaba.process.passports import PassportControl

    try:
        return PassportControl(public_key)
    except (TypeError, ValueError):
        name = variable(ProcessSettings, "passport_public_key")
        raise BadSetting(f"{name}: is not an Ed25519 public key in PEM.") from None


def _membership(ledger: "Ledger", common: ProcessSettings, own: MembershipSettings) -> None:  # noqa: ARG001
    from indaba.membership.app import wire
    from indaba.membership.model.safeguarding import Safeguarding
    from indaba.membership.model.strangers import Strangers
    from indaba.process.named import Named
    from indaba.process.passports import PassportOffice

    try:
        office = PassportOffice(own.passport_private_key)
    except (TypeError, ValueError):
        name = variable(MembershipSettings, "passport_private_key")
        raise BadSetting(f"{name}: is not an Ed25519 private key in PEM.") from None
    reports_to = Safeguarding.named(own.safeguarding_leads, own.helplines)
    wire(
        ledger,
        office,
        own.erased_by,
        own.erasures_file,
        reports_to,
        Strangers(Named(own.set_up_by), allowed(own)),
        responsible=own.responsible,
    )


def _scheduling(ledger: "Ledger", common: ProcessSettings, own: Settings) -> None:  # noqa: ARG001
    from indaba.scheduling.app import wire

    wire(ledger, most=allowed(own))


def _library(ledger: "Ledger", common: ProcessSettings, own: Settings) -> None:
    from indaba.library.app import wire
    from indaba.process.file_store import FileStore

    wire(ledger, FileStore(common.files_folder), most=allowed(own))


def _outcomes(ledger: "Ledger", common: ProcessSettings, own: Settings) -> None:  # noqa: ARG001
    from indaba.outcomes.app import wire

    wire(ledger)


def _portal(ledger: "Ledger", common: ProcessSettings, own: Settings) -> None:  # noqa: ARG001
    from indaba.portal.app import wire

    wire(ledger)


def _portal_part(ledger: "Ledger", common: ProcessSettings, own: PortalSettings) -> "Part":
    parts: list[Part] = []
    parts.append(_portal_over(ledger, common, own, parts, port_fallback=False))
    return parts[0]


def portal(
    common: ProcessSettings,
    own: PortalSettings,
    parts: Sequence["Part"],
    *,
    port_fallback: bool = False,
) -> "Portal":
    """The portal. Its health pages report on `parts`, read at each request."""
    ledger = ledger_of("portal", common, own)
    return _portal_over(ledger, common, own, parts, port_fallback=port_fallback)


def _portal_over(
    ledger: "Ledger",
    common: ProcessSettings,
    own: PortalSettings,
    parts: Sequence["Part"],
    *,
    port_fallback: bool,
) -> "Portal":
    from indaba.portal.app import Portal
    from indaba.process.file_store import FileStore
    from indaba.process.health import health_routes

    async def readiness() -> "Sequence[Readiness]":
        return await asyncio.gather(*(part.ready() for part in parts))

    wired(ledger, common, own)
    return Portal(
        ledger,
        own,
        readiness,
        extra_routes=health_routes(parts),
        port_fallback=port_fallback,
        files=FileStore(common.files_folder),
    )


def _matrix_bot(ledger: "Ledger", common: ProcessSettings, own: MatrixBotSettings) -> "Part":
    from indaba.matrix_bot.app import MatrixBot
    from indaba.process.file_store import FileStore

    return MatrixBot(own, ledger, FileStore(common.files_folder))


def _discord_bot(ledger: "Ledger", common: ProcessSettings, own: DiscordBotSettings) -> "Part":
    from indaba.discord_bot.app import DiscordBot
    from indaba.process.file_store import FileStore

    return DiscordBot(own, ledger, files=FileStore(common.files_folder))


ERASURE_OWNER = "membership"
"""The process that owns people, begins erasures and counts the answers."""

PROCESSES: dict[str, Process] = {
    "membership": Process(Kind.SERVICE, MembershipSettings, "indaba.membership", wire=_membership),
    "scheduling": Process(
        Kind.SERVICE, SchedulingSettings, "indaba.scheduling", ("membership",), _scheduling
    ),
    "library": Process(
        Kind.SERVICE, LibrarySettings, "indaba.library", ("membership", "scheduling"), _library
    ),
    "outcomes": Process(
        Kind.SERVICE,
        OutcomesSettings,
        "indaba.outcomes",
        ("membership", "scheduling", "library"),
        _outcomes,
    ),
    "portal": Process(
        Kind.PORTAL,
        PortalSettings,
        "indaba.portal",
        ("membership", "scheduling"),
        _portal,
        _portal_part,
    ),
    "matrix_bot": Process(
        Kind.BOT,
        MatrixBotSettings,
        "indaba.conversation",
        ("membership", "scheduling"),
        build=_matrix_bot,
    ),
    "discord_bot": Process(
        Kind.BOT,
        DiscordBotSettings,
        "indaba.conversation",
        ("membership", "scheduling"),
        build=_discord_bot,
        optional=True,
    ),
}
"""Every process there is. What is not in this table cannot be run; what is, is migrated, saved,
exported, erased from and watched."""
