"""`indaba run NAME`: one process of a deployment, with its settings from the environment."""

import socket
from contextlib import closing
from typing import TYPE_CHECKING

from indaba.contracts.refusal import Refusal

if TYPE_CHECKING:
    from indaba.operate.processes import Process
    from indaba.process.run import Part


OPEN_BUS = (
    "INDABA_BUS_URL names no user, so whoever reaches the bus can speak as any process. "
    "`indaba secrets FOLDER` makes the users, their passwords and Valkey's rules"
)


NOBODY_ANSWERS = (
    "nobody is named who answers for what is kept of people; before others use this, set "
    "INDABA_MEMBERSHIP_RESPONSIBLE_PARTY, _CONTACT, _REGULATOR and _PLACE_OF_DATA"
)


class NoSuchProcess(Refusal):
    """A process was named that does not exist."""

    code = "no-such-process"

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"There is no process {name!r}. There are: {', '.join(known)}.")


class CannotStart(Exception):  # noqa: N818 - read by operators
    """The process cannot start as it is set up. `exit_code` tells supervisors which kind it is."""

    def __init__(self, words: str, exit_code: int) -> None:
        super().__init__(words)
        self.exit_code = exit_code


async def run(name: str) -> None:
    """Run until a stop signal. Raises `BadSetting`, `NoSuchProcess` or `CannotStart`."""
    from indaba.operate.data import bus_users
    from indaba.operate.processes import part_of
    from indaba.process.settings import ProcessSettings, read

    process = known(name)
    common, own = read(ProcessSettings), read(process.settings)
    part = part_of(name, common, own)

    from indaba.operate.installation import knows_nobody
    from indaba.process import logs
    from indaba.process.health import health_server
    from indaba.process.run import run as run_parts

    logs.configure(json=common.log_json)
    if bus_users.is_open(common.bus_url):
        logs.get(process=name).warning("bus.open", why=OPEN_BUS)
    if knows_nobody(name):
        logs.get(process=name).warning("nobody.answers", why=NOBODY_ANSWERS)
    parts: list[Part] = [part]
    if common.health_port:
        check_free("INDABA_HEALTH_PORT", common.health_host, common.health_port)
        parts.insert(0, health_server([part], common.health_host, common.health_port))
    try:
        await run_parts(parts)
    except Exception as error:  # noqa: BLE001 - raised again, in words where we have them
        raise explained(error, name) from None


def check_free(setting: str, host: str, port: int) -> None:
    """Raise `CannotStart` if a port is taken: uvicorn would end the process silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            words = f"{setting}: cannot listen on {host}, port {port}: {error.strerror}."
            raise CannotStart(words, 2) from None


def known(name: str) -> "Process":
    """What the table says about a process. Raises `NoSuchProcess`."""
    from indaba.operate.processes import PROCESSES

    if name not in PROCESSES:
        raise NoSuchProcess(name, list(PROCESSES))
    return PROCESSES[name]


def cause(error: BaseException) -> BaseException:
    """The first of several that failed together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def explained(error: BaseException, name: str) -> BaseException:
    """The first of an error's causes that has words of ours; else the error itself."""
    from asyncpg import PostgresError
    from sqlalchemy.exc import DBAPIError

    from indaba.ledger.migrations import SchemaUnknown
    from indaba.portal.app import PortTaken

    error = cause(error)
    match error:
        case SchemaUnknown():
            return CannotStart(str(error), 3)
        case PortTaken():
            return CannotStart(str(error), 2)
        case PostgresError():
            return CannotStart(_database_said(name, str(error)), 2)
        case DBAPIError():
            return CannotStart(_database_said(name, str(error.orig)), 2)
    return error


def _database_said(name: str, words: str) -> str:
    setting = f"INDABA_{name.upper()}_DATABASE_URL: " if name else ""
    return f"{setting}The database refused to work with us. It said: {words}"
