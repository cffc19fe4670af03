"""Every process there is, and how its part is built from settings."""

import asyncio
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indaba.discord_bot.settings import DiscordBotSettings
from indaba.library.settings import LibrarySettings
from indaba.matrix_bot.settings import MatrixBotSettings
from indaba.membership.settings import MembershipSettings
from indaba.outcomes.settings import OutcomesSettings
from indaba.portal.settings import PortalSettings
from indaba.process.settings import BadSetting, ProcessSettings, Settings, variable
from indaba.scheduling.settings import SchedulingSettings

if TYPE_CHECKING:
    from indaba.ledger import Ledger
    from indaba.portal.app import Portal
    from indaba.process.passports import PassportControl
    from indaba.process.run import Part, Readiness

Build = Callable[[ProcessSettings, Any], "Part"]
DRIVER = "postgresql+asyncpg://"
KEYS = "keys"
"""Inside a data folder: the folder of the bot's keys to encrypted rooms."""

ERASURES = "erasures.txt"
"""Inside a data folder: the list of the erased."""

FILES = "files"
"""Inside a data folder: the folder of the files that communities saved."""


@dataclass(frozen=True, slots=True)
class Process:
    """What sets one process apart. `schema_in` is the package whose `migrations` it brings."""

    settings: type[Settings]
    build: Build
    schema_in: str

    @property
    def migrations(self) -> Path:
        """The folder of its migrations, found without importing the package."""
        spec = importlib.util.find_spec(self.schema_in)
        if spec is None or spec.origin is None:
            raise LookupError(self.schema_in)
        return Path(spec.origin).parent / "migrations"


def ledger_of(name: str, common: ProcessSettings, own: Any) -> "Ledger":
    """A ledger on the process's database, with its place on the bus. Raises `BadSetting`."""
    process = PROCESSES[name]
    check_database_url(process.settings, own.database_url)
    control = _control(common.passport_public_key)

    from indaba.bus import Bus
    from indaba.ledger import Ledger
    from indaba.process.world import RealWorld

    world = RealWorld()
    bus = Bus(common.bus_url, name, world, replica=common.replica)
    return Ledger(name, own.database_url, process.migrations, bus, world, control)


def check_database_url(settings: type[Settings], url: str) -> None:
    """Raise `BadSetting` where a database address cannot work."""
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


def _membership(common: ProcessSettings, own: MembershipSettings) -> "Part":
    from indaba.membership.app import wire
    from indaba.process.passports import PassportOffice

    try:
        office = PassportOffice(own.passport_private_key)
    except (TypeError, ValueError):
        name = variable(MembershipSettings, "passport_private_key")
        raise BadSetting(f"{name}: is not an Ed25519 private key in PEM.") from None
    ledger = ledger_of("membership", common, own)
    wire(ledger, office, own.erased_by, own.erasures_file)
    return ledger


def _scheduling(common: ProcessSettings, own: SchedulingSettings) -> "Part":
    ledger = ledger_of("scheduling", common, own)

    from indaba.scheduling.app import wire

    wire(ledger)
    return ledger


def _library(common: ProcessSettings, own: LibrarySettings) -> "Part":
    ledger = ledger_of("library", common, own)

    from indaba.library.app import wire
    from indaba.process.shelf import Shelf

    wire(ledger, Shelf(common.files_folder))
    return ledger


def _outcomes(common: ProcessSettings, own: OutcomesSettings) -> "Part":
    ledger = ledger_of("outcomes", common, own)

    from indaba.outcomes.app import wire

    wire(ledger)
    return ledger


def _portal(common: ProcessSettings, own: PortalSettings) -> "Part":
    parts: list[Part] = []
    parts.append(portal(common, own, parts))
    return parts[0]


def portal(
    common: ProcessSettings,
    own: PortalSettings,
    parts: Sequence["Part"],
    *,
    port_fallback: bool = False,
) -> "Portal":
    """The portal, whose pages about health answer for `parts`, read each time anew."""
    from indaba.portal.app import Portal, wire
    from indaba.process.health import health_routes
    from indaba.process.shelf import Shelf

    async def readiness() -> "Sequence[Readiness]":
        return await asyncio.gather(*(part.ready() for part in parts))

    ledger = ledger_of("portal", common, own)
    wire(ledger)
    return Portal(
        ledger,
        own,
        readiness,
        extra_routes=health_routes(parts),
        port_fallback=port_fallback,
        shelf=Shelf(common.files_folder),
    )


def _matrix_bot(common: ProcessSettings, own: MatrixBotSettings) -> "Part":
    ledger = ledger_of("matrix_bot", common, own)

    from indaba.matrix_bot.app import MatrixBot
    from indaba.process.shelf import Shelf

    return MatrixBot(own, ledger, Shelf(common.files_folder))


def _discord_bot(common: ProcessSettings, own: DiscordBotSettings) -> "Part":
    ledger = ledger_of("discord_bot", common, own)

    from indaba.discord_bot.app import DiscordBot
    from indaba.process.shelf import Shelf

    return DiscordBot(own, ledger, shelf=Shelf(common.files_folder))


PROCESSES: dict[str, Process] = {
    "membership": Process(MembershipSettings, _membership, "indaba.membership"),
    "scheduling": Process(SchedulingSettings, _scheduling, "indaba.scheduling"),
    "library": Process(LibrarySettings, _library, "indaba.library"),
    "outcomes": Process(OutcomesSettings, _outcomes, "indaba.outcomes"),
    "portal": Process(PortalSettings, _portal, "indaba.portal"),
    "matrix_bot": Process(MatrixBotSettings, _matrix_bot, "indaba.conversation"),
    "discord_bot": Process(DiscordBotSettings, _discord_bot, "indaba.conversation"),
}
"""By hand: what is not in this table cannot be run."""
