"""Where an Indaba's databases, bus and health pages are: of a data folder, or of an environment."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from indaba.contracts.refusal import Refusal
from indaba.operate.local import lock
from indaba.operate.local.engines import Engines
from indaba.operate.local.run_one import known
from indaba.operate.processes import KEYS, PROCESSES
from indaba.process.settings import BadSetting, ProcessSettings, Settings, variable


class NothingHere(Refusal):
    """Neither a data folder nor an environment says where Indaba is."""

    code = "nothing-here"

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"There is no Indaba to look at: {data.absolute()} holds no data, and no setting such "
            "as INDABA_SCHEDULING_DATABASE_URL names a database. Start one with: make up"
        )


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation. `data` is set if it is a data folder's."""

    databases: dict[str, str]
    bus_url: str
    homeserver: str = ""
    bot: str = ""
    token: str = field(default="", repr=False)
    room: str = ""
    portal: str = ""
    health: str = ""
    data: Path | None = None
    keys: Path | None = None
    files: Path | None = None

    @classmethod
    def found(cls, data: Path) -> "Installation":
        """The environment's if it names a database, else the data folder's.

        Raises `NothingHere`.
        """
        if databases_set():
            return cls.of_environment()
        if not (data / "postgres").exists():
            raise NothingHere(data)
        return cls.of_data(data.absolute())

    @classmethod
    def of_environment(cls) -> "Installation":
        """What the environment names."""
        bot = PROCESSES["matrix_bot"].settings
        keys = setting(bot, "keys_folder")
        return cls(
            databases=databases_set(),
            bus_url=setting(ProcessSettings, "bus_url"),
            homeserver=setting(bot, "homeserver"),
            bot=setting(bot, "user_id"),
            token=setting(bot, "access_token"),
            portal=setting(PROCESSES["portal"].settings, "url"),
            keys=Path(keys) if keys else None,
            files=Path(setting(ProcessSettings, "files_folder") or "files"),
        )

    @classmethod
    def of_data(cls, data: Path) -> "Installation":
        """What `indaba up` keeps in a data folder."""
        from indaba.operate.data import bus_users
        from indaba.operate.data.secrets import accounts

        engines, alive = Engines(data), lock.find(data)
        bot, matrix = accounts(data).get("indaba"), PROCESSES["matrix_bot"].settings
        elsewhere = setting(matrix, "homeserver")
        return cls(
            databases={name: engines.postgres.url(name) for name in PROCESSES},
            bus_url=bus_users.address(data, engines.valkey.url, bus_users.OPERATOR),
            homeserver=elsewhere or (alive.homeserver if alive else ""),
            bot=setting(matrix, "user_id") if elsewhere else bot.user_id if bot else "",
            token=setting(matrix, "access_token") if elsewhere else bot.token if bot else "",
            room=alive.room if alive else "",
            portal=alive.portal if alive else "",
            health=alive.health if alive else "",
            data=data,
            keys=data / KEYS,
        )

    @property
    def is_for_others(self) -> bool:
        """Whether people use it who are not on this machine: on the web, Matrix or Discord.

        The portal or the homeserver has a name of its own, the portal listens to other machines,
        the bot's account is of a server with a name of its own, or there is a bot on Discord.
        How many accounts there are says nothing: the demo has many.
        """
        portal, discord = PROCESSES["portal"].settings, PROCESSES["discord_bot"].settings
        hosts = (
            urlsplit(self.portal).hostname,
            urlsplit(self.homeserver).hostname,
            self.bot.partition(":")[2].partition(":")[0],
            setting(portal, "host"),
        )
        return any(map(_is_elsewhere, hosts)) or bool(setting(discord, "token"))

    @property
    def is_running(self) -> bool:
        """Whether it is running. For an environment this is unknown and counts as running."""
        return self.data is None or lock.is_claimed(self.data)


def _is_elsewhere(host: str | None) -> bool:
    """Whether a host is, or can be reached from, another machine than this one."""
    here = not host or host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
    return not here


def setting(settings: type[Settings], field_name: str) -> str:
    """A setting's value from the environment or its file; empty if it is not set."""
    name = variable(settings, field_name)
    if os.environ.get(name):
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE: cannot read {path} ({error.strerror}).") from None


def is_answered_for() -> bool:
    """Whether the environment names who answers for what is kept of people."""
    return all(setting(PROCESSES["membership"].settings, name) for name in _ANSWERING)


def knows_nobody(process: str) -> bool:
    """Whether nobody is named who answers, as far as this process can know.

    Membership knows; others do where the same settings are in their environment, if only empty.
    """
    names = [variable(PROCESSES["membership"].settings, field) for field in _ANSWERING]
    can_know = process == "membership" or any(
        given in os.environ for name in names for given in (name, f"{name}_FILE")
    )
    return can_know and not is_answered_for()


_ANSWERING = ("responsible_party", "contact", "place_of_data")


def databases_set() -> dict[str, str]:
    """Databases that the environment names, by process."""
    named = {name: setting(p.settings, "database_url") for name, p in PROCESSES.items()}
    return {name: url for name, url in named.items() if url}


def databases_in_environment(names: Sequence[str]) -> dict[str, str]:
    """The databases of named processes, or all that are set. Raises `BadSetting`."""
    found = databases_set()
    for name in names:
        if name not in found:
            raise BadSetting(f"{variable(known(name).settings, 'database_url')}: is not set.")
    if not found:
        examples = ", ".join(variable(p.settings, "database_url") for p in PROCESSES.values())
        raise BadSetting(f"No database is named. Set one or more of: {examples}")
    return {name: found[name] for name in (names or found)}


def ready_page(site: Installation) -> dict[str, Any]:
    """What the running Indaba says of its parts, by name; empty if it cannot be asked."""
    from urllib.parse import urlsplit

    from indaba.operate.observe.health import answer

    if not site.health:
        return {}
    there = urlsplit(site.health)
    _, said = answer(there.hostname or "", there.port or 80, "/ready")
    try:
        found = json.loads(said)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
